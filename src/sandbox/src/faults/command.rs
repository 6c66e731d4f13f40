//! The commands of `POST /control`, and what they do.

use serde::Deserialize;
use serde_json::{Value, json};
use thiserror::Error;

use super::{Consequence, Rule};
use crate::{
    live::{Dose, LiveOptions, Stop},
    outcome::Outcome,
    sandbox::{Millis, Sandbox, SocketId},
    store::Actor,
};

/// Which requests a rule is about, and how long.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Scope {
    path: String,
    method: Option<String>,
    next: Option<u32>,
    for_ms: Option<Millis>,
}

/// How often a fault strikes events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct EventDose {
    next: u32,
    probability: f64,
}

/// How a restart ends the old process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum StopKind {
    /// Nothing is cleaned up.
    Crash,
    /// Subscriptions of open sockets are deleted.
    Graceful,
}

/// A direct write, made as a simulated colleague.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DirectWrite {
    /// A new resource.
    Create(Value),
    /// A whole resource.
    Update(Value),
    /// `[reference, operations]`.
    Patch(String, Value),
    /// A reference.
    Delete(String),
}

/// One command.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "do", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Command {
    /// Breaks every socket now.
    DropSockets {
        /// Refuses new ones for so long.
        #[serde(default)]
        refuse_ms: Millis,
    },
    /// Lets nothing pass on the sockets open now.
    Freeze {
        /// How long; without it until `thaw`.
        for_ms: Option<Millis>,
    },
    /// Ends every freeze: what was buffered arrives in a burst.
    Thaw,
    /// Loses, doubles, reorders or delays events. What is not named stays as it is.
    Events {
        /// Lost.
        lose: Option<EventDose>,
        /// Sent twice.
        duplicate: Option<EventDose>,
        /// Overtaken.
        reorder: Option<EventDose>,
        /// Held back.
        delay: Option<EventDose>,
        /// How long `delay` holds back.
        delay_ms: Option<Millis>,
    },
    /// Forgets a Subscription while its heartbeats go on.
    Purge {
        /// Its id; without it the first bound one.
        subscription: Option<String>,
    },
    /// Stops the process and starts it again.
    Restart {
        /// How it stops.
        how: StopKind,
        /// Time until it answers again.
        #[serde(default)]
        down_ms: Millis,
    },
    /// Answers requests with a status.
    Answer {
        /// 401, 403, 404, 409, 410, 412, 429 or 5xx.
        status: u16,
        /// Which requests.
        #[serde(flatten)]
        scope: Scope,
    },
    /// Answers requests late.
    Slow {
        /// How late.
        delay_ms: u64,
        /// Which requests.
        #[serde(flatten)]
        scope: Scope,
    },
    /// Breaks the connection of requests.
    Cut {
        /// Whether they are carried out before.
        #[serde(default)]
        written: bool,
        /// Which requests.
        #[serde(flatten)]
        scope: Scope,
    },
    /// Answers the next writes of anybody with 409, as contention on one resource does.
    Conflict {
        /// How many.
        next: u32,
    },
    /// Ends all rules and event faults.
    Calm,
    /// Switches the project feature `websocket-subscriptions`.
    Feature {
        /// On or off.
        on: bool,
    },
    /// How later server versions behave; what is not named is as in 5.0.10.
    Versions(LiveOptions),
    /// Puts the server's clock off.
    ClockSkew {
        /// Forward; negative: backward.
        ms: Millis,
    },
    /// Writes as a colleague.
    Write(DirectWrite),
    /// Makes so many changes at once.
    Burst {
        /// How many.
        changes: u32,
    },
    /// How busy the colleagues are.
    Colleagues {
        /// Changes per second.
        rate: f64,
    },
    /// What is stored: ids, versions and statuses.
    Truth {
        /// Resource type.
        r#type: String,
    },
    /// Sends any text to a socket.
    Frame {
        /// The text.
        text: String,
        /// One socket; without it all.
        socket: Option<u64>,
    },
}

/// Why a command was not carried out.
#[derive(Debug, Error)]
pub enum CommandError {
    /// Not a command.
    #[error("not a command: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// There is nobody to act as.
    #[error("this sandbox has no colleagues")]
    NoColleagues,
    /// There is nothing to act on.
    #[error("no subscription is bound")]
    NothingBound,
    /// The write was refused.
    #[error("the write was refused: {}", .0.text())]
    Refused(Outcome),
}

impl Sandbox {
    /// Carries out a command given as JSON.
    pub fn command_text(&mut self, now: Millis, text: &[u8]) -> Result<Value, CommandError> {
        let command = serde_json::from_slice(text)?;
        self.command(now, command)
    }

    /// Carries out a command; the answer depends on it.
    pub fn command(&mut self, now: Millis, command: Command) -> Result<Value, CommandError> {
        match command {
            Command::DropSockets { refuse_ms } => {
                let dropped = self.live.open_sockets().len();
                self.live.drop_sockets(now);
                self.faults.sockets_refused_until = now + refuse_ms;
                Ok(json!({"dropped": dropped}))
            }
            Command::Freeze { for_ms } => {
                self.live.freeze(for_ms.map(|span| now + span));
                Ok(json!({"frozen": self.live.open_sockets().len()}))
            }
            Command::Thaw => {
                let (live, mut world) = self.halves();
                live.thaw_all(&mut world, now);
                Ok(done())
            }
            Command::Events {
                lose,
                duplicate,
                reorder,
                delay,
                delay_ms,
            } => {
                let faults = &mut self.live.faults;
                set(&mut faults.lose, lose);
                set(&mut faults.duplicate, duplicate);
                set(&mut faults.reorder, reorder);
                set(&mut faults.delay, delay);
                faults.delay_ms = delay_ms.unwrap_or(faults.delay_ms);
                Ok(done())
            }
            Command::Purge { subscription } => {
                let purged = self
                    .live
                    .evict(subscription.as_deref())
                    .ok_or(CommandError::NothingBound)?;
                Ok(json!({"purged": purged}))
            }
            Command::Restart { how, down_ms } => {
                let stop = match how {
                    StopKind::Crash => Stop::Crash,
                    StopKind::Graceful => Stop::Graceful,
                };
                self.restart(stop, down_ms, now);
                Ok(done())
            }
            Command::Answer { status, scope } => {
                Ok(self.rule(Consequence::Answer { status }, scope, now))
            }
            Command::Slow { delay_ms, scope } => {
                Ok(self.rule(Consequence::Slow { delay_ms }, scope, now))
            }
            Command::Cut { written, scope } => {
                Ok(self.rule(Consequence::Drop { written }, scope, now))
            }
            Command::Conflict { next } => {
                self.conflicts_due = next;
                Ok(done())
            }
            Command::Calm => {
                self.conflicts_due = 0;
                self.faults.rules.clear();
                self.faults.sockets_refused_until = now;
                self.live.faults.clear();
                Ok(done())
            }
            Command::Feature { on } => self.switch_feature(now, on),
            Command::Versions(options) => {
                self.options.live = options;
                self.live.set_options(options);
                Ok(done())
            }
            Command::ClockSkew { ms } => {
                let by_ms = ms - self.faults.clock_skew_ms;
                self.live.shift_clock(by_ms);
                self.faults.shift_clock(by_ms);
                self.with_colleagues(|colleagues, _| colleagues.shift_clock(by_ms));
                self.faults.clock_skew_ms = ms;
                Ok(done())
            }
            Command::Write(write) => self.direct_write(now, write),
            Command::Burst { changes } => {
                let counts = self.with_colleagues(|colleagues, sandbox| {
                    colleagues.burst(changes, now, sandbox);
                    colleagues.counts().clone()
                });
                Ok(json!(counts.ok_or(CommandError::NoColleagues)?))
            }
            Command::Colleagues { rate } => {
                let set = self.with_colleagues(|colleagues, _| {
                    colleagues.set_rate(rate, now);
                    colleagues.rate()
                });
                Ok(json!({"rate": set.ok_or(CommandError::NoColleagues)?}))
            }
            Command::Truth { r#type } => Ok(self.truth(&r#type)),
            Command::Frame { text, socket } => {
                Ok(json!({"sent": self.live.inject(socket.map(SocketId), &text)}))
            }
        }
    }

    fn rule(&mut self, consequence: Consequence, scope: Scope, now: Millis) -> Value {
        self.faults.add_rule(Rule {
            consequence,
            path: scope.path,
            method: scope.method,
            next: scope.next,
            until: scope.for_ms.map(|span| now + span),
        });
        done()
    }

    fn colleague(&self) -> Result<Actor, CommandError> {
        let first = self
            .colleagues
            .as_ref()
            .and_then(|colleagues| colleagues.first_actor());
        first.cloned().ok_or(CommandError::NoColleagues)
    }

    fn direct_write(&mut self, now: Millis, write: DirectWrite) -> Result<Value, CommandError> {
        let actor = self.colleague()?;
        let written = match write {
            DirectWrite::Create(resource) => self.create_as(now, &actor, resource),
            DirectWrite::Update(resource) => self.update_as(now, &actor, resource),
            DirectWrite::Patch(reference, operations) => {
                self.patch_as(now, &actor, &reference, &operations)
            }
            DirectWrite::Delete(reference) => self
                .delete_as(now, &actor, &reference)
                .map(|()| Value::Null),
        };
        written.map_err(CommandError::Refused)
    }

    /// What is stored, short enough to compare a screen with.
    fn truth(&self, resource_type: &str) -> Value {
        let rows = self.iterate(resource_type).map(|resource| {
            json!({
                "id": resource["id"],
                "versionId": resource["meta"]["versionId"],
                "lastUpdated": resource["meta"]["lastUpdated"],
                "status": resource["status"],
            })
        });
        json!({"type": resource_type, "rows": rows.collect::<Vec<_>>()})
    }

    fn switch_feature(&mut self, now: Millis, on: bool) -> Result<Value, CommandError> {
        let project = self.colleague()?.project;
        self.set_feature(now, &project, "websocket-subscriptions", on);
        Ok(done())
    }
}

fn set(dose: &mut Dose, wanted: Option<EventDose>) {
    if let Some(wanted) = wanted {
        *dose = Dose {
            next: wanted.next,
            probability: wanted.probability,
        };
    }
}

fn done() -> Value {
    json!({"done": true})
}
