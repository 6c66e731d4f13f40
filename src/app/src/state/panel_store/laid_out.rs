//! How the table is laid out, and the saved view that it began with.

use leptos::prelude::*;
use panels_core::{
    identity::ResourceId,
    layout::Layout,
    protocol::{Column, SavedView},
    query::Query,
    view::{asks_same, from_address, slice, to_address},
};

use super::{PanelStore, set_if_changed};

/// The view that an address names.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum ActiveView {
    /// None.
    #[default]
    All,
    /// One that is not there, or is not known yet.
    Missing(ResourceId),
    /// This one.
    Known(SavedView),
}

impl ActiveView {
    /// Its id.
    pub(crate) fn id(&self) -> Option<&ResourceId> {
        match self {
            Self::All => None,
            Self::Missing(id) => Some(id),
            Self::Known(view) => Some(&view.id),
        }
    }

    /// What it is made of.
    pub(crate) fn known(&self) -> Option<&SavedView> {
        match self {
            Self::Known(view) => Some(view),
            Self::All | Self::Missing(_) => None,
        }
    }
}

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

    /// Its id, without being told of changes.
    pub(crate) fn active_view_id(&self) -> Option<ResourceId> {
        let active = &self.0.active_view;
        active.with_untracked(|active| active.id().cloned())
    }

    /// Whether something else is shown than the saved view shows; without one, whether something else is asked for than by itself.
    pub(crate) fn is_changed(&self) -> bool {
        let active = self.active_view();
        let (query, layout) = self.shown_by_itself(&active);
        let is_other = |shown: &Layout| active.known().is_some() && *shown != layout;
        !self.0.query.with(|asked| asks_same(asked, &query)) || self.0.layout.with(is_other)
    }

    /// Shows the columns that the saved view shows, or the panel by itself.
    pub(crate) fn reset_columns(&self) {
        let layout = match self.0.active_view.get_untracked().known() {
            Some(view) => slice(&view.draft, self.view()).layout,
            None => Layout::usual(self.view()),
        };
        set_if_changed(&self.0.layout, layout);
    }

    /// How this user has laid the table out where no view says so.
    pub(crate) fn take_own_layout(&self, own: Option<&Layout>) {
        *self.0.own_layout.borrow_mut() = own.map(|own| own.fitted(self.view()));
        if self.0.active_view.get_untracked() == ActiveView::All {
            let (_, layout) = self.shown_by_itself(&ActiveView::All);
            set_if_changed(&self.0.layout, layout);
        }
    }

    /// What is to be kept of how the table is laid out, where no view says so and it is other than what is kept; `Some(None)` for
    /// what the panel shows by itself.
    pub(crate) fn layout_to_keep(&self) -> Option<Option<Layout>> {
        let shown = self.layout();
        if self.0.active_view.get() != ActiveView::All {
            return None;
        }
        let to_keep = Some(shown).filter(|shown| *shown != Layout::usual(self.view()));
        let mut own = self.0.own_layout.borrow_mut();
        let is_new = *own != to_keep;
        own.clone_from(&to_keep);
        is_new.then_some(to_keep)
    }

    /// What a saved view asks for.
    pub(crate) fn query_of_view(&self) -> Query {
        self.shown_by_itself(&self.0.active_view.get_untracked()).0
    }

    fn shown_by_itself(&self, active: &ActiveView) -> (Query, Layout) {
        match active.known() {
            Some(view) => {
                let slice = slice(&view.draft, self.view());
                (slice.query, slice.layout)
            }
            None => {
                let own = self.0.own_layout.borrow().clone();
                let usual = || Layout::usual(self.view());
                (Query::default(), own.unwrap_or_else(usual))
            }
        }
    }

    /// Asks for what an address names, with the view that it names; what no address holds stays as it is while the view does.
    pub(crate) fn take_address(&self, address: &str, active: ActiveView) {
        let before = self.0.active_view.get_untracked();
        let stays = before.id() == active.id();
        let current = self.query_untracked();
        let query = from_address(
            address,
            active.known(),
            self.view(),
            stays.then_some(&current),
        );
        // Who has laid the table out otherwise keeps that when the view is saved by somebody.
        let was_own = self.0.layout.get_untracked() != self.shown_by_itself(&before).1;
        if !(stays && was_own) {
            set_if_changed(&self.0.layout, self.shown_by_itself(&active).1);
        }
        set_if_changed(&self.0.active_view, active);
        if !asks_same(&query, &current) || query.search != current.search {
            self.set_query(query);
        }
    }

    /// A query of this panel as the part of an address after the question mark.
    pub(crate) fn address_of(&self, query: &Query) -> String {
        self.0.active_view.with_untracked(|active| {
            let asked = to_address(query, active.known(), self.view());
            match active {
                ActiveView::Missing(id) if asked.is_empty() => format!("view={id}"),
                ActiveView::Missing(id) => format!("view={id}&{asked}"),
                _ => asked,
            }
        })
    }

    /// What is asked for now, in the same form.
    pub(crate) fn address(&self) -> String {
        self.address_of(&self.query_untracked())
    }
}
