//! Timers as a table, not callbacks: a row says when something is due, the engine asks what has expired.
//!
//! Must never hold behaviour. A timer that fires late or twice is harmless, because whoever handles it looks at the state.

use crate::time::Timestamp;

macro_rules! timers {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// Everything the engine waits for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Timer {
            $($(#[$doc])* $name,)*
        }

        impl Timer {
            /// All of them, in the order in which they are handled when several are due.
            pub(crate) const ALL: &[Self] = &[$(Self::$name,)*];
        }
    };
}

timers! {
    /// Renew the access token before it ends, or try again to.
    SessionRefresh,
    /// Ask again who is signed in.
    SessionCheck,
    /// Give up a socket that does not open.
    ConnectTimeout,
    /// Start the next attempt to connect.
    Reconnect,
    /// The connection has been healthy long enough to forget the failures before it.
    ProvenHealthy,
    /// Send the next application-level ping.
    Ping,
    /// The answer to the ping is overdue.
    PongDue,
    /// No heartbeat for too long although bindings exist.
    HeartbeatDue,
    /// A binding has to be created, answered, renewed or given up.
    Binding,
    /// Try the stream again where it was refused.
    StreamRetry,
    /// Send the requests that were held back.
    Requests,
    /// Start the next search of a type.
    Reconcile,
    /// Read resources whose last version is in dispute.
    Settle,
    /// Store the collected changes, or give up a storage that does not open.
    Cache,
    /// Give up the database of the outbox where it does not open, or try it again.
    Outbox,
    /// Send the next entries of the audit trail.
    Audit,
    /// Give up the database of the audit trail where it does not open, or try it again.
    AuditStorage,
    /// Read a history of an open record, or give up one that does not come.
    Timelines,
    /// Send the collected changes to the tabs.
    Flush,
    /// Read the panels on the server again.
    Panels,
    /// Wait no longer for a storage to forget a session that has ended.
    Departure,
    /// Send the collected counts to the tabs.
    Counts,
    /// Look at what depends on the time of day (overdue) and at the freshness.
    Tick,
}

/// When each timer is due.
#[derive(Clone, Debug, Default)]
pub(crate) struct TimerTable {
    due: [Option<Timestamp>; Timer::ALL.len()],
}

impl TimerTable {
    /// Sets a timer; replaces the moment set before.
    pub(crate) fn set(&mut self, timer: Timer, at: Timestamp) {
        self.due[timer as usize] = Some(at);
    }

    /// Sets a timer unless it is already due earlier.
    pub(crate) fn set_earlier(&mut self, timer: Timer, at: Timestamp) {
        let due = self.get(timer).map_or(at, |set| set.min(at));
        self.set(timer, due);
    }

    /// Stops a timer.
    pub(crate) fn stop(&mut self, timer: Timer) {
        self.due[timer as usize] = None;
    }

    /// When a timer is due.
    pub(crate) fn get(&self, timer: Timer) -> Option<Timestamp> {
        self.due[timer as usize]
    }

    /// The earliest moment at which something is due.
    pub(crate) fn next(&self) -> Option<Timestamp> {
        self.due.iter().flatten().min().copied()
    }

    /// Takes one timer that is due, in the order of [`Timer::ALL`].
    pub(crate) fn take_expired(&mut self, now: Timestamp) -> Option<Timer> {
        for timer in Timer::ALL {
            if self.get(*timer).is_some_and(|due| due <= now) {
                self.stop(*timer);
                return Some(*timer);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earliest_timer_is_next_and_expires_once() {
        let mut table = TimerTable::default();
        table.set(Timer::Ping, Timestamp(20));
        table.set(Timer::Flush, Timestamp(10));
        assert_eq!(table.next(), Some(Timestamp(10)));
        assert_eq!(table.take_expired(Timestamp(9)), None);
        assert_eq!(table.take_expired(Timestamp(15)), Some(Timer::Flush));
        assert_eq!(table.take_expired(Timestamp(15)), None);
        assert_eq!(table.next(), Some(Timestamp(20)));
    }

    #[test]
    fn set_earlier_never_delays() {
        let mut table = TimerTable::default();
        table.set_earlier(Timer::Ping, Timestamp(20));
        table.set_earlier(Timer::Ping, Timestamp(30));
        assert_eq!(table.get(Timer::Ping), Some(Timestamp(20)));
        table.set_earlier(Timer::Ping, Timestamp(5));
        assert_eq!(table.get(Timer::Ping), Some(Timestamp(5)));
    }
}
