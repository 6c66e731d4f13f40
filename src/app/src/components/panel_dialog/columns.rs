//! Which columns a panel shows, and in which order.

use leptos::prelude::*;
use panels_core::{panel_edit::PanelEdit, protocol::Column};

use super::{
    super::{Icon, Shape},
    Typed,
};
use crate::text;

/// See the module. A column that is moved keeps the focus: its line is kept, not made anew.
#[component]
pub(super) fn ColumnChoice(typed: Typed) -> impl IntoView {
    let columns = Memo::new(move |_| typed.read(PanelEdit::columns));
    view! {
        <fieldset>
            <legend>{text::PANEL_COLUMNS}</legend>
            <ul class="panel-columns">
                <For each=move || columns.get() key=|(column, _)| (column.id.clone(), column.title.clone()) let:((column, _))>
                    <ColumnLine column=column typed=typed/>
                </For>
            </ul>
        </fieldset>
    }
}

#[component]
fn ColumnLine(column: Column, typed: Typed) -> impl IntoView {
    let id = StoredValue::new(column.id);
    let is_shown =
        Memo::new(move |_| id.with_value(|id| typed.read(|edit| edit.draft.columns.contains(id))));
    let show = move |event: web_sys::Event| {
        let on = event_target_checked(&event);
        id.with_value(|id| typed.change(|edit| edit.show_column(id, on)));
    };
    let mover = move |to_front: bool, label: String| {
        let class = if to_front { "icon-up" } else { "icon-down" };
        view! {
            <button
                class="button button-quiet"
                type="button"
                aria-label=label.clone()
                title=label
                on:click=move |_| id.with_value(|id| typed.change(|edit| edit.move_column(id, to_front)))
            >
                <span class=class><Icon shape=Shape::Arrow/></span>
            </button>
        }
    };
    let has_path = id.with_value(|id| untrack(|| typed.read(|edit| edit.has_path(id))));
    let title = column.title.clone();
    let path = has_path.then(|| {
        let act = move |words: &'static str, label: String, act: fn(&mut PanelEdit, &str)| {
            view! {
                <button
                    class="button button-quiet"
                    type="button"
                    aria-label=label.clone()
                    title=label
                    on:click=move |_| id.with_value(|id| typed.change(|edit| act(edit, id)))
                >
                    {words}
                </button>
            }
        };
        view! {
            {act(text::CHANGE_SHORT, text::change_column(&title), PanelEdit::change_path)}
            {act(text::REMOVE_SHORT, text::remove_column(&title), PanelEdit::remove_path)}
        }
    });
    let up = text::move_column(&column.title, true);
    let down = text::move_column(&column.title, false);
    view! {
        <li class="panel-column" data-shown=move || is_shown.get().to_string()>
            <label class="choice">
                <input type="checkbox" prop:checked=move || is_shown.get() on:change=show/>
                <span>{column.title}</span>
            </label>
            {path}
            <Show when=move || is_shown.get()>
                {mover(true, up.clone())}
                {mover(false, down.clone())}
            </Show>
        </li>
    }
}
