//! A virtual tab: the real link and table, and what `panels-app` does with them.

use std::rc::Rc;

use panels_core::{
    badge::{Badge, WorkerVoice},
    draft_list::DraftList,
    edit_list::EditList,
    identity::{PanelId, TabId},
    link::Link,
    live_table::LiveTable,
    protocol::{
        CatchUpReason, Freshness, FromWorker, PanelCounts, PanelFreshness, PanelView, RecordView,
        SessionView, Surroundings, TabMessage, WorkerMessage,
    },
    time::Timestamp,
};

use crate::{checkers::TabChecks, queue::Millis, truth::Panel, worker::PortNo};

/// See the module.
#[derive(Debug)]
pub(crate) struct Tab {
    pub(crate) profile: usize,
    pub(crate) id: TabId,
    pub(crate) build: u32,
    pub(crate) alive: bool,
    pub(crate) link: Link,
    /// Until when the browser has stopped it.
    pub(crate) frozen_until: Option<Millis>,
    pub(crate) thawed_at: Millis,
    /// The worker at the other end of its port.
    pub(crate) worker: Option<usize>,
    pub(crate) port: PortNo,
    /// Local messages keep their order in each direction and on each way.
    pub(crate) up_after: Millis,
    pub(crate) port_after: Millis,
    pub(crate) channel_after: Millis,
    /// The channel it listens to, and a number that tells listeners apart.
    pub(crate) channel: Option<(String, u64)>,
    pub(crate) alarm: u64,
    pub(crate) surroundings: Surroundings,

    pub(crate) session: SessionView,
    pub(crate) panels: Option<Vec<PanelView>>,
    /// The panel that the address names.
    pub(crate) route: Panel,
    /// The panel that is mounted, and its rows.
    pub(crate) table: Option<(Panel, LiveTable)>,
    pub(crate) waiting: Vec<WorkerMessage>,
    pub(crate) flush_due: bool,
    pub(crate) flushed_at: Millis,
    pub(crate) freshness: Freshness,
    pub(crate) panel_freshness: Vec<PanelFreshness>,
    pub(crate) voice: WorkerVoice,
    pub(crate) counts: Vec<PanelCounts>,
    pub(crate) record: Option<RecordView>,
    /// The edits of the user, from every tab.
    pub(crate) edits: EditList,
    /// What was typed and not saved.
    pub(crate) drafts: DraftList,
    pub(crate) reload_needed: bool,
    pub(crate) checks: TabChecks,
}

/// A message on its way to a tab.
#[derive(Clone, Debug)]
pub(crate) enum ToTab {
    /// By that port.
    Port(PortNo, Rc<FromWorker>),
    /// By the channel, for that listener.
    Channel(u64, Rc<FromWorker>),
    /// The tab holds its own lock.
    LockHeld,
    /// The worker's lock was released.
    WorkerDied(String),
    /// The alarm of that number.
    Alarm(u64),
    /// Rows and claims that waited for a frame are applied.
    Flush,
    /// Somebody reloads the page.
    Reload,
}

impl Tab {
    pub(crate) fn new(
        profile: usize,
        id: TabId,
        build: u32,
        link: Link,
        surroundings: Surroundings,
        route: Panel,
    ) -> Self {
        Self {
            profile,
            id,
            build,
            alive: true,
            link,
            frozen_until: None,
            thawed_at: 0,
            worker: None,
            port: 0,
            up_after: 0,
            port_after: 0,
            channel_after: 0,
            channel: None,
            alarm: 0,
            surroundings,
            session: SessionView::Restoring,
            panels: None,
            route,
            table: None,
            waiting: Vec::new(),
            flush_due: false,
            flushed_at: 0,
            freshness: Freshness::CatchingUp {
                as_of: None,
                reason: CatchUpReason::FirstLoad,
            },
            panel_freshness: Vec::new(),
            voice: WorkerVoice::Awaited,
            counts: Vec::new(),
            record: None,
            edits: EditList::default(),
            drafts: DraftList::default(),
            reload_needed: false,
            checks: TabChecks::default(),
        }
    }

    /// What its badge says.
    pub(crate) fn badge(&self, clock: Timestamp) -> Badge {
        Badge::judge(&self.freshness, self.voice, clock)
    }

    /// Whether the browser has stopped it now.
    pub(crate) fn is_frozen(&self, now: Millis) -> bool {
        self.frozen_until.is_some_and(|until| now < until)
    }

    /// The definition of the panel that the address names, once somebody is signed in.
    pub(crate) fn view(&self) -> Option<&PanelView> {
        let open = matches!(self.session, SessionView::SignedIn { .. });
        let id = PanelId::new(self.route.id());
        self.panels
            .as_ref()
            .filter(|_| open)?
            .iter()
            .find(|view| view.id == id)
    }

    /// Forgets everything about patients, as the app does when nobody is signed in. What the worker has to be told.
    pub(crate) fn forget_patients(&mut self) -> Option<TabMessage> {
        self.waiting
            .retain(|message| matches!(message, WorkerMessage::Freshness { .. }));
        self.table = None;
        self.record = None;
        self.edits.restart();
        self.panels = None;
        self.counts.clear();
        self.checks.forget();
        self.drafts.forget()
    }
}
