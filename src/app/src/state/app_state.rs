//! The state shared by all screens, handed down by context.

use std::collections::HashMap;

use leptos::prelude::*;
use panels_core::{
    arrivals::Arrivals,
    badge::{Badge, WorkerVoice},
    identity::PanelId,
    protocol::{
        CatchUpReason, Freshness, PanelCounts, PanelFreshness, PanelView, RecordView, SessionView,
        SignInFailure, StorageView, TabMessage, TimelineView, WorkerMessage,
    },
    quarantine::SetAside,
    query::Query,
};

use super::{
    Announcer, Ask, CatchUp, Clock, Demo, Edits, ExportAsk, PanelShelf, PanelStore, SettingsState,
    update_queue::UpdateQueue,
};
use crate::link::LinkHandle;

/// What the user must know about the worker, where it is more than the badge can say.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum WorkerTrouble {
    /// This browser cannot run it, or it does not start.
    Unavailable {
        /// For the person who helps.
        reason: String,
    },
    /// A newer version is deployed: this page must be reloaded.
    ReloadNeeded,
    /// The worker does not serve this tab.
    Refused {
        /// A sentence.
        message: String,
    },
}

/// A dialog that can be opened from more than one place. One at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialog {
    /// The list of commands.
    Palette,
    /// The list of keys.
    Shortcuts,
    /// What waits for the user.
    Inbox,
    /// The question before rows are written to a file.
    Export,
    /// The panel that is being typed.
    Panel,
    /// The view that is being typed.
    View,
    /// How things look.
    Settings,
}

/// Which of the screens is shown, whatever the address says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gate {
    /// A stored session is looked for.
    Waiting,
    /// The sign-in form.
    SignIn,
    /// What the address says.
    Open,
}

/// See the module. Copied freely: everything in it is a handle.
#[derive(Clone, Copy)]
pub(crate) struct AppState {
    /// Address of the server, for messages.
    pub server: StoredValue<String>,
    /// Whether there is none.
    pub demo: StoredValue<Demo>,
    /// Who is signed in.
    pub session: RwSignal<SessionView>,
    /// Why the last attempt failed.
    pub sign_in_failure: RwSignal<Option<SignInFailure>>,
    /// The panels; `None` until the worker has named them.
    pub panels: RwSignal<Option<Vec<PanelView>>>,
    /// Those that people make.
    pub shelf: PanelShelf,
    /// Live counts.
    pub counts: RwSignal<HashMap<PanelId, PanelCounts>>,
    /// What the worker says about freshness.
    pub freshness: RwSignal<Freshness>,
    /// Whether all rows were read once since the user signed in: what comes from then on is a change.
    pub read_in: RwSignal<bool>,
    /// What was missed while the connection was away.
    pub catch_up: CatchUp,
    /// Whether rows come live.
    pub arrivals: StoredValue<Arrivals>,
    /// The same for each panel.
    pub panels_fresh: RwSignal<Vec<PanelFreshness>>,
    /// Whether rows are kept between visits.
    pub storage: RwSignal<StorageView>,
    /// Whether the worker is heard.
    pub voice: RwSignal<WorkerVoice>,
    /// More trouble with the worker.
    pub trouble: RwSignal<Option<WorkerTrouble>>,
    /// Resources that could not be read, as last asked for.
    pub set_aside: RwSignal<Vec<SetAside>>,
    /// The record in the drawer.
    pub record: RwSignal<Option<RecordView>>,
    /// Its history.
    pub timeline: RwSignal<Option<TimelineView>>,
    /// Whether config.json lets rows be written to files. The worker decides; this is for the button.
    pub may_export: StoredValue<bool>,
    /// The file that the worker was asked for.
    pub export: RwSignal<ExportAsk>,
    /// What this user edits.
    pub edits: Edits,
    /// The time.
    pub clock: Clock,
    /// How things look.
    pub settings: SettingsState,
    /// The dialog that is open.
    pub dialog: RwSignal<Option<Dialog>>,
    /// Where the user goes by a command: what comes first there takes the focus.
    pub arriving: RwSignal<Option<String>>,
    /// What screen readers are told.
    pub announcer: Announcer,
    pub(super) queue: UpdateQueue,
    panel: StoredValue<Option<(PanelStore, Ask)>, LocalStorage>,
    link: StoredValue<Option<LinkHandle>, LocalStorage>,
}

impl AppState {
    /// Nothing known yet.
    pub(crate) fn new(settings: SettingsState) -> Self {
        Self {
            server: StoredValue::new(String::new()),
            demo: StoredValue::new(Demo::Off),
            session: RwSignal::new(SessionView::Restoring),
            sign_in_failure: RwSignal::new(None),
            panels: RwSignal::new(None),
            shelf: PanelShelf::new(),
            counts: RwSignal::new(HashMap::new()),
            read_in: RwSignal::new(false),
            catch_up: CatchUp::new(),
            arrivals: StoredValue::new(Arrivals::default()),
            freshness: RwSignal::new(Freshness::CatchingUp {
                as_of: None,
                reason: CatchUpReason::FirstLoad,
            }),
            panels_fresh: RwSignal::new(Vec::new()),
            storage: RwSignal::new(StorageView::Unknown),
            voice: RwSignal::new(WorkerVoice::Awaited),
            trouble: RwSignal::new(None),
            set_aside: RwSignal::new(Vec::new()),
            record: RwSignal::new(None),
            timeline: RwSignal::new(None),
            may_export: StoredValue::new(true),
            export: RwSignal::new(ExportAsk::Idle),
            edits: Edits::new(),
            clock: Clock::start(),
            settings,
            dialog: RwSignal::new(None),
            arriving: RwSignal::new(None),
            announcer: Announcer::new(),
            queue: UpdateQueue::new(),
            panel: StoredValue::new_local(None),
            link: StoredValue::new_local(None),
        }
    }

    /// The state of this page.
    pub(crate) fn here() -> Self {
        expect_context::<Self>()
    }

    /// Takes the link to the worker into custody.
    pub(crate) fn connect(self, link: LinkHandle) {
        self.link.set_value(Some(link));
    }

    /// Says something to the worker; without a worker it is dropped, because all of it is asked again on reconnection.
    pub(crate) fn send(self, message: TabMessage) {
        self.link.with_value(|link| {
            if let Some(link) = link {
                link.send(message);
            }
        });
    }

    /// What the badge shows now.
    pub(crate) fn badge(self) -> Badge {
        let now = self.clock.second();
        self.freshness
            .with(|freshness| Badge::judge(freshness, self.voice.get(), now))
    }

    /// Which screen is allowed.
    pub(crate) fn gate(self) -> Gate {
        self.session.with(|session| match session {
            SessionView::Restoring => Gate::Waiting,
            SessionView::SignedIn { .. } => Gate::Open,
            SessionView::SignedOut { .. }
            | SessionView::SigningIn
            | SessionView::ChooseMembership { .. } => Gate::SignIn,
        })
    }

    /// Makes a panel the one that receives rows, and asks the worker for them.
    pub(crate) fn watch(self, store: PanelStore, ask: Ask) {
        let panel = store.panel().clone();
        self.panel.set_value(Some((store, ask)));
        self.send(TabMessage::Watch { panel });
    }

    /// The panel is no longer shown.
    pub(crate) fn unwatch(self, panel: &PanelId) {
        self.panel.update_value(|current| {
            if current
                .as_ref()
                .is_some_and(|(store, _)| store.panel() == panel)
            {
                *current = None;
            }
        });
        self.catch_up.forget();
        self.send(TabMessage::Unwatch {
            panel: panel.clone(),
        });
    }

    /// The panel that is shown.
    pub(crate) fn watched(self) -> Option<PanelStore> {
        let panel = self.panel.get_value();
        panel.map(|(store, _)| store)
    }

    /// Asks something else of the panel that is shown.
    pub(crate) fn ask(self, query: Query) {
        if let Some((_, ask)) = self.panel.get_value() {
            ask.run(query);
        }
    }

    /// Closes a dialog, if it is the one that is open.
    pub(crate) fn close(self, dialog: Dialog) {
        if self.dialog.try_get_untracked().flatten() == Some(dialog) {
            self.dialog.set(None);
        }
    }

    /// Forgets everything about patients, at once: somebody else may sit down here.
    pub(crate) fn forget_patients(self) {
        self.queue
            .retain(|message| matches!(message, WorkerMessage::Freshness { .. }));
        self.panel.set_value(None);
        self.catch_up.forget();
        self.dialog.set(None);
        self.record.set(None);
        self.timeline.set(None);
        let told = self.edits.forget();
        told.into_iter().for_each(|message| self.send(message));
        self.end_export();
        self.panels.set(None);
        self.shelf.forget();
        self.counts.update(HashMap::clear);
    }
}
