//! Tells the store which row somebody points at or has the focus on, and scrolls the table so that it stays where it is.

use leptos::{html::Div, leptos_dom::helpers::request_animation_frame, prelude::*};
use panels_core::identity::ResourceId;
use web_sys::{FocusEvent, PointerEvent};

use super::grid::row_of;
use crate::{
    state::{AppState, PanelStore, now},
    text,
};

/// A pointer that moves within one row says so this often, in milliseconds: much less than what it takes to have been left there.
const POINTED_EVERY_MS: i64 = 500;

/// Handles of one table.
#[derive(Clone, Copy)]
pub(super) struct RowHolding {
    store: StoredValue<PanelStore, LocalStorage>,
    pointed: StoredValue<Option<(ResourceId, i64)>>,
}

impl RowHolding {
    /// Until the component around it ends.
    pub(super) fn begin(
        grid: NodeRef<Div>,
        store: StoredValue<PanelStore, LocalStorage>,
        open: Signal<Option<ResourceId>>,
    ) -> Self {
        let clock = AppState::here().clock;
        Effect::new(move |_| {
            clock.second();
            _ = store.try_with_value(PanelStore::let_go);
        });
        Effect::new(move |_| {
            let open = open.get();
            store.with_value(|store| store.hold_open(open.as_ref()));
        });
        Effect::new(move |_| {
            if let Some(top) = store.with_value(PanelStore::scroll_to) {
                // The table has its new height by then, and nothing is painted before.
                request_animation_frame(move || scroll(grid, top));
            }
        });
        Self {
            store,
            pointed: StoredValue::new(None),
        }
    }

    /// A key was pressed on a row.
    pub(super) fn use_keyboard(self) {
        _ = self.store.try_with_value(PanelStore::use_keyboard);
    }

    /// The pointer moves in the table.
    pub(super) fn on_pointer_move(self, event: &PointerEvent) {
        // A finger points at nothing when it is lifted.
        let row = row_of(event.target()).filter(|_| event.pointer_type() != "touch");
        self.point_at(row);
    }

    /// The pointer leaves the table.
    pub(super) fn on_pointer_leave(self) {
        self.point_at(None);
    }

    fn point_at(self, row: Option<ResourceId>) {
        let time_ms = now().0;
        let known = self
            .pointed
            .try_with_value(|pointed| match (pointed, &row) {
                (Some((before, at_ms)), Some(row)) => {
                    before == row && time_ms - at_ms < POINTED_EVERY_MS
                }
                (None, None) => true,
                _ => false,
            });
        if known == Some(false) {
            self.pointed
                .set_value(row.clone().map(|row| (row, time_ms)));
            _ = self
                .store
                .try_with_value(|store| store.point_at(row.as_ref()));
        }
    }

    /// A row gets the focus.
    pub(super) fn on_focus_in(self, event: &FocusEvent) {
        let row = row_of(event.target());
        _ = self
            .store
            .try_with_value(|store| store.focus_on(row.as_ref()));
    }

    /// A row loses the focus.
    pub(super) fn on_focus_out(self, event: &FocusEvent) {
        if row_of(event.related_target()).is_none() {
            // The table itself may be going.
            _ = self.store.try_with_value(|store| store.focus_on(None));
        }
    }
}

fn scroll(grid: NodeRef<Div>, top: f64) {
    if let Some(grid) = grid.try_get_untracked().flatten() {
        grid.set_scroll_top(top.round() as i32);
    }
}

/// Says how many rows wait to move or to leave, and lets them.
#[component]
pub(crate) fn WaitingRows(
    /// The panel.
    store: StoredValue<PanelStore, LocalStorage>,
) -> impl IntoView {
    let waiting = Memo::new(move |_| store.with_value(PanelStore::waiting));
    move || {
        (waiting.get() > 0).then(|| {
            view! {
                <button
                    class="button waiting-rows"
                    type="button"
                    title=text::WAITING_ROWS_TITLE
                    on:click=move |_| store.with_value(PanelStore::apply_waiting)
                >
                    {move || text::waiting_rows(waiting.get())}
                </button>
            }
        })
    }
}
