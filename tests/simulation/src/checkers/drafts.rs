//! What was half typed, by words that are typed once in a run: none is lost, shown to anybody else, or sent to the server.

use std::collections::BTreeMap;

use panels_core::{
    cache::CacheChange,
    cache::CacheEvent,
    engine::{Input, OutboxOrder, Output},
    identity::ResourceKey,
    protocol::{DraftOf, EditField, WorkerMessage},
};

use crate::{
    storage::{Command, StorageFault},
    world::World,
};

/// What the words begin with; nothing else does.
const TYPED: &str = "typed-";

/// Every word that anybody ever typed, by its text.
#[derive(Debug, Default)]
pub(crate) struct Drafts {
    words: BTreeMap<String, Word>,
}

/// One word.
#[derive(Debug)]
struct Word {
    profile: usize,
    user: usize,
    record: ResourceKey,
    of: DraftOf,
    /// It has been on the disk.
    was_kept: bool,
    /// Its user wants it no longer.
    let_go: bool,
}

impl Drafts {
    /// Somebody types another word.
    pub(crate) fn type_word(
        &mut self,
        profile: usize,
        user: usize,
        record: &ResourceKey,
        of: &DraftOf,
    ) -> String {
        let text = format!("{TYPED}{}.", self.words.len());
        let word = Word {
            profile,
            user,
            record: record.clone(),
            of: of.clone(),
            was_kept: false,
            let_go: false,
        };
        self.words.insert(text.clone(), word);
        text
    }

    /// Its user gives up a text.
    pub(crate) fn let_go(&mut self, text: &str) {
        for (_, word) in self
            .words
            .iter_mut()
            .filter(|(word, _)| text.contains(word.as_str()))
        {
            word.let_go = true;
        }
    }

    /// Everything of a user at a machine goes, as the user said.
    pub(crate) fn let_go_of_all(&mut self, profile: usize, user: usize) {
        let own = self.words.values_mut();
        for word in own.filter(|word| word.profile == profile && word.user == user) {
            word.let_go = true;
        }
    }

    fn keep(&mut self, text: &str) {
        for (_, word) in self
            .words
            .iter_mut()
            .filter(|(word, _)| text.contains(word.as_str()))
        {
            word.was_kept = true;
        }
    }
}

impl World {
    /// The texts of a command, of which all are on the disk when it was carried out.
    pub(crate) fn texts_to_keep(&self, command: &Command) -> Vec<String> {
        let Command::Outbox(OutboxOrder::Write { changes, .. }) = command else {
            return Vec::new();
        };
        let texts = changes.iter().filter_map(|change| match change {
            CacheChange::Put(record) => Some(record.text.reveal()),
            _ => None,
        });
        texts
            .filter(|text| text.contains(TYPED))
            .map(str::to_owned)
            .collect()
    }

    /// They are, unless the disk says otherwise.
    pub(crate) fn note_kept(&mut self, texts: &[String], told: &[Input]) {
        let written = |input: &Input| {
            matches!(
                input,
                Input::Outbox(CacheEvent::Written { result: Ok(_), .. })
            )
        };
        if told.iter().any(written) {
            texts.iter().for_each(|text| self.drafts.keep(text));
        }
    }

    /// Looks at what an engine wants to do, before it is done.
    pub(super) fn check_drafts(&mut self, worker: usize, output: &Output) {
        match output {
            Output::Http(request) => {
                let body = request.body.as_ref().map(|body| body.text.reveal());
                if body.is_some_and(|body| body.contains(TYPED)) {
                    let what = format!("w{worker} sends what nobody has saved");
                    self.violate(3, what);
                }
            }
            Output::ToTab {
                tab,
                message: WorkerMessage::Draft { text, .. },
            } => {
                let user = self.workers[worker].checks.user;
                let profile = self.workers[worker].profile;
                let mut words = self
                    .drafts
                    .words
                    .iter()
                    .filter(|(word, _)| text.contains(word.as_str()));
                let foreign =
                    words.find(|(_, word)| Some(word.user) != user || word.profile != profile);
                if let Some(what) =
                    foreign.map(|(word, _)| format!("{tab} is given {word} of somebody else"))
                {
                    self.violate(7, what);
                }
            }
            _ => {}
        }
    }

    /// The first word of somebody who is here that no tab has, with its record: whoever opens that has to get it.
    pub(crate) fn first_missing_draft(&self) -> Option<(usize, ResourceKey)> {
        let mut words = self.drafts.words.iter();
        words.find_map(|(text, word)| {
            let tab = self.tab_of(word)?;
            let missing = !self.is_excused(word)
                && !self.is_in_a_tab(text, word)
                && !self.is_waiting(text, word);
            missing.then(|| (tab, word.record.clone()))
        })
    }

    /// The first word that is lost.
    pub(crate) fn first_lost_draft(&self) -> Option<String> {
        let lost = self.drafts.words.iter().find(|(text, word)| {
            let may_wait = self.tab_of(word).is_none() || self.is_waiting(text, word);
            let waits = may_wait && self.is_on_disk(text, word);
            !(self.is_excused(word) || self.is_in_a_tab(text, word) || waits)
        });
        lost.map(|(text, word)| format!("what was typed is lost: {text} {word:?}"))
    }

    /// Of a field there is one text: while a tab has another one, this waits on the disk until that is saved or given up.
    fn is_waiting(&self, text: &str, word: &Word) -> bool {
        let tabs = self.tabs_of(word.profile).into_iter();
        let mut drafts = tabs.flat_map(|tab| self.tabs[tab].drafts.texts());
        word.of.field != EditField::Note
            && self.is_on_disk(text, word)
            && drafts.any(|(record, of, _)| *record == word.record && *of == word.of)
    }

    fn is_on_disk(&self, text: &str, word: &Word) -> bool {
        let mut kept = self.profiles[word.profile].storage.edits();
        kept.any(|kept| kept.contains(text))
    }

    /// A tab of its user.
    fn tab_of(&self, word: &Word) -> Option<usize> {
        let mut tabs = self.tabs_of(word.profile).into_iter();
        tabs.find(|tab| self.tabs[*tab].checks.user() == Some(word.user))
    }

    fn is_in_a_tab(&self, text: &str, word: &Word) -> bool {
        let tabs = self.tabs_of(word.profile).into_iter();
        let mut drafts = tabs.flat_map(|tab| self.tabs[tab].drafts.texts());
        drafts.any(|(_, _, typed)| typed.contains(text))
    }

    /// Whether it may be gone: its user let it go; it never was on the disk, and its tab or the worker died; the disk was wiped.
    fn is_excused(&self, word: &Word) -> bool {
        let faults = self.profiles[word.profile].storage.faults();
        let wiped = [StorageFault::Emptied, StorageFault::Unreadable];
        let wiped = faults.iter().any(|fault| wiped.contains(fault));
        word.let_go || !word.was_kept || wiped
    }
}
