//! What is asked of a panel and the address of the page say the same, so that a reload, a bookmark and a colleague see it too.

use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};
use panels_core::{
    identity::ResourceKey,
    query::{Query, to_address},
};

use super::PanelStore;
use crate::address;

/// Asks something else of the panel, and writes it into the address.
pub(crate) type Ask = UnsyncCallback<Query>;

/// See the module. What is typed into the search never gets into the address.
pub(crate) fn follow_address(
    store: StoredValue<PanelStore, LocalStorage>,
    open: Memo<Option<ResourceKey>>,
) -> Ask {
    let location = use_location();
    let navigate = use_navigate();
    let search = location.search;
    // Before the first row is shown, and whenever the user goes back.
    Effect::new_isomorphic(move |_| {
        let search = search.get();
        _ = store.try_with_value(|store| store.take_address(&search));
    });
    store.with_value(|store| store.take_address(&search.get_untracked()));
    UnsyncCallback::new(move |query: Query| {
        let now = to_address(&query);
        let before = store.with_value(|store| to_address(&store.query_untracked()));
        let panel = store.with_value(|store| store.panel().clone());
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
