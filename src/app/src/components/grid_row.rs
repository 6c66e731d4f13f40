//! One row. Each cell has a signal of its own, so that one changed field repaints one cell.

use leptos::prelude::*;
use panels_core::{
    identity::ResourceId,
    protocol::{ColumnKind, PendingState},
};

use super::cell::CellValue;
use crate::{
    show,
    state::{LaidOut, RowHandle, RowWait, ShownCell},
    text,
};

/// See the module.
#[component]
pub(crate) fn GridRow(
    /// Its id.
    id: ResourceId,
    /// Its signals.
    handle: RowHandle,
    /// The columns that are shown.
    columns: Memo<Vec<LaidOut>>,
    /// Whether it holds the focus of the table.
    #[prop(into)]
    active: Signal<bool>,
    /// Whether it is open in the drawer.
    #[prop(into)]
    open: Signal<bool>,
    /// Whether it is chosen, where rows can be.
    selected: Option<Memo<bool>>,
) -> impl IntoView {
    let RowHandle {
        cells: signals,
        index,
        is_new,
        waits,
        ..
    } = handle;
    let aria_index = index.clone();
    let row_waits = waits.clone();
    let cells = move || {
        columns.with(|columns| {
            // What the row waits to do stands beside what it is, or in front where that is not shown.
            let mut kinds = columns.iter().map(|laid_out| laid_out.column.kind);
            let told_in = kinds.position(is_identity).unwrap_or(0);
            let cells = columns.iter().enumerate().filter_map(|(shown, laid_out)| {
                let LaidOut { place, column, pin } = laid_out;
                let cell = signals.get(*place)?.clone();
                let waits = (shown == told_in).then(|| waits.clone());
                Some(view! { <GridCell shown=cell kind=column.kind pin=*pin waits=waits/> })
            });
            cells.collect_view()
        })
    };
    view! {
        <div
            class="row"
            role="row"
            data-id=id.as_str().to_owned()
            data-new=is_new.then_some("true")
            data-waits=move || row_waits.with(|waits| waits.as_ref().map(wait_name))
            aria-rowindex=move || (aria_index.get() + 2).to_string()
            aria-selected=move || selected.map(|selected| selected.get().to_string())
            aria-current=move || open.get().then_some("true")
            tabindex=move || if active.get() { "0" } else { "-1" }
            style:--index=move || index.get().to_string()
        >
            // For the mouse and the finger; by keyboard and for assistive technology the row itself is chosen.
            {selected.map(|_| view! { <span class="row-mark" aria-hidden="true"></span> })}
            {cells}
        </div>
    }
}

#[component]
fn GridCell(
    shown: ArcRwSignal<ShownCell>,
    kind: ColumnKind,
    /// Which of the columns that stay it is in.
    pin: Option<usize>,
    /// What the row waits to do, in the cell that tells it.
    waits: Option<ArcRwSignal<Option<RowWait>>>,
) -> impl IntoView {
    // One effect for all of it: a table has hundreds of cells, and what is the same again is no change of the document.
    move || {
        show::follow_format();
        let ShownCell {
            cell,
            pending,
            changes,
        } = shown.get();
        let waits = waits.as_ref().and_then(Get::get);
        view! {
            <div
                class=if pin.is_some() { "cell pinned" } else { "cell" }
                data-pin=pin.map(|pin| pin.to_string())
                role="gridcell"
                data-kind=kind_name(kind)
                data-mark=mark(kind, changes)
                data-pending=pending.map(pending_name)
                title=pending.map(text::pending)
            >
                <CellValue cell=cell kind=kind/>
                {pending.map(|pending| view! { <span class="unseen">", " {text::pending(pending)}</span> })}
                {waits.map(|waits| {
                    let why = text::row_wait(&waits);
                    view! { <span class="row-wait" title=why.clone()>{why.clone()}</span> }
                })}
            </div>
        }
    }
}

/// What a row waits to do, in the document.
fn wait_name(waits: &RowWait) -> &'static str {
    match waits {
        RowWait::Moves => "move",
        RowWait::Mismatch => "hide",
        RowWait::Gone(_) => "leave",
    }
}

/// How an own edit stands, in the document.
fn pending_name(pending: PendingState) -> &'static str {
    match pending {
        PendingState::Waiting => "waiting",
        PendingState::Sending => "sending",
        PendingState::RolledBack => "rolled-back",
        PendingState::Conflict => "conflict",
    }
}

/// "odd" and "even" name the same animation twice: a change during the mark of another starts it afresh.
fn mark(kind: ColumnKind, changes: u32) -> Option<&'static str> {
    match changes {
        // The age of a last change says nothing that the other marks do not say.
        0 => None,
        _ if kind == ColumnKind::Changed => None,
        changes if changes % 2 == 1 => Some("odd"),
        _ => Some("even"),
    }
}

/// Whether a column says which row it is.
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
        ColumnKind::Number => "number",
        ColumnKind::Date => "date",
        ColumnKind::DateTime => "date-time",
        ColumnKind::Flag => "flag",
        ColumnKind::Tags => "tags",
        ColumnKind::Named => "named",
    }
}
