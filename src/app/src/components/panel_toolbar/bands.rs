//! The bands of a queue: how many rows are in each, and one of them to look at.

use leptos::prelude::*;
use panels_core::{
    protocol::ColumnKind,
    query::{Band, BandCounts, Query},
};

use crate::{
    state::{Ask, PanelStore},
    text,
};

/// See the module. Nothing for a panel without due dates.
#[component]
pub(super) fn Bands(
    /// The panel.
    store: StoredValue<PanelStore, LocalStorage>,
    /// Asks something else of the panel.
    ask: Ask,
) -> impl IntoView {
    let has_bands = store.with_value(|store| {
        let mut columns = store.view().columns.iter();
        columns.any(|column| column.kind == ColumnKind::Due)
    });
    let counts = Memo::new(move |_| {
        let tally = store.with_value(PanelStore::tally);
        tally.bands.unwrap_or_default()
    });
    let chosen = Memo::new(move |_| store.with_value(PanelStore::query).band);
    let loading = Memo::new(move |_| store.with_value(PanelStore::is_loading));
    let choose = move |band: Band| {
        let query = store.with_value(PanelStore::query_untracked);
        let band = (query.band != Some(band)).then_some(band);
        ask.run(Query { band, ..query });
    };
    let button = move |band: Band| {
        let count = Memo::new(move |_| counts.with(|counts: &BandCounts| counts.of(band)));
        // What is counted while rows are still on their way is too little.
        let shown = move || match loading.get() {
            true => "–".to_owned(),
            false => text::number(count.get() as usize),
        };
        view! {
            <button
                class="band"
                type="button"
                data-tone=(band == Band::Overdue).then_some("danger")
                data-zero=move || (count.get() == 0).to_string()
                aria-pressed=move || (chosen.get() == Some(band)).to_string()
                on:click=move |_| choose(band)
            >
                {text::band(band)} " " <span class="band-count">{shown}</span>
            </button>
        }
    };
    has_bands.then(|| {
        view! {
            <div class="bands" role="group" aria-label=text::BANDS>
                {Band::ALL.map(button).collect_view()}
            </div>
        }
    })
}
