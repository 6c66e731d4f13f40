//! What goes wrong: each switch of the sandbox's control endpoint, and when it is thrown while changes flow.

use panels_core::limits;
use serde_json::{Value, json};

/// One kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Drop,
    Freeze,
    Lose,
    Duplicate,
    Reorder,
    Delay,
    Purge,
    Restart,
    Unauthorized,
    Forbidden,
    Throttled,
    Unavailable,
    Cut,
    Slow,
    FeatureOff,
    Cap,
    Clock,
    Junk,
}

/// A command and its moment, in milliseconds since the changes began to flow.
pub(crate) type Strike = (u64, Value);

/// Text that no server should send.
const JUNK: [&str; 5] = [
    "{",
    "[[[]]]",
    "\u{0}",
    r#"{"resourceType":"Bundle","type":"history","entry":[{"resource":{"resourceType":"Task","id":7}}]}"#,
    r#"{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"SubscriptionStatus","type":"heartbeat"}}]}"#,
];

/// The longest wait before a client connects again.
const RECONNECT_MAX_MS: u64 = limits::BACKOFF_MAX_EARLY_MS as u64;

impl Fault {
    /// Those first that leave most to do afterwards.
    pub(crate) const ALL: [Self; 18] = [
        Self::Lose,
        Self::Throttled,
        Self::Forbidden,
        Self::Restart,
        Self::Freeze,
        Self::Purge,
        Self::Cut,
        Self::Drop,
        Self::FeatureOff,
        Self::Clock,
        Self::Delay,
        Self::Cap,
        Self::Unauthorized,
        Self::Unavailable,
        Self::Slow,
        Self::Reorder,
        Self::Duplicate,
        Self::Junk,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Drop => "drop sockets",
            Self::Freeze => "freeze",
            Self::Lose => "lose events",
            Self::Duplicate => "duplicate events",
            Self::Reorder => "reorder events",
            Self::Delay => "delay events",
            Self::Purge => "purge a binding",
            Self::Restart => "restart",
            Self::Unauthorized => "401",
            Self::Forbidden => "403",
            Self::Throttled => "429",
            Self::Unavailable => "503",
            Self::Cut => "cut answers",
            Self::Slow => "slow answers",
            Self::FeatureOff => "feature off",
            Self::Cap => "cap reached",
            Self::Clock => "clock skew",
            Self::Junk => "junk frames",
        }
    }

    /// Whether the stream goes on to bring everything before it answers what was asked later, or tells that it does not. Else
    /// only a search can know.
    pub(crate) fn keeps_the_stream_honest(self) -> bool {
        !matches!(
            self,
            Self::Lose | Self::Reorder | Self::Delay | Self::Purge | Self::FeatureOff | Self::Cap
        )
    }

    /// Where the state of the sandbox shows that it struck.
    pub(crate) fn evidence(self) -> Option<&'static str> {
        match self {
            Self::Lose => Some("/live/eventsLost"),
            Self::Duplicate => Some("/live/eventsDuplicated"),
            Self::Reorder | Self::Delay => Some("/live/eventsDelayed"),
            Self::Unauthorized
            | Self::Forbidden
            | Self::Throttled
            | Self::Unavailable
            | Self::Cut
            | Self::Slow => Some("/requests/faulted"),
            _ => None,
        }
    }

    /// When it strikes within a flow of so many milliseconds.
    pub(crate) fn strikes(self, flow_ms: u64) -> Vec<Strike> {
        let at = |percent: u64| flow_ms * percent / 100;
        let chance = |kind: &str, probability: f64| json!({ "do": "events", kind: { "probability": probability } });
        // So long that a client that connects anew finds itself refused, although the other fault of a pair keeps it away first.
        let refused_ms = at(10) + RECONNECT_MAX_MS;
        let answer = |status: u16| json!({ "do": "answer", "status": status, "path": "/fhir/R4", "forMs": refused_ms });
        match self {
            Self::Drop => [15, 40, 65]
                .map(|percent| {
                    (
                        at(percent),
                        json!({ "do": "dropSockets", "refuseMs": at(5) }),
                    )
                })
                .into(),
            Self::Freeze => vec![
                (at(15), json!({ "do": "freeze", "forMs": at(15) })),
                (at(60), json!({ "do": "freeze", "forMs": at(3) })),
            ],
            Self::Lose => vec![
                (at(10), chance("lose", 0.05)),
                (at(80), chance("lose", 0.0)),
            ],
            Self::Duplicate => vec![(at(10), chance("duplicate", 0.3))],
            Self::Reorder => vec![(at(10), chance("reorder", 0.3))],
            Self::Delay => {
                let mut delay = chance("delay", 0.2);
                delay["delayMs"] = 3_000.into();
                vec![(at(10), delay), (at(80), chance("delay", 0.0))]
            }
            Self::Purge => [15, 50]
                .map(|percent| (at(percent), json!({ "do": "purge" })))
                .into(),
            Self::Restart => [(20, "crash"), (55, "graceful")]
                .map(|(percent, how)| {
                    let restart = json!({ "do": "restart", "how": how, "downMs": at(7) });
                    (at(percent), restart)
                })
                .into(),
            Self::Unauthorized => met(vec![(at(20), answer(401)), (at(50), answer(401))]),
            Self::Forbidden => met(vec![(at(20), answer(403))]),
            Self::Throttled => met(vec![(at(20), answer(429)), (at(50), answer(429))]),
            Self::Unavailable => met(vec![(at(20), answer(503)), (at(50), answer(503))]),
            Self::Cut => {
                let cuts = [(20, false), (50, true)].map(|(percent, written)| {
                    let cut =
                        json!({ "do": "cut", "written": written, "path": "", "forMs": refused_ms });
                    (at(percent), cut)
                });
                met(cuts.into())
            }
            Self::Slow => {
                let slow = json!({ "do": "slow", "delayMs": 1_500, "path": "", "forMs": at(50) });
                met(vec![(at(15), slow)])
            }
            Self::FeatureOff => vec![
                (at(20), json!({ "do": "feature", "on": false })),
                (at(50), json!({ "do": "feature", "on": true })),
            ],
            Self::Cap => vec![
                (
                    at(20),
                    json!({ "do": "versions", "subscriptionsPerUserMax": 1 }),
                ),
                (at(21), json!({ "do": "dropSockets" })),
                (at(60), json!({ "do": "versions" })),
            ],
            Self::Clock => vec![
                (at(20), json!({ "do": "clockSkew", "ms": 60_000 })),
                (at(50), json!({ "do": "clockSkew", "ms": 59_000 })),
            ],
            Self::Junk => (0..JUNK.len() * 3)
                .map(|index| {
                    let percent = 15 + index as u64 * 4;
                    (
                        at(percent),
                        json!({ "do": "frame", "text": JUNK[index % JUNK.len()] }),
                    )
                })
                .collect(),
        }
    }
}

/// A live stream asks the server for little: the last of these refusals meets a client that has to connect anew.
fn met(mut refusals: Vec<Strike>) -> Vec<Strike> {
    let last = refusals.last().map(|(at, _)| *at).unwrap_or_default();
    refusals.push((last, json!({ "do": "dropSockets" })));
    refusals
}
