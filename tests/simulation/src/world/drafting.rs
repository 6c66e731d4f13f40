//! What people type and do not save.

use panels_core::{
    identity::ResourceKey,
    protocol::{DraftOf, EditField, FieldValue, TabMessage},
};

use super::World;
use crate::trace::Who;

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
        self.set_draft(tab, &record, of, Some(format!("{typed}{word}")));
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
        self.set_draft(tab, &record, of, None);
    }

    /// The worker gives a tab what was typed elsewhere, or here before.
    pub(super) fn take_draft(&mut self, tab: usize, record: ResourceKey, of: DraftOf, text: &str) {
        self.trace.line(self.now, Who::Tab(tab), || {
            format!("< {text} about {record}")
        });
        if let Some(message) = self.tabs[tab].drafts.take(&record, of, text) {
            self.say(tab, message);
        }
    }

    /// Somebody is signed in, perhaps with another worker: it hears what it may not know.
    pub(super) fn repeat_drafts(&mut self, tab: usize) {
        let messages: Vec<_> = self.tabs[tab].drafts.messages().collect();
        for message in messages {
            self.say(tab, message);
        }
    }

    /// People look for what was half typed where they left it.
    pub(super) fn look_for_drafts(&mut self) {
        if let Some((tab, record)) = self.first_missing_draft() {
            self.say(tab, TabMessage::OpenRecord { record });
        }
    }

    fn typed(&self, tab: usize, record: &ResourceKey, of: &DraftOf) -> String {
        let typed = self.tabs[tab].drafts.find(record, |known| known == of);
        typed.map(|(_, text)| text.to_owned()).unwrap_or_default()
    }

    fn set_draft(&mut self, tab: usize, record: &ResourceKey, of: DraftOf, text: Option<String>) {
        let message = self.tabs[tab].drafts.set(record, of, text);
        self.say(tab, message);
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
