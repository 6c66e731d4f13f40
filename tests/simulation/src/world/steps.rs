//! Carrying out the steps of a plan.

use panels_core::{engine::Input, protocol::TabMessage};
use serde_json::json;

use super::{Event, ToWorker, World};
use crate::{
    action::{Action, Sleep},
    network::Cut,
    queue::Millis,
    tab::ToTab,
    trace::Who,
    truth::{Panel, Reading},
};

impl World {
    pub(super) fn step(&mut self, index: usize) {
        let action = self.plan.steps[index].action.clone();
        self.trace
            .line(self.now, Who::Plan, || format!("{action:?}"));
        self.unreliable |= action.makes_stream_unreliable();
        self.act(action);
        self.drain_server();
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Write(change, pick) => self.write(change, pick),
            Action::Contend(pick, writers) => self.contend(pick, writers),
            Action::Meddle(pick, field) => self.meddle(pick, field),
            Action::Ambush(ambush) => self.ambushes.push_back(ambush),
            Action::StampEarly(by_ms) => self.server.sandbox.stamp_early(by_ms),
            Action::OpenTab(_)
            | Action::CloseTab(_)
            | Action::KillTab(_)
            | Action::Watch(..)
            | Action::OpenRecord(..)
            | Action::CloseRecord(_)
            | Action::Visible(..)
            | Action::RetryNow(_)
            | Action::FreezeTab(..)
            | Action::Edit(..)
            | Action::SignOut(..) => self.act_in_tab(action),
            Action::KillWorker(_)
            | Action::Deploy(_)
            | Action::Partition(..)
            | Action::Slow(..)
            | Action::Deafen(..)
            | Action::ClockJump(..)
            | Action::Sleep(..)
            | Action::Storage(..) => self.act_on_machine(action),
            _ => self.act_on_server(action),
        }
    }

    fn act_in_tab(&mut self, action: Action) {
        if let Action::OpenTab(pick) = action {
            let profile = pick as usize % self.profiles.len();
            if !self.profiles[profile].is_asleep(self.now) {
                self.open_tab(profile);
            }
            return;
        }
        let (Action::CloseTab(pick)
        | Action::KillTab(pick)
        | Action::Watch(pick, _)
        | Action::OpenRecord(pick, _)
        | Action::CloseRecord(pick)
        | Action::Visible(pick, _)
        | Action::RetryNow(pick)
        | Action::FreezeTab(pick, _)
        | Action::Edit(pick, ..)
        | Action::SignOut(pick, ..)) = action
        else {
            return;
        };
        let Some(tab) = self.awake_tab(pick) else {
            return;
        };
        match action {
            Action::CloseTab(_) | Action::KillTab(_) => self.kill_tab(tab),
            Action::Watch(_, panel) => self.look_at(tab, Panel::ALL[panel as usize % 3]),
            Action::OpenRecord(_, row) => self.open_record(tab, row),
            Action::CloseRecord(_) => self.say(tab, TabMessage::CloseRecord),
            Action::Visible(_, visible) => {
                self.surround(tab, |surroundings| surroundings.visible = visible);
            }
            Action::RetryNow(_) => self.say(tab, TabMessage::RetryNow),
            Action::FreezeTab(_, span_ms) => self.freeze(tab, span_ms),
            Action::Edit(_, editing, pick) => self.edit(tab, editing, pick),
            Action::SignOut(_, away_ms, user) => self.sign_out(tab, away_ms, user.into()),
            _ => {}
        }
    }

    /// A tab that can do something now.
    fn awake_tab(&self, pick: u32) -> Option<usize> {
        let tabs = self.tabs.iter().enumerate();
        let awake: Vec<_> = tabs
            .filter(|(_, tab)| {
                tab.alive
                    && !tab.is_frozen(self.now)
                    && !self.profiles[tab.profile].is_asleep(self.now)
            })
            .map(|(index, _)| index)
            .collect();
        (!awake.is_empty()).then(|| awake[pick as usize % awake.len()])
    }

    fn freeze(&mut self, tab: usize, span_ms: Millis) {
        let until = self.now + span_ms;
        self.tabs[tab].frozen_until = Some(until);
        self.tabs[tab].thawed_at = until;
        let grace = until + crate::checkers::WAKE_GRACE_MS;
        self.queue.push(grace, Event::Deadline(tab));
    }

    fn act_on_machine(&mut self, action: Action) {
        match action {
            Action::KillWorker(pick) => {
                let workers = self.workers.iter().enumerate();
                let alive: Vec<_> = workers
                    .filter(|(_, worker)| worker.alive)
                    .map(|(index, _)| index)
                    .collect();
                if !alive.is_empty() {
                    self.kill_worker(alive[pick as usize % alive.len()]);
                }
            }
            Action::Deploy(pick) => {
                let profile = pick as usize % self.profiles.len();
                self.profiles[profile].build += 1;
                if !self.profiles[profile].is_asleep(self.now) {
                    self.open_tab(profile);
                }
            }
            Action::Partition(pick, cut, span_ms) => {
                self.partition(pick as usize % self.profiles.len(), cut, span_ms);
            }
            Action::Slow(pick, late_ms, _) => {
                let profile = pick as usize % self.profiles.len();
                self.profiles[profile].path.quality.jitter_ms = late_ms;
            }
            Action::Deafen(pick, span_ms) => {
                let profile = pick as usize % self.profiles.len();
                let until = span_ms.map_or(Millis::MAX, |span_ms| self.now + span_ms);
                for conn in self.conns_of(profile) {
                    self.conns[conn].silent_until = self.conns[conn].silent_until.max(until);
                }
            }
            Action::ClockJump(pick, by_ms) => {
                let profile = pick as usize % self.profiles.len();
                self.profiles[profile].clock_ahead_ms += by_ms;
                self.profiles[profile].set_back_ms += (-by_ms).max(0);
                // A machine that sleeps shows it when it wakes.
                let shown_at = self.profiles[profile].asleep_until;
                self.profiles[profile].clock_set_at = shown_at.unwrap_or_default().max(self.now);
            }
            Action::Sleep(pick, sleep, span_ms) => {
                self.sleep(pick as usize % self.profiles.len(), sleep, span_ms);
            }
            Action::Storage(pick, fault) => {
                let profile = pick as usize % self.profiles.len();
                let owner = self.profiles[profile].owner;
                let heard = self.profiles[profile].storage.strike(fault, owner);
                let Some(worker) = owner else {
                    return;
                };
                for input in heard {
                    let event = match input {
                        Input::Outbox(_) => {
                            ToWorker::Outbox(self.workers[worker].outbox_openings, Box::new(input))
                        }
                        _ => ToWorker::Cache(self.workers[worker].cache_openings, Box::new(input)),
                    };
                    self.queue.push(self.now, Event::Worker(worker, event));
                }
            }
            _ => {}
        }
    }

    fn partition(&mut self, profile: usize, cut: Cut, span_ms: Millis) {
        let until = self.now + span_ms;
        self.profiles[profile].path.cut(cut, until);
        let told = cut == Cut::Refused && self.rng.bool();
        for conn in self.conns_of(profile) {
            if cut == Cut::Refused {
                // The client knows at once, the server when the network is back.
                self.conns[conn].silent_until = Millis::MAX;
                let worker = self.conns[conn].worker;
                let code = 1006;
                let closed = panels_core::engine::SocketEvent::Closed { code };
                let event = Event::Worker(worker, ToWorker::Conn(conn, closed));
                self.queue.push(self.now + 1, event);
                let event = super::ToServer::Closed(conn);
                self.queue.push(until, Event::Server(event));
            } else if self.rng.bool() {
                self.break_conn(conn, until + 1);
            }
        }
        if told {
            self.set_online(profile, false);
            let at = until + self.rng.i64(0..500);
            self.queue.push(at, Event::Online(profile, true));
        }
    }

    fn sleep(&mut self, profile: usize, sleep: Sleep, span_ms: Millis) {
        let until = self.now + span_ms;
        if self.profiles[profile].is_asleep(self.now) {
            return;
        }
        self.profiles[profile].asleep_until = Some(until);
        self.profiles[profile].slept_at = self.now;
        self.profiles[profile].timers_resume = self.rng.bool();
        self.queue.push(until, Event::Wake(profile));
        for conn in self.conns_of(profile) {
            match sleep {
                Sleep::Buffered => {}
                Sleep::Broken => self.break_conn(conn, until),
                Sleep::Deaf => self.conns[conn].silent_until = Millis::MAX,
            }
        }
    }

    fn act_on_server(&mut self, action: Action) {
        let command = match action {
            Action::Answer(status, next, path) => {
                json!({ "do": "answer", "status": status, "next": next, "path": path })
            }
            Action::AnswerLate(delay_ms, for_ms) => {
                json!({ "do": "slow", "delayMs": delay_ms, "forMs": for_ms })
            }
            Action::BreakAnswers(next, written) => {
                json!({ "do": "cut", "next": next, "written": written })
            }
            Action::Events([lose, duplicate, reorder, delay], delay_ms) => {
                let dose = |chance: u32| json!({ "probability": f64::from(chance) / 1000.0 });
                json!({
                    "do": "events", "lose": dose(lose), "duplicate": dose(duplicate),
                    "reorder": dose(reorder), "delay": dose(delay), "delayMs": delay_ms,
                })
            }
            Action::DropSockets(refuse_ms) => json!({ "do": "dropSockets", "refuseMs": refuse_ms }),
            Action::FreezeSockets(for_ms) => json!({ "do": "freeze", "forMs": for_ms }),
            Action::Restart(crash, down_ms) => {
                let how = if crash { "crash" } else { "graceful" };
                json!({ "do": "restart", "how": how, "downMs": down_ms })
            }
            Action::Purge => json!({ "do": "purge" }),
            Action::Feature(on) => return self.set_feature(on),
            Action::ServerClock(by_ms) => {
                let ms = self.server.sandbox.clock_skew_ms() + by_ms;
                json!({ "do": "clockSkew", "ms": ms })
            }
            Action::Policy(user, reading) => return self.set_policy(user.into(), reading),
            Action::Revoke(user) => return self.revoke(user.into()),
            _ => return,
        };
        self.server.command_json(self.now, command);
    }

    pub(super) fn set_feature(&mut self, on: bool) {
        let clock = self.server.clock(self.now);
        let project = self.server.clinic.project.clone();
        let stored = self.server.sandbox.read("Project", &project).cloned();
        if let Some(mut resource) = stored {
            let features = if on {
                json!(["websocket-subscriptions"])
            } else {
                json!([])
            };
            resource["features"] = features;
            self.server
                .sandbox
                .write_as_server(clock, Some(&project), resource);
        }
    }

    pub(super) fn set_policy(&mut self, user: usize, reading: Reading) {
        let membership = self.truth.users()[user].membership.clone();
        let sandbox = &mut self.server.sandbox;
        let policy = sandbox
            .read("ProjectMembership", &membership)
            .and_then(|membership| membership["accessPolicy"]["reference"].as_str())
            .and_then(|reference| reference.strip_prefix("AccessPolicy/"))
            .and_then(|id| sandbox.read("AccessPolicy", id))
            .cloned();
        let Some(mut policy) = policy else {
            return;
        };
        let task = match reading {
            Reading::Everything => json!({ "resourceType": "Task" }),
            Reading::OwnTasks => {
                json!({ "resourceType": "Task", "criteria": "Task?owner=%profile" })
            }
        };
        if let Some(entry) = policy["resource"].as_array_mut().and_then(|entries| {
            entries
                .iter_mut()
                .find(|entry| entry["resourceType"] == "Task")
        }) {
            *entry = task;
        }
        let clock = self.server.clock(self.now);
        let project = self.server.clinic.project.clone();
        self.server
            .sandbox
            .write_as_server(clock, Some(&project), policy);
        self.truth.set_reading(self.now, user, reading);
        for number in 0..self.truth.len() {
            self.check_commit(number);
        }
    }

    /// An administrator ends every session of a user.
    pub(super) fn revoke(&mut self, user: usize) {
        let membership = self.truth.users()[user].membership.clone();
        self.server.sandbox.revoke_sessions(&membership);
    }

    /// Plans what a tab hears when its browser lets it run again.
    pub(super) fn thaw_all_tabs(&mut self) {
        for tab in 0..self.tabs.len() {
            if self.tabs[tab].is_frozen(self.now) {
                self.tabs[tab].frozen_until = Some(self.now);
                self.queue.push(self.now, Event::Tab(tab, ToTab::Flush));
            }
        }
    }
}
