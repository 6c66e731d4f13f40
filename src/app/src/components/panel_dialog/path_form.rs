//! A column with a path while it is typed: what is wrong with it is said below its field, by the core.

use leptos::prelude::*;
use panels_core::{
    limits,
    panel_edit::PanelEdit,
    protocol::{DraftProblem, PathColumn, PathFormat, TabMessage},
};
use wasm_bindgen::JsCast;

use super::{
    super::focus::focus_first,
    Typed,
    field::{Field, Said},
};
use crate::{state::AppState, text};

/// Id of the list of suggestions.
const SUGGESTED: &str = "path-suggestions";

/// See the module: the button that begins one, or the one that is typed.
#[component]
pub(super) fn PathChoice(typed: Typed) -> impl IntoView {
    let is_typed = Memo::new(move |_| typed.read(|edit| edit.typed.is_some()));
    move || {
        match is_typed.get() {
        true => view! { <PathForm typed=typed/> }.into_any(),
        false => view! {
            <button class="button path-add" type="button" on:click=move |_| typed.change(PanelEdit::add_path)>
                {text::ADD_PATH}
            </button>
        }
        .into_any(),
    }
    }
}

/// What is typed of the column.
fn part<T: Default>(typed: Typed, part: impl FnOnce(&PathColumn) -> T) -> T {
    typed.read(|edit| edit.typed.as_ref().map(part).unwrap_or_default())
}

#[component]
fn PathForm(typed: Typed) -> impl IntoView {
    let state = AppState::here();
    if let Some(rows) = untrack(|| typed.read(|edit| Some(edit.draft.rows))) {
        state.send(TabMessage::SuggestPaths { rows });
    }
    let tried = RwSignal::new(false);
    request_animation_frame(|| _ = focus_first(".path-form input"));
    let take = move || {
        tried.set(true);
        typed.change(|edit| _ = edit.take_typed_path());
    };
    let is_known = untrack(|| {
        let id = part(typed, |typed| typed.id.clone());
        typed.read(|edit| edit.has_path(&id))
    });
    let add = match is_known {
        true => text::KEEP_COLUMN,
        false => text::ADD_COLUMN,
    };
    let on_key = move |event: web_sys::KeyboardEvent| {
        let is_in_field = event_target::<web_sys::Element>(&event).tag_name() == "INPUT";
        if !event.is_instance_of::<web_sys::KeyboardEvent>() {
            // Chrome says that a key was pressed when a suggestion was chosen, and not which: nobody can do anything with that.
            event.stop_propagation();
        } else if is_in_field && event.key() == "Enter" {
            // Else the whole panel would be saved.
            event.prevent_default();
            take();
        }
    };
    view! {
        <fieldset class="path-form" on:keydown=on_key>
            <legend>{text::PATH_COLUMN}</legend>
            <TitleField typed=typed tried=tried/>
            <PathField typed=typed tried=tried/>
            <p class="panel-note">{text::PATH_HINT}</p>
            <FormatChoice typed=typed/>
            <div class="path-buttons">
                <button class="button" type="button" on:click=move |_| typed.change(PanelEdit::drop_path)>{text::CANCEL}</button>
                <button class="button" type="button" on:click=move |_| take()>{add}</button>
            </div>
        </fieldset>
    }
}

#[component]
fn TitleField(
    typed: Typed,
    /// Whether it was to be added already.
    tried: RwSignal<bool>,
) -> impl IntoView {
    let words = Signal::derive(move || {
        let problem = typed.read(PanelEdit::path_problem)?;
        let is_said = match problem {
            DraftProblem::PathTitleMissing => tried.get(),
            DraftProblem::Path { .. } => false,
            _ => true,
        };
        is_said.then(|| text::not_added(&problem))
    });
    let type_title = Callback::new(move |title| {
        typed.type_into(|edit| {
            if let Some(typed) = &mut edit.typed {
                typed.title = title;
            }
        });
    });
    view! {
        <Field
            label=text::PATH_TITLE
            value=Signal::derive(move || part(typed, |typed| typed.title.clone()))
            on_type=type_title
            chars_max=limits::COLUMN_TITLE_CHARS_MAX
            said=Said { id: "path-title-said", words }
        />
    }
}

#[component]
fn PathField(
    typed: Typed,
    /// Whether it was to be added already.
    tried: RwSignal<bool>,
) -> impl IntoView {
    let state = AppState::here();
    let words = Signal::derive(move || {
        let fault = typed.read(PanelEdit::path_fault)?;
        let is_said = tried.get() || part(typed, |typed| !typed.path.trim().is_empty());
        is_said.then(|| text::path_fault(&fault))
    });
    let type_path = Callback::new(move |path: String| {
        state.shelf.paths.with_untracked(|known| {
            typed.change(|edit| edit.type_path(&path, known));
        });
    });
    let options = move || {
        let known = state.shelf.paths.get().into_iter();
        known
            .map(|known| view! { <option value=known.path label=text::path_format(known.format)></option> })
            .collect_view()
    };
    view! {
        <Field
            label=text::PATH
            value=Signal::derive(move || part(typed, |typed| typed.path.clone()))
            on_type=type_path
            chars_max=limits::PATH_CHARS_MAX
            said=Said { id: "path-said", words }
            suggested=SUGGESTED
        />
        <datalist id=SUGGESTED>{options}</datalist>
    }
}

#[component]
fn FormatChoice(typed: Typed) -> impl IntoView {
    let choose = move |event: web_sys::Event| {
        let value = event_target_value(&event);
        let format = PathFormat::ALL.get(value.parse::<usize>().unwrap_or_default());
        typed.type_into(|edit| {
            if let (Some(typed), Some(format)) = (&mut edit.typed, format) {
                typed.format = *format;
            }
        });
    };
    let options = PathFormat::ALL.into_iter().enumerate();
    let options = options.map(|(place, format)| {
        view! {
            <option value=place.to_string() prop:selected=move || part(typed, |typed| typed.format) == format>{text::path_format(format)}</option>
        }
    });
    view! {
        <label>
            <span>{text::PATH_FORMAT}</span>
            <select on:change=choose>{options.collect_view()}</select>
        </label>
    }
}
