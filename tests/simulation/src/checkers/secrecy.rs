//! Invariants 7 and 8: what must not be seen.

use std::{cell::RefCell, collections::HashSet, rc::Rc};

use panels_core::{cache::CacheChange, engine::Output, protocol::WorkerMessage};
use panels_sandbox::Sandbox;

use crate::world::{Event, World};

/// Shorter words would be found in anything.
const WORD_CHARS_MIN: usize = 5;
/// So many harmless records are remembered.
const HARMLESS_MAX: usize = 20_000;
/// What a browser needs to delete what is stored.
const WIPED_AFTER_MS: i64 = 500;

/// What stands for a patient: names, numbers, ids.
#[derive(Clone, Debug)]
pub(crate) struct Words {
    words: Rc<[String]>,
    /// Records that were found harmless: they repeat, in this run and in the next.
    harmless: Rc<RefCell<HashSet<String>>>,
}

impl Words {
    pub(crate) fn of(sandbox: &Sandbox) -> Self {
        let mut words = Vec::new();
        let mut add = |text: Option<&str>| {
            words.extend(
                text.filter(|text| text.len() >= WORD_CHARS_MIN)
                    .map(str::to_owned),
            );
        };
        for patient in sandbox.iterate("Patient") {
            add(patient["id"].as_str());
            let family = patient["name"][0]["family"].as_str();
            add(family);
            // As tabs show it.
            add(family.map(str::to_uppercase).as_deref());
            add(patient["identifier"][0]["value"].as_str());
            add(patient["telecom"][0]["value"].as_str());
        }
        for task in sandbox.iterate("Task") {
            add(task["id"].as_str());
            add(task["description"].as_str());
        }
        words.push("Newcomer".to_owned());
        Self {
            words: words.into(),
            harmless: Rc::default(),
        }
    }

    /// The first word that a log record contains.
    fn find_in_log(&self, text: &str) -> Option<&str> {
        let mut harmless = self.harmless.borrow_mut();
        if harmless.contains(text) {
            return None;
        }
        let found = self.find(text);
        if found.is_none() {
            if harmless.len() >= HARMLESS_MAX {
                harmless.clear();
            }
            harmless.insert(text.to_owned());
        }
        found
    }

    /// The first word that a text contains.
    fn find<'a>(&'a self, text: &str) -> Option<&'a str> {
        let found = self.words.iter().find(|word| text.contains(word.as_str()));
        found.map(String::as_str)
    }
}

impl World {
    pub(super) fn check_secrecy(&mut self, worker: usize, output: &Output) {
        match output {
            Output::Log { text, .. } => {
                let found = self.words.find_in_log(text);
                if let Some(what) = found.map(|word| format!("w{worker} logged {word:?}: {text}")) {
                    self.violate(8, what);
                }
            }
            Output::WriteCache { changes, .. } => {
                let keys = changes.iter().filter_map(|change| match change {
                    CacheChange::Put(record) => Some(record.key.as_str()),
                    _ => None,
                });
                let found = keys.filter_map(|key| self.words.find(key)).next();
                if let Some(word) = found {
                    let what = format!("w{worker} stores {word:?} in the clear");
                    self.violate(8, what);
                }
            }
            Output::UseChannel { name } => self.check_session(worker, name.is_some()),
            Output::ToTab { message, .. } | Output::ToAll { message } => {
                self.check_message(worker, message);
            }
            _ => {}
        }
    }

    fn check_message(&mut self, worker: usize, message: &WorkerMessage) {
        let rows = match message {
            WorkerMessage::Snapshot { rows, .. } => !rows.is_empty(),
            WorkerMessage::Changes { panels, .. } => {
                panels.iter().any(|panel| !panel.rows.is_empty())
            }
            WorkerMessage::Record { record } => record.content.is_some(),
            _ => false,
        };
        if rows && !self.workers[worker].checks.signed_in {
            self.violate(
                7,
                format!("w{worker} sends rows although nobody is signed in"),
            );
        }
    }

    /// The channel of a session is opened with it and closed with it.
    fn check_session(&mut self, worker: usize, signed_in: bool) {
        let was = std::mem::replace(&mut self.workers[worker].checks.signed_in, signed_in);
        if was && !signed_in {
            self.workers[worker].checks.departing = true;
            self.expect_wiped(worker);
        }
    }

    /// The tabs are told that somebody has signed out.
    pub(super) fn note_departed(&mut self, worker: usize) {
        let checks = &mut self.workers[worker].checks;
        checks.memory_due |= std::mem::take(&mut checks.departing);
    }

    /// After the turn in which it told that somebody has signed out the engine remembers nothing.
    pub(crate) fn check_memory(&mut self, worker: usize) {
        let checks = &mut self.workers[worker].checks;
        if !std::mem::take(&mut checks.memory_due) || checks.signed_in {
            return;
        }
        let memory = format!("{:?}", self.workers[worker].engine);
        // Edits of a session that ended by itself go to the disk, or wait for their author where there is none.
        if memory.contains("parked: true") || memory.contains("Aside {") {
            return;
        }
        if let Some(word) = self.words.find(&memory) {
            let what = format!("w{worker} still holds {word:?} after the sign-out");
            self.violate(7, what);
        }
    }

    /// Nobody is signed in: what an earlier life has stored is to be deleted too.
    pub(crate) fn expect_wiped(&mut self, worker: usize) {
        self.queue
            .push(self.now + WIPED_AFTER_MS, Event::Wiped(worker));
    }

    /// After a sign-out nothing is left on disk.
    pub(crate) fn check_wiped(&mut self, worker: usize) {
        let gone = &self.workers[worker];
        let profile = &self.profiles[gone.profile];
        if !gone.alive || gone.checks.signed_in || profile.is_asleep(self.now) {
            return;
        }
        let left = profile.storage.texts();
        let found = left.filter_map(|text| self.words.find(text)).next();
        if let Some(word) = found {
            let what = format!("{word:?} is still on disk after w{worker} signed out");
            self.violate(7, what);
        }
    }
}
