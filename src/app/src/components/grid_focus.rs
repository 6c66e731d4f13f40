//! Where the focus of a table goes: to a row that may not be in the document yet, back from the drawer, and on where its row
//! has left.

use leptos::{ev, html::Div, prelude::*};
use panels_core::{identity::ResourceId, query::Query, time::Timestamp};
use wasm_bindgen::JsCast;

use super::focus::{ENTRY, give_back, is_lost, move_later};
use crate::{
    address,
    state::{AppState, PanelStore, now},
};

/// The panel of a table.
pub(super) type Store = StoredValue<PanelStore, LocalStorage>;

/// Scrolls until a row can be seen.
pub(super) fn show_row(grid: NodeRef<Div>, store: Store, index: usize) {
    let Some(grid) = grid.get_untracked() else {
        return;
    };
    if let Some(top) = store.with_value(|store| store.viewport().scroll_to_show(index)) {
        grid.set_scroll_top(top.ceil() as i32);
    }
}

/// Gives a row the focus, at once where it is in the document: the next key may come before the next frame.
pub(super) fn focus_row(grid: NodeRef<Div>, id: &ResourceId) {
    if !focus_in(grid, &row_selector(id)) {
        focus_later(grid, id.clone());
    }
}

/// The same with the next turn of the reactive system, in which it enters the document.
pub(super) fn focus_later(grid: NodeRef<Div>, id: ResourceId) {
    move_later(move || {
        _ = focus_in(grid, &row_selector(&id)) || focus_in(grid, ENTRY);
    });
}

fn focus_in(grid: NodeRef<Div>, selector: &str) -> bool {
    let grid = grid.try_get_untracked().flatten();
    let found = grid.and_then(|grid| grid.query_selector(selector).ok()?);
    let row = found.and_then(|row| row.dyn_into::<web_sys::HtmlElement>().ok());
    row.is_some_and(|row| row.focus().is_ok())
}

/// When the drawer closes, the focus goes back to its row.
pub(super) fn return_focus(grid: NodeRef<Div>, store: Store, open: Signal<Option<ResourceId>>) {
    Effect::new(move |before: Option<Option<ResourceId>>| {
        let now = open.get();
        if let (None, Some(Some(id))) = (&now, before) {
            if let Some(index) = store.with_value(|store| store.index_of(&id)) {
                show_row(grid, store, index);
            }
            focus_later(grid, id);
        }
        now
    });
}

/// For so long after a row has left by itself no key acts on the one in its place: it was pressed for the other one.
const SUDDEN_MS: i64 = 1_000;
/// For so long a row that leaves does so because of what was done to it here.
const OWN_MS: i64 = 3_000;

/// The place in the table of who works by keyboard. When the row that has the focus is moved, it keeps it; when it leaves the
/// table, the one in its place takes it.
#[derive(Clone, Copy)]
pub(super) struct Place {
    grid: NodeRef<Div>,
    store: Store,
    active: RwSignal<Option<ResourceId>>,
    /// A row had the focus last, and nothing else was pointed at since: what is moved or taken away loses it without a word.
    is_held: StoredValue<bool>,
    /// The row that was acted on last, and when.
    acted: StoredValue<Option<(ResourceId, Timestamp)>>,
    /// When the focus went on although nothing was done.
    sudden: StoredValue<Option<Timestamp>>,
}

impl Place {
    /// Keeps it from now on.
    pub(super) fn keep(
        grid: NodeRef<Div>,
        store: Store,
        active: RwSignal<Option<ResourceId>>,
    ) -> Self {
        let place = Self {
            grid,
            store,
            active,
            is_held: StoredValue::new(false),
            acted: StoredValue::new(None),
            sudden: StoredValue::new(None),
        };
        let focused = window_event_listener(ev::focusin, move |event| place.told(event.target()));
        let pointed =
            window_event_listener(ev::pointerdown, move |event| place.told(event.target()));
        on_cleanup(move || {
            focused.remove();
            pointed.remove();
        });
        Effect::new(move |before: Option<Option<(ResourceId, usize, Query)>>| {
            let id = active.get()?;
            let window = store.with_value(PanelStore::window);
            let (handle, query) =
                store.with_value(|store| (store.handle(&id), store.query_untracked()));
            let is_there = window.iter().any(|row| row.id == id);
            let (index, asked) = match handle.filter(|_| is_there) {
                Some(handle) => (handle.index.get(), false),
                None => {
                    let (_, index, of) = before.flatten().filter(|(known, ..)| *known == id)?;
                    (index, of != query)
                }
            };
            if place.is_held.get_value() {
                request_animation_frame(move || place.go_on(index, asked));
            }
            is_there.then_some((id, index, query))
        });
        place
    }

    /// Something is done to a row.
    pub(super) fn acts_on(self, id: &ResourceId) {
        self.acted.set_value(Some((id.clone(), now())));
    }

    /// The user went on, or asked for something else: what has the focus then is what was meant.
    pub(super) fn settles(self) {
        self.sudden.set_value(None);
    }

    /// Whether another row than a moment ago has the focus, although nothing was done.
    pub(super) fn is_sudden(self) -> bool {
        let since = self.sudden.get_value();
        since.is_some_and(|since| now().since_ms(since) < SUDDEN_MS)
    }

    fn told(self, target: Option<web_sys::EventTarget>) {
        let grid = self.grid.try_get_untracked().flatten();
        let node = target.and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        let is_inside =
            grid.is_some_and(|grid| node.is_some_and(|node| grid.contains(Some(&node))));
        _ = self.is_held.try_set_value(is_inside);
    }

    /// The row that had the focus is elsewhere, or has left; `asked`: because the user asked for something else.
    fn go_on(self, index: usize, asked: bool) {
        let grid = self.grid.try_get_untracked().flatten();
        let Some(grid) = grid.filter(|_| is_lost()) else {
            return;
        };
        let Some(id) = self.active.get_untracked() else {
            return;
        };
        let row = grid.query_selector(&row_selector(&id)).ok().flatten();
        if let Some(row) = row.and_then(|row| row.dyn_into::<web_sys::HtmlElement>().ok()) {
            // It may be far from what is looked at.
            let stay = web_sys::FocusOptions::new();
            stay.set_prevent_scroll(true);
            _ = row.focus_with_options(&stay);
            return;
        }
        let acted = self.acted.get_value();
        let is_own = acted.is_some_and(|(acted, at)| acted == id && now().since_ms(at) < OWN_MS);
        self.sudden.set_value((!is_own && !asked).then(now));
        // Something else may have been asked for, and the table be shown from its first row.
        let top = f64::from(grid.scroll_top());
        let next = self.store.with_value(|store| {
            let viewport = store.viewport();
            let first = (top / viewport.row_height).ceil() as usize;
            let last = first + viewport.page_rows() - 1;
            let end = store.total_untracked().checked_sub(1)?;
            store.row_at(index.clamp(first, last).min(end))
        });
        match next {
            Some(next) => {
                self.active.set(Some(next.clone()));
                focus_later(self.grid, next);
            }
            None => give_back(None),
        }
    }
}

fn row_selector(id: &ResourceId) -> String {
    format!("[data-id=\"{id}\"]")
}

/// Who came here by a command goes on with the first row.
pub(super) fn arrive(
    state: AppState,
    grid: NodeRef<Div>,
    store: Store,
    entry: Memo<Option<ResourceId>>,
) {
    let path = store.with_value(|store| address::panel(store.panel()));
    Effect::new(move |_| {
        let is_here = state.arriving.with(|to| to.as_ref() == Some(&path));
        if let Some(id) = entry.get().filter(|_| is_here) {
            state.arriving.set(None);
            request_animation_frame(move || {
                if is_lost() {
                    focus_row(grid, &id);
                }
            });
        }
    });
}
