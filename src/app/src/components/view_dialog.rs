//! The dialog in which a view is named and saved. It holds what the table shows; what is typed stays until it is saved or given up.

use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use panels_core::{
    limits,
    panel_edit::{Stage, Target, ViewEdit, view_differences},
    protocol::{Audience, Made},
};

use super::{conflict_note::ConflictNote, modal::Modal};
use crate::{
    address,
    state::{AppState, Dialog},
    text,
};

/// Id of the heading.
const TITLE: &str = "view-dialog-title";

/// See the module. Also goes to a view that was just made.
#[component]
pub(crate) fn ViewDialog() -> impl IntoView {
    let state = AppState::here();
    let navigate = use_navigate();
    Effect::new(move |_| {
        let Some(Made::View(id)) = state.shelf.made.get() else {
            return;
        };
        state.shelf.made.set(None);
        if let Some(store) = state.watched() {
            let path = address::panel(store.panel());
            navigate(
                &address::asking(&path, &format!("view={id}")),
                Default::default(),
            );
        }
    });
    let is_open = Memo::new(move |_| {
        state.dialog.get() == Some(Dialog::View) && state.shelf.view_edit.with(Option::is_some)
    });
    view! {
        <Show when=move || is_open.get()>
            <Modal role="dialog" labelled_by=TITLE on_close=Callback::new(move |()| state.close(Dialog::View))>
                <ViewForm/>
            </Modal>
        </Show>
    }
}

fn read<T: Default>(state: AppState, look: impl FnOnce(&ViewEdit) -> T) -> T {
    let typed = state.shelf.view_edit;
    typed.with(|edit| edit.as_ref().map(look).unwrap_or_default())
}

fn change(state: AppState, change: impl FnOnce(&mut ViewEdit)) {
    state.shelf.view_edit.update(|edit| {
        edit.iter_mut().for_each(ViewEdit::touch);
        edit.as_mut().map(change);
    });
}

#[component]
fn ViewForm() -> impl IntoView {
    let state = AppState::here();
    let is_new = Memo::new(move |_| read(state, |edit| edit.target == Target::New));
    let saving = Memo::new(move |_| read(state, ViewEdit::is_saving));
    let in_conflict =
        Memo::new(move |_| read(state, |edit| matches!(edit.stage, Stage::Conflict { .. })));
    let said = move || {
        read(state, |edit| match &edit.stage {
            Stage::Refused(reason) => text::not_saved(reason),
            _ => String::new(),
        })
    };
    let unkept = move || {
        read(state, |edit| {
            let unkept = edit.unkept.iter().map(text::unkept);
            unkept
                .map(|words| view! { <p class="panel-note">{words}</p> })
                .collect_view()
        })
    };
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if !in_conflict.get_untracked() {
            state.save_view();
        }
    };
    let as_new = move |_| {
        change(state, |edit| edit.target = Target::New);
        state.save_view();
    };
    view! {
        <form class="panel-form" novalidate on:submit=submit>
            <h2 id=TITLE>{move || if is_new.get() { text::NEW_VIEW } else { text::CHANGE_VIEW }}</h2>
            <ViewConflict/>
            <p class="panel-note">{text::VIEW_HOLDS}</p>
            <label>
                <span>{text::PANEL_NAME}</span>
                <input
                    type="text"
                    required
                    autocomplete="off"
                    maxlength=limits::PANEL_NAME_CHARS_MAX
                    prop:value=move || read(state, |edit| edit.draft.name.clone())
                    on:input=move |event| change(state, |edit| edit.draft.name = event_target_value(&event))
                />
            </label>
            <fieldset>
                <legend>{text::VIEW_AUDIENCE}</legend>
                <AudienceChoice audience=Audience::Personal/>
                <AudienceChoice audience=Audience::Shared/>
            </fieldset>
            {unkept}
            <p class="panel-said" role="alert">{said}</p>
            <div class="dialog-buttons">
                <Show when=move || !is_new.get()>
                    <button class="button button-quiet" type="button" disabled=move || saving.get() on:click=as_new>{text::VIEW_AS_NEW}</button>
                </Show>
                <button class="button" type="button" on:click=move |_| state.drop_view_edit()>{text::CANCEL}</button>
                <button class="button button-primary" type="submit" disabled=move || saving.get() || in_conflict.get()>
                    {move || if saving.get() { text::SAVING } else { text::SAVE }}
                </button>
            </div>
        </form>
    }
}

#[component]
fn AudienceChoice(audience: Audience) -> impl IntoView {
    let state = AppState::here();
    let is_so = Memo::new(move |_| read(state, |edit| edit.draft.audience == audience));
    view! {
        <label class="choice">
            <input
                type="radio"
                name="audience"
                prop:checked=move || is_so.get()
                on:change=move |_| change(state, |edit| edit.draft.audience = audience)
            />
            <span>{text::audience(audience)}</span>
        </label>
    }
}

/// Somebody else has changed the view that is typed.
#[component]
fn ViewConflict() -> impl IntoView {
    let state = AppState::here();
    let theirs = Memo::new(move |_| {
        read(state, |edit| match &edit.stage {
            Stage::Conflict { theirs, author } => Some((
                text::view_conflict(author.as_deref()),
                text::theirs(
                    &theirs.draft.name,
                    &view_differences(&edit.draft, &theirs.draft),
                ),
            )),
            _ => None,
        })
    });
    let keep = move |()| {
        change(state, ViewEdit::keep_mine);
        state.save_view();
    };
    // What they made is known by now; the table shows it in place of what was to be saved.
    let take = move |()| {
        state.drop_view_edit();
        if let Some(store) = state.watched() {
            store.reset_columns();
            state.ask(store.query_of_view());
        }
    };
    view! { <ConflictNote theirs=theirs take=Callback::new(take) keep=Callback::new(keep)/> }
}
