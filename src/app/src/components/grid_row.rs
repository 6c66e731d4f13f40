//! One row. Each cell is a memo of its own, so that one changed field repaints one cell.

use leptos::prelude::*;
use panels_core::{
    identity::ResourceId,
    protocol::{Cell, Column, ColumnKind},
};

use super::cell::CellValue;
use crate::state::RowHandle;

/// See the module.
#[component]
pub(crate) fn GridRow(
    /// Its id.
    id: ResourceId,
    /// Its signals.
    handle: RowHandle,
    /// Columns of the panel.
    columns: StoredValue<Vec<Column>>,
    /// Whether it holds the focus of the table.
    #[prop(into)]
    active: Signal<bool>,
    /// Whether it is open in the drawer.
    #[prop(into)]
    open: Signal<bool>,
) -> impl IntoView {
    let RowHandle { row, index, is_new } = handle;
    let aria_index = index.clone();
    let cells = columns.with_value(|columns| {
        columns
            .iter()
            .enumerate()
            .map(|(place, column)| {
                let row = row.clone();
                let cell = Memo::new(move |_| {
                    row.with(|row| row.cells.get(place).cloned().unwrap_or(Cell::Empty))
                });
                view! { <GridCell cell=cell kind=column.kind/> }
            })
            .collect_view()
    });
    view! {
        <div
            class="row"
            role="row"
            data-id=id.as_str().to_owned()
            data-new=is_new.then_some("true")
            aria-rowindex=move || (aria_index.get() + 2).to_string()
            aria-selected=move || if open.get() { "true" } else { "false" }
            tabindex=move || if active.get() { "0" } else { "-1" }
            style:--index=move || index.get().to_string()
        >
            {cells}
        </div>
    }
}

#[component]
fn GridCell(cell: Memo<Cell>, kind: ColumnKind) -> impl IntoView {
    // "odd" and "even" name the same animation twice: a change during the mark of another starts it afresh.
    let mark = RwSignal::new(None::<&'static str>);
    Effect::new(move |seen: Option<()>| {
        cell.track();
        // The age of a last change says nothing that the other marks do not say.
        if seen.is_some() && kind != ColumnKind::Changed {
            mark.update(|mark| *mark = Some(if *mark == Some("odd") { "even" } else { "odd" }));
        }
    });
    let class = match is_identity(kind) {
        true => "cell pinned",
        false => "cell",
    };
    view! {
        <div class=class role="gridcell" data-kind=kind_name(kind) data-mark=move || mark.get()>
            {move || view! { <CellValue cell=cell.get() kind=kind/> }}
        </div>
    }
}

/// Whether a column says which row it is: it stays while the rest scrolls sideways.
pub(crate) fn is_identity(kind: ColumnKind) -> bool {
    kind == ColumnKind::Title
}

/// Name of a kind in the document.
pub(crate) fn kind_name(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Priority => "priority",
        ColumnKind::Status => "status",
        ColumnKind::Due => "due",
        ColumnKind::BirthDate => "birth-date",
        ColumnKind::Title => "title",
        ColumnKind::Text => "text",
        ColumnKind::Patient => "patient",
        ColumnKind::Person => "person",
        ColumnKind::Age => "age",
        ColumnKind::Changed => "changed",
        ColumnKind::Workload => "workload",
    }
}
