//! What can be changed about a record. Each control makes one edit at once: nothing waits for a button that saves all.
//!
//! What the user may not change is there and says why. What is typed is the user's until it is committed: an update from the
//! server never takes it away, and the edit names the value that was on the screen when typing began.

use leptos::prelude::*;
use panels_core::{
    edit::{transitions, typing},
    identity::ResourceKey,
    protocol::{DraftOf, EditField, EditableField, FieldChange, FieldValue, RecordContent},
};

use super::{assignee::Assignee, day_input::DayInput};
use crate::{state::AppState, text};

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

fn places(editable: &[EditableField]) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    for item in editable {
        let field = item.field;
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

#[component]
fn OwnerControl(editing: Editing, item: Memo<Option<EditableField>>) -> impl IntoView {
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
fn CodeControl(
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
fn DueControl(editing: Editing, item: Memo<Option<EditableField>>) -> impl IntoView {
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

#[component]
fn TextControl(
    editing: Editing,
    field: EditField,
    item: Memo<Option<EditableField>>,
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
    // Beside the contacts that are there is a place for one more.
    let is_new =
        Memo::new(move |_| field == EditField::Contact && value_of(item) == FieldValue::Absent);
    let label = Signal::derive(move || match is_new.get() {
        true => text::NEW_CONTACT,
        false => text::field(field),
    });
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
        <Labelled label=label item=item>
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
        </Labelled>
    }
}

/// A note is added by a button; until then it is kept for its record, whatever is opened meanwhile.
#[component]
fn NoteControl(editing: Editing, item: Memo<Option<EditableField>>) -> impl IntoView {
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
