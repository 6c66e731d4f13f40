//! The bar at the top: where one is, how fresh it is, who one is.

use leptos::prelude::*;
use leptos_router::{components::A, hooks::use_location};
use panels_core::protocol::{SessionView, TabMessage};

use super::{
    Icon, Shape, freshness_badge::FreshnessBadge, pending_edits::Inbox,
    settings_dialog::SettingsButton, shortcuts::ShortcutsButton, theme_toggle::ThemeToggle,
    zone_note::ZoneNote,
};
use crate::{address, state::AppState, text};

/// Always there while somebody is signed in.
#[component]
pub(crate) fn TopBar() -> impl IntoView {
    let state = AppState::here();
    let user = Memo::new(move |_| {
        state.session.with(|session| match session {
            SessionView::SignedIn { name, project, .. } => Some((name.clone(), project.clone())),
            _ => None,
        })
    });
    view! {
        <header class="top-bar">
            <A href="/" attr:class="brand" exact=true>
                <Icon shape=Shape::Brand/>
                <span class="brand-name">{text::PRODUCT}</span>
            </A>
            <PanelLinks/>
            <ZoneNote/>
            <div class="top-bar-end">
                <Inbox/>
                <FreshnessBadge/>
                <span class="user" title=move || user.get().map(|(name, project)| format!("{name}, {project}"))>
                    {move || user.get().map(|(name, _)| name)}
                </span>
                <ShortcutsButton/>
                <ThemeToggle/>
                <SettingsButton/>
                <button class="button button-quiet" type="button" on:click=move |_| state.send(TabMessage::SignOut)>
                    {text::SIGN_OUT}
                </button>
            </div>
        </header>
    }
}

/// Links to the panels. Not on the home screen, which is itself a list of them.
#[component]
fn PanelLinks() -> impl IntoView {
    let state = AppState::here();
    let path = use_location().pathname;
    let elsewhere = Memo::new(move |_| address::is_panel(&path.get()));
    let links = move || {
        state.panels.get().map(|panels| {
            panels
                .into_iter()
                .map(|panel| view! { <A href=address::panel(&panel.id)>{panel.name}</A> })
                .collect_view()
        })
    };
    view! {
        <Show when=move || elsewhere.get()>
            <nav class="panel-links" aria-label=text::PANELS>{links}</nav>
        </Show>
    }
}
