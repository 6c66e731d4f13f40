//! What can be changed about a record. Each control makes one edit at once: nothing waits for a button that saves all.
//!
//! What the user may not change is there and says why. What is typed is the user's until it is committed: an update from the
//! server never takes it away, and the edit names the value that was on the screen when typing began.

mod choices;
mod tags;
mod texts;

use leptos::prelude::*;
use panels_core::{
    identity::ResourceKey,
    protocol::{DraftOf, EditField, EditableField, FieldChange, FieldValue, RecordContent},
};

use crate::{state::AppState, text};
use choices::{CodeControl, DueControl, OwnerControl};
use tags::TagsControl;
use texts::{NoteControl, TextControl};

/// Where a control stands: the field, and which of several values of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Place {
    field: EditField,
    nth: usize,
}

/// What the controls of a record share.
#[derive(Clone, Copy)]
struct Editing {
    state: AppState,
    key: StoredValue<ResourceKey>,
    content: Memo<Option<RecordContent>>,
}

impl Editing {
    fn change(self, field: EditField, seen: FieldValue, wanted: FieldValue) {
        let version = self
            .content
            .with_untracked(|content| content.as_ref().map(|content| content.version.clone()));
        if let Some(version) = version.filter(|_| !seen.same(&wanted)) {
            let change = FieldChange {
                field,
                seen,
                wanted,
            };
            self.state.edit(self.key.get_value(), version, vec![change]);
        }
    }

    /// Remembers what is typed.
    fn keep(self, of: DraftOf, text: String) {
        self.key
            .with_value(|key| self.state.keep_draft(key, of, text));
    }

    /// What was typed is saved, or given up.
    fn drop(self, of: DraftOf) {
        self.key.with_value(|key| self.state.drop_draft(key, of));
    }

    /// What was typed in the place of a value and is not saved. Where the contact that it was to replace is gone it stands in
    /// the place for a new one.
    fn typed(self, field: EditField, value: &FieldValue) -> Option<(DraftOf, String)> {
        let is_gone = |seen: &FieldValue| {
            self.content.with(|content| {
                let known = content.as_ref().map(|content| &content.editable[..]);
                let mut known = known.unwrap_or_default().iter();
                !known.any(|item| item.field == field && item.value.same(seen))
            })
        };
        let is_meant = |of: &DraftOf| {
            of.field == field
                && (field != EditField::Contact
                    || of.seen.same(value)
                    || (*value == FieldValue::Absent && is_gone(&of.seen)))
        };
        let drafts = self.state.edits.drafts;
        self.key.with_value(|key| drafts.find(key, is_meant))
    }

    fn item(self, place: Place) -> Memo<Option<EditableField>> {
        Memo::new(move |_| {
            self.content.with(|content| {
                let editable = content.as_ref()?.editable.iter();
                let of_field = editable.filter(|item| item.field == place.field);
                of_field.clone().nth(place.nth).cloned()
            })
        })
    }
}

/// See the module.
#[component]
pub(crate) fn RecordEdit(
    /// The record.
    key: ResourceKey,
    /// Its content.
    content: Memo<Option<RecordContent>>,
) -> impl IntoView {
    let editing = Editing {
        state: AppState::here(),
        key: StoredValue::new(key),
        content,
    };
    let places = Memo::new(move |_| {
        content.with(|content| {
            let editable = content.as_ref().map(|content| &content.editable[..]);
            places(editable.unwrap_or_default())
        })
    });
    view! {
        <Show when=move || places.with(|places| !places.is_empty())>
            <section class="edit" aria-label=text::CHANGE>
                <For each=move || places.get() key=|place| *place let:place>
                    {control(editing, place)}
                </For>
            </section>
        </Show>
    }
}

/// Where controls stand. All tags stand in one place.
fn places(editable: &[EditableField]) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    for item in editable {
        let field = item.field;
        let is_with_others = field == EditField::Tag;
        if is_with_others && places.iter().any(|place| place.field == field) {
            continue;
        }
        let nth = places.iter().filter(|place| place.field == field).count();
        places.push(Place { field, nth });
    }
    places
}

fn control(editing: Editing, place: Place) -> AnyView {
    let item = editing.item(place);
    match place.field {
        EditField::Owner => view! { <OwnerControl editing=editing item=item/> }.into_any(),
        EditField::Status | EditField::Priority => {
            view! { <CodeControl editing=editing field=place.field item=item/> }.into_any()
        }
        EditField::Due => view! { <DueControl editing=editing item=item/> }.into_any(),
        EditField::Note => view! { <NoteControl editing=editing item=item/> }.into_any(),
        EditField::Tag => view! { <TagsControl editing=editing/> }.into_any(),
        EditField::BusinessStatus
        | EditField::Contact
        | EditField::AddressLines
        | EditField::AddressCity
        | EditField::AddressPostalCode
        | EditField::AddressText => {
            view! { <TextControl editing=editing field=place.field item=item/> }.into_any()
        }
    }
}

fn value_of(item: Memo<Option<EditableField>>) -> FieldValue {
    item.with(|item| {
        item.as_ref()
            .map_or(FieldValue::Absent, |item| item.value.clone())
    })
}

fn is_barred(item: Memo<Option<EditableField>>) -> bool {
    item.with(|item| item.as_ref().is_none_or(|item| item.bar.is_some()))
}

/// Label, control, and why it is closed.
#[component]
fn Labelled(
    #[prop(into)] label: Signal<&'static str>,
    item: Memo<Option<EditableField>>,
    children: Children,
) -> impl IntoView {
    let reason = move || {
        let bar = item.with(|item| item.as_ref()?.bar)?;
        Some(view! { <span class="edit-bar">{text::bar(bar)}</span> })
    };
    view! {
        <div class="edit-field">
            <span class="edit-label">{move || label.get()}</span>
            {children()}
            {reason}
        </div>
    }
}
