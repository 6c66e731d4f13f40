//! How fresh what is shown is: derived, never stored, so that it cannot lie by being forgotten.

use super::requests::Trouble;
use crate::{
    connection::State,
    limits,
    protocol::{CatchUpReason, Freshness, PollingReason, SignedOutReason, StaleReason},
    time::Timestamp,
};

/// Everything that freshness depends on.
pub(super) struct Facts<'a> {
    pub(super) now: Timestamp,
    pub(super) signed_out: Option<SignedOutReason>,
    pub(super) connection: &'a State,
    pub(super) lost_since: Option<Timestamp>,
    pub(super) all_bound: bool,
    pub(super) caught_up: bool,
    pub(super) catch_up_reason: CatchUpReason,
    pub(super) polling: Option<PollingReason>,
    pub(super) claim_offline: bool,
    pub(super) trouble: Option<Trouble>,
    /// Everything until then was read by a search.
    pub(super) searched: Option<Timestamp>,
    /// Everything until then was shown while the stream was whole.
    pub(super) streamed: Option<Timestamp>,
    /// Until when all is certain, where some row waits for a read that tells its last version.
    pub(super) certain: Option<Timestamp>,
    pub(super) poll_every_ms: u32,
    pub(super) started: Timestamp,
}

/// The value that the badge shows.
pub(super) fn derive(facts: &Facts<'_>) -> Freshness {
    if let Some(reason) = facts.signed_out {
        return Freshness::NeedsSignIn { reason };
    }
    let as_of = known_until(facts);
    // While nothing is wrong with the socket, it is wrong since the last that is known.
    let since = facts.lost_since.or(as_of).unwrap_or(facts.started);
    let searched_ms = facts.searched.map_or(i64::MAX, |at| facts.now.since_ms(at));
    if let State::Open(open) = facts.connection
        && facts.polling.is_none()
    {
        if open.doubted {
            let reason = CatchUpReason::Doubt;
            return Freshness::CatchingUp { as_of, reason };
        }
        let silent_ms = facts.now.since_ms(open.proven_at);
        if silent_ms > limits::LIVE_PROOF_MAX_MS {
            let reason = StaleReason::SocketSilent;
            return Freshness::Stale {
                since: open.proven_at,
                as_of,
                reason,
                retry_at: None,
            };
        }
        // A stream that looks whole is believed only while searches prove that it is.
        let proven = searched_ms <= limits::LIVE_UNPROVEN_MAX_MS;
        let whole = facts.all_bound && facts.caught_up && proven;
        let claimed = as_of.map(|as_of| as_of.max(open.proven_at));
        let certain = facts.certain.unwrap_or(facts.now);
        if whole && facts.now.since_ms(certain) > limits::LIVE_PROOF_MAX_MS {
            let (as_of, reason) = (claimed.min(Some(certain)), CatchUpReason::Doubt);
            return Freshness::CatchingUp { as_of, reason };
        }
        return match (whole, claimed, facts.trouble) {
            (true, Some(claimed), _) => Freshness::Live {
                as_of: claimed.min(certain),
            },
            // What was missed cannot be read: to call that catching up would promise too much.
            (_, _, Some(trouble)) => Freshness::Stale {
                since,
                as_of,
                reason: stale_reason(trouble),
                retry_at: None,
            },
            (_, _, None) => Freshness::CatchingUp {
                as_of,
                reason: facts.catch_up_reason,
            },
        };
    }
    // The browser's word that there is no network is believed unless an answer of the server proves it wrong.
    let no_answer = match facts.trouble {
        Some(Trouble::Unreachable) => true,
        None => facts.polling.is_none(),
        Some(Trouble::RateLimited | Trouble::ServerError) => false,
    };
    if facts.claim_offline && no_answer {
        return Freshness::Offline { since, as_of };
    }
    let polls_in_time = facts.searched.is_none()
        || searched_ms <= limits::POLLS_LATE * i64::from(facts.poll_every_ms);
    if let Some(reason) = facts.polling
        && facts.trouble.is_none()
        && polls_in_time
    {
        let every_ms = facts.poll_every_ms;
        return Freshness::Polling {
            every_ms,
            as_of,
            reason,
        };
    }
    let (closed, retry_at) = match facts.connection {
        State::Backoff { until, reason } => (*reason, Some(*until)),
        State::Connecting { reason, .. } => (*reason, None),
        State::Idle(_) | State::Open(_) => (StaleReason::Connecting, None),
    };
    // Before the very first connection nothing is shown that could be old.
    if closed == StaleReason::Connecting && facts.trouble.is_none() && as_of.is_none() {
        let reason = CatchUpReason::FirstLoad;
        return Freshness::CatchingUp { as_of, reason };
    }
    let reason = match facts.trouble {
        Some(trouble) => stale_reason(trouble),
        // It answers, but not what is asked of it.
        None if !polls_in_time => StaleReason::ServerError,
        None => closed,
    };
    Freshness::Stale {
        since,
        as_of,
        reason,
        retry_at,
    }
}

/// Until when everything that was written has been shown.
fn known_until(facts: &Facts<'_>) -> Option<Timestamp> {
    facts
        .searched
        .map(|searched| facts.streamed.map_or(searched, |at| at.max(searched)))
}

/// Until when everything that was written has come, be it certain or not.
pub(super) fn heard_until(facts: &Facts<'_>) -> Option<Timestamp> {
    let known = known_until(facts);
    match facts.connection {
        State::Open(open) if facts.all_bound && facts.caught_up && !open.doubted => {
            known.map(|known| known.max(open.proven_at))
        }
        _ => known,
    }
}

fn stale_reason(trouble: Trouble) -> StaleReason {
    match trouble {
        Trouble::RateLimited => StaleReason::RateLimited,
        Trouble::ServerError => StaleReason::ServerError,
        Trouble::Unreachable => StaleReason::ServerUnreachable,
    }
}

/// The same in times of the clock instead of steady time.
pub(super) fn on_the_clock(
    mut freshness: Freshness,
    clock: impl Fn(Timestamp) -> Timestamp,
) -> Freshness {
    match &mut freshness {
        Freshness::Live { as_of } => *as_of = clock(*as_of),
        Freshness::CatchingUp { as_of, .. } | Freshness::Polling { as_of, .. } => {
            *as_of = as_of.map(clock);
        }
        Freshness::Stale {
            since,
            as_of,
            retry_at,
            ..
        } => {
            *since = clock(*since);
            *as_of = as_of.map(&clock);
            *retry_at = retry_at.map(&clock);
        }
        Freshness::Offline { since, as_of } => {
            *since = clock(*since);
            *as_of = as_of.map(clock);
        }
        Freshness::NeedsSignIn { .. } => {}
    }
    freshness
}

/// Whether two values differ by more than the moment they speak of; that there is one is more.
pub(super) fn differs(one: &Freshness, other: &Freshness) -> bool {
    let without = |freshness: &Freshness| {
        let mut freshness = freshness.clone();
        match &mut freshness {
            Freshness::Live { as_of } => *as_of = Timestamp(0),
            Freshness::CatchingUp { as_of, .. }
            | Freshness::Polling { as_of, .. }
            | Freshness::Stale { as_of, .. }
            | Freshness::Offline { as_of, .. } => *as_of = as_of.map(|_| Timestamp(0)),
            Freshness::NeedsSignIn { .. } => {}
        }
        freshness
    };
    without(one) != without(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::IdleReason;

    fn facts(connection: &State) -> Facts<'_> {
        Facts {
            now: Timestamp(50_000),
            signed_out: None,
            connection,
            lost_since: Some(Timestamp(40_000)),
            all_bound: false,
            caught_up: false,
            catch_up_reason: CatchUpReason::Reconnected,
            polling: None,
            claim_offline: true,
            trouble: None,
            searched: Some(Timestamp(39_000)),
            streamed: None,
            certain: None,
            poll_every_ms: 15_000,
            started: Timestamp(0),
        }
    }

    #[test]
    fn that_there_is_a_time_at_all_is_told_at_once_and_a_later_one_in_its_turn() {
        let reason = CatchUpReason::Restored;
        let catching_up = |as_of| Freshness::CatchingUp { as_of, reason };
        let (some, later) = (Some(Timestamp(1)), Some(Timestamp(2)));
        assert!(differs(&catching_up(None), &catching_up(some)));
        assert!(!differs(&catching_up(some), &catching_up(later)));
    }

    #[test]
    fn a_lost_socket_in_a_browser_without_network_is_offline() {
        let offline = Freshness::Offline {
            since: Timestamp(40_000),
            as_of: Some(Timestamp(39_000)),
        };
        assert_eq!(
            derive(&facts(&State::Idle(IdleReason::NobodySignedIn))),
            offline
        );
    }

    #[test]
    fn the_very_first_connection_is_no_reason_to_worry() {
        let idle = State::Idle(IdleReason::NobodySignedIn);
        let first = Facts {
            claim_offline: false,
            searched: None,
            ..facts(&idle)
        };
        assert!(matches!(derive(&first), Freshness::CatchingUp { .. }));
        let failing = Facts {
            trouble: Some(Trouble::ServerError),
            ..first
        };
        assert!(matches!(derive(&failing), Freshness::Stale { .. }));
    }

    #[test]
    fn a_server_that_answers_proves_that_there_is_a_network() {
        let idle = State::Idle(IdleReason::NobodySignedIn);
        let limited = Facts {
            trouble: Some(Trouble::RateLimited),
            ..facts(&idle)
        };
        assert!(matches!(derive(&limited), Freshness::Stale { .. }));
        let polling = Facts {
            polling: Some(PollingReason::FeatureOff),
            ..facts(&idle)
        };
        assert!(matches!(derive(&polling), Freshness::Polling { .. }));
    }

    fn open() -> State {
        let mut connection = crate::connection::Connection::new();
        let config = crate::config::Config::parse(r#"{"server":"https://x.org"}"#).unwrap();
        let mut io = crate::engine::io::Io::new(config, 1, Timestamp(50_000));
        connection.start(&mut io);
        connection.on_opened(&mut io, crate::identity::SocketId(1));
        connection.state().clone()
    }

    #[test]
    fn a_whole_stream_is_live_only_while_searches_prove_it() {
        let open = open();
        let whole = Facts {
            all_bound: true,
            caught_up: true,
            claim_offline: false,
            catch_up_reason: CatchUpReason::Doubt,
            ..facts(&open)
        };
        assert!(matches!(derive(&whole), Freshness::Live { .. }));
        let unproven = Facts {
            searched: Some(Timestamp(49_999 - limits::LIVE_UNPROVEN_MAX_MS)),
            streamed: Some(Timestamp(49_000)),
            ..whole
        };
        let doubt = Freshness::CatchingUp {
            as_of: Some(Timestamp(49_000)),
            reason: CatchUpReason::Doubt,
        };
        assert_eq!(derive(&unproven), doubt);
        let failing = Facts {
            trouble: Some(Trouble::ServerError),
            ..unproven
        };
        assert!(matches!(derive(&failing), Freshness::Stale { .. }));
    }

    #[test]
    fn polling_that_gets_no_answers_of_use_is_stale() {
        let idle = State::Idle(IdleReason::NobodySignedIn);
        let polling = Facts {
            claim_offline: false,
            polling: Some(PollingReason::FeatureOff),
            lost_since: None,
            ..facts(&idle)
        };
        assert!(matches!(derive(&polling), Freshness::Polling { .. }));
        let late = Facts {
            searched: Some(Timestamp(50_000 - 3 * 15_000 - 1)),
            ..polling
        };
        let stale = Freshness::Stale {
            since: Timestamp(4_999),
            as_of: Some(Timestamp(4_999)),
            reason: StaleReason::ServerError,
            retry_at: None,
        };
        assert_eq!(derive(&late), stale);
    }
}
