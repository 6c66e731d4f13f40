//! How the table is laid out, and the saved view that it began with.

use leptos::prelude::*;
use panels_core::{
    layout::Layout,
    protocol::{Column, PanelView},
    query::Query,
    view::{ActiveView, TableView},
};

use super::{PanelStore, set_if_changed};

/// A column that is shown, as a row draws it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LaidOut {
    /// Place of its cell in a row.
    pub place: usize,
    /// The column.
    pub column: Column,
    /// Which of the columns that stay it is, from 0.
    pub pin: Option<usize>,
}

impl PanelStore {
    /// How the table is laid out.
    pub(crate) fn layout(&self) -> Layout {
        self.0.layout.get()
    }

    /// The same, without being told of changes.
    pub(crate) fn layout_untracked(&self) -> Layout {
        self.0.layout.get_untracked()
    }

    /// Lays it out otherwise.
    pub(crate) fn lay_out_columns(&self, change: impl FnOnce(&mut Layout)) {
        let mut layout = self.0.layout.get_untracked();
        change(&mut layout);
        set_if_changed(&self.0.layout, layout);
    }

    /// The columns that are shown, in order.
    pub(crate) fn laid_out(&self) -> Vec<LaidOut> {
        self.0.layout.track();
        self.laid_out_untracked()
    }

    /// The width that somebody has chosen for a column.
    pub(crate) fn width_of(&self, id: &str) -> Option<u16> {
        let layout = &self.0.layout;
        layout.with_untracked(|layout| layout.column(id)?.width_px)
    }

    /// The same, without being told of changes.
    pub(crate) fn laid_out_untracked(&self) -> Vec<LaidOut> {
        let view = self.view();
        let places = self.0.layout.with_untracked(|layout| layout.places(view));
        let mut pins = 0;
        let laid_out = places.into_iter().map(|(place, shown)| {
            let pin = shown.pinned.then_some(pins);
            pins += usize::from(shown.pinned);
            LaidOut {
                place,
                column: view.columns[place].clone(),
                pin,
            }
        });
        laid_out.collect()
    }

    /// The saved view that the table began with.
    pub(crate) fn active_view(&self) -> ActiveView {
        self.0.active_view.get()
    }

    /// The same, without being told of changes.
    pub(crate) fn active_view_untracked(&self) -> ActiveView {
        self.0.active_view.get_untracked()
    }

    /// Whether something else is shown than the saved view shows.
    pub(crate) fn is_changed(&self) -> bool {
        self.0.query.track();
        self.0.layout.track();
        self.0.active_view.track();
        self.table_view().is_changed(self.view())
    }

    /// Shows the columns that the saved view shows, or the panel by itself.
    pub(crate) fn reset_columns(&self) {
        self.change_view(TableView::reset_columns);
    }

    /// What a saved view asks for.
    pub(crate) fn query_of_view(&self) -> Query {
        self.table_view().query_of_view(self.view())
    }

    /// What is to be kept of how the table is laid out: see [`TableView::layout_to_keep`].
    pub(crate) fn layout_to_keep(&self) -> Option<Option<Layout>> {
        self.0.layout.track();
        self.0.active_view.track();
        self.change_view(TableView::layout_to_keep)
    }

    /// How this user lays the table out by now: see [`TableView::take_own_layout`].
    pub(crate) fn take_own_layout(&self, own: Option<&Layout>) {
        self.change_view(|table, panel| table.take_own_layout(panel, own));
    }

    /// Asks for what an address names, with the view that it names.
    pub(crate) fn take_address(&self, address: &str, active: ActiveView) {
        self.change_view(|table, panel| table.take_address(panel, address, active));
    }

    /// As it is shown now, without being told of changes.
    fn table_view(&self) -> TableView {
        TableView {
            active: self.active_view_untracked(),
            query: self.query_untracked(),
            layout: self.layout_untracked(),
            own_layout: self.0.own_layout.borrow().clone(),
        }
    }

    fn change_view<T>(&self, change: impl FnOnce(&mut TableView, &PanelView) -> T) -> T {
        let mut table = self.table_view();
        let told = change(&mut table, self.view());
        *self.0.own_layout.borrow_mut() = table.own_layout;
        set_if_changed(&self.0.layout, table.layout);
        set_if_changed(&self.0.active_view, table.active);
        if table.query != self.query_untracked() {
            self.set_query(table.query);
        }
        told
    }

    /// A query of this panel as the part of an address after the question mark.
    pub(crate) fn address_of(&self, query: &Query) -> String {
        self.table_view().address_of(self.view(), query)
    }

    /// What is asked for now, in the same form.
    pub(crate) fn address(&self) -> String {
        self.address_of(&self.query_untracked())
    }
}
