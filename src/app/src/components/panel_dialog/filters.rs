//! What always holds for the rows of a panel: in the dialog, where it can be taken away, and in the head of the panel.

use leptos::prelude::*;
use panels_core::{
    protocol::{PanelDraft, PanelView},
    query::Filter,
};

use super::{super::pill::RemovablePill, Typed};
use crate::{state::AppState, text};

/// The filters of a draft, and what of the table cannot be kept.
#[component]
pub(super) fn FilterList(typed: Typed) -> impl IntoView {
    let state = AppState::here();
    let filters = Memo::new(move |_| {
        typed.read(|edit| {
            let filters = edit.draft.filters.iter();
            let filters = filters.map(|filter| {
                let words = words_of(state, &edit.draft, filter);
                (filter.column.clone(), words)
            });
            filters.collect::<Vec<_>>()
        })
    });
    let unkept = Memo::new(move |_| {
        typed.read(|edit| edit.unkept.iter().map(text::unkept).collect::<Vec<_>>())
    });
    let pill = move |(column, words): (String, String)| {
        let remove = move |()| typed.change(|edit| edit.remove_filter(&column));
        view! { <RemovablePill words=words on_remove=Callback::new(remove)/> }
    };
    view! {
        <fieldset>
            <legend>{text::PANEL_FILTERS}</legend>
            <ul class="pill-list">{move || filters.get().into_iter().map(pill).collect_view()}</ul>
            <p class="panel-note">{text::PANEL_FILTERS_HINT}</p>
            {move || unkept.get().into_iter().map(|words| view! { <p class="panel-note">{words}</p> }).collect_view()}
        </fieldset>
    }
}

/// What always holds in the panel that is shown.
#[component]
pub(crate) fn PanelFilters(
    /// The panel.
    view: PanelView,
) -> impl IntoView {
    let state = AppState::here();
    let saved = view.saved.filter(|saved| !saved.draft.filters.is_empty())?;
    let words = move || {
        let filters = saved.draft.filters.iter();
        let words = filters.map(|filter| words_of(state, &saved.draft, filter));
        words
            .map(|words| view! { <li class="pill"><span class="pill-words">{words}</span></li> })
            .collect_view()
    };
    Some(view! {
        <div class="panel-filters">
            <span id="panel-filters">{text::ALWAYS}</span>
            <ul aria-labelledby="panel-filters">{words}</ul>
        </div>
    })
}

fn words_of(state: AppState, draft: &PanelDraft, filter: &Filter) -> String {
    let store = state.watched();
    text::filter_of(&draft.known_columns(), filter, |reference| {
        store.as_ref()?.name_of(reference)
    })
}
