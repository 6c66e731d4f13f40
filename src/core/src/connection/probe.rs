//! Pings on their way, and what their answers prove.
//!
//! A pong carries nothing, but pongs come in the order of the pings. After a sleep an answer to an older ping may still be
//! buffered: it proves the time before the sleep, not the time after it (`transcripts/04e-half-open.json`).

use std::collections::VecDeque;

use crate::time::Timestamp;

/// Pings that were not answered yet, the oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Probes {
    sent: VecDeque<Timestamp>,
}

impl Probes {
    /// A ping goes out.
    pub(super) fn send(&mut self, now: Timestamp) {
        self.sent.push_back(now);
    }

    /// An answer came; since when the socket is proven alive by it. `None` if nothing was asked.
    pub(super) fn answer(&mut self) -> Option<Timestamp> {
        self.sent.pop_front()
    }

    /// When the newest ping went out, if any is unanswered.
    pub(super) fn newest(&self) -> Option<Timestamp> {
        self.sent.back().copied()
    }

    /// Whether everything is answered.
    pub(super) fn is_quiet(&self) -> bool {
        self.sent.is_empty()
    }

    /// How many are unanswered.
    pub(super) fn len(&self) -> usize {
        self.sent.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_proves_the_oldest_ping_only() {
        let mut probes = Probes::default();
        probes.send(Timestamp(1));
        probes.send(Timestamp(9));
        assert_eq!(probes.answer(), Some(Timestamp(1)));
        assert!(!probes.is_quiet());
        assert_eq!(probes.newest(), Some(Timestamp(9)));
        assert_eq!(probes.answer(), Some(Timestamp(9)));
        assert!(probes.is_quiet());
        assert_eq!(probes.answer(), None);
    }
}
