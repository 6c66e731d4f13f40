//! The panel that is shown: its table, the part of it that is in the document, and its order.

use std::{cell::RefCell, collections::HashSet, rc::Rc};

use leptos::prelude::*;
use panels_core::{
    identity::{PanelId, ResourceId},
    live_table::{LiveTable, TableEvents},
    protocol::{PanelView, Row, SortKey},
    selection::{Owner, Selection, TooMany, owners},
    viewport::Viewport,
};

use super::mounted_rows::{MountedRow, MountedRows, RowHandle};

/// What the panel can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PanelPhase {
    /// No row yet, but they are on their way.
    Loading,
    /// Rows.
    Rows,
    /// There is no row.
    Empty,
}

/// The rows that can be seen.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Seen {
    /// Place of the first of them, from 0.
    pub first: usize,
    /// In order.
    pub rows: Vec<ResourceId>,
}

/// See the module. A cheap handle.
#[derive(Clone)]
pub(crate) struct PanelStore(Rc<Inner>);

struct Inner {
    view: PanelView,
    table: RefCell<LiveTable>,
    mounted: RefCell<MountedRows>,
    viewport: std::cell::Cell<Viewport>,
    /// Rows that stay in the document wherever the table is scrolled: the focused one and the open one.
    kept: RefCell<Vec<ResourceId>>,
    window: ArcRwSignal<Vec<MountedRow>>,
    seen: ArcRwSignal<Seen>,
    total: ArcRwSignal<usize>,
    phase: ArcRwSignal<PanelPhase>,
    loading: ArcRwSignal<bool>,
    sort: ArcRwSignal<Vec<SortKey>>,
    selection: ArcRwSignal<Selection>,
}

impl PanelStore {
    /// Empty, for a panel.
    pub(crate) fn new(view: PanelView, row_height: f64) -> Self {
        let table = LiveTable::new(&view);
        Self(Rc::new(Inner {
            sort: ArcRwSignal::new(view.sort.clone()),
            view,
            table: RefCell::new(table),
            mounted: RefCell::default(),
            viewport: std::cell::Cell::new(Viewport {
                scroll_top: 0.0,
                height: 0.0,
                row_height,
            }),
            kept: RefCell::default(),
            window: ArcRwSignal::default(),
            seen: ArcRwSignal::default(),
            total: ArcRwSignal::default(),
            phase: ArcRwSignal::new(PanelPhase::Loading),
            loading: ArcRwSignal::new(true),
            selection: ArcRwSignal::default(),
        }))
    }

    /// Id of the panel.
    pub(crate) fn panel(&self) -> &PanelId {
        &self.0.view.id
    }

    /// Its definition.
    pub(crate) fn view(&self) -> &PanelView {
        &self.0.view
    }

    /// The rows in the document, in order.
    pub(crate) fn window(&self) -> Vec<MountedRow> {
        self.0.window.get()
    }

    /// The rows on screen, a part of the window.
    pub(crate) fn seen(&self) -> Seen {
        self.0.seen.get()
    }

    /// Number of all rows.
    pub(crate) fn total(&self) -> usize {
        self.0.total.get()
    }

    /// The same, without being told of changes.
    pub(crate) fn total_untracked(&self) -> usize {
        self.0.total.get_untracked()
    }

    /// What can be shown.
    pub(crate) fn phase(&self) -> PanelPhase {
        self.0.phase.get()
    }

    /// Whether more rows are on their way.
    pub(crate) fn is_loading(&self) -> bool {
        self.0.loading.get()
    }

    /// The order.
    pub(crate) fn sort(&self) -> Vec<SortKey> {
        self.0.sort.get()
    }

    /// Signals of a row in the document.
    pub(crate) fn handle(&self, id: &ResourceId) -> Option<RowHandle> {
        self.0.mounted.borrow().get(id)
    }

    /// Where the table is scrolled.
    pub(crate) fn viewport(&self) -> Viewport {
        self.0.viewport.get()
    }

    /// The row at a place.
    pub(crate) fn row_at(&self, index: usize) -> Option<ResourceId> {
        self.0.table.borrow().order().get(index).cloned()
    }

    /// A row as it is shown.
    pub(crate) fn row(&self, id: &ResourceId) -> Option<Row> {
        self.0.table.borrow().row(id).cloned()
    }

    /// The place of a row.
    pub(crate) fn index_of(&self, id: &ResourceId) -> Option<usize> {
        if let Some(handle) = self.handle(id) {
            return Some(handle.index.get_untracked());
        }
        self.0.table.borrow().position(id)
    }

    /// The table was scrolled or resized.
    pub(crate) fn look(&self, scroll_top: f64, height: f64) {
        let viewport = Viewport {
            scroll_top,
            height,
            ..self.viewport()
        };
        self.0.viewport.set(viewport);
        self.lay_out(&HashSet::new());
    }

    /// These rows stay in the document wherever the table is scrolled.
    pub(crate) fn keep(&self, rows: Vec<ResourceId>) {
        *self.0.kept.borrow_mut() = rows;
        self.lay_out(&HashSet::new());
    }

    /// The rows that are chosen.
    pub(crate) fn selection(&self) -> ArcRwSignal<Selection> {
        self.0.selection.clone()
    }

    /// The chosen rows as they are shown, in the order of the table.
    pub(crate) fn selected_rows(&self) -> Vec<Row> {
        let table = self.0.table.borrow();
        let mut rows: Vec<_> = self.0.selection.with_untracked(|selection| {
            let places = selection.iter();
            let places = places.filter_map(|id| Some((table.position(id)?, id)));
            places
                .filter_map(|(place, id)| Some((place, table.row(id)?.clone())))
                .collect()
        });
        rows.sort_unstable_by_key(|(place, _)| *place);
        rows.into_iter().map(|(_, row)| row).collect()
    }

    /// Everybody who owns a row.
    pub(crate) fn owners(&self) -> Vec<Owner> {
        let table = self.0.table.borrow();
        let order = table.order();
        let rows = order.range(0..order.len());
        owners(&self.0.view, rows.filter_map(|(_, id)| table.row(id)))
    }

    /// Chooses a row, or no longer.
    pub(crate) fn toggle_selected(&self, id: &ResourceId) -> Result<(), TooMany> {
        let mut toggled = Ok(());
        self.0
            .selection
            .update(|selection| toggled = selection.toggle(id));
        toggled
    }

    /// Chooses all rows up to this one.
    pub(crate) fn select_to(&self, id: &ResourceId) -> Result<(), TooMany> {
        let between = |one: &ResourceId, other: &ResourceId| {
            let table = self.0.table.borrow();
            let (Some(one), Some(other)) = (table.position(one), table.position(other)) else {
                return Vec::new();
            };
            let range = one.min(other)..one.max(other) + 1;
            let rows = table.order().range(range);
            rows.map(|(_, id)| id.clone()).collect()
        };
        let mut selected = Ok(());
        self.0
            .selection
            .update(|selection| selected = selection.extend_to(id, between));
        selected
    }

    /// Chooses nothing.
    pub(crate) fn clear_selection(&self) {
        set_if_changed(&self.0.selection, Selection::default());
    }

    /// Orders by a column: ascending, then descending, then as the panel says.
    pub(crate) fn sort_by(&self, column: &str) {
        let current = self.0.sort.get_untracked();
        let first = current.first().filter(|key| key.column == column);
        let is_default = current == self.0.view.sort;
        let sort = match first {
            Some(key) if !key.descending => vec![SortKey {
                column: column.to_owned(),
                descending: true,
            }],
            Some(_) if !is_default => self.0.view.sort.clone(),
            _ => vec![SortKey {
                column: column.to_owned(),
                descending: false,
            }],
        };
        self.0.table.borrow_mut().set_sort(sort.clone());
        self.0.sort.set(sort);
        self.lay_out(&HashSet::new());
    }

    /// Lets a message change the table, then shows what came of it; `marked`: as changes.
    pub(super) fn apply(
        &self,
        marked: bool,
        change: impl FnOnce(&mut LiveTable) -> TableEvents,
    ) -> TableEvents {
        // What comes while a panel is still loading was there before; only what comes later is new.
        let was_loading = self.0.table.borrow().is_loading();
        let events = change(&mut self.0.table.borrow_mut());
        let fresh: HashSet<ResourceId> = match was_loading {
            true => HashSet::new(),
            false => events.added.iter().cloned().collect(),
        };
        if events.replaced {
            self.0.mounted.borrow().refresh_all(
                &self.0.view.columns,
                &self.0.table.borrow(),
                marked,
            );
        } else {
            self.0.mounted.borrow().refresh(
                &events.changed,
                &self.0.view.columns,
                &self.0.table.borrow(),
                marked,
            );
        }
        if events.replaced || events.reordered {
            self.lay_out(&fresh);
        }
        self.drop_gone_from_selection();
        self.tell_phase();
        events
    }

    fn drop_gone_from_selection(&self) {
        if self.0.selection.with_untracked(Selection::is_empty) {
            return;
        }
        let table = self.0.table.borrow();
        // While a snapshot is on its way, what is missing has not left.
        if !table.is_loading() {
            self.0
                .selection
                .maybe_update(|selection| selection.retain(|id| table.row(id).is_some()));
        }
    }

    fn tell_phase(&self) {
        let table = self.0.table.borrow();
        let (count, loading) = (table.order().len(), table.is_loading());
        drop(table);
        let phase = match (count, loading) {
            (0, true) => PanelPhase::Loading,
            (0, false) => PanelPhase::Empty,
            _ => PanelPhase::Rows,
        };
        set_if_changed(&self.0.phase, phase);
        set_if_changed(&self.0.loading, loading);
    }

    fn lay_out(&self, fresh: &HashSet<ResourceId>) {
        let table = self.0.table.borrow();
        let order = table.order();
        let range = self.viewport().window(order.len());
        let owned = |(index, id): (usize, &ResourceId)| (index, id.clone());
        let mut window: Vec<(usize, ResourceId)> = order.range(range).map(owned).collect();
        for id in self.0.kept.borrow().iter() {
            if !window.iter().any(|(_, other)| other == id) {
                let index = table.position(id);
                window.extend(index.map(|index| (index, id.clone())));
            }
        }
        window.sort_unstable_by_key(|(index, _)| *index);
        let columns = &self.0.view.columns;
        let mounted = self
            .0
            .mounted
            .borrow_mut()
            .keep(&window, columns, &table, fresh);
        let total = order.len();
        let visible = self.viewport().visible(total);
        let seen = Seen {
            first: visible.start,
            rows: order.range(visible).map(|(_, id)| id.clone()).collect(),
        };
        drop(table);
        set_if_changed(&self.0.seen, seen);
        set_if_changed(&self.0.total, total);
        set_if_changed(&self.0.window, mounted);
    }
}

fn set_if_changed<T: PartialEq + Send + Sync + 'static>(signal: &ArcRwSignal<T>, value: T) {
    if signal.with_untracked(|old| *old != value) {
        signal.set(value);
    }
}
