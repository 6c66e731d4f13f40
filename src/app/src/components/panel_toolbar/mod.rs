//! Above the table: search, filters, and the bands of the queue. What is asked for can always be seen, and taken away one by one.

mod bands;
mod filter_menu;
mod filters;
mod pills;
mod search_box;

use leptos::prelude::*;

use self::{bands::Bands, filter_menu::FilterMenu, pills::Pills, search_box::SearchBox};
use super::{columns_menu::ColumnsMenu, row_holding::WaitingRows};
use crate::{
    state::{Ask, PanelStore},
    text,
};

/// See the module.
#[component]
pub(crate) fn PanelToolbar(
    /// The panel.
    store: StoredValue<PanelStore, LocalStorage>,
    /// Asks something else of the panel.
    ask: Ask,
) -> impl IntoView {
    view! {
        <div class="panel-toolbar" role="search" aria-label=text::TOOLBAR>
            <SearchBox store=store ask=ask/>
            <FilterMenu store=store ask=ask/>
            <ColumnsMenu store=store/>
            <Bands store=store ask=ask/>
            <WaitingRows store=store/>
        </div>
        <Pills store=store ask=ask/>
    }
}
