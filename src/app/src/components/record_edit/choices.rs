//! What is chosen from a list: who does it, how far it is, how urgent it is, by when.

use leptos::prelude::*;
use panels_core::{
    edit::{transitions, typing},
    protocol::{EditField, EditableField, FieldValue},
};

use super::{Editing, Labelled, is_barred, value_of};
use crate::{
    components::{assignee::Assignee, day_input::DayInput},
    text,
};

#[component]
pub(super) fn OwnerControl(editing: Editing, item: Memo<Option<EditableField>>) -> impl IntoView {
    let me = Memo::new(move |_| editing.state.me());
    let is_mine =
        Memo::new(move |_| me.with(|me| me.as_ref().is_some_and(|me| me.same(&value_of(item)))));
    let is_free = Memo::new(move |_| value_of(item) == FieldValue::Absent);
    let barred = move || is_barred(item);
    let claim = move |_| {
        if let Some(me) = me.get_untracked() {
            editing.change(EditField::Owner, value_of(item), me);
        }
    };
    let give = move |to| editing.change(EditField::Owner, untrack(|| value_of(item)), to);
    let release = move |_| editing.change(EditField::Owner, value_of(item), FieldValue::Absent);
    view! {
        <Labelled label=text::field(EditField::Owner) item=item>
            <span class="edit-buttons">
                <button class="button" type="button" disabled=move || barred() || is_mine.get() on:click=claim>
                    {text::ASSIGN_TO_ME}
                </button>
                <button class="button" type="button" disabled=move || barred() || is_free.get() on:click=release>
                    {text::UNASSIGN}
                </button>
                <Assignee disabled=Signal::derive(barred) on_choose=Callback::new(give)/>
            </span>
        </Labelled>
    }
}

/// A choice between codes. What is chosen is shown when the worker has taken it, not before.
#[component]
pub(super) fn CodeControl(
    editing: Editing,
    field: EditField,
    item: Memo<Option<EditableField>>,
) -> impl IntoView {
    let code = Memo::new(move |_| match value_of(item) {
        FieldValue::Code(code) => code,
        _ => String::new(),
    });
    let options = move || {
        let code = code.get();
        let choices = typing::choices(field, &code);
        let own = (!choices.iter().any(|(choice, _)| *choice == code))
            .then(|| (code.clone(), text::value(field, &value_of(item))));
        let owned = |(code, label): (&str, &str)| (code.to_owned(), label.to_owned());
        let all = own.into_iter().chain(choices.into_iter().map(owned));
        all.map(|(choice, label)| {
            // As a property: of an option that was chosen once, the attribute says nothing any longer (HTML, "dirtiness").
            let selected = choice == code;
            view! { <option value=choice prop:selected=selected>{label}</option> }
        })
        .collect_view()
    };
    let choose = move |event: web_sys::Event| {
        let select: web_sys::HtmlSelectElement = event_target(&event);
        let chosen = select.value();
        select.set_value(&code.get_untracked());
        let wanted = match chosen.is_empty() {
            true => FieldValue::Absent,
            false => FieldValue::Code(chosen),
        };
        editing.change(field, value_of(item), wanted);
    };
    let complete = move |_| {
        let wanted = FieldValue::Code("completed".to_owned());
        editing.change(field, value_of(item), wanted);
    };
    let may_complete =
        move || !is_barred(item) && code.with(|code| transitions::may_follow(code, "completed"));
    view! {
        <Labelled label=text::field(field) item=item>
            <span class="edit-buttons">
                <select aria-label=text::field(field) disabled=move || is_barred(item) on:change=choose>{options}</select>
                {(field == EditField::Status).then(|| view! {
                    <button class="button button-primary" type="button" disabled=move || !may_complete() on:click=complete>
                        {text::COMPLETE}
                    </button>
                })}
            </span>
        </Labelled>
    }
}

#[component]
pub(super) fn DueControl(editing: Editing, item: Memo<Option<EditableField>>) -> impl IntoView {
    let choose = move |wanted| editing.change(EditField::Due, untrack(|| value_of(item)), wanted);
    view! {
        <Labelled label=text::field(EditField::Due) item=item>
            <DayInput
                label=text::field(EditField::Due)
                value=Signal::derive(move || value_of(item))
                disabled=Signal::derive(move || is_barred(item))
                on_choose=Callback::new(choose)
            />
        </Labelled>
    }
}
