//! What a table looks like before its rows are there.

use leptos::prelude::*;

const ROWS: usize = 14;
const COLUMNS: usize = 6;

/// Grey bars in the place of rows; screen readers hear that it loads.
#[component]
pub(crate) fn GridSkeleton() -> impl IntoView {
    let row = || view! { <div class="row">{(0..COLUMNS).map(|_| view! { <div class="bone"></div> }).collect_view()}</div> };
    view! {
        <div class="grid-skeleton" aria-hidden="true">{(0..ROWS).map(|_| row()).collect_view()}</div>
        <p class="unseen" role="status">{crate::text::LOADING}</p>
    }
}
