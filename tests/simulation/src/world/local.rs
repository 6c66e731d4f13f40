//! What a browser does between its pages and workers: ports, channels, locks, storage. Messages keep their order on each
//! way, but the ways have no common order.

use std::rc::Rc;

use panels_core::{
    cache::CacheEvent,
    engine::{Input, OutboxOrder},
    protocol::{FromTab, FromWorker, WorkerMessage},
};

use super::{Event, ToWorker, World};
use crate::{queue::Millis, storage::Command, tab::ToTab, trace::Who, worker::PortNo};

/// Longest way of a message between two contexts of a browser that is not busy.
const LOCAL_MS_MAX: Millis = 2;
/// How long a command of the outbox takes.
const OUTBOX_MS: Millis = 4;
/// Longest that a command of the storage takes.
const STORAGE_MS_MAX: Millis = 12;

impl World {
    fn local_ms(&mut self) -> Millis {
        self.rng.i64(0..=LOCAL_MS_MAX)
    }

    /// A tab posts by its port.
    pub(super) fn post_to_worker(&mut self, tab: usize, message: FromTab) {
        let late_ms = self.local_ms();
        let from = &mut self.tabs[tab];
        let Some(worker) = from.worker else {
            return;
        };
        from.up_after = from.up_after.max(self.now + late_ms);
        let (at, port) = (from.up_after, from.port);
        let message = if self.plan.as_text {
            as_text(&message)
        } else {
            Some(message)
        };
        match message {
            Some(message) => {
                let event = Event::Worker(worker, ToWorker::Port(tab, port, Box::new(message)));
                self.queue.push(at, event);
            }
            None => self.violate(1, "a message of a tab cannot be read".to_owned()),
        }
    }

    fn wrap(&mut self, worker: usize, body: WorkerMessage) -> Rc<FromWorker> {
        let worker = &mut self.workers[worker];
        worker.said += 1;
        Rc::new(FromWorker {
            version: panels_core::limits::PROTOCOL_VERSION_MAX,
            build: worker.build_id.clone(),
            instance: worker.instance.clone(),
            number: worker.said,
            body,
        })
    }

    /// The message as it arrives.
    fn carried(&mut self, message: Rc<FromWorker>) -> Rc<FromWorker> {
        if !self.plan.as_text {
            return message;
        }
        match as_text(&*message) {
            Some(read) => Rc::new(read),
            None => {
                self.violate(1, "a message of a worker cannot be read".to_owned());
                message
            }
        }
    }

    /// A worker posts by a port.
    pub(super) fn post_to_port(
        &mut self,
        worker: usize,
        tab: usize,
        port: PortNo,
        body: WorkerMessage,
    ) {
        let message = self.wrap(worker, body);
        let message = self.carried(message);
        let late_ms = self.local_ms();
        let to = &mut self.tabs[tab];
        to.port_after = to.port_after.max(self.now + late_ms);
        let at = to.port_after;
        self.queue
            .push(at, Event::Tab(tab, ToTab::Port(port, message)));
    }

    /// A worker posts to everybody who listens to its channel.
    pub(super) fn post_to_channel(&mut self, worker: usize, body: WorkerMessage) {
        let Some(name) = self.workers[worker].channel.clone() else {
            return;
        };
        let profile = self.workers[worker].profile;
        let message = self.wrap(worker, body);
        let message = self.carried(message);
        for index in 0..self.tabs.len() {
            let tab = &self.tabs[index];
            let Some((_, listener)) = tab
                .channel
                .as_ref()
                .filter(|(channel, _)| tab.alive && tab.profile == profile && *channel == name)
            else {
                continue;
            };
            let listener = *listener;
            let late_ms = self.local_ms();
            let to = &mut self.tabs[index];
            to.channel_after = to.channel_after.max(self.now + late_ms);
            let at = to.channel_after;
            let event = Event::Tab(index, ToTab::Channel(listener, message.clone()));
            self.queue.push(at, event);
        }
    }

    /// A worker asks its storage for something.
    pub(super) fn ask_storage(&mut self, worker: usize, command: Command) {
        if matches!(command, Command::Outbox(_)) {
            return self.ask_outbox(worker, command);
        }
        let late_ms = self.rng.i64(0..=STORAGE_MS_MAX);
        let profile = &mut self.profiles[self.workers[worker].profile];
        profile.storage_free_at = profile.storage_free_at.max(self.now) + late_ms;
        let at = profile.storage_free_at;
        let opening = self.workers[worker].cache_openings;
        self.queue
            .push(at, Event::Storage(worker, opening, command));
    }

    /// The same for the outbox, which has a way of its own, and takes no chance away from others: seeds that were kept stay what
    /// they are.
    fn ask_outbox(&mut self, worker: usize, command: Command) {
        let profile = &mut self.profiles[self.workers[worker].profile];
        profile.outbox_free_at = profile.outbox_free_at.max(self.now) + OUTBOX_MS;
        let at = profile.outbox_free_at;
        let opening = self.workers[worker].outbox_openings;
        self.queue
            .push(at, Event::Storage(worker, opening, command));
    }

    /// The worker hears when everything that it has asked of its storages is done. It takes no chance away from others.
    pub(super) fn settle_storage(&mut self, worker: usize, number: u64) {
        let profile = &self.profiles[self.workers[worker].profile];
        let busy_until = profile.storage_free_at.max(profile.outbox_free_at);
        let at = busy_until.max(self.now);
        let input = ToWorker::Input(Box::new(Input::StorageSettled { number }));
        self.queue.push(at, Event::Worker(worker, input));
    }

    /// The storages of the audit trail and of settings take everything and keep nothing: what becomes of what they keep is tested in
    /// the core.
    pub(super) fn take_order(
        &mut self,
        worker: usize,
        order: &OutboxOrder,
        told: fn(CacheEvent) -> Input,
    ) {
        let event = match order {
            OutboxOrder::Open { .. } => CacheEvent::Ready { stored_bytes: 0 },
            OutboxOrder::Write { write, .. } => CacheEvent::Written {
                write: *write,
                result: Ok(0),
            },
            OutboxOrder::Close | OutboxOrder::Discard => return,
        };
        let input = ToWorker::Input(Box::new(told(event)));
        let at = self.now + OUTBOX_MS;
        self.queue.push(at, Event::Worker(worker, input));
    }

    /// The storage carries out a command. Of a dead worker only the first few still are.
    pub(super) fn use_storage(&mut self, worker: usize, opening: u64, command: Command) {
        let profile = self.workers[worker].profile;
        let alive = self.workers[worker].alive;
        if !alive {
            let left = &mut self.workers[worker].storage_commands_left;
            if *left == 0 {
                return;
            }
            if !matches!(command, Command::Outbox(_)) {
                *left -= 1;
            }
        }
        self.trace.line(self.now, Who::Profile(profile), || {
            format!("disk: {}", command.word())
        });
        let edits = Self::stores_edits(&command);
        self.check_discarded(worker, &command);
        let texts = self.texts_to_keep(&command);
        let told = self.profiles[profile].storage.carry_out(worker, command);
        self.note_kept(&texts, &told);
        if alive {
            if matches!(&told[..], [Input::SessionLoaded { text: None }]) {
                self.expect_wiped(worker);
            }
            for input in told {
                let input = Box::new(input);
                let event = match *input {
                    Input::Cache(_) => ToWorker::Cache(opening, input),
                    Input::Outbox(_) => ToWorker::Outbox(opening, input),
                    _ => ToWorker::Input(input),
                };
                self.queue.push(self.now, Event::Worker(worker, event));
            }
            self.ambush_stored(worker, edits);
        }
    }
}

fn as_text<T: serde::Serialize + serde::de::DeserializeOwned>(message: &T) -> Option<T> {
    let text = serde_json::to_string(message).ok()?;
    serde_json::from_str(&text).ok()
}
