//! What the server holds and who may see it, as a history: which version of each resource each panel of each user should
//! have shown, and from when on.
//!
//! Computed from committed writes alone. It shares no code with the engine and asks the sandbox nothing: the two are
//! compared with each other at rest.

use std::{collections::HashMap, rc::Rc};

use panels_core::time::Timestamp;
use serde_json::Value;

use crate::queue::Millis;

/// Number of a version: the order of commits.
pub(crate) type VersionNo = u32;
/// Number of a resource.
pub(crate) type ResourceNo = usize;

/// The built-in panels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Panel {
    /// Open tasks of the user.
    MyWork,
    /// Open tasks.
    OpenTasks,
    /// Patients in use.
    Patients,
}

impl Panel {
    pub(crate) const ALL: [Self; 3] = [Self::MyWork, Self::OpenTasks, Self::Patients];

    /// Its id between tab and worker.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::MyWork => "my-work",
            Self::OpenTasks => "open-tasks",
            Self::Patients => "patients",
        }
    }

    fn is_of_patients(self) -> bool {
        self == Self::Patients
    }

    fn shows(self, resource: &Resource, value: &Value, user: &User) -> bool {
        match self {
            Self::Patients => resource.kind == "Patient" && value["active"] != false,
            Self::OpenTasks => resource.open,
            Self::MyWork => resource.open && value["owner"]["reference"] == user.profile.as_str(),
        }
    }
}

/// What the policy of a user lets it read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// All tasks and patients.
    Everything,
    /// Own tasks, all patients.
    OwnTasks,
}

/// Somebody who can sign in.
#[derive(Clone, Debug)]
pub(crate) struct User {
    /// Reference of the profile.
    pub(crate) profile: String,
    /// Id of the membership.
    pub(crate) membership: String,
    /// Sign-in address.
    pub(crate) email: String,
    /// What it may read now.
    pub(crate) reading: Reading,
    /// Since when.
    pub(crate) reading_since: Millis,
}

impl User {
    fn may_read(&self, kind: &str, value: &Value) -> bool {
        match self.reading {
            Reading::Everything => true,
            Reading::OwnTasks => {
                kind != "Task" || value["owner"]["reference"] == self.profile.as_str()
            }
        }
    }
}

/// Why a panel should show something else of a resource.
/// From what is told at once to what is not told at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cause {
    /// It was written.
    Write,
    /// It was written in a burst whose order only a read can tell.
    Burst,
    /// It left what its user may read: no frame tells, only a search.
    OutOfSight,
    /// A policy changed: no frame and no search tells.
    Policy,
}

/// What a panel should show of a resource from a moment on.
#[derive(Clone, Copy, Debug)]
struct Expected {
    from: Millis,
    version: Option<VersionNo>,
    cause: Cause,
}

/// How what is shown of a resource compares with what should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It is right.
    Right,
    /// It was right until then.
    Behind {
        /// When the oldest change that is missing happened.
        since: Millis,
        /// Why: of all changes that are missing the least that is told.
        cause: Cause,
    },
    /// It never was right.
    Never,
}

/// The history of one row of one panel. Most rows have one entry only, and histories are copied for every run.
#[derive(Clone, Debug, Default)]
struct RowHistory {
    first: Option<Expected>,
    later: Vec<Expected>,
}

impl RowHistory {
    fn push(&mut self, expected: Expected) {
        match self.first {
            None => self.first = Some(expected),
            Some(_) => self.later.push(expected),
        }
    }

    fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.later.len()
    }

    fn last(&self) -> Option<&Expected> {
        self.later.last().or(self.first.as_ref())
    }

    fn get(&self, place: usize) -> Option<&Expected> {
        match place {
            0 => self.first.as_ref(),
            later => self.later.get(later - 1),
        }
    }

    fn iter(&self) -> impl DoubleEndedIterator<Item = &Expected> {
        self.first.iter().chain(&self.later)
    }
}

#[derive(Clone, Debug)]
struct Resource {
    kind: &'static str,
    id: Rc<str>,
    current: Option<(VersionNo, std::sync::Arc<Value>)>,
    /// It is a task with work left to do: asked of every task at every write.
    open: bool,
    written_at: Millis,
    /// The latest stamp of a version of it.
    stamped_until: Option<Timestamp>,
    /// When it was last created or deleted.
    came_or_went_at: Millis,
}

/// Two writes of one resource so close are a burst: neither frames nor stamps tell their order.
const BURST_MS: Millis = panels_core::limits::CONTENTION_CLOSE_MS;

/// So are two of which the later one has the earlier stamp, if they are as close as this: a write may be stamped long before it
/// is committed, and a frame that is late cannot be told from a newer one.
const DISORDER_MS: Millis = panels_core::limits::CONTENTION_WINDOW_MS;

/// See the module.
#[derive(Clone, Debug, Default)]
pub(crate) struct Truth {
    users: Vec<User>,
    numbers: HashMap<Rc<str>, ResourceNo>,
    versions: HashMap<Rc<str>, VersionNo>,
    /// When each version was committed.
    committed: Vec<Millis>,
    resources: Vec<Resource>,
    /// By user, panel and resource.
    rows: Vec<[Vec<RowHistory>; 3]>,
}

impl Truth {
    pub(crate) fn new(users: Vec<User>) -> Self {
        let rows = users.iter().map(|_| Default::default()).collect();
        Self {
            users,
            rows,
            ..Self::default()
        }
    }

    pub(crate) fn users(&self) -> &[User] {
        &self.users
    }

    /// The user with that profile reference.
    pub(crate) fn user_of(&self, profile: &str) -> Option<usize> {
        self.users.iter().position(|user| user.profile == profile)
    }

    /// Number of a resource that was ever written.
    pub(crate) fn number(&self, id: &str) -> Option<ResourceNo> {
        self.numbers.get(id).copied()
    }

    /// Number of a version that was ever written.
    pub(crate) fn version(&self, id: &str) -> Option<VersionNo> {
        self.versions.get(id).copied()
    }

    /// When a version was committed.
    pub(crate) fn committed_at(&self, version: VersionNo) -> Millis {
        self.committed[version as usize]
    }

    /// Type and id of a resource.
    pub(crate) fn name(&self, resource: ResourceNo) -> String {
        let resource = &self.resources[resource];
        format!("{}/{}", resource.kind, resource.id)
    }

    /// Id of a resource.
    pub(crate) fn id(&self, resource: ResourceNo) -> &str {
        &self.resources[resource].id
    }

    /// Type of a resource.
    pub(crate) fn kind(&self, resource: ResourceNo) -> &'static str {
        self.resources[resource].kind
    }

    /// Whether a resource is of the type that a panel shows.
    pub(crate) fn belongs(&self, resource: ResourceNo, panel: Panel) -> bool {
        (self.resources[resource].kind == "Patient") == panel.is_of_patients()
    }

    /// How many resources there ever were.
    pub(crate) fn len(&self) -> usize {
        self.resources.len()
    }

    /// A commit: the version and content that a resource has from now on; `None`: it was deleted.
    pub(crate) fn commit(
        &mut self,
        now: Millis,
        kind: &'static str,
        id: &str,
        content: Option<(&str, &std::sync::Arc<Value>)>,
        cause: Cause,
    ) -> ResourceNo {
        let next = self.resources.len();
        let number = self.numbers.get(id).copied().unwrap_or(next);
        if number == next {
            let id: Rc<str> = id.into();
            self.numbers.insert(id.clone(), number);
            self.resources.push(Resource {
                kind,
                id,
                current: None,
                open: false,
                written_at: Millis::MIN / 2,
                stamped_until: None,
                came_or_went_at: Millis::MIN / 2,
            });
            for panels in &mut self.rows {
                for rows in panels {
                    rows.push(RowHistory::default());
                }
            }
        }
        let written_at = std::mem::replace(&mut self.resources[number].written_at, now);
        let stamp = content.and_then(|(_, value)| value["meta"]["lastUpdated"].as_str());
        let stamp = stamp.and_then(Timestamp::parse);
        let stamped_until = &mut self.resources[number].stamped_until;
        let out_of_order = stamp.is_some() && stamp <= *stamped_until;
        *stamped_until = stamp.max(*stamped_until);
        let since_ms = now - written_at;
        let is_burst = since_ms <= BURST_MS || (out_of_order && since_ms <= DISORDER_MS);
        let cause = if is_burst {
            cause.max(Cause::Burst)
        } else {
            cause
        };
        if self.resources[number].current.is_some() != content.is_some() {
            self.resources[number].came_or_went_at = now;
        }
        self.resources[number].open =
            kind == "Task" && content.is_some_and(|(_, value)| is_open(value));
        self.resources[number].current = content.map(|(version, value)| {
            let next = self.versions.len() as VersionNo;
            let version = *self.versions.entry(version.into()).or_insert(next);
            if version == next {
                self.committed.push(now);
            }
            (version, value.clone())
        });
        for user in 0..self.users.len() {
            self.expect(now, user, number, cause);
        }
        number
    }

    /// From now on the policy of a user lets it read something else.
    pub(crate) fn set_reading(&mut self, now: Millis, user: usize, reading: Reading) {
        self.users[user].reading = reading;
        self.users[user].reading_since = now;
        for resource in 0..self.resources.len() {
            self.expect(now, user, resource, Cause::Policy);
        }
    }

    fn expect(&mut self, now: Millis, user: usize, number: ResourceNo, cause: Cause) {
        let resource = &self.resources[number];
        let who = &self.users[user];
        let readable = resource
            .current
            .as_ref()
            .filter(|(_, value)| who.may_read(resource.kind, value));
        let hidden = resource.current.is_some() && readable.is_none();
        let cause = if hidden {
            cause.max(Cause::OutOfSight)
        } else {
            cause
        };
        for (index, panel) in Panel::ALL.into_iter().enumerate() {
            if panel.is_of_patients() != (resource.kind == "Patient") {
                continue;
            }
            let shown = readable.filter(|(_, value)| panel.shows(resource, value, who));
            let expected = Expected {
                from: now,
                version: shown.map(|(version, _)| *version),
                cause,
            };
            let history = &mut self.rows[user][index][number];
            if history.first.is_none() && now > 0 {
                // Before it was created it was shown nowhere.
                history.push(Expected {
                    from: 0,
                    version: None,
                    cause: Cause::Write,
                });
            }
            if history.last().map(|last| last.version) != Some(expected.version) {
                history.push(expected);
            }
        }
    }

    /// The place in the history of a row that what is shown corresponds to: the latest one possible.
    pub(crate) fn place(
        &self,
        user: usize,
        panel: Panel,
        resource: ResourceNo,
        shown: Option<VersionNo>,
    ) -> Option<usize> {
        let history = &self.rows[user][panel as usize][resource];
        let found = history
            .iter()
            .rev()
            .position(|expected| expected.version == shown)?;
        Some(history.len() - 1 - found)
    }

    /// The first place in the history of a row, not before another one, that what is shown corresponds to.
    pub(crate) fn place_from(
        &self,
        user: usize,
        panel: Panel,
        resource: ResourceNo,
        shown: Option<VersionNo>,
        not_before: usize,
    ) -> Option<usize> {
        let history = &self.rows[user][panel as usize][resource];
        let mut places = history.iter().enumerate().skip(not_before);
        places
            .find(|(_, expected)| expected.version == shown)
            .map(|(place, _)| place)
    }

    /// How what is shown compares with what should be.
    pub(crate) fn standing(
        &self,
        user: usize,
        panel: Panel,
        resource: ResourceNo,
        shown: Option<VersionNo>,
    ) -> Standing {
        let history = &self.rows[user][panel as usize][resource];
        match self.place(user, panel, resource, shown) {
            Some(place) if place + 1 == history.len() => Standing::Right,
            Some(place) => {
                let missing = || history.iter().skip(place + 1);
                let causes = missing().map(|expected| expected.cause);
                Standing::Behind {
                    since: missing().next().map_or(0, |expected| expected.from),
                    cause: causes.max().unwrap_or(Cause::Write),
                }
            }
            None if shown.is_none() => match &history.first {
                Some(first) => Standing::Behind {
                    since: first.from,
                    cause: first.cause,
                },
                None => Standing::Right,
            },
            None => Standing::Never,
        }
    }

    /// Whether a row came or went after a moment. A run asks for what is there and for what is deleted one after the other: what
    /// comes or goes between the two is in neither answer, and so are its earlier changes. The next run finds it.
    pub(crate) fn came_or_went_after(
        &self,
        user: usize,
        panel: Panel,
        resource: ResourceNo,
        after: Millis,
    ) -> bool {
        let history = &self.rows[user][panel as usize][resource];
        let mut steps = history.iter().zip(history.iter().skip(1));
        let in_panel = steps.any(|(before, now)| {
            now.from > after && before.version.is_some() != now.version.is_some()
        });
        in_panel || self.resources[resource].came_or_went_at > after
    }

    /// Whether going back from one place of a row's history to another is no wonder: frames of a burst come in any order,
    /// and after a read has told what is there.
    pub(crate) fn is_contended(
        &self,
        user: usize,
        panel: Panel,
        resource: ResourceNo,
        back_to: usize,
        from: usize,
    ) -> bool {
        let history = &self.rows[user][panel as usize][resource];
        let is_burst = |expected: &Expected| expected.cause == Cause::Burst;
        let mut passed = history.iter().take(from + 1).skip(back_to + 1);
        history.get(back_to).is_some_and(is_burst) || passed.all(is_burst)
    }

    /// The version that a resource has now.
    pub(crate) fn current_version(&self, resource: ResourceNo) -> Option<VersionNo> {
        let (version, _) = self.resources[resource].current.as_ref()?;
        Some(*version)
    }

    /// Whether a resource is there now.
    pub(crate) fn exists(&self, resource: ResourceNo) -> bool {
        self.resources[resource].current.is_some()
    }

    /// Whether a resource is a task with work left to do.
    pub(crate) fn is_open(&self, resource: ResourceNo) -> bool {
        self.resources[resource].open
    }
}

/// Whether a task has work left to do (<https://hl7.org/fhir/R4/task.html#statemachine>).
pub(crate) fn is_open(task: &Value) -> bool {
    let closed = [
        "completed",
        "cancelled",
        "rejected",
        "failed",
        "entered-in-error",
    ];
    task["status"]
        .as_str()
        .is_some_and(|status| !closed.contains(&status))
}
