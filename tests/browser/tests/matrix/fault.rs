//! What goes wrong: each switch of the sandbox's control endpoint, and when it is thrown while changes flow.

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
    Crash,
    Deploy,
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

impl Fault {
    pub(crate) const ALL: [Self; 19] = [
        Self::Lose,
        Self::Purge,
        Self::Throttled,
        Self::Forbidden,
        Self::FeatureOff,
        Self::Cap,
        Self::Delay,
        Self::Clock,
        Self::Unauthorized,
        Self::Unavailable,
        Self::Drop,
        Self::Freeze,
        Self::Duplicate,
        Self::Reorder,
        Self::Crash,
        Self::Deploy,
        Self::Cut,
        Self::Slow,
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
            Self::Crash => "crash",
            Self::Deploy => "restart",
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

    /// Whether the stream goes on to bring everything, or tells that it does not. Else only a search can know.
    pub(crate) fn keeps_the_stream_honest(self) -> bool {
        !matches!(
            self,
            Self::Lose | Self::Delay | Self::Purge | Self::FeatureOff | Self::Cap
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
        let answer = |status: u16, percent: u64| json!({ "do": "answer", "status": status, "path": "/fhir/R4", "forMs": at(percent) });
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
            Self::Crash | Self::Deploy => {
                let how = if self == Self::Crash {
                    "crash"
                } else {
                    "graceful"
                };
                [20, 55]
                    .map(|percent| {
                        (
                            at(percent),
                            json!({ "do": "restart", "how": how, "downMs": at(7) }),
                        )
                    })
                    .into()
            }
            Self::Unauthorized => vec![(at(20), answer(401, 3)), (at(50), answer(401, 10))],
            Self::Forbidden => vec![(at(20), answer(403, 10))],
            Self::Throttled => vec![(at(20), answer(429, 10)), (at(50), answer(429, 10))],
            Self::Unavailable => vec![(at(20), answer(503, 10)), (at(50), answer(503, 10))],
            Self::Cut => [(20, false), (50, true)]
                .map(|(percent, written)| {
                    let cut =
                        json!({ "do": "cut", "written": written, "path": "", "forMs": at(10) });
                    (at(percent), cut)
                })
                .into(),
            Self::Slow => {
                let slow = json!({ "do": "slow", "delayMs": 1_500, "path": "", "forMs": at(50) });
                vec![(at(15), slow)]
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
