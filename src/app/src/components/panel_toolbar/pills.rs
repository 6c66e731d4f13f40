//! What is asked for, as words that can be taken away.

use leptos::prelude::*;
use panels_core::query::{Band, Filter, Query, Search};

use super::super::pill::RemovablePill;
use crate::{
    state::{Ask, PanelStore},
    text,
};

/// One of them.
#[derive(Clone, PartialEq)]
enum Pill {
    Search(String),
    Filter(Filter),
    Band(Band),
}

impl Pill {
    fn all(query: &Query) -> Vec<Self> {
        let search =
            (!query.search.is_empty()).then(|| Self::Search(query.search.typed().to_owned()));
        let filters = query.filters.iter().cloned().map(Self::Filter);
        let band = query.band.map(Self::Band);
        search.into_iter().chain(filters).chain(band).collect()
    }

    /// The same query without it.
    fn removed_from(&self, query: Query) -> Query {
        match self {
            Self::Search(_) => Query {
                search: Search::default(),
                ..query
            },
            Self::Filter(filter) => query.with_filter(&filter.column, None),
            Self::Band(_) => Query {
                band: None,
                ..query
            },
        }
    }
}

/// See the module. Shown while something is asked for.
#[component]
pub(super) fn Pills(
    /// The panel.
    store: StoredValue<PanelStore, LocalStorage>,
    /// Asks something else of the panel.
    ask: Ask,
) -> impl IntoView {
    let pills = Memo::new(move |_| Pill::all(&store.with_value(PanelStore::query)));
    let undecided = Memo::new(move |_| store.with_value(PanelStore::tally).undecided);
    let pill = move |pill: Pill| {
        let words = words_of(&pill, &store);
        let remove = move |()| {
            let query = store.with_value(PanelStore::query_untracked);
            ask.run(pill.removed_from(query));
        };
        view! { <RemovablePill words=words on_remove=Callback::new(remove)/> }
    };
    let clear = move |_| {
        let query = store.with_value(PanelStore::query_untracked);
        ask.run(query.without_filters());
    };
    view! {
        <Show when=move || !pills.with(Vec::is_empty)>
            <div class="pills">
                <ul class="pill-list" aria-label=text::ASKED_FOR>
                    {move || pills.get().into_iter().map(pill).collect_view()}
                </ul>
                <button class="button button-quiet" type="button" on:click=clear>{text::CLEAR_FILTERS}</button>
                {move || (undecided.get() > 0).then(|| view! { <span class="pills-note">{text::undecided(undecided.get())}</span> })}
            </div>
        </Show>
    }
}

fn words_of(pill: &Pill, store: &StoredValue<PanelStore, LocalStorage>) -> String {
    match pill {
        Pill::Search(typed) => text::searched(typed),
        Pill::Band(band) => text::band(*band).to_owned(),
        Pill::Filter(filter) => store.with_value(|store| {
            text::filter_of(&store.view().columns, filter, |reference| {
                store.name_of(reference)
            })
        }),
    }
}
