//! The head of the table: names of the columns, and the order. With Shift a column is ordered by after those before.

use leptos::prelude::*;
use panels_core::{
    keys::{Command, Group},
    protocol::ColumnKind,
    query::{Query, next_sort},
};

use super::{
    Icon, Shape,
    focus::command,
    grid_row::{is_identity, kind_name},
};
use crate::{
    state::{Ask, PanelStore},
    text,
};

/// One tab stop; arrows go from column to column, Enter or a click orders by it.
#[component]
pub(crate) fn GridHead(
    /// The panel.
    store: StoredValue<PanelStore, LocalStorage>,
    /// Asks for another order.
    ask: Ask,
) -> impl IntoView {
    let columns = store.with_value(|store| store.view().columns.clone());
    let count = columns.len();
    let active = RwSignal::new(0_usize);
    let buttons: StoredValue<Vec<NodeRef<leptos::html::Button>>> =
        StoredValue::new((0..count).map(|_| NodeRef::new()).collect());
    let go = move |place: usize| {
        active.set(place);
        let button =
            buttons.with_value(|buttons| buttons.get(place).and_then(GetUntracked::get_untracked));
        if let Some(button) = button {
            _ = button.focus();
        }
    };
    let cells = columns
        .into_iter()
        .enumerate()
        .map(|(place, column)| {
            let id = StoredValue::new(column.id);
            // Of one column only (ARIA 1.2, aria-sort): that which is ordered by first.
            let direction = move || {
                let sort = store.with_value(PanelStore::sort);
                let first = sort.first()?;
                id.with_value(|id| *id == first.column)
                    .then_some(if first.descending { "descending" } else { "ascending" })
            };
            // The place in an order of several columns that the user has chosen; those of the panel need no number.
            let rank = move || {
                let chosen = store.with_value(PanelStore::query).sort;
                let rank = chosen.iter().position(|key| id.with_value(|id| *id == key.column))?;
                let arrow = if chosen[rank].descending { "\u{2193}" } else { "\u{2191}" };
                match rank {
                    _ if chosen.len() < 2 => None,
                    0 => Some("1".to_owned()),
                    rank => Some(format!("{arrow}{}", rank + 1)),
                }
            };
            let order = move |event: web_sys::MouseEvent| {
                let query = store.with_value(PanelStore::query_untracked);
                let default = store.with_value(|store| store.view().sort.clone());
                let sort = id.with_value(|id| next_sort(&query.sort, &default, id, event.shift_key()));
                ask.run(Query { sort, ..query });
            };
            let on_key = move |event: web_sys::KeyboardEvent| {
                let target = match command(&[Group::Table], &event) {
                    Some(Command::ColumnBefore) => place.saturating_sub(1),
                    Some(Command::ColumnAfter) => (place + 1).min(count.saturating_sub(1)),
                    _ => return,
                };
                event.prevent_default();
                go(target);
            };
            let button = buttons.with_value(|buttons| buttons.get(place).copied()).unwrap_or_default();
            view! {
                <div
                    class=head_class(column.kind)
                    role="columnheader"
                    data-kind=kind_name(column.kind)
                    aria-sort=move || direction().unwrap_or("none")
                >
                    <button
                        class="head-button"
                        type="button"
                        node_ref=button
                        tabindex=move || if active.get() == place { "0" } else { "-1" }
                        on:keydown=on_key
                        on:focus=move |_| active.set(place)
                        title=text::ORDER_HINT
                        on:click=order
                    >
                        <span class="head-title">{column.title}</span>
                        <span class="head-arrow"><Icon shape=Shape::Arrow/></span>
                        {move || rank().map(|rank| view! { <span class="head-rank" aria-hidden="true">{rank}</span> })}
                    </button>
                </div>
            }
        })
        .collect_view();
    view! {
        <div class="grid-head" role="rowgroup">
            <div class="row" role="row" aria-rowindex="1">{cells}</div>
        </div>
    }
}

fn head_class(kind: ColumnKind) -> &'static str {
    if is_identity(kind) {
        "head-cell pinned"
    } else {
        "head-cell"
    }
}
