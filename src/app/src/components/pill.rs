//! Something that decides which rows are shown, in words, and a button that takes it away.

use leptos::prelude::*;

use super::{Icon, Shape};
use crate::text;

/// See the module. An item of a list.
#[component]
pub(super) fn RemovablePill(
    /// What it is.
    words: String,
    /// Takes it away.
    on_remove: Callback<()>,
) -> impl IntoView {
    let label = text::without(&words);
    view! {
        <li class="pill">
            <span class="pill-words">{words}</span>
            <button class="pill-remove" type="button" aria-label=label.clone() title=label on:click=move |_| on_remove.run(())>
                <Icon shape=Shape::Cross/>
            </button>
        </li>
    }
}
