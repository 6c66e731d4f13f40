//! What is asked of a panel and the address of the page say the same, so that a reload, a bookmark and a colleague see it too.

use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};
use panels_core::{identity::ResourceKey, protocol::ShelfView, query::Query, view::ActiveView};

use super::{AppState, PanelStore};
use crate::address;

/// Asks something else of the panel, and writes it into the address.
pub(crate) type Ask = UnsyncCallback<Query>;

/// See the module. What is typed into the search never gets into the address.
pub(crate) fn follow_address(
    state: AppState,
    store: StoredValue<PanelStore, LocalStorage>,
    open: Memo<Option<ResourceKey>>,
) -> Ask {
    let location = use_location();
    let navigate = use_navigate();
    let search = location.search;
    let shelf = state.shelf.view;
    let named = move |address: &str, shelf: &ShelfView| {
        let now = store.with_value(PanelStore::active_view_untracked);
        ActiveView::named(address, shelf, &now)
    };
    let take = move |address: &str, active: Option<ActiveView>| {
        if let Some(active) = active {
            _ = store.try_with_value(|store| store.take_address(address, active));
        }
    };
    // Before the first row is shown, and whenever the user goes back.
    Effect::new_isomorphic(move |_| {
        let address = search.get();
        take(&address, shelf.with(|shelf| named(&address, shelf)));
    });
    let address = search.get_untracked();
    take(
        &address,
        shelf.with_untracked(|shelf| named(&address, shelf)),
    );
    UnsyncCallback::new(move |query: Query| {
        let (before, now, panel) = store.with_value(|store| {
            let (before, now) = (store.address(), store.address_of(&query));
            (before, now, store.panel().clone())
        });
        store.with_value(|store| store.set_query(query));
        if now != before {
            let path = match open.get_untracked() {
                Some(key) => address::record(&panel, &key.kind, &key.id),
                None => address::panel(&panel),
            };
            let options = NavigateOptions {
                replace: true,
                scroll: false,
                ..NavigateOptions::default()
            };
            navigate(&address::asking(&path, &now), options);
        }
    })
}
