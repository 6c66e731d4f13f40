//! What people type and do not save, and what the app does with it: as in `state/drafts.rs` of `panels-app`.

use panels_core::{
    identity::ResourceKey,
    protocol::{DraftOf, EditField, FieldValue, TabMessage},
};

use super::World;
use crate::trace::Who;

/// A text that was typed in a tab.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    record: ResourceKey,
    of: DraftOf,
    /// Empty: it was given up. A new worker has to hear that too.
    pub(crate) text: String,
}

impl Draft {
    /// Whether it is a text for the same.
    pub(crate) fn takes_the_place_of(&self, record: &ResourceKey, of: &DraftOf) -> bool {
        self.record == *record && self.of == *of && !self.text.is_empty()
    }
}

impl World {
    /// Somebody types a word about the open record, or opens one.
    pub(super) fn type_word(&mut self, tab: usize, pick: u32) {
        let record = self.tabs[tab]
            .record
            .as_ref()
            .map(|record| record.key.clone());
        let (Some(record), Some(user)) = (record, self.tabs[tab].checks.user()) else {
            return self.open_record(tab, pick);
        };
        let profile = self.tabs[tab].profile;
        let of = what_for(pick);
        let word = self.drafts.type_word(profile, user, &record, &of);
        self.trace.line(self.now, Who::Tab(tab), || {
            format!("> types {word} about {record}")
        });
        let typed = self.typed(tab, &record, &of);
        self.set_draft(tab, record, of, format!("{typed}{word}"));
    }

    /// Somebody wants nothing any longer of what was typed about the open record.
    pub(super) fn give_up_text(&mut self, tab: usize, pick: u32) {
        let record = self.tabs[tab]
            .record
            .as_ref()
            .map(|record| record.key.clone());
        let of = what_for(pick);
        let Some(record) = record.filter(|record| !self.typed(tab, record, &of).is_empty()) else {
            return;
        };
        let typed = self.typed(tab, &record, &of);
        self.drafts.let_go(&typed);
        self.trace
            .line(self.now, Who::Tab(tab), || format!("> gives up {typed}"));
        self.set_draft(tab, record, of, String::new());
    }

    /// The worker gives a tab what was typed elsewhere, or here before.
    pub(super) fn take_draft(&mut self, tab: usize, record: ResourceKey, of: DraftOf, text: &str) {
        self.trace.line(self.now, Who::Tab(tab), || {
            format!("< {text} about {record}")
        });
        let typed = self.typed(tab, &record, &of);
        if !typed.contains(text) {
            self.set_draft(tab, record, of, format!("{typed}{text}"));
        }
    }

    /// Somebody is signed in, perhaps with another worker: it hears what it may not know.
    pub(super) fn repeat_drafts(&mut self, tab: usize) {
        for Draft { record, of, text } in self.tabs[tab].drafts.clone() {
            self.say(tab, TabMessage::KeepDraft { record, of, text });
        }
    }

    /// People look for what was half typed where they left it.
    pub(super) fn look_for_drafts(&mut self) {
        if let Some((tab, record)) = self.first_missing_draft() {
            self.say(tab, TabMessage::OpenRecord { record });
        }
    }

    fn typed(&self, tab: usize, record: &ResourceKey, of: &DraftOf) -> String {
        let mut drafts = self.tabs[tab].drafts.iter();
        let typed = drafts.find(|draft| draft.record == *record && draft.of == *of);
        typed.map(|draft| draft.text.clone()).unwrap_or_default()
    }

    fn set_draft(&mut self, tab: usize, record: ResourceKey, of: DraftOf, text: String) {
        self.say(
            tab,
            TabMessage::KeepDraft {
                record: record.clone(),
                of: of.clone(),
                text: text.clone(),
            },
        );
        let drafts = &mut self.tabs[tab].drafts;
        drafts.retain(|draft| draft.record != record || draft.of != of);
        drafts.push(Draft { record, of, text });
    }
}

/// A note, or a label over nothing.
fn what_for(pick: u32) -> DraftOf {
    if pick.is_multiple_of(3) {
        return DraftOf {
            field: EditField::BusinessStatus,
            seen: FieldValue::Absent,
        };
    }
    DraftOf::NOTE
}
