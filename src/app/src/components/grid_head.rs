//! The head of the table: names of the columns, and the order. With Shift a column is ordered by after those before. What a mouse does
//! to a column here the keys do too, and the menu of columns.

use leptos::prelude::*;
use panels_core::{
    keys::{Command, Group},
    limits,
    query::{Query, next_sort},
};

use super::{
    Icon, Shape,
    column_drag::{ColumnDrag, head_width},
    focus::command,
    grid_row::kind_name,
};
use crate::{
    state::{AppState, Ask, LaidOut, PanelStore},
    text,
};

/// The table.
type Store = StoredValue<PanelStore, LocalStorage>;

/// One tab stop; arrows go from column to column, Enter or a click orders by it.
#[component]
pub(crate) fn GridHead(
    /// The panel.
    store: Store,
    /// Asks for another order.
    ask: Ask,
) -> impl IntoView {
    let laid_out = Memo::new(move |_| store.with_value(PanelStore::laid_out));
    let active = RwSignal::new(None::<String>);
    let entry = Memo::new(move |_| {
        laid_out.with(|columns| {
            let known = |id: &String| columns.iter().any(|shown| shown.column.id == *id);
            let first = || columns.first().map(|shown| shown.column.id.clone());
            active.get().filter(known).or_else(first)
        })
    });
    let drag = ColumnDrag::new(store);
    let cell = move |(place, laid_out): (usize, LaidOut)| {
        view! { <HeadCell store=store ask=ask laid_out=laid_out place=place active=active entry=entry drag=drag/> }
    };
    view! {
        <div class="grid-head" role="rowgroup">
            <div class="row" role="row" aria-rowindex="1">
                {move || laid_out.get().into_iter().enumerate().map(cell).collect_view()}
            </div>
        </div>
    }
}

#[component]
fn HeadCell(
    store: Store,
    ask: Ask,
    laid_out: LaidOut,
    place: usize,
    active: RwSignal<Option<String>>,
    entry: Memo<Option<String>>,
    drag: ColumnDrag,
) -> impl IntoView {
    let state = AppState::here();
    let LaidOut { column, pin, .. } = laid_out;
    let title = StoredValue::new(column.title.clone());
    let id = StoredValue::new(column.id);
    // Of one column only (ARIA 1.2, aria-sort): that which is ordered by first.
    let direction = move || {
        let sort = store.with_value(PanelStore::sort);
        let first = sort.first()?;
        id.with_value(|id| *id == first.column)
            .then_some(if first.descending {
                "descending"
            } else {
                "ascending"
            })
    };
    let order = move |event: web_sys::MouseEvent| {
        if drag.was_drag() {
            return;
        }
        let query = store.with_value(PanelStore::query_untracked);
        let default = store.with_value(|store| store.view().sort.clone());
        let sort = id.with_value(|id| next_sort(&query.sort, &default, id, event.shift_key()));
        ask.run(Query { sort, ..query });
    };
    let on_key = move |event: web_sys::KeyboardEvent| {
        let Some(command) = command(&[Group::Table], &event) else {
            return;
        };
        if id.with_value(|id| act(state, store, id, command, active)) {
            event.prevent_default();
        }
    };
    let is_entry =
        Memo::new(move |_| entry.with(|entry| id.with_value(|id| entry.as_ref() == Some(id))));
    view! {
        <div
            class="head-cell"
            class:pinned=pin.is_some()
            data-pin=pin.map(|pin| pin.to_string())
            role="columnheader"
            data-kind=kind_name(column.kind)
            data-column=id.get_value()
            data-drop=move || drag.drop_at(place)
            aria-sort=move || direction().unwrap_or("none")
        >
            <button
                class="head-button"
                type="button"
                tabindex=move || if is_entry.get() { "0" } else { "-1" }
                on:keydown=on_key
                on:focus=move |_| active.set(Some(id.get_value()))
                title=text::ORDER_HINT
                on:click=order
                on:pointerdown=move |event| id.with_value(|id| drag.take(id, &event))
                on:pointermove=move |event| drag.carry(&event)
                on:pointerup=move |_| {
                    if let Some(place) = drag.drop_here() {
                        title.with_value(|title| say_place(state, store, title, place));
                    }
                }
                on:pointercancel=move |_| drag.let_go()
            >
                <span class="head-title">{title.get_value()}</span>
                <span class="head-arrow"><Icon shape=Shape::Arrow/></span>
                <SortRank store=store id=id/>
            </button>
            <span
                class="head-resize"
                aria-hidden="true"
                on:pointerdown=move |event| id.with_value(|id| drag.take_edge(id, &event))
                on:pointermove=move |event| drag.pull_edge(&event)
                on:pointerup=move |_| drag.let_go()
                on:pointercancel=move |_| drag.let_go()
                on:dblclick=move |_| store.with_value(|store| store.lay_out_columns(|layout| id.with_value(|id| layout.reset_width(id))))
            ></span>
        </div>
    }
}

/// The place in an order of several columns that the user has chosen; those of the panel need no number.
#[component]
fn SortRank(store: Store, id: StoredValue<String>) -> impl IntoView {
    let rank = move || {
        let chosen = store.with_value(PanelStore::query).sort;
        let rank = chosen
            .iter()
            .position(|key| id.with_value(|id| *id == key.column))?;
        let arrow = if chosen[rank].descending {
            "\u{2193}"
        } else {
            "\u{2191}"
        };
        match rank {
            _ if chosen.len() < 2 => None,
            0 => Some("1".to_owned()),
            rank => Some(format!("{arrow}{}", rank + 1)),
        }
    };
    move || rank().map(|rank| view! { <span class="head-rank" aria-hidden="true">{rank}</span> })
}

/// What a key does to the column that has the focus; `false` if nothing.
fn act(
    state: AppState,
    store: Store,
    id: &str,
    command: Command,
    active: RwSignal<Option<String>>,
) -> bool {
    let columns = store.with_value(PanelStore::laid_out_untracked);
    let Some(place) = columns.iter().position(|shown| shown.column.id == id) else {
        return false;
    };
    let title = columns[place].column.title.clone();
    let step = f64::from(limits::COLUMN_WIDTH_STEP_PX);
    let resize = |by: f64| {
        let Some(width) = head_width(id) else { return };
        store.with_value(|store| {
            store.lay_out_columns(|layout| layout.resize(id, width + by));
            let width = store.width_of(id);
            state
                .announcer
                .say(&text::column_width(&title, width.unwrap_or_default()));
        });
    };
    let to = match command {
        Command::ColumnBefore => place.saturating_sub(1),
        Command::ColumnAfter => (place + 1).min(columns.len() - 1),
        Command::ColumnForward | Command::ColumnBackward => {
            let to_front = command == Command::ColumnForward;
            store.with_value(|store| store.lay_out_columns(|layout| layout.shift(id, to_front)));
            let place = match to_front {
                true => place.saturating_sub(1),
                false => (place + 1).min(columns.len() - 1),
            };
            say_place(state, store, &title, place);
            focus_head(id.to_owned());
            return true;
        }
        Command::ColumnNarrower => {
            resize(-step);
            return true;
        }
        Command::ColumnWider => {
            resize(step);
            return true;
        }
        _ => return false,
    };
    let target = columns[to].column.id.clone();
    active.set(Some(target.clone()));
    focus_head(target);
    true
}

fn say_place(state: AppState, store: Store, title: &str, place: usize) {
    let count = store.with_value(|store| store.laid_out_untracked().len());
    state
        .announcer
        .say(&text::column_place(title, place + 1, count));
}

/// After the head was drawn: a column that moves is drawn anew.
fn focus_head(id: String) {
    super::focus::move_later(move || {
        _ = super::focus_first(&format!("[data-column=\"{id}\"] .head-button"));
    });
}
