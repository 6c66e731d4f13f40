//! The sandbox as one value: requests and frames in, answers and frames out.

use std::{borrow::Cow, sync::Arc};

use serde_json::{Value, json};

use crate::{
    auth::Auth,
    colleagues::Colleagues,
    faults::Faults,
    ids::Ids,
    limits_rate::RateLimits,
    live::{Live, World},
    options::Options,
    present::plain_text,
    store::{Commit, Interaction, Store, Version},
    time,
};

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type Millis = i64;

/// One WebSocket of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SocketId(pub u64);

/// An HTTP request as it arrives.
#[derive(Clone, Debug, Default)]
pub struct HttpRequest {
    /// Upper-case method.
    pub method: String,
    /// Path with query, as sent.
    pub path: String,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Raw body.
    pub body: Vec<u8>,
}

impl HttpRequest {
    /// The value of a header; the name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// A header of an answer. Most are the same in every answer.
pub type Header = (Cow<'static, str>, Cow<'static, str>);

/// An HTTP answer as it leaves.
#[derive(Clone, Debug, Default)]
pub struct HttpResponse {
    /// Status.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<Header>,
    /// Raw body.
    pub body: Vec<u8>,
}

impl HttpResponse {
    /// The value of a header; the name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| &**value)
    }
}

/// What the sandbox asks of the server around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SocketOutput {
    /// Send a text frame.
    Send(SocketId, String),
    /// Break the connection without a close frame (the client sees 1006).
    Terminate(SocketId),
    /// Close with this code.
    Close(SocketId, u16),
}

/// An in-memory Medplum.
///
/// Contract: call one method with the time, then drain [`Sandbox::poll_socket`]. Call [`Sandbox::tick`] when
/// [`Sandbox::next_tick`] has come; ticking too often is harmless.
#[derive(Clone, Debug)]
pub struct Sandbox {
    pub(crate) options: Options,
    pub(crate) store: Store,
    pub(crate) live: Live,
    pub(crate) ids: Ids,
    pub(crate) auth: Auth,
    pub(crate) rates: RateLimits,
    /// Writes of a transaction that is not finished: announced together, or undone together.
    pub(crate) pending: Option<Vec<Commit>>,
    /// How often points were taken: tells whether a request reached the quota.
    pub(crate) charges: u64,
    /// How many of the next writes fail with 409.
    pub(crate) conflicts_due: u32,
    pub(crate) colleagues: Option<Colleagues>,
    pub(crate) faults: Faults,
    /// How long before its commit a write is stamped.
    pub(crate) stamp_lag_ms: Millis,
}

/// A write about to happen: the content with its id, and who does it.
#[derive(Debug)]
pub(crate) struct Write<'a> {
    /// `None` for resources of the server itself.
    pub(crate) project: Option<&'a str>,
    pub(crate) author: &'a str,
    pub(crate) interaction: Interaction,
    /// The resource with `resourceType` and `id`; its meta is completed here.
    pub(crate) resource: Value,
}

impl Sandbox {
    /// An empty server: no project, no account. See `clinic` for one with content.
    pub fn new(options: Options, now: Millis) -> Self {
        let mut ids = Ids::new(options.seed);
        Self {
            auth: Auth::new(&mut ids, options.cheap_signatures),
            ids,
            rates: RateLimits::default(),
            pending: None,
            charges: 0,
            conflicts_due: 0,
            live: Live::new(options.live, options.seed, now),
            options,
            store: Store::default(),
            colleagues: None,
            faults: Faults::default(),
            stamp_lag_ms: 0,
        }
    }

    /// Its options.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Everything stored.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The only way anything is written: stores the version, then tells the live half.
    pub(crate) fn commit(&mut self, now: Millis, write: Write<'_>) -> Version {
        let Write {
            project,
            author,
            interaction,
            mut resource,
        } = write;
        let resource_type = resource["resourceType"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let id = resource["id"].as_str().unwrap_or_default().to_owned();
        let previous = self
            .store
            .current(&resource_type, &id)
            .map(|version| version.value.clone());
        let version_id = self.ids.uuid();
        let stamped = now - self.stamp_lag_ms;
        if interaction != Interaction::Delete {
            let meta = &mut resource["meta"];
            if !meta.is_object() {
                *meta = json!({});
            }
            meta["versionId"] = version_id.clone().into();
            meta["lastUpdated"] = time::instant(stamped).into();
            if !meta["author"].is_object() || interaction == Interaction::Update {
                meta["author"] = self.author(author);
            }
            if let Some(project) = project {
                meta["project"] = project.into();
                let compartments = compartments(project, &resource);
                resource["meta"]["compartment"] = compartments;
            }
        }
        let version = Version {
            version_id,
            last_updated: stamped,
            written_at: now - self.faults.clock_skew_ms(),
            author: author.to_owned(),
            text: plain_text(&resource),
            value: Arc::new(resource),
            deleted: interaction == Interaction::Delete,
        };
        self.store.append(&resource_type, &id, version.clone());
        let commit = Commit {
            project: project.map(str::to_owned),
            interaction,
            resource_type,
            id,
            previous,
            current: version.value.clone(),
            author: author.to_owned(),
        };
        match &mut self.pending {
            Some(pending) => pending.push(commit),
            None => self.announce(now, &commit),
        }
        version
    }

    /// From now on writes are stored, but not announced.
    pub(crate) fn begin(&mut self) {
        self.pending = Some(Vec::new());
    }

    /// Announces all writes since [`Self::begin`].
    pub(crate) fn finish_transaction(&mut self, now: Millis) {
        for commit in self.pending.take().unwrap_or_default() {
            self.announce(now, &commit);
        }
    }

    /// Undoes all writes since [`Self::begin`], newest first.
    pub(crate) fn roll_back(&mut self) {
        for commit in self.pending.take().unwrap_or_default().iter().rev() {
            self.store.pop(&commit.resource_type, &commit.id);
        }
    }

    /// The author as it stands in extended meta; the server itself has no display.
    fn author(&self, reference: &str) -> Value {
        match self.store.resolve(reference) {
            Some(version) => {
                json!({ "reference": reference, "display": crate::seed::display(&version.value) })
            }
            None => json!({ "reference": reference }),
        }
    }

    fn announce(&mut self, now: Millis, commit: &Commit) {
        let world = World {
            options: &self.options,
            store: &self.store,
            ids: &mut self.ids,
            auth: &self.auth,
        };
        self.live.on_commit(now, commit, world);
    }

    /// Writes as the server itself, without policy or validation; returns the id.
    pub(crate) fn plant(
        &mut self,
        now: Millis,
        project: Option<&str>,
        mut resource: Value,
    ) -> String {
        let id = match resource["id"].as_str() {
            Some(id) => id.to_owned(),
            None => self.ids.uuid(),
        };
        resource["id"] = id.clone().into();
        let write = Write {
            project,
            author: "system",
            interaction: Interaction::Create,
            resource,
        };
        self.commit(now, write);
        id
    }
}

/// The compartments of a resource: its project, and its patient.
fn compartments(project: &str, resource: &Value) -> Value {
    let mut list = vec![json!({ "reference": format!("Project/{project}") })];
    if resource["resourceType"] == "Patient" {
        let id = resource["id"].as_str().unwrap_or_default();
        list.push(json!({ "reference": format!("Patient/{id}") }));
    }
    for key in ["for", "subject", "patient", "beneficiary"] {
        let reference = resource[key]["reference"].as_str();
        if let Some(reference) = reference.filter(|text| text.starts_with("Patient/")) {
            list.push(json!({ "reference": reference }));
        }
    }
    list.into()
}
