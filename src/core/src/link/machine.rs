//! See the module `link`.

use std::collections::{BTreeSet, VecDeque};

use super::{LinkEvent, ReloadReason, WorkerUnavailableReason, asked::Asked, latest::Latest};
use crate::{
    identity::{BuildId, InstanceId, PanelId, ResourceKey, TabId},
    limits,
    protocol::{
        FromTab, FromWorker, RefusalReason, SessionView, Surroundings, TabMessage, WorkerMessage,
    },
    time::Timestamp,
};

/// What can happen to a tab.
#[derive(Clone, Debug)]
pub enum LinkInput {
    /// The tab's own Web Lock is held: it may be admitted.
    LockHeld,
    /// A message by port or channel.
    Heard(Box<FromWorker>),
    /// The worker's lock was released: it is dead.
    WorkerDied {
        /// Name of the lock.
        lock: String,
    },
    /// The worker's script could not be loaded.
    LoadFailed,
    /// The app says something.
    Say(TabMessage),
    /// Time passed.
    Timer,
}

/// What the shell has to do.
#[derive(Clone, Debug, PartialEq)]
pub enum LinkOutput {
    /// Connect to the worker by name, starting it if there is none. Replaces the port in use.
    Connect,
    /// Post by the port.
    Post(Box<FromTab>),
    /// Listen to this channel from now on; `None`: to none.
    UseChannel(Option<String>),
    /// Tell [`LinkInput::WorkerDied`] when this lock is released.
    AwaitDeath(String),
    /// Come back at this moment. Replaces the moment asked for before.
    WakeAt(Timestamp),
    /// Tell the app.
    Tell(Box<LinkEvent>),
}

#[derive(Clone, Debug, PartialEq)]
enum State {
    /// The tab does not hold its own lock yet.
    Unlocked,
    /// Hellos were said since, so often, without an answer.
    Greeting { hellos: u32 },
    /// The worker answered.
    Admitted { lock: String, unanswered: u32 },
    /// Another version took over: only a reload helps.
    Retired,
}

/// See the module `link`. [`Link::handle`] one input, then [`Link::poll_output`] until `None`.
#[derive(Debug)]
pub struct Link {
    tab: TabId,
    build: BuildId,
    config: String,
    surroundings: Surroundings,
    /// As the last hello told them.
    greeted_with: Option<Surroundings>,
    state: State,
    instance: Option<InstanceId>,
    channel: Option<String>,
    watching: BTreeSet<PanelId>,
    /// The last [`TabMessage::Viewing`].
    viewing: Option<TabMessage>,
    record: Option<ResourceKey>,
    /// Its history, as last asked for.
    timeline: Option<TabMessage>,
    asked: Asked,
    latest: Latest,
    /// Profile of whoever is signed in.
    author: Option<String>,
    pings: u64,
    wake_at: Timestamp,
    /// What the clock showed last.
    clock: Timestamp,
    outputs: VecDeque<LinkOutput>,
}

impl Link {
    /// A tab that has said nothing yet.
    pub fn new(tab: TabId, build: BuildId, config: String, surroundings: Surroundings) -> Self {
        Self {
            tab,
            build,
            config,
            surroundings,
            greeted_with: None,
            state: State::Unlocked,
            instance: None,
            channel: None,
            watching: BTreeSet::new(),
            viewing: None,
            record: None,
            timeline: None,
            asked: Asked::default(),
            latest: Latest::default(),
            author: None,
            pings: 0,
            wake_at: Timestamp(i64::MAX),
            clock: Timestamp(i64::MIN),
            outputs: VecDeque::new(),
        }
    }

    /// The next thing to do.
    pub fn poll_output(&mut self) -> Option<LinkOutput> {
        self.outputs.pop_front()
    }

    /// Takes one input.
    pub fn handle(&mut self, now: Timestamp, input: LinkInput) {
        if now < self.clock && self.wake_at.0 < i64::MAX {
            // The clock was set back: what the alarm is for is as near as before.
            self.wake_at = self.wake_at - self.clock.since_ms(now);
        }
        self.clock = now;
        match input {
            LinkInput::LockHeld if self.state == State::Unlocked => self.connect(now),
            LinkInput::Heard(message) => self.heard(now, *message),
            LinkInput::WorkerDied { lock } => {
                if matches!(&self.state, State::Admitted { lock: ours, .. } if *ours == lock) {
                    self.lost(now);
                }
            }
            LinkInput::LoadFailed => self.tell(LinkEvent::WorkerUnavailable {
                reason: WorkerUnavailableReason::LoadFailed,
            }),
            LinkInput::Say(message) => self.say(message),
            LinkInput::Timer if now >= self.wake_at => self.tick(now),
            // Too early, as after a clock that was set back: the alarm must be set again.
            LinkInput::Timer if self.wake_at.0 < i64::MAX => self.wake(self.wake_at),
            LinkInput::LockHeld | LinkInput::Timer => {}
        }
    }

    fn connect(&mut self, now: Timestamp) {
        self.instance = None;
        self.state = State::Greeting { hellos: 0 };
        self.outputs.push_back(LinkOutput::Connect);
        self.greet(now);
    }

    fn greet(&mut self, now: Timestamp) {
        self.greeted_with = Some(self.surroundings.clone());
        let hello = TabMessage::Hello {
            version_min: limits::PROTOCOL_VERSION_MIN,
            version_max: limits::PROTOCOL_VERSION_MAX,
            config: self.config.clone(),
            surroundings: self.surroundings.clone(),
        };
        self.post(hello);
        self.wake(now + limits::HELLO_EVERY_MS);
    }

    fn tick(&mut self, now: Timestamp) {
        match &mut self.state {
            State::Greeting { hellos } => {
                *hellos += 1;
                if (*hellos).is_multiple_of(limits::HELLOS_UNANSWERED_MAX) {
                    let reason = WorkerUnavailableReason::NoAnswer;
                    self.tell(LinkEvent::WorkerUnavailable { reason });
                    self.outputs.push_back(LinkOutput::Connect);
                }
                self.greet(now);
            }
            // Ticks that ran are counted, not time: a tab that was asleep has asked nothing meanwhile.
            State::Admitted { unanswered, .. } if *unanswered >= limits::PINGS_UNANSWERED_MAX => {
                self.lost(now);
            }
            State::Admitted { unanswered, .. } => {
                *unanswered += 1;
                self.pings += 1;
                let nonce = self.pings;
                self.post(TabMessage::Ping { nonce });
                self.wake(now + limits::TAB_PING_EVERY_MS);
            }
            State::Unlocked | State::Retired => {}
        }
    }

    fn lost(&mut self, now: Timestamp) {
        self.tell(LinkEvent::WorkerLost);
        self.use_channel(None);
        self.connect(now);
    }

    fn heard(&mut self, now: Timestamp, message: FromWorker) {
        if self.state == State::Retired || matches!(self.state, State::Unlocked) {
            return;
        }
        let welcome = matches!(message.body, WorkerMessage::Welcome { .. });
        let refused = matches!(message.body, WorkerMessage::Refused { .. });
        if !welcome && !refused && self.instance.as_ref() != Some(&message.instance) {
            return;
        }
        if !self.latest.is_news(message.number, &message.body) {
            return;
        }
        match &message.body {
            WorkerMessage::Welcome {
                channel,
                worker_lock,
            } => {
                self.admitted(now, &message.instance, channel.clone(), worker_lock.clone());
            }
            WorkerMessage::Refused { reason } => return self.refused(now, reason.clone()),
            WorkerMessage::Pong { .. } => {
                if let State::Admitted { unanswered, .. } = &mut self.state {
                    *unanswered = 0;
                }
                return;
            }
            WorkerMessage::Ending { reason } if reason == limits::ENDING_RETIRED => {
                self.state = State::Retired;
                let reason = ReloadReason::NewVersion;
                return self.tell(LinkEvent::ReloadNeeded { reason });
            }
            WorkerMessage::Ending { .. } => return self.lost(now),
            WorkerMessage::Session { session, channel } => {
                let (session, channel) = (session.clone(), channel.clone());
                let anew = channel != self.channel;
                self.use_channel(channel);
                self.tell(LinkEvent::Message(message.body));
                if anew {
                    self.watch_again();
                }
                return self.take_session(session);
            }
            said => self.asked.hear(said),
        }
        self.tell(LinkEvent::Message(message.body));
        if welcome {
            self.watch_again();
        }
    }

    fn admitted(
        &mut self,
        now: Timestamp,
        instance: &InstanceId,
        channel: Option<String>,
        lock: String,
    ) {
        let known = self.instance.as_ref() == Some(instance);
        self.instance = Some(instance.clone());
        self.use_channel(channel);
        if !known {
            self.latest = Latest::default();
            self.outputs.push_back(LinkOutput::AwaitDeath(lock.clone()));
        }
        self.state = State::Admitted {
            lock,
            unanswered: 0,
        };
        self.wake(now + limits::TAB_PING_EVERY_MS);
        // What changed after the hello was said was told to nobody.
        if self
            .greeted_with
            .take()
            .is_some_and(|told| told != self.surroundings)
        {
            self.post(TabMessage::Surroundings(self.surroundings.clone()));
        }
    }

    /// A new life of the worker, or a new channel that counts from the start: everything is asked for again.
    fn watch_again(&mut self) {
        for panel in self.watching.clone() {
            self.post(TabMessage::Watch { panel });
        }
        if let Some(viewing) = self.viewing.clone() {
            self.post(viewing);
        }
        if let Some(record) = self.record.clone() {
            self.post(TabMessage::OpenRecord { record });
            if let Some(timeline) = self.timeline.clone() {
                self.post(timeline);
            }
        }
    }

    fn take_session(&mut self, session: SessionView) {
        self.author = match session {
            SessionView::SignedIn { profile, .. } => Some(profile),
            _ => None,
        };
        let again = self.author.as_ref().map(|author| self.asked.again(author));
        for message in again.into_iter().flatten() {
            self.post(message);
        }
    }

    fn refused(&mut self, now: Timestamp, reason: RefusalReason) {
        match reason {
            RefusalReason::ProtocolMismatch => {
                self.state = State::Retired;
                let reason = ReloadReason::NewVersion;
                self.tell(LinkEvent::ReloadNeeded { reason });
            }
            RefusalReason::InstanceChanged => self.connect(now),
            RefusalReason::Ending => self.wake(now + limits::HELLO_EVERY_MS),
            RefusalReason::TooManyTabs => self.tell(LinkEvent::WorkerUnavailable {
                reason: WorkerUnavailableReason::TooManyTabs,
            }),
            RefusalReason::ConfigInvalid { message } => self.tell(LinkEvent::WorkerUnavailable {
                reason: WorkerUnavailableReason::ConfigInvalid { message },
            }),
        }
    }

    fn say(&mut self, message: TabMessage) {
        self.asked.say(&message, self.author.as_deref());
        match &message {
            TabMessage::Watch { panel } => {
                self.watching.insert(panel.clone());
            }
            TabMessage::Unwatch { panel } => {
                self.watching.remove(panel);
                self.viewing = self.viewing.take().filter(|seen| !views(seen, panel));
            }
            TabMessage::Viewing { .. } => self.viewing = Some(message.clone()),
            TabMessage::OpenRecord { record } => {
                self.record = Some(record.clone());
                self.timeline = None;
            }
            TabMessage::OpenTimeline { .. } => self.timeline = Some(message.clone()),
            TabMessage::CloseRecord => self.record = None,
            TabMessage::Surroundings(surroundings) => {
                self.surroundings = Surroundings {
                    woke: false,
                    ..surroundings.clone()
                };
            }
            _ => {}
        }
        if matches!(self.state, State::Admitted { .. }) {
            self.post(message);
        }
    }

    fn use_channel(&mut self, channel: Option<String>) {
        if self.channel != channel {
            self.channel.clone_from(&channel);
            self.outputs.push_back(LinkOutput::UseChannel(channel));
            self.tell(LinkEvent::ChannelChanged);
        }
    }

    fn post(&mut self, body: TabMessage) {
        let message = FromTab {
            version: limits::PROTOCOL_VERSION_MAX,
            build: self.build.clone(),
            instance: self.instance.clone(),
            tab: self.tab.clone(),
            body,
        };
        self.outputs.push_back(LinkOutput::Post(Box::new(message)));
    }

    fn tell(&mut self, event: LinkEvent) {
        self.outputs.push_back(LinkOutput::Tell(Box::new(event)));
    }

    fn wake(&mut self, at: Timestamp) {
        self.wake_at = at;
        self.outputs.push_back(LinkOutput::WakeAt(at));
    }
}

fn views(message: &TabMessage, wanted: &PanelId) -> bool {
    matches!(message, TabMessage::Viewing { panel, .. } if panel == wanted)
}
