//! Tags of a record: each with a button that takes it away, and a place to type one more.

use leptos::prelude::*;
use panels_core::protocol::{EditField, EditableField, FieldValue};

use super::{Editing, Labelled, is_barred, texts::TypedValue};
use crate::text;

#[component]
pub(super) fn TagsControl(editing: Editing) -> impl IntoView {
    let items = Memo::new(move |_| {
        editing.content.with(|content| {
            let editable = content.iter().flat_map(|content| &content.editable);
            let tags = editable.filter(|item| item.field == EditField::Tag);
            tags.cloned().collect::<Vec<_>>()
        })
    });
    let is_place = |item: &&EditableField| item.value == FieldValue::Absent;
    let place = Memo::new(move |_| items.with(|items| items.iter().find(is_place).cloned()));
    let tags = move || {
        let tags = items.get().into_iter();
        tags.filter(|item| item.value != FieldValue::Absent)
    };
    let tag = move |item: EditableField| {
        let label = text::value(EditField::Tag, &item.value);
        let remove = text::remove_tag(&label);
        let take_away =
            move |_| editing.change(EditField::Tag, item.value.clone(), FieldValue::Absent);
        view! {
            <li class="tag">
                {label}
                <button class="tag-remove" type="button" aria-label=remove disabled=move || is_barred(place) on:click=take_away>
                    "×"
                </button>
            </li>
        }
    };
    let is_tagged = Memo::new(move |_| tags().next().is_some());
    view! {
        <Labelled label=text::TAGS item=place>
            <Show when=move || is_tagged.get()>
                <ul class="tags" aria-label=text::TAGS>{move || tags().map(tag).collect_view()}</ul>
            </Show>
            <TypedValue editing=editing field=EditField::Tag item=place label=text::NEW_TAG/>
        </Labelled>
    }
}
