//! What the worker says to one tab (port) or to all (channel).

use serde::{Deserialize, Serialize};

use super::{
    DraftOf, EditRefusal, EditsNews, ExportVerdict, Freshness, OutboxSummary, PanelCounts,
    PanelFreshness, PanelPreview, PanelVerdict, PanelView, PathSuggestion, RecordView, Row,
    ShelfView, TimelineView,
};
use crate::{
    identity::{
        BuildId, EditId, InstanceId, JobId, PanelChangeId, PanelId, ResourceId, ResourceKey,
    },
    quarantine::SetAside,
    settings::Settings,
};

/// A message from the worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FromWorker {
    /// Protocol version the sender speaks.
    pub version: u16,
    /// What the sender was built from.
    pub build: BuildId,
    /// This life of the worker.
    pub instance: InstanceId,
    /// Number of the message in that life, counted over the ports and the channel: what comes by two ways comes in any order
    /// (HTML, 9.4 and 9.5: each has a task source of its own).
    pub number: u64,
    /// The message itself.
    pub body: WorkerMessage,
}

/// See [`FromWorker`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum WorkerMessage {
    /// By port: the tab is admitted. Session, panels and freshness follow at once.
    Welcome {
        /// Name of the BroadcastChannel that carries the changes; `None` until somebody is signed in.
        channel: Option<String>,
        /// Name of the Web Lock that the worker holds for life.
        worker_lock: String,
    },
    /// By port: the tab is not admitted.
    Refused {
        /// Why, and what the tab should do.
        reason: RefusalReason,
    },
    /// By port to every tab: who is signed in, or why nobody is.
    Session {
        /// The session.
        session: SessionView,
        /// The channel of this session; `None` while nobody is signed in.
        channel: Option<String>,
    },
    /// By port, answer to SignIn or ChooseMembership that failed. The session is unchanged.
    SignInFailed {
        /// Why.
        reason: SignInFailure,
    },
    /// By port after sign-in, and to all when a definition changes: the panels this user has.
    Panels {
        /// In the order of the home screen.
        panels: Vec<PanelView>,
        /// What is known of those that are saved on the server.
        #[serde(default)]
        shelf: ShelfView,
    },
    /// By port to every tab, after the session and whenever the user has chosen: how things look to whoever is signed in.
    Settings(Settings),
    /// By port, answer to [`super::TabMessage::ChangePanel`].
    PanelAnswer {
        /// Which change.
        change: PanelChangeId,
        /// What became of it.
        verdict: PanelVerdict,
    },
    /// By port, answer to [`super::TabMessage::SuggestPaths`].
    PathSuggestions {
        /// In the order of the alphabet, at most [`crate::limits::PATH_SUGGESTIONS_MAX`].
        paths: Vec<PathSuggestion>,
    },
    /// By port, answer to [`super::TabMessage::PreviewPanel`], unless something is wrong with the panel.
    PanelPreview(PanelPreview),
    /// To all: live counts for the home screen.
    Counts {
        /// One for each panel.
        counts: Vec<PanelCounts>,
    },
    /// By port: the rows of a panel, in parts. The tab replaces what it had when `part` is 0.
    Snapshot {
        /// Which panel.
        panel: PanelId,
        /// Changes up to and including this number are contained; later ones apply on top.
        sequence: u64,
        /// Number of this part, from 0.
        part: u32,
        /// Whether further parts follow.
        more: bool,
        /// Whether the worker has all rows of the panel, or is still loading: then changes bring the rest.
        loading: bool,
        /// Rows, in no order.
        rows: Vec<Row>,
    },
    /// By channel to all: one batch of changes. Numbers have no gaps; a gap means: ask for a new snapshot.
    Changes {
        /// Number of this batch, counted per channel from 1.
        sequence: u64,
        /// For each panel that somebody watches and that changed.
        panels: Vec<PanelChanges>,
    },
    /// By port: the record in the drawer.
    Record {
        /// The record, or why there is none.
        record: Box<RecordView>,
    },
    /// By port: the history of the record in the drawer.
    Timeline(Box<TimelineView>),
    /// To all, and by port after the welcome: how fresh everything is.
    Freshness {
        /// The value that the badge shows.
        freshness: Freshness,
        /// The same for each panel, in the order of the home screen; empty while nobody is signed in.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        panels: Vec<PanelFreshness>,
    },
    /// By port after the welcome, and to all when it changes: whether data is kept between visits.
    Storage {
        /// The state.
        storage: StorageView,
    },
    /// To all, and by port after the welcome and on [`super::TabMessage::ListEdits`]: edits, conflicts and jobs. A tab that
    /// hears of a revision it has seen ignores it; after a gap it asks for everything. Of an empty outbox nothing is said: a
    /// tab that has heard nothing knows that there is nothing.
    Edits {
        /// What is new, or everything.
        news: EditsNews,
    },
    /// By port: an edit was not taken, or could not be taken back, decided, sent again or discarded.
    EditRefused {
        /// Which; that of a job names none.
        edit: Option<EditId>,
        /// Which job.
        job: Option<JobId>,
        /// Why.
        reason: EditRefusal,
    },
    /// By port, answer to SignOut: there are edits that would be lost. Nothing has happened. They can be sent, decided and
    /// discarded first, or the tab says [`super::TabMessage::SignOutDiscarding`].
    SignOutWarning {
        /// What would be lost.
        summary: OutboxSummary,
    },
    /// By port: this was typed about the record that the tab has open, in a tab that is gone, and was not saved. It is this
    /// tab's now: it says [`super::TabMessage::KeepDraft`] with whatever becomes of it.
    Draft {
        /// The record.
        record: ResourceKey,
        /// What it is meant for.
        of: DraftOf,
        /// What was typed.
        text: String,
    },
    /// By port, answer to Export.
    ExportAnswer {
        /// Of which panel.
        panel: PanelId,
        /// Whether the file may be made.
        verdict: ExportVerdict,
    },
    /// By port, answer to ListSetAside: resources that could not be read, the last first.
    SetAside {
        /// Which and why; nothing of what is in them.
        list: Vec<SetAside>,
    },
    /// By port: the worker lives.
    Pong {
        /// As asked.
        nonce: u64,
    },
    /// By port to all: the worker is about to end; its lock will be released. Reconnect.
    Ending {
        /// Why, free of patient data.
        reason: String,
    },
}

/// Why a tab is not admitted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum RefusalReason {
    /// No common protocol version: the page must be reloaded.
    ProtocolMismatch,
    /// The message names another worker instance: say hello again.
    InstanceChanged,
    /// Too many tabs: try later.
    TooManyTabs,
    /// The tab's configuration is not valid.
    ConfigInvalid {
        /// For the person who deploys.
        message: String,
    },
    /// The worker is ending: connect to a new one.
    Ending,
}

/// Who is signed in, or why nobody is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum SessionView {
    /// The worker still looks for a stored session, or deletes that of somebody who has just left.
    Restoring,
    /// Nobody.
    SignedOut {
        /// Why.
        reason: SignedOutReason,
    },
    /// A sign-in is on its way.
    SigningIn,
    /// The account is a member of several projects.
    ChooseMembership {
        /// The choices.
        memberships: Vec<MembershipChoice>,
    },
    /// Somebody.
    SignedIn {
        /// Reference of the profile, for example `Practitioner/1`.
        profile: String,
        /// Name to show.
        name: String,
        /// Name of the project.
        project: String,
    },
}

/// One membership to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MembershipChoice {
    /// Id of the membership.
    pub id: String,
    /// Name of the project.
    pub project: String,
    /// Name of the profile.
    pub profile: String,
}

/// Why nobody is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SignedOutReason {
    /// Nobody has signed in yet.
    NotYet,
    /// The user asked for it.
    UserSignedOut,
    /// The server refused to renew the session.
    SessionEnded,
    /// The server says that this user is no longer a member of the project.
    AccessRemoved,
}

/// Why a sign-in failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum SignInFailure {
    /// E-mail or password is wrong.
    WrongCredentials,
    /// The address does not answer: server down, wrong address, or CORS forbids this origin.
    ServerUnreachable,
    /// Something answers, but it is not a Medplum server.
    NotMedplum,
    /// The client id of config.json is unknown to the server.
    UnknownClient,
    /// Too many attempts.
    TooManyAttempts {
        /// When to try again.
        retry_after_s: u32,
    },
    /// The account needs a step that this client does not have yet (a second factor, a verified address).
    Unsupported {
        /// What the server asked for.
        step: String,
    },
    /// Anything else, with the server's text.
    Refused {
        /// Text of the server, sanitised.
        message: String,
    },
}

/// Whether rows are kept between visits, encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum StorageView {
    /// Nothing is known yet, or nobody is signed in.
    Unknown,
    /// They are.
    Kept,
    /// They are held in memory only: the next start reads everything anew.
    MemoryOnly {
        /// Why.
        reason: StorageProblem,
    },
}

/// Why rows are not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum StorageProblem {
    /// The browser offers no storage: private mode, a policy.
    Unavailable,
    /// Another page blocks it.
    Blocked,
    /// It is full.
    Full,
    /// It was closed: by the user, or by a newer version.
    Closed,
    /// What was stored cannot be read.
    Unreadable,
}

/// Changes of one panel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PanelChanges {
    /// Which panel.
    pub panel: PanelId,
    /// New and changed rows, whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<Row>,
    /// Rows that left.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<GoneRow>,
    /// Whether the panel is still loading.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub loading: bool,
}

/// A row that left a panel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GoneRow {
    /// Which row.
    pub id: ResourceId,
    /// Why.
    pub reason: GoneReason,
}

/// Why a row left a panel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum GoneReason {
    /// Deleted on the server.
    Deleted,
    /// It no longer matches the panel.
    LeftPanel {
        /// Label of the status with which a task has come to its end.
        status: Option<String>,
        /// Who wrote the version that made it leave, as a name, where the server told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
    },
    /// The user may no longer read it.
    AccessLost,
    /// What the server holds now cannot be read; an earlier version would pass for it.
    Unreadable,
}
