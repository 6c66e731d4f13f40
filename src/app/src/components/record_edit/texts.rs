//! What is typed: it is the user's until it is saved, and kept for its record until then.

use leptos::prelude::*;
use panels_core::{
    edit::typing,
    protocol::{DraftOf, EditField, EditableField, FieldValue},
};

use super::{Editing, Labelled, is_barred, value_of};
use crate::text;

/// A value that is typed, with its label.
#[component]
pub(super) fn TextControl(
    editing: Editing,
    field: EditField,
    item: Memo<Option<EditableField>>,
) -> impl IntoView {
    // Beside the contacts that are there is a place for one more.
    let is_new =
        Memo::new(move |_| field == EditField::Contact && value_of(item) == FieldValue::Absent);
    let label = Signal::derive(move || match is_new.get() {
        true => text::NEW_CONTACT,
        false => text::field(field),
    });
    view! {
        <Labelled label=label item=item>
            <TypedValue editing=editing field=field item=item label=label/>
        </Labelled>
    }
}

/// What is typed in the place of a value: saved when the focus leaves, kept until then.
#[component]
pub(super) fn TypedValue(
    editing: Editing,
    field: EditField,
    item: Memo<Option<EditableField>>,
    #[prop(into)] label: Signal<&'static str>,
) -> impl IntoView {
    let typed = Memo::new(move |_| editing.typed(field, &value_of(item)));
    // What is typed now is saved when the focus leaves; what was typed before waits to be asked about.
    let is_typing = RwSignal::new(false);
    let shown = move || {
        let typed = typed.get().map(|(_, text)| text);
        typed.unwrap_or_else(|| typing::text_of(&value_of(item)))
    };
    let type_on = move |event: web_sys::Event| {
        is_typing.set(true);
        let of = typed.get_untracked().map(|(of, _)| of);
        let of = of.unwrap_or_else(|| DraftOf {
            field,
            seen: untrack(|| value_of(item)),
        });
        editing.keep(of, event_target_value(&event));
    };
    let discard = move || {
        is_typing.set(false);
        if let Some((of, _)) = typed.get_untracked() {
            editing.drop(of);
        }
    };
    let save = move || {
        if let Some((of, text)) = typed.get_untracked() {
            let wanted = typing::value_of(field, &of.seen, &text);
            // In this order: what dies in between leaves the text in both places, not in neither.
            editing.change(field, of.seen, wanted);
        }
        discard();
    };
    let commit = move |_: web_sys::Event| save();
    let escape = move |event: web_sys::KeyboardEvent| {
        if event.key() == "Escape" && typed.with_untracked(Option::is_some) {
            event.stop_propagation();
            discard();
        }
    };
    let control = if field == EditField::AddressLines {
        view! {
            <textarea
                rows="2"
                aria-label=move || label.get()
                disabled=move || is_barred(item)
                prop:value=shown
                on:input=type_on
                on:change=commit
                on:keydown=escape
            ></textarea>
        }
        .into_any()
    } else {
        view! {
            <input
                type="text"
                aria-label=move || label.get()
                placeholder=move || (field == EditField::Tag).then(|| label.get())
                disabled=move || is_barred(item)
                prop:value=shown
                on:input=type_on
                on:change=commit
                on:keydown=escape
            />
        }
        .into_any()
    };
    let is_left = Memo::new(move |_| typed.with(Option::is_some) && !is_typing.get());
    view! {
        {control}
        <Show when=move || is_left.get()>
            <span class="edit-left" role="note">{text::NOT_SAVED}</span>
            <span class="edit-buttons">
                <button class="button" type="button" disabled=move || is_barred(item) on:click=move |_| save()>
                    {text::SAVE}
                </button>
                <button class="button" type="button" on:click=move |_| discard()>{text::DISCARD}</button>
            </span>
        </Show>
    }
}

/// A note is added by a button; until then it is kept for its record, whatever is opened meanwhile.
#[component]
pub(super) fn NoteControl(editing: Editing, item: Memo<Option<EditableField>>) -> impl IntoView {
    let drafts = editing.state.edits.drafts;
    let draft = Memo::new(move |_| editing.key.with_value(|key| drafts.note(key)));
    let typing =
        move |event: web_sys::Event| editing.keep(DraftOf::NOTE, event_target_value(&event));
    let add = move |_| {
        let text = draft.get_untracked().trim().to_owned();
        if text.is_empty() {
            return;
        }
        let note = FieldValue::Note {
            author: None,
            name: None,
            time: None,
            text,
        };
        // In this order: what dies in between leaves the text in both places, not in neither.
        editing.change(EditField::Note, FieldValue::Absent, note);
        editing.drop(DraftOf::NOTE);
    };
    // Escape closes the drawer; not while something is being typed.
    let escape = move |event: web_sys::KeyboardEvent| {
        if event.key() == "Escape" && draft.with_untracked(|draft| !draft.is_empty()) {
            event.stop_propagation();
        }
    };
    view! {
        <Labelled label=text::field(EditField::Note) item=item>
            <textarea
                rows="3"
                aria-label=text::NEW_NOTE
                disabled=move || is_barred(item)
                prop:value=move || draft.get()
                on:input=typing
                on:keydown=escape
            ></textarea>
            <span class="edit-buttons">
                <button
                    class="button"
                    type="button"
                    disabled=move || is_barred(item) || draft.with(|draft| draft.trim().is_empty())
                    on:click=add
                >
                    {text::ADD_NOTE}
                </button>
            </span>
        </Labelled>
    }
}
