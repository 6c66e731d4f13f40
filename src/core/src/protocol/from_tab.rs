//! What a tab says to the worker.

use serde::{Deserialize, Serialize};

use crate::identity::{BuildId, InstanceId, PanelId, ResourceId, ResourceKey, TabId};

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
    /// Sign out everywhere.
    SignOut,
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
    /// The drawer was closed.
    CloseRecord,
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
