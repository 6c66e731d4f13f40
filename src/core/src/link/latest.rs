//! What the worker says of a state as a whole, by the port of a tab or by the channel of all: the latest word counts.
//!
//! The two ways keep no order between them (seen in Chromium 148: an answer by port came 4 ms after what was said later by
//! channel). Without this a `Live` of a moment ago would take the place of the `Stale` that followed it, until the worker has
//! something new to say.

use crate::protocol::WorkerMessage;

/// Numbers of the latest messages that were heard of a life of the worker.
#[derive(Debug, Default)]
pub(super) struct Latest {
    freshness: Option<u64>,
    counts: Option<u64>,
    storage: Option<u64>,
}

impl Latest {
    /// Whether a message is to be followed: nothing later was heard of the same.
    pub(super) fn is_news(&mut self, number: u64, message: &WorkerMessage) -> bool {
        let latest = match message {
            WorkerMessage::Freshness { .. } => &mut self.freshness,
            WorkerMessage::Counts { .. } => &mut self.counts,
            WorkerMessage::Storage { .. } => &mut self.storage,
            // Goes one way only, or has numbers of its own.
            _ => return true,
        };
        let is_news = latest.is_none_or(|latest| latest < number);
        if is_news {
            *latest = Some(number);
        }
        is_news
    }
}
