//! What this user edits: the list that the worker tells, what this tab has asked for, and what was typed and not asked for yet.
//!
//! Decides nothing: the list is `panels_core::edit_list`, the fate of an edit is the worker's. Nothing of it leaves the memory of
//! the page: it is about patients.

use std::{collections::HashMap, time::Duration};

use leptos::prelude::*;
use panels_core::{
    edit::typing,
    edit_list::{EditList, EditListEvents},
    identity::{EditId, JobId, PanelChangeId, ResourceKey, VersionId},
    protocol::{
        DraftOf, EditOutcome, EditRefusal, EditsNews, FieldChange, FieldValue, NewEdit,
        OutboxSummary, SessionView, TabMessage,
    },
};

use super::{Announcer, AppState, clock::now, drafts::Drafts, jobs::OwnJob};
use crate::text;

/// How long a message about an own edit stays: time to read it and to reach its button.
const TOAST: Duration = Duration::from_secs(8);

/// What is said about an edit of this tab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Toast {
    /// One sentence.
    pub text: String,
    /// The edit that its button takes back.
    pub undo: Option<EditId>,
}

/// What was typed for an edit: about which record, for what, and the text.
type Typed = (ResourceKey, DraftOf, String);

/// See the module.
#[derive(Clone, Copy)]
pub(crate) struct Edits {
    list: RwSignal<EditList>,
    /// The message that is shown.
    toast: RwSignal<Option<Toast>>,
    /// The edit whose conflict is open.
    deciding: RwSignal<Option<EditId>>,
    /// What a sign-out would lose.
    warning: RwSignal<Option<OutboxSummary>>,
    /// Texts that were typed and not saved.
    pub(crate) drafts: Drafts,
    /// Edits that were made here, with what was typed for each: their end is told here, and a text that is refused goes back to its
    /// field.
    own: StoredValue<HashMap<EditId, Option<Typed>>>,
    /// Changes of many rows that were asked for here.
    pub(super) jobs: RwSignal<Vec<OwnJob>>,
    toasts: StoredValue<u64>,
    asked: StoredValue<u64>,
    page: StoredValue<String>,
}

/// A name that nothing else has.
pub(super) struct Name(String);

impl Name {
    /// Of an edit.
    fn edit(&self) -> EditId {
        EditId::new(&*self.0)
    }

    /// Of a job.
    pub(super) fn job(&self) -> JobId {
        JobId::new(&*self.0)
    }

    /// Of a change of a panel, unlike that of everything else: it is also that of a new panel, for ever.
    pub(super) fn panel_change(&self) -> PanelChangeId {
        PanelChangeId::new(self.0.replace(':', "-"))
    }

    /// Of one of the edits of a job.
    pub(super) fn part(&self, number: usize) -> EditId {
        EditId::new(format!("{}:{number}", self.0))
    }
}

impl Edits {
    /// Nothing known, nothing asked.
    pub(super) fn new() -> Self {
        let random = window().crypto().map(|crypto| crypto.random_uuid());
        Self {
            list: RwSignal::new(EditList::default()),
            toast: RwSignal::new(None),
            deciding: RwSignal::new(None),
            warning: RwSignal::new(None),
            drafts: Drafts::new(),
            own: StoredValue::new(HashMap::new()),
            jobs: RwSignal::new(Vec::new()),
            toasts: StoredValue::new(0),
            asked: StoredValue::new(0),
            page: StoredValue::new(random.unwrap_or_default()),
        }
    }

    /// Reads the list.
    pub(crate) fn with<T>(self, read: impl FnOnce(&EditList) -> T) -> T {
        self.list.with(read)
    }

    /// The message that is shown.
    pub(crate) fn toast(self) -> Option<Toast> {
        self.toast.get()
    }

    /// Takes the message away.
    pub(crate) fn dismiss_toast(self) {
        self.toast.set(None);
    }

    /// The edit whose conflict is open.
    pub(crate) fn deciding(self) -> Option<EditId> {
        self.deciding.get()
    }

    /// Opens a conflict, or closes it.
    pub(crate) fn decide(self, edit: Option<EditId>) {
        self.deciding.set(edit);
    }

    /// What a sign-out would lose, while the user is asked.
    pub(crate) fn warning(self) -> Option<OutboxSummary> {
        self.warning.get()
    }

    /// The user stays, or has decided.
    pub(crate) fn dismiss_warning(self) {
        self.warning.set(None);
    }

    pub(super) fn warn(self, summary: OutboxSummary) {
        self.warning.set(Some(summary));
    }

    /// Another life of the worker.
    pub(super) fn restart(self) {
        self.list.update(EditList::restart);
    }

    /// Somebody else may sit down here. What the worker has to be told.
    pub(super) fn forget(self) -> Option<TabMessage> {
        self.list.update(EditList::restart);
        self.toast.set(None);
        self.deciding.set(None);
        self.warning.set(None);
        self.jobs.update(Vec::clear);
        self.own.update_value(HashMap::clear);
        self.drafts.forget()
    }

    /// Changes of many rows that were asked for here, oldest first.
    pub(crate) fn jobs(self) -> Vec<OwnJob> {
        self.jobs.get()
    }

    /// A name that nothing else has.
    pub(super) fn name(self, state: AppState) -> Option<Name> {
        let page = self.page.get_value();
        if page.is_empty() {
            state.announcer.alert(text::CANNOT_EDIT);
            return None;
        }
        let number = self.asked.get_value() + 1;
        self.asked.set_value(number);
        Some(Name(format!("{page}:{number}")))
    }
}

impl AppState {
    /// Asks for changes of a record, of which this version is on the screen.
    pub(crate) fn edit(self, resource: ResourceKey, version: VersionId, changes: Vec<FieldChange>) {
        let Some(id) = self.edits.name(self).map(|name| name.edit()) else {
            return;
        };
        let typed = changes.iter().find_map(|change| {
            let text = typing::text_of(&change.wanted);
            let of = DraftOf {
                field: change.field,
                seen: change.seen.clone(),
            };
            (!text.is_empty()).then(|| (resource.clone(), of, text))
        });
        self.edits.own.update_value(|own| {
            own.insert(id.clone(), typed);
        });
        let edit = NewEdit {
            id,
            resource,
            version,
            at: now(),
            changes,
        };
        self.send(TabMessage::Edit { edit });
    }

    /// Takes an edit back.
    pub(crate) fn undo(self, edit: EditId) {
        let reverse = EditId::new(format!("undo:{}", edit.as_str()));
        self.edits.own.update_value(|own| {
            own.insert(reverse, None);
        });
        self.edits.dismiss_toast();
        self.send(TabMessage::UndoEdit { edit });
    }

    /// Takes news of the edits.
    pub(super) fn take_edits(self, news: EditsNews) {
        let mut events = EditListEvents::default();
        self.edits.list.update(|list| events = list.apply(news));
        if events.gap {
            self.send(TabMessage::ListEdits);
        }
        for ended in &events.ended {
            let own = self.edits.own.with_value(|own| own.contains_key(&ended.id));
            if own && ended.job.is_none() {
                let undoable = matches!(ended.outcome, EditOutcome::Applied { undoable: true, .. });
                let undo = undoable.then(|| ended.id.clone());
                self.say_of_edit(text::edit_ended(&ended.outcome, &ended.id), undo);
            }
        }
        for id in events.conflicts.iter().chain(&events.rolled_back) {
            let own = self.edits.own.with_value(|own| own.contains_key(id));
            let sentence = self.edits.list.with_untracked(|list| {
                let edit = list.get(id)?;
                Some(text::edit_stopped(edit))
            });
            if let Some(sentence) = sentence.filter(|_| own) {
                self.announcer.alert(&sentence);
            }
        }
        // What was open and is settled, here or in another tab, goes.
        let open = self.edits.deciding.get_untracked();
        let gone = open.is_some_and(|open| {
            self.edits
                .list
                .with_untracked(|list| !list.conflicts().iter().any(|edit| edit.id == open))
        });
        if gone {
            self.edits.deciding.set(None);
        }
    }

    /// An edit was not taken: told at once, and a text goes back to where it was typed.
    pub(super) fn take_edit_refusal(self, edit: Option<&EditId>, reason: &EditRefusal) {
        // It goes out when the same user is signed in again.
        if *reason == EditRefusal::NotSignedIn {
            return;
        }
        let own = self.edits.own;
        let typed = edit.and_then(|edit| own.with_value(|own| own.get(edit).cloned().flatten()));
        if let Some((record, of, text)) = typed {
            self.take_draft(&record, of, &text);
        }
        let sentence = text::edit_refused(reason);
        self.announcer.alert(&sentence);
        self.show_toast(Toast {
            text: sentence,
            undo: None,
        });
    }

    /// Who is signed in, as the owner of a task.
    pub(crate) fn me(self) -> Option<FieldValue> {
        self.session.with(|session| match session {
            SessionView::SignedIn { profile, name, .. } => Some(FieldValue::Reference {
                reference: Some(profile.clone()),
                display: Some(name.clone()),
            }),
            _ => None,
        })
    }

    /// Says something about the chosen rows.
    pub(crate) fn say_of_rows(self, sentence: String) {
        self.say_of_edit(Some(sentence), None);
    }

    fn say_of_edit(self, sentence: Option<String>, undo: Option<EditId>) {
        if let Some(text) = sentence {
            let announcer: Announcer = self.announcer;
            announcer.say(&text);
            self.show_toast(Toast { text, undo });
        }
    }

    fn show_toast(self, toast: Toast) {
        let number = self.edits.toasts.get_value() + 1;
        self.edits.toasts.set_value(number);
        self.edits.toast.set(Some(toast));
        self.dismiss_later(number);
    }

    /// Nobody's message is taken away while it is pointed at, or its buttons have the focus.
    fn dismiss_later(self, number: u64) {
        let toasts = self.edits.toasts;
        set_timeout(
            move || {
                if toasts.try_get_value() != Some(number) {
                    return;
                }
                let in_use = document().query_selector(".toast:is(:hover, :focus-within)");
                match in_use.is_ok_and(|toast| toast.is_some()) {
                    true => self.dismiss_later(number),
                    false => self.edits.dismiss_toast(),
                }
            },
            TOAST,
        );
    }
}
