//! Light, dark, automatic.

use leptos::prelude::*;

use super::{Icon, Shape};
use crate::{state::AppState, text};

/// One button that goes through the three choices and says which one is on.
#[component]
pub(crate) fn ThemeToggle() -> impl IntoView {
    let theme = AppState::here().theme;
    let label = move || text::theme(theme.get().word());
    view! {
        <button class="button button-quiet" type="button" title=label aria-label=label on:click=move |_| theme.advance()>
            <Icon shape=Shape::Theme/>
        </button>
    }
}
