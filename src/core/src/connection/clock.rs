//! The server's clock, as far as stamped messages tell.
//!
//! After a thaw, heartbeats and frames that were buffered arrive at once (`transcripts/04e-half-open.json`): a message is
//! as old as the stamp inside says, compared with the fastest message of the same socket.

use crate::time::Timestamp;

/// Offset to the server's clock: the smallest difference seen, which is the true offset plus the fastest transit.
#[derive(Clone, Debug, Default)]
pub(crate) struct ServerClock {
    offset_ms: Option<i64>,
    latest: Option<Timestamp>,
}

impl ServerClock {
    /// A new socket: clocks may have been set meanwhile.
    pub(super) fn restart(&mut self) {
        *self = Self::default();
    }

    /// Our clock may have been set: the next message is the fastest.
    pub(super) fn relearn(&mut self) {
        self.offset_ms = None;
    }

    /// A stamped message arrived; by how many milliseconds it is later than the fastest one.
    pub(super) fn observe(&mut self, now: Timestamp, stamped: Timestamp) -> i64 {
        let difference = now.since_ms(stamped);
        let offset = self
            .offset_ms
            .map_or(difference, |offset| offset.min(difference));
        self.offset_ms = Some(offset);
        self.latest = self.latest.max(Some(stamped));
        difference - offset
    }

    /// The latest time that the server named on this socket. Never ahead of its clock, whatever happens to ours.
    pub(crate) fn latest(&self) -> Option<Timestamp> {
        self.latest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffered_message_is_late_whatever_the_clocks_say() {
        let mut clock = ServerClock::default();
        assert_eq!(clock.observe(Timestamp(100_010), Timestamp(50_000)), 0);
        assert_eq!(clock.observe(Timestamp(110_012), Timestamp(60_000)), 2);
        assert_eq!(clock.observe(Timestamp(175_010), Timestamp(70_000)), 55_000);
        assert_eq!(clock.latest(), Some(Timestamp(70_000)));
    }
}
