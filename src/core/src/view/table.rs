//! What a tab shows of a panel, and how much of that is its user's own: the rest follows the view that the address names.

use super::{asks_same, from_address, in_address, slice, to_address};
use crate::{
    identity::ResourceId,
    layout::Layout,
    protocol::{PanelView, SavedView, ShelfState, ShelfView},
    query::Query,
};

/// The view that an address names.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum ActiveView {
    /// None.
    #[default]
    All,
    /// One that is not there, or is not known yet.
    Missing(ResourceId),
    /// This one.
    Known(SavedView),
}

impl ActiveView {
    /// The one that an address names; `None` where what is shown now stays, because nobody knows by now: a worker that has just
    /// started has read no views yet.
    pub fn named(address: &str, shelf: &ShelfView, now: &Self) -> Option<Self> {
        let Some(id) = in_address(address) else {
            return Some(Self::All);
        };
        match shelf.views.iter().find(|view| view.id == id) {
            Some(view) => Some(Self::Known(view.clone())),
            None if shelf.state != ShelfState::Known && now.id() == Some(&id) => None,
            None => Some(Self::Missing(id)),
        }
    }

    /// Its id.
    pub fn id(&self) -> Option<&ResourceId> {
        match self {
            Self::All => None,
            Self::Missing(id) => Some(id),
            Self::Known(view) => Some(&view.id),
        }
    }

    /// What it is made of.
    pub fn known(&self) -> Option<&SavedView> {
        match self {
            Self::Known(view) => Some(view),
            Self::All | Self::Missing(_) => None,
        }
    }
}

/// See the module.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableView {
    /// The view that it began with.
    pub active: ActiveView,
    /// What is asked for.
    pub query: Query,
    /// How the table is laid out.
    pub layout: Layout,
    /// How its user lays it out where no view says so, if otherwise than the panel does.
    pub own_layout: Option<Layout>,
}

impl TableView {
    /// What the panel shows by itself, as its user has laid it out.
    pub fn new(panel: &PanelView, own_layout: Option<&Layout>) -> Self {
        let mut table = Self {
            layout: Layout::usual(panel),
            ..Self::default()
        };
        table.take_own_layout(panel, own_layout);
        table
    }

    /// How its user lays it out by now, here or in another tab: shown where no view says so and nothing is under way here.
    pub fn take_own_layout(&mut self, panel: &PanelView, own: Option<&Layout>) {
        let follows = self.active.known().is_none() && self.layout == self.begun_with(panel).1;
        self.own_layout = own.map(|own| own.fitted(panel));
        if follows {
            self.layout = self.begun_with(panel).1;
        }
    }

    /// What the view shows that it began with, or the panel by itself.
    fn begun_with(&self, panel: &PanelView) -> (Query, Layout) {
        match self.active.known() {
            Some(view) => {
                let slice = slice(&view.draft, panel);
                (slice.query, slice.layout)
            }
            None => {
                let own = self.own_layout.clone();
                (
                    Query::default(),
                    own.unwrap_or_else(|| Layout::usual(panel)),
                )
            }
        }
    }

    /// Shows what an address names. What no address holds stays as it is while the view does, and who has laid the table out
    /// otherwise keeps that when somebody saves the view.
    pub fn take_address(&mut self, panel: &PanelView, address: &str, active: ActiveView) {
        let stays = self.active.id() == active.id();
        let is_own = self.layout != self.begun_with(panel).1;
        let current = stays.then_some(&self.query);
        let query = from_address(address, active.known(), panel, current);
        self.active = active;
        if !(stays && is_own) {
            self.layout = self.begun_with(panel).1;
        }
        if !asks_same(&query, &self.query) || query.search != self.query.search {
            self.query = query;
        }
    }

    /// Whether something else is shown than the view shows; without one, whether something else is asked for than by itself.
    pub fn is_changed(&self, panel: &PanelView) -> bool {
        let (query, layout) = self.begun_with(panel);
        let is_laid_out = self.active.known().is_some() && self.layout != layout;
        !asks_same(&self.query, &query) || is_laid_out
    }

    /// What the view asks for that it began with.
    pub fn query_of_view(&self, panel: &PanelView) -> Query {
        self.begun_with(panel).0
    }

    /// The columns that the view shows, or the panel by itself.
    pub fn reset_columns(&mut self, panel: &PanelView) {
        self.layout = match self.active.known() {
            Some(view) => slice(&view.draft, panel).layout,
            None => Layout::usual(panel),
        };
    }

    /// What is to be kept of how the table is laid out, where no view says so and it is other than what is kept; `Some(None)` for
    /// what the panel shows by itself. Says so once.
    pub fn layout_to_keep(&mut self, panel: &PanelView) -> Option<Option<Layout>> {
        if self.active != ActiveView::All {
            return None;
        }
        let shown = Some(self.layout.clone());
        let to_keep = shown.filter(|shown| *shown != Layout::usual(panel));
        let is_new = self.own_layout != to_keep;
        self.own_layout.clone_from(&to_keep);
        is_new.then_some(to_keep)
    }

    /// A query of this panel as the part of an address after the question mark.
    pub fn address_of(&self, panel: &PanelView, query: &Query) -> String {
        let asked = to_address(query, self.active.known(), panel);
        match &self.active {
            ActiveView::Missing(id) if asked.is_empty() => format!("view={id}"),
            ActiveView::Missing(id) => format!("view={id}&{asked}"),
            ActiveView::All | ActiveView::Known(_) => asked,
        }
    }
}
