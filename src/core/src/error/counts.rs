//! How often each kind of error happened.

use super::{ConnectionError, EngineError, ProcessingError, StateError, SubscriptionError};

/// Kinds of all layers together.
const KINDS: usize = ConnectionError::ALL.len()
    + SubscriptionError::ALL.len()
    + ProcessingError::ALL.len()
    + StateError::ALL.len();

/// One counter for each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorCounts {
    counts: [u64; KINDS],
}

impl Default for ErrorCounts {
    fn default() -> Self {
        Self { counts: [0; KINDS] }
    }
}

impl ErrorCounts {
    /// It happened once more; tells how often now.
    pub(crate) fn add(&mut self, error: EngineError) -> u64 {
        let count = &mut self.counts[error.index()];
        *count = count.saturating_add(1);
        *count
    }

    /// How often it happened.
    pub fn of(&self, error: impl Into<EngineError>) -> u64 {
        self.counts[error.into().index()]
    }

    /// Those that happened at all, with how often.
    pub fn seen(&self) -> impl Iterator<Item = (EngineError, u64)> {
        EngineError::all()
            .zip(self.counts)
            .filter(|(_, count)| *count > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_happened_is_seen() {
        let mut counts = ErrorCounts::default();
        let error = EngineError::from(ProcessingError::FrameMalformed);
        assert_eq!(counts.add(error), 1);
        assert_eq!(counts.add(error), 2);
        assert_eq!(counts.of(ProcessingError::FrameMalformed), 2);
        assert_eq!(counts.of(ProcessingError::FrameUnknown), 0);
        assert_eq!(counts.seen().collect::<Vec<_>>(), [(error, 2)]);
    }
}
