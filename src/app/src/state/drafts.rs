//! Texts that were typed and not saved, for the views and the worker; the rules are in `panels_core::draft_list`.

use leptos::prelude::*;
use panels_core::{
    draft_list::DraftList,
    identity::ResourceKey,
    protocol::{DraftOf, TabMessage},
};

use super::AppState;

/// See the module.
#[derive(Clone, Copy)]
pub(crate) struct Drafts(RwSignal<DraftList>);

impl Drafts {
    pub(super) fn new() -> Self {
        Self(RwSignal::default())
    }

    /// The note that was typed about a record.
    pub(crate) fn note(self, record: &ResourceKey) -> String {
        let note = self.find(record, |of| *of == DraftOf::NOTE);
        note.map(|(_, text)| text).unwrap_or_default()
    }

    /// A text that was typed about a record, for what `is_meant` tells.
    pub(crate) fn find(
        self,
        record: &ResourceKey,
        is_meant: impl Fn(&DraftOf) -> bool,
    ) -> Option<(DraftOf, String)> {
        self.0.with(|drafts| {
            let found = drafts.find(record, is_meant);
            found.map(|(of, text)| (of.clone(), text.to_owned()))
        })
    }

    /// Somebody else may sit down here. What the worker has to be told.
    pub(super) fn forget(self) -> Option<TabMessage> {
        self.0.try_update(DraftList::forget).flatten()
    }
}

impl AppState {
    /// Remembers what was typed, here and in the worker: a closed tab does not take it along.
    pub(crate) fn keep_draft(self, record: &ResourceKey, of: DraftOf, text: String) {
        self.set_draft(record, of, Some(text));
    }

    /// What was typed is saved or given up.
    pub(crate) fn drop_draft(self, record: &ResourceKey, of: DraftOf) {
        self.set_draft(record, of, None);
    }

    fn set_draft(self, record: &ResourceKey, of: DraftOf, text: Option<String>) {
        let drafts = self.edits.drafts.0;
        let message = drafts.try_update(|drafts| drafts.set(record, of, text));
        message.into_iter().for_each(|message| self.send(message));
    }

    /// Something was typed about a record in a tab that is gone, or here and was not taken.
    pub(super) fn take_draft(self, record: &ResourceKey, of: DraftOf, text: &str) {
        let drafts = self.edits.drafts.0;
        let message = drafts.try_maybe_update(|drafts| {
            let message = drafts.take(record, of, text);
            (message.is_some(), message)
        });
        let message = message.flatten();
        message.into_iter().for_each(|message| self.send(message));
    }

    /// Somebody is signed in, perhaps with another worker: it hears what it may not know.
    pub(super) fn repeat_drafts(self) {
        let messages: Vec<_> = self
            .edits
            .drafts
            .0
            .with_untracked(|drafts| drafts.messages().collect());
        messages.into_iter().for_each(|message| self.send(message));
    }
}
