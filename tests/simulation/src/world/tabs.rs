//! Tabs: opening, the loop around the link, what the app does with messages, dying. As in `panels-app`.

use std::rc::Rc;

use panels_core::{
    badge::WorkerVoice,
    identity::{PanelId, TabId},
    link::{Link, LinkEvent, LinkInput, LinkOutput},
    live_table::{LiveTable, TableEvents},
    protocol::{FromWorker, PanelChanges, SessionView, Surroundings, TabMessage, WorkerMessage},
};

use super::{Event, ToWorker, World, people};
use crate::{
    queue::Millis,
    tab::{Tab, ToTab},
    trace::Who,
    truth::Panel,
    worker::build_id,
};

/// Less than this since the last batch means that the stream is busy: one frame at 60 Hz.
const QUIET_MS: Millis = 16;
/// A hidden tab applies rows on a slow timer.
const HIDDEN_DELAY_MS: Millis = 1_000;
/// Longest timer of a tab.
const TIMER_MS_MAX: Millis = 60_000;

impl World {
    /// Somebody opens a tab; returns its number.
    pub(crate) fn open_tab(&mut self, profile: usize) -> usize {
        let index = self.tabs.len();
        let surroundings = Surroundings {
            visible: true,
            online: self.profiles[profile].online,
            woke: false,
            zone_offset_minutes: 60,
        };
        let build = self.profiles[profile].build;
        let id = TabId::new(format!("tab-{index}"));
        let link = Link::new(
            id.clone(),
            build_id(build),
            self.config.clone(),
            surroundings.clone(),
        );
        let route = Panel::ALL[self.rng.usize(..3)];
        let tab = Tab::new(profile, id, build, link, surroundings, route);
        self.tabs.push(tab);
        self.trace.line(self.now, Who::Tab(index), || {
            format!("= opens in p{profile}")
        });
        let at = self.now + self.rng.i64(1..50);
        self.queue.push(at, Event::Tab(index, ToTab::LockHeld));
        index
    }

    pub(super) fn reach_tab(&mut self, tab: usize, what: ToTab) {
        if !self.tabs[tab].alive {
            return;
        }
        match what {
            ToTab::LockHeld => self.feed_link(tab, LinkInput::LockHeld),
            ToTab::Port(port, message) => {
                if self.tabs[tab].port == port {
                    self.hear(tab, message);
                }
            }
            ToTab::Channel(listener, message) => {
                let listens = self.tabs[tab].channel.as_ref();
                if listens.is_some_and(|(_, number)| *number == listener) {
                    self.hear(tab, message);
                }
            }
            ToTab::WorkerDied(lock) => self.feed_link(tab, LinkInput::WorkerDied { lock }),
            ToTab::Alarm(number) => {
                if self.tabs[tab].alarm == number {
                    self.feed_link(tab, LinkInput::Timer);
                }
            }
            ToTab::Flush => {
                if std::mem::take(&mut self.tabs[tab].flush_due) {
                    self.flush(tab);
                }
            }
            ToTab::Reload => self.reload(tab),
        }
    }

    fn hear(&mut self, tab: usize, message: Rc<FromWorker>) {
        let message = Rc::unwrap_or_clone(message);
        let Some(message) = self.planted_message(tab, message) else {
            return;
        };
        self.feed_link(tab, LinkInput::Heard(Box::new(message)));
    }

    /// The app says something.
    pub(super) fn say(&mut self, tab: usize, message: TabMessage) {
        if self.tabs[tab].alive {
            self.feed_link(tab, LinkInput::Say(message));
        }
    }

    fn feed_link(&mut self, tab: usize, input: LinkInput) {
        let clock = self.profiles[self.tabs[tab].profile].clock(self.now);
        self.tabs[tab].link.handle(clock, input);
        while let Some(output) = self.tabs[tab].link.poll_output() {
            self.carry_out_link(tab, output);
        }
    }

    fn carry_out_link(&mut self, tab: usize, output: LinkOutput) {
        match output {
            LinkOutput::Connect => {
                let (profile, build) = (self.tabs[tab].profile, self.tabs[tab].build);
                let worker = self.worker_for(profile, build);
                self.ports += 1;
                self.tabs[tab].worker = Some(worker);
                self.tabs[tab].port = self.ports;
            }
            LinkOutput::Post(message) => self.post_to_worker(tab, *message),
            LinkOutput::UseChannel(name) => {
                self.listeners += 1;
                let listener = self.listeners;
                self.tabs[tab].channel = name.map(|name| (name, listener));
            }
            LinkOutput::AwaitDeath(lock) => {
                let holds = |worker: &crate::worker::Worker| {
                    worker.alive && format!("panels-worker-{}", worker.instance) == lock
                };
                if !self.workers.iter().any(holds) {
                    let died = ToTab::WorkerDied(lock);
                    self.queue.push(self.now + 1, Event::Tab(tab, died));
                }
            }
            LinkOutput::WakeAt(at) => {
                let clock = self.profiles[self.tabs[tab].profile].clock(self.now);
                let wait_ms = at.since_ms(clock).clamp(0, TIMER_MS_MAX);
                self.tabs[tab].alarm += 1;
                let alarm = ToTab::Alarm(self.tabs[tab].alarm);
                self.queue.push(self.now + wait_ms, Event::Tab(tab, alarm));
            }
            LinkOutput::Tell(event) => self.receive(tab, *event),
        }
    }

    /// One event of the link, as the app takes it.
    fn receive(&mut self, tab: usize, event: LinkEvent) {
        let at = self.profiles[self.tabs[tab].profile].clock(self.now);
        match event {
            LinkEvent::Message(message) => {
                self.tabs[tab].voice = WorkerVoice::Heard { at };
                self.take(tab, message);
            }
            LinkEvent::ChannelChanged => {
                self.tabs[tab].flush_due = false;
                self.flush(tab);
                if let Some((_, table)) = &mut self.tabs[tab].table {
                    table.restart();
                }
            }
            LinkEvent::WorkerLost => {
                self.trace
                    .line(self.now, Who::Tab(tab), || "= lost its worker".to_owned());
                self.tabs[tab].voice = WorkerVoice::Lost { at };
            }
            LinkEvent::WorkerUnavailable { reason } => {
                self.trace
                    .line(self.now, Who::Tab(tab), || format!("= no worker: {reason}"));
            }
            LinkEvent::ReloadNeeded { .. } => {
                self.tabs[tab].reload_needed = true;
                let at = self.now + self.rng.i64(500..5_000);
                self.queue.push(at, Event::Tab(tab, ToTab::Reload));
            }
        }
    }

    fn take(&mut self, tab: usize, message: WorkerMessage) {
        match message {
            WorkerMessage::Snapshot { .. }
            | WorkerMessage::Changes { .. }
            | WorkerMessage::Freshness { .. } => {
                self.tabs[tab].waiting.push(message);
                self.plan_flush(tab);
            }
            WorkerMessage::Session { session, .. } => self.take_session(tab, session),
            WorkerMessage::SignInFailed { reason } => {
                self.trace.line(self.now, Who::Tab(tab), || {
                    format!("< sign-in failed: {reason:?}")
                });
                self.plan_sign_in(self.tabs[tab].profile, people::LOOK_AGAIN_MS);
            }
            WorkerMessage::Panels { panels, .. } => {
                if self.tabs[tab].panels.as_ref() != Some(&panels) {
                    self.tabs[tab].panels = Some(panels);
                }
                self.mount(tab);
            }
            WorkerMessage::Counts { counts } => self.tabs[tab].counts = counts,
            WorkerMessage::Record { record } => self.tabs[tab].record = Some(*record),
            WorkerMessage::Welcome { .. } => {
                let worker = self.tabs[tab].worker;
                self.tabs[tab].checks.set_worker(worker);
                self.tabs[tab].edits.restart();
            }
            WorkerMessage::Edits { news } => {
                if self.tabs[tab].edits.apply(news).gap {
                    self.say(tab, TabMessage::ListEdits);
                }
            }
            WorkerMessage::SignOutWarning { .. } => self.be_warned(tab),
            WorkerMessage::Draft { record, of, text } => self.take_draft(tab, record, of, &text),
            WorkerMessage::Refused { .. }
            | WorkerMessage::Storage { .. }
            | WorkerMessage::SetAside { .. }
            | WorkerMessage::ExportAnswer { .. }
            | WorkerMessage::Pong { .. }
            | WorkerMessage::EditRefused { .. }
            | WorkerMessage::PanelAnswer { .. }
            | WorkerMessage::PathSuggestions { .. }
            | WorkerMessage::PanelPreview(_)
            | WorkerMessage::Timeline(_)
            | WorkerMessage::Settings(_)
            | WorkerMessage::Ending { .. } => {}
        }
    }

    fn take_session(&mut self, tab: usize, session: SessionView) {
        if let SessionView::SignedIn { .. } = &session {
            self.repeat_drafts(tab);
        }
        if self.tabs[tab].session == session {
            return;
        }
        self.trace
            .line(self.now, Who::Tab(tab), || format!("< {session:?}"));
        if let SessionView::SignedOut { .. } = &session {
            let told = self.tabs[tab].forget_patients();
            told.into_iter().for_each(|message| self.say(tab, message));
        }
        let user = match &session {
            SessionView::SignedIn { profile, .. } => self.truth.user_of(profile),
            _ => None,
        };
        self.tabs[tab].checks.set_user(user);
        let signed_out = matches!(session, SessionView::SignedOut { .. });
        self.tabs[tab].session = session;
        self.mount(tab);
        if signed_out {
            self.plan_sign_in(self.tabs[tab].profile, people::TYPE_MS);
        }
    }

    /// Shows the panel that the address names, or takes down what may not be shown any longer.
    pub(super) fn mount(&mut self, tab: usize) {
        let wanted = self.tabs[tab]
            .view()
            .map(|view| (self.tabs[tab].route, view.clone()));
        let shown = self.tabs[tab].table.as_ref().map(|(panel, _)| *panel);
        match (shown, wanted) {
            (Some(shown), Some((route, _))) if shown == route => {}
            (None, None) => {}
            (_, wanted) => {
                if let Some(shown) = shown {
                    self.tabs[tab].table = None;
                    self.tabs[tab].checks.forget();
                    let panel = PanelId::new(shown.id());
                    self.say(tab, TabMessage::Unwatch { panel });
                }
                if let Some((route, view)) = wanted {
                    self.tabs[tab].table = Some((route, LiveTable::new(&view)));
                    let panel = PanelId::new(route.id());
                    self.say(tab, TabMessage::Watch { panel });
                }
            }
        }
    }

    fn plan_flush(&mut self, tab: usize) {
        if self.tabs[tab].flush_due {
            return;
        }
        let visible = self.tabs[tab].surroundings.visible;
        if visible && self.now - self.tabs[tab].flushed_at > QUIET_MS {
            return self.flush(tab);
        }
        self.tabs[tab].flush_due = true;
        let wait_ms = if visible { QUIET_MS } else { HIDDEN_DELAY_MS };
        self.queue
            .push(self.now + wait_ms, Event::Tab(tab, ToTab::Flush));
    }

    /// Applies the rows that wait, then the last of what was claimed about them.
    pub(super) fn flush(&mut self, tab: usize) {
        self.tabs[tab].flushed_at = self.now;
        let mut claim = None;
        let mut gap = false;
        for message in std::mem::take(&mut self.tabs[tab].waiting) {
            if let WorkerMessage::Freshness { .. } = message {
                claim = Some(message);
                continue;
            }
            let table = self.tabs[tab].table.as_mut();
            let Some(events) = table.and_then(|(panel, table)| apply(*panel, table, message))
            else {
                continue;
            };
            gap |= events.gap;
            let shown = self.tabs[tab].table.as_ref();
            let shown = shown.map_or(0, |(_, table)| table.order().len());
            self.trace.line(self.now, Who::Tab(tab), || {
                format!("= {}, {shown} in all", told(&events))
            });
            self.check_rows(tab, &events);
        }
        if let Some(WorkerMessage::Freshness { freshness, panels }) = claim {
            self.trace
                .line(self.now, Who::Tab(tab), || format!("< {freshness:?}"));
            self.tabs[tab].freshness = freshness;
            self.tabs[tab].checks.voice = self.tabs[tab].worker;
            self.tabs[tab].panel_freshness = panels;
            self.check_freshness(tab);
        }
        if let Some((panel, _)) = self.tabs[tab].table.as_ref().filter(|_| gap) {
            let panel = PanelId::new(panel.id());
            self.trace.line(self.now, Who::Tab(tab), || {
                "= a gap: asks for a snapshot".to_owned()
            });
            self.say(tab, TabMessage::Watch { panel });
        }
    }

    /// The tab is no more; its lock tells the worker.
    pub(super) fn kill_tab(&mut self, tab: usize) {
        if !self.tabs[tab].alive {
            return;
        }
        self.trace
            .line(self.now, Who::Tab(tab), || "= dies".to_owned());
        self.tabs[tab].alive = false;
        for worker in 0..self.workers.len() {
            let known = self.workers[worker].ports.contains_key(&self.tabs[tab].id);
            if self.workers[worker].alive && known {
                let at = self.now + self.rng.i64(0..20);
                self.queue
                    .push(at, Event::Worker(worker, ToWorker::TabDied(tab)));
            }
        }
        self.stop_worker_without_tabs(self.tabs[tab].profile);
    }
}

fn apply(panel: Panel, table: &mut LiveTable, message: WorkerMessage) -> Option<TableEvents> {
    match message {
        WorkerMessage::Snapshot {
            panel: of,
            sequence,
            part,
            more,
            loading,
            rows,
        } if of.as_str() == panel.id() => {
            Some(table.apply_snapshot(sequence, part, more, loading, rows))
        }
        WorkerMessage::Changes { sequence, panels } => {
            let mine = panels
                .into_iter()
                .find(|part: &PanelChanges| part.panel.as_str() == panel.id());
            Some(table.apply_changes(sequence, mine))
        }
        _ => None,
    }
}

/// What a message did to a table, for the trace.
fn told(events: &TableEvents) -> String {
    let names = |ids: &[panels_core::identity::ResourceId]| {
        let short = ids.iter().map(|id| id.as_str().chars().take(8).collect());
        short.collect::<Vec<String>>().join(" ")
    };
    if events.replaced {
        return "rows: all anew".to_owned();
    }
    let gone: Vec<_> = events.gone.iter().map(|gone| gone.id.clone()).collect();
    format!(
        "rows: new [{}] changed [{}] gone [{}]",
        names(&events.added),
        names(&events.changed),
        names(&gone)
    )
}
