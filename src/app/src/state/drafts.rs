//! Texts that were typed and not saved: kept here while the page lives, and by the worker beyond that.
//!
//! Must never lose one: where two come together, both stay.

use leptos::prelude::*;
use panels_core::{
    identity::ResourceKey,
    limits,
    protocol::{DraftOf, EditField, TabMessage},
};

use super::AppState;

/// See the module. There are few: as many as somebody has begun to type.
#[derive(Clone, Copy)]
pub(crate) struct Drafts(RwSignal<Vec<Draft>>);

#[derive(Clone)]
struct Draft {
    record: ResourceKey,
    of: DraftOf,
    /// `None`: it was given up or saved. A new worker has to hear that too.
    text: Option<String>,
}

impl Drafts {
    pub(super) fn new() -> Self {
        Self(RwSignal::new(Vec::new()))
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
            let mut meant = drafts
                .iter()
                .filter(|draft| draft.record == *record && is_meant(&draft.of));
            meant.find_map(|draft| Some((draft.of.clone(), draft.text.clone()?)))
        })
    }

    /// Somebody else may sit down here.
    pub(super) fn forget(self) {
        self.0.update(Vec::clear);
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
        self.send(TabMessage::KeepDraft {
            record: record.clone(),
            of: of.clone(),
            text: text.clone().unwrap_or_default(),
        });
        self.edits.drafts.0.update(|drafts| {
            drafts.retain(|draft| draft.record != *record || draft.of != of);
            drafts.push(Draft {
                record: record.clone(),
                of,
                text,
            });
            // The worker keeps no more of them: of what was given up longer ago it has nothing.
            let given_up = drafts.iter().filter(|draft| draft.text.is_none()).count();
            if given_up > limits::DRAFTS_MAX
                && let Some(oldest) = drafts.iter().position(|draft| draft.text.is_none())
            {
                drafts.remove(oldest);
            }
        });
    }

    /// Something was typed about a record in a tab that is gone, or here and was not taken.
    pub(super) fn take_draft(self, record: &ResourceKey, of: DraftOf, text: &str) {
        let typed = untrack(|| self.edits.drafts.find(record, |known| *known == of));
        let typed = typed.map(|(_, typed)| typed).unwrap_or_default();
        if typed.contains(text) {
            return;
        }
        let between = match of.field {
            _ if typed.is_empty() => "",
            EditField::Note => "\n\n",
            EditField::AddressLines => "\n",
            _ => " ",
        };
        self.keep_draft(record, of, format!("{typed}{between}{text}"));
    }

    /// Somebody is signed in, perhaps with another worker: it hears what it may not know.
    pub(super) fn repeat_drafts(self) {
        let drafts = self.edits.drafts.0.with_untracked(Clone::clone);
        for Draft { record, of, text } in drafts {
            let text = text.unwrap_or_default();
            self.send(TabMessage::KeepDraft { record, of, text });
        }
    }
}
