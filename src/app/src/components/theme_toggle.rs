//! Light, dark, automatic.

use leptos::prelude::*;
use panels_core::settings::{SettingsChange, ThemeChoice};

use super::{Icon, Shape};
use crate::{state::AppState, text};

/// One button that goes through the three choices and says which one is on.
#[component]
pub(crate) fn ThemeToggle() -> impl IntoView {
    let state = AppState::here();
    let label = move || text::theme(state.settings.get().theme);
    let advance = move |_| {
        let next = match state.settings.get_untracked().theme {
            ThemeChoice::Auto => ThemeChoice::Light,
            ThemeChoice::Light => ThemeChoice::Dark,
            ThemeChoice::Dark => ThemeChoice::Auto,
        };
        state.choose(SettingsChange::Theme(next));
    };
    view! {
        <button class="button button-quiet" type="button" title=label aria-label=label on:click=advance>
            <Icon shape=Shape::Theme/>
        </button>
    }
}
