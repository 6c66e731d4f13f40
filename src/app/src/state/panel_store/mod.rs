//! The panel that is shown: its table, what is asked of it, and the part of it that is in the document.

mod holding;
mod laid_out;

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashSet},
    rc::Rc,
};

use leptos::prelude::*;
use panels_core::{
    arrivals::Arrival,
    identity::{PanelId, ResourceId},
    layout::Layout,
    live_table::{HeldBack, LiveTable, TableEvents},
    protocol::{Cell, ColumnKind, PanelView, Row, SortKey},
    query::{BandCounts, Query, Today},
    row_holds::RowHolds,
    selection::{Owner, Selection, TooMany, cell, owners},
    view::{ActiveView, TableView},
    viewport::Viewport,
};

pub(crate) use laid_out::LaidOut;

use super::{
    clock::now,
    mounted_rows::{MountedRow, MountedRows, RowHandle},
    zone::zone_offset_minutes,
};

/// What the panel can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PanelPhase {
    /// No row yet, but they are on their way.
    Loading,
    /// Rows.
    Rows,
    /// There is no row.
    Empty,
    /// There are rows, and none is what was asked for.
    NoMatch,
}

/// How many rows there are, whatever is shown of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Tally {
    /// All of them.
    pub all: usize,
    /// Those in each band of the queue, where the panel has bands.
    pub bands: Option<BandCounts>,
    /// Those that are left out because what decides it is hidden.
    pub undecided: usize,
    /// Those that are still shown though they have left.
    pub leaving: usize,
    /// Those that wait to move or to leave while somebody works on them.
    pub waiting: usize,
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
    query: ArcRwSignal<Query>,
    layout: ArcRwSignal<Layout>,
    /// How this user has laid it out where no view says so, if otherwise than the panel does.
    own_layout: RefCell<Option<Layout>>,
    active_view: ArcRwSignal<ActiveView>,
    tally: ArcRwSignal<Tally>,
    selection: ArcRwSignal<Selection>,
    holds: RefCell<RowHolds>,
    /// Where the table has to be scrolled, in CSS pixels, so that a row stays where it is on the screen.
    scroll_to: ArcRwSignal<Option<f64>>,
    /// How far it was scrolled for that from its very top.
    drift: std::cell::Cell<f64>,
}

impl PanelStore {
    /// Empty, for a panel.
    pub(crate) fn new(view: PanelView, row_height: f64, own_layout: Option<&Layout>) -> Self {
        let mut table = LiveTable::new(&view);
        table.set_query(&Query::default(), &view.sort, today());
        let shown = TableView::new(&view, own_layout);
        Self(Rc::new(Inner {
            layout: ArcRwSignal::new(shown.layout),
            own_layout: RefCell::new(shown.own_layout),
            active_view: ArcRwSignal::default(),
            view,
            query: ArcRwSignal::default(),
            tally: ArcRwSignal::default(),
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
            holds: RefCell::default(),
            scroll_to: ArcRwSignal::default(),
            drift: std::cell::Cell::default(),
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

    /// Number of the rows that are shown, those included that are about to leave.
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

    /// What is asked for.
    pub(crate) fn query(&self) -> Query {
        self.0.query.get()
    }

    /// The same, without being told of changes.
    pub(crate) fn query_untracked(&self) -> Query {
        self.0.query.get_untracked()
    }

    /// The order.
    pub(crate) fn sort(&self) -> Vec<SortKey> {
        let sort = self.0.query.with(|query| query.sort.clone());
        match sort.is_empty() {
            true => self.0.view.sort.clone(),
            false => sort,
        }
    }

    /// How many rows there are, whatever is shown of them.
    pub(crate) fn tally(&self) -> Tally {
        self.0.tally.get()
    }

    /// Asks for something else.
    pub(crate) fn set_query(&self, query: Query) {
        let mut table = self.0.table.borrow_mut();
        table.set_query(&query, &self.0.view.sort, today());
        drop(table);
        set_if_changed(&self.0.query, query);
        self.show_anew();
    }

    /// Time has gone by.
    pub(crate) fn tick(&self) {
        if self.0.table.borrow_mut().tick(today()) {
            self.show_anew();
        }
    }

    fn show_anew(&self) {
        self.lay_out(&HashSet::new());
        self.keep_selection_of_shown();
        self.show_waiting();
        self.tell_phase();
    }

    /// Every status that a row has, by code, with its label.
    pub(crate) fn statuses(&self) -> Vec<(String, String)> {
        let table = self.0.table.borrow();
        let cells = table
            .rows()
            .filter_map(|row| cell(&self.0.view, row, ColumnKind::Status));
        let codes = cells.filter_map(|cell| match cell {
            Cell::Status { code, label, .. } => Some((code.as_str(), label.as_str())),
            _ => None,
        });
        let codes: BTreeMap<&str, &str> = codes.collect();
        let owned = |(code, label): (&str, &str)| (code.to_owned(), label.to_owned());
        codes.into_iter().map(owned).collect()
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
        if (scroll_top - self.viewport().scroll_top).abs() >= 1.0 {
            // Somebody has scrolled.
            self.0.drift.set(0.0);
        }
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

    /// All rows that are shown and in the panel, in order.
    pub(crate) fn all_rows(&self) -> Vec<ResourceId> {
        let table = self.0.table.borrow();
        let rows = table.order().iter().filter(|id| !has_left(&table, id));
        rows.cloned().collect()
    }

    /// Reads a row, if it is there.
    pub(crate) fn with_row<T>(&self, id: &ResourceId, read: impl FnOnce(&Row) -> T) -> Option<T> {
        self.0.table.borrow().row(id).map(read)
    }

    /// The name of somebody who owns a row.
    pub(crate) fn name_of(&self, reference: &str) -> Option<String> {
        let people = self.owners().into_iter();
        let mut same = people.filter(|person| person.reference == reference);
        same.next().map(|person| person.name)
    }

    /// Everybody who owns a row, shown or not.
    pub(crate) fn owners(&self) -> Vec<Owner> {
        owners(&self.0.view, self.0.table.borrow().rows())
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

    /// Lets a message change the table, then shows what came of it.
    pub(super) fn apply(
        &self,
        arrival: Arrival,
        change: impl FnOnce(&mut LiveTable) -> TableEvents,
    ) -> TableEvents {
        self.hold();
        let anchor = self.anchor();
        // What comes while a panel is still loading was there before; only what comes later is new.
        let was_loading = self.0.table.borrow().is_loading();
        let events = change(&mut self.0.table.borrow_mut());
        if arrival == Arrival::Live {
            self.note_leaving(&events.gone);
        }
        let marked = arrival != Arrival::AsRead;
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
            self.lay_out_around(anchor, &fresh);
        }
        self.keep_selection_of_shown();
        self.show_waiting();
        self.tell_phase();
        events
    }

    /// Nothing may be done to a row that is not shown.
    fn keep_selection_of_shown(&self) {
        if self.0.selection.with_untracked(Selection::is_empty) {
            return;
        }
        let table = self.0.table.borrow();
        // While a snapshot is on its way, what is missing has not left.
        if !table.is_loading() {
            self.0.selection.maybe_update(|selection| {
                selection.retain(|id| table.position(id).is_some() && !has_left(&table, id))
            });
        }
    }

    fn tell_phase(&self) {
        let table = self.0.table.borrow();
        let (count, loading) = (table.order().len(), table.is_loading());
        let tally = Tally {
            all: table.len(),
            bands: table.bands(),
            undecided: table.undecided(),
            leaving: table.leaving(),
            waiting: table.waiting(),
        };
        drop(table);
        let phase = match (count, tally.all, loading) {
            (0, _, true) => PanelPhase::Loading,
            (0, 0, false) => PanelPhase::Empty,
            (0, _, false) => PanelPhase::NoMatch,
            _ => PanelPhase::Rows,
        };
        set_if_changed(&self.0.phase, phase);
        set_if_changed(&self.0.loading, loading);
        set_if_changed(&self.0.tally, tally);
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

/// Whether a row is shown though it has left the panel.
fn has_left(table: &LiveTable, id: &ResourceId) -> bool {
    matches!(table.held_back(id), Some(HeldBack::Gone(_)))
}

fn today() -> Today {
    let now = now();
    Today {
        now,
        zone_offset_minutes: zone_offset_minutes(now),
    }
}
