//! What a tab says to the worker.

use serde::{Deserialize, Serialize};

use super::{DraftOf, FieldDecision, NewEdit, PanelChange, PanelRows, PreviewAsk};
use crate::{
    identity::{
        BuildId, EditId, InstanceId, JobId, PanelChangeId, PanelId, ResourceId, ResourceKey, TabId,
        VersionId,
    },
    settings::SettingsChange,
};

/// A message from a tab, always through its own port.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FromTab {
    /// Protocol version the sender speaks.
    pub version: u16,
    /// What the sender was built from.
    pub build: BuildId,
    /// The worker instance the sender believes it talks to; `None` in the first hello.
    pub instance: Option<InstanceId>,
    /// The sender.
    pub tab: TabId,
    /// The message itself.
    pub body: TabMessage,
}

/// See [`FromTab`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum TabMessage {
    /// The first message, repeated until answered. The tab already holds the Web Lock named by its id.
    Hello {
        /// Oldest protocol version the tab can speak.
        version_min: u16,
        /// Newest protocol version the tab can speak.
        version_max: u16,
        /// The text of config.json as the tab validated it.
        config: String,
        /// What the tab knows of its surroundings.
        surroundings: Surroundings,
    },
    /// The surroundings changed, or the tab woke up: a hint to look at the connection at once.
    Surroundings(Surroundings),
    /// Sign in with e-mail and password. Never logged.
    SignIn {
        /// The address typed.
        email: String,
        /// The password typed.
        password: Secret,
    },
    /// The choice between several memberships that [`super::SessionView::ChooseMembership`] offered.
    ChooseMembership {
        /// Id of the chosen membership.
        membership: String,
    },
    /// Sign out everywhere. With edits in the outbox nothing happens but a [`super::WorkerMessage::SignOutWarning`].
    SignOut,
    /// Sign out everywhere, and discard every edit of the outbox: the answer of a user who was warned.
    SignOutDiscarding,
    /// Start to receive a panel: one snapshot, then its changes. Repeating it asks for a new snapshot.
    Watch {
        /// Which panel.
        panel: PanelId,
    },
    /// Stop receiving a panel.
    Unwatch {
        /// Which panel.
        panel: PanelId,
    },
    /// The rows that can be seen now, in order. They are brought up to date before others, and the topmost ones are kept for
    /// the first paint of the next start. At most [`crate::limits::VIEWING_ROWS_MAX`].
    Viewing {
        /// In which panel.
        panel: PanelId,
        /// Place of the first of them in the order of the table, from 0.
        first: u32,
        /// The rows.
        rows: Vec<ResourceId>,
    },
    /// Open a record in the drawer: one [`super::WorkerMessage::Record`] at once and one after each change.
    OpenRecord {
        /// Which record.
        record: ResourceKey,
    },
    /// Tell the history of the record that is open in the drawer: a [`super::WorkerMessage::Timeline`] at once and one whenever
    /// there is news, until the drawer is closed. Repeating it asks the server again, and for more if there are more pages.
    OpenTimeline {
        /// Which record.
        record: ResourceKey,
        /// How many pages of [`crate::limits::TIMELINE_PAGE_VERSIONS`], from 1.
        pages: u32,
    },
    /// The drawer was closed.
    CloseRecord,
    /// Make an edit. Repeated to every new worker until [`super::WorkerMessage::Edits`] says that it is kept or has ended, or
    /// [`super::WorkerMessage::EditRefused`] names it: asking twice under one name is asking once.
    Edit {
        /// The edit.
        edit: NewEdit,
    },
    /// Make many edits as one job, at most [`crate::limits::JOB_EDITS_MAX`]. What is not taken is told in the view of the job.
    EditMany {
        /// Name of the job.
        job: JobId,
        /// Its edits, one for each record.
        edits: Vec<NewEdit>,
    },
    /// Take an edit back: one that was not sent yet is discarded, another is followed by its reverse, an edit whose name is
    /// `undo:` and the name of this one.
    UndoEdit {
        /// Which.
        edit: EditId,
    },
    /// Take the edits of a job back, as a job of its own whose name is `undo:` and the name of this one.
    UndoJob {
        /// Which.
        job: JobId,
    },
    /// Decide a conflict: every field in dispute, others where the user says so.
    DecideConflict {
        /// The edit that waits.
        edit: EditId,
        /// [`super::Conflict::version`] that the user has seen.
        version: VersionId,
        /// What shall be.
        decisions: Vec<FieldDecision>,
    },
    /// Send an edit again that was rolled back.
    RetryEdit {
        /// Which.
        edit: EditId,
    },
    /// Forget an edit that is not on its way: it was rolled back, waits for a decision, or was not sent yet.
    DiscardEdit {
        /// Which.
        edit: EditId,
    },
    /// Tell everything of the outbox.
    ListEdits,
    /// This text about a record was typed and is not saved yet; an empty one: there is none any longer.
    KeepDraft {
        /// The record.
        record: ResourceKey,
        /// What it is meant for: one text for each.
        of: DraftOf,
        /// As it was typed, up to [`crate::limits::TEXT_CHARS_MAX`].
        text: String,
        /// How often this tab has forgotten what was typed in it: a text of an earlier count is another one.
        #[serde(default)]
        sitting: u32,
    },
    /// Of what was said with [`Self::KeepDraft`] nothing is in this tab any longer, though nobody has given it up: a session ended,
    /// perhaps while the tab slept, and whoever sits here may be somebody else.
    DraftsForgotten,
    /// Rows of a panel shall be written to a file; answered by [`super::WorkerMessage::ExportAnswer`], before which there is no
    /// file. Not repeated to a new worker: the user is asked instead.
    Export {
        /// Which panel.
        panel: PanelId,
        /// How many of its rows.
        rows: u32,
    },
    /// Change a panel on the server; answered by [`super::WorkerMessage::PanelAnswer`]. Not repeated to a new worker: the tab asks
    /// again under the same name, which is asking once.
    ChangePanel {
        /// Name of this change: unique for ever, and that of a new panel.
        change: PanelChangeId,
        /// What shall be.
        to: Box<PanelChange>,
    },
    /// The user has chosen how something looks; all tabs are told by [`super::WorkerMessage::Settings`].
    SetSettings(SettingsChange),
    /// The home screen is looked at: read the panels on the server anew.
    ReadPanels,
    /// Tell which paths there are in records of which such rows are made; answered by
    /// [`super::WorkerMessage::PathSuggestions`].
    SuggestPaths {
        /// Which rows.
        rows: PanelRows,
    },
    /// Show some rows of a panel that is being typed; answered by [`super::WorkerMessage::PanelPreview`].
    PreviewPanel(Box<PreviewAsk>),
    /// Tell which resources could not be read; answered by [`super::WorkerMessage::SetAside`].
    ListSetAside,
    /// Try to connect now instead of waiting for the next attempt.
    RetryNow,
    /// Ask whether the worker is alive; answered by [`super::WorkerMessage::Pong`].
    Ping {
        /// Returned in the answer.
        nonce: u64,
    },
    /// The page is going away: a courtesy, the lock's release is the proof.
    Goodbye,
}

/// What only a tab can know about the browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Surroundings {
    /// `document.visibilityState == "visible"`.
    pub visible: bool,
    /// `navigator.onLine`. `false` can be trusted, `true` cannot.
    pub online: bool,
    /// The tab was frozen, restored from the back-forward cache, or its timers jumped.
    pub woke: bool,
    /// Offset of the user's time zone from UTC in minutes, positive east, for "today" and "overdue".
    pub zone_offset_minutes: i32,
}

/// A text that must not be printed: its `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Takes a secret into custody.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret itself, for the one call that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Secret(..)")
    }
}
