//! The menu of filters: one group for each column that can be filtered by. A choice counts at once.

use leptos::prelude::*;

use super::{super::menu_button::MenuButton, filters::ColumnFilter};
use crate::{
    state::{Ask, PanelStore},
    text,
};

/// See the module.
#[component]
pub(super) fn FilterMenu(
    /// The panel.
    store: StoredValue<PanelStore, LocalStorage>,
    /// Asks something else of the panel.
    ask: Ask,
) -> impl IntoView {
    let count = Memo::new(move |_| store.with_value(PanelStore::query).filters.len());
    let groups = move || {
        let columns = store.with_value(|store| store.view().columns.clone());
        let columns = columns.into_iter();
        columns
            .map(|column| view! { <ColumnFilter column=column store=store ask=ask/> })
            .collect_view()
    };
    view! { <MenuButton words=text::FILTER name=text::FILTERS count=count>{groups()}</MenuButton> }
}
