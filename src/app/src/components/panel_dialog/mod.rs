//! The dialog in which a panel is made or changed. What is typed stays until it is saved or given up.

mod columns;
mod conflict;
mod field;
mod filters;
mod path_form;
mod preview;

use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use panels_core::{
    limits,
    panel_edit::{PanelEdit, Stage, Target},
    protocol::{Made, PanelRows},
};

pub(crate) use self::filters::PanelFilters;
use self::{
    columns::ColumnChoice, conflict::PanelConflict, field::Field, filters::FilterList,
    path_form::PathChoice, preview::Preview,
};
use super::modal::Modal;
use crate::{
    address,
    state::{AppState, Dialog},
    text,
};

/// Id of the heading.
const TITLE: &str = "panel-dialog-title";

/// The panel that is typed.
#[derive(Clone, Copy)]
pub(super) struct Typed(RwSignal<Option<PanelEdit>>);

impl Typed {
    /// Looks at it, and again when it changes.
    pub(super) fn read<T: Default>(self, look: impl FnOnce(&PanelEdit) -> T) -> T {
        self.0
            .with(|edit| edit.as_ref().map(look).unwrap_or_default())
    }

    /// Changes what is typed. What was said of it before is no longer so.
    pub(super) fn type_into(self, change: impl FnOnce(&mut PanelEdit)) {
        self.change(|edit| {
            edit.touch();
            change(edit);
        });
    }

    /// Changes it.
    pub(super) fn change(self, change: impl FnOnce(&mut PanelEdit)) {
        self.0.update(|edit| {
            if let Some(edit) = edit {
                change(edit);
            }
        });
    }
}

/// See the module. Also goes to a panel that was just made.
#[component]
pub(crate) fn PanelDialog() -> impl IntoView {
    let state = AppState::here();
    let navigate = use_navigate();
    Effect::new(move |_| {
        let Some(Made::Panel(made)) = state.shelf.made.get() else {
            return;
        };
        state.shelf.made.set(None);
        let here = state
            .watched()
            .map(|store| store.panel().address().to_owned());
        if here.as_deref() != Some(made.address()) {
            navigate(&address::panel(&made), Default::default());
        }
    });
    let typed = Typed(state.shelf.edit);
    let is_open = Memo::new(move |_| {
        state.dialog.get() == Some(Dialog::Panel) && state.shelf.edit.with(Option::is_some)
    });
    view! {
        <Show when=move || is_open.get()>
            <Modal
                role="dialog"
                labelled_by=TITLE
                on_close=Callback::new(move |()| state.close(Dialog::Panel))
            >
                <PanelForm typed=typed/>
            </Modal>
        </Show>
    }
}

#[component]
fn PanelForm(typed: Typed) -> impl IntoView {
    let state = AppState::here();
    let is_new = Memo::new(move |_| typed.read(|edit| edit.target == Target::New));
    let saving = Memo::new(move |_| typed.read(PanelEdit::is_saving));
    let in_conflict =
        Memo::new(move |_| typed.read(|edit| matches!(edit.stage, Stage::Conflict { .. })));
    let title = move || match is_new.get() {
        true => text::NEW_PANEL,
        false => text::CHANGE_PANEL,
    };
    let said = move || {
        typed.read(|edit| match &edit.stage {
            Stage::Refused(reason) => text::not_saved(reason),
            _ => String::new(),
        })
    };
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if !in_conflict.get_untracked() {
            state.save_panel();
        }
    };
    let as_new = move |_| {
        typed.change(|edit| edit.target = Target::New);
        state.save_panel();
    };
    let save = move || match saving.get() {
        true => text::SAVING,
        false => text::SAVE,
    };
    view! {
        <form class="panel-form" novalidate on:submit=submit>
            <h2 id=TITLE>{title}</h2>
            <PanelConflict typed=typed/>
            <Texts typed=typed/>
            <RowsChoice typed=typed/>
            <ColumnChoice typed=typed/>
            <PathChoice typed=typed/>
            <Preview typed=typed/>
            <FilterList typed=typed/>
            <p class="panel-said" role="alert">{said}</p>
            <div class="dialog-buttons">
                <Show when=move || !is_new.get()>
                    <button class="button button-quiet" type="button" disabled=move || saving.get() on:click=as_new>{text::SAVE_AS_NEW}</button>
                </Show>
                <button class="button" type="button" on:click=move |_| state.drop_panel_edit()>{text::CANCEL}</button>
                <button class="button button-primary" type="submit" disabled=move || saving.get() || in_conflict.get()>{save}</button>
            </div>
        </form>
    }
}

#[component]
fn Texts(typed: Typed) -> impl IntoView {
    let name = Signal::derive(move || typed.read(|edit| edit.draft.name.clone()));
    let description = Signal::derive(move || typed.read(|edit| edit.draft.description.clone()));
    let type_name = Callback::new(move |name| typed.type_into(|edit| edit.draft.name = name));
    let describe = Callback::new(move |text| typed.type_into(|edit| edit.draft.description = text));
    view! {
        <Field label=text::PANEL_NAME value=name on_type=type_name chars_max=limits::PANEL_NAME_CHARS_MAX required=true/>
        <Field
            label=text::PANEL_DESCRIPTION
            value=description
            on_type=describe
            chars_max=limits::PANEL_DESCRIPTION_CHARS_MAX
        />
    }
}

#[component]
fn RowsChoice(typed: Typed) -> impl IntoView {
    let chosen = Memo::new(move |_| typed.read(|edit| Some(edit.draft.rows)));
    let choose = move |event: web_sys::Event| {
        let value = event_target_value(&event);
        let rows = PanelRows::ALL.get(value.parse::<usize>().unwrap_or_default());
        if let Some(rows) = rows {
            typed.change(|edit| edit.take_rows(*rows));
        }
    };
    let options = PanelRows::ALL.into_iter().enumerate();
    let options = options.map(|(place, rows)| {
        view! {
            <option value=place.to_string() selected=move || chosen.get() == Some(rows)>{text::panel_rows(rows)}</option>
        }
    });
    view! {
        <label>
            <span>{text::PANEL_ROWS}</span>
            <select on:change=choose>{options.collect_view()}</select>
        </label>
    }
}
