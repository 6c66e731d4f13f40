//! The root: which screen is shown.

use leptos::prelude::*;
use leptos_router::{
    components::{Outlet, ParentRoute, Route, Router, Routes},
    path,
};

use crate::{
    address,
    boot::{Boot, boot},
    components::{
        ConflictDialog, EditToast, IconSprite, JobNews, LiveRegion, MessagePage, Notices, Palette,
        PanelDialog, SettingsDialog, Shortcuts, SignOutWarning, TopBar, ViewDialog, focus_first,
    },
    screens::{DrawerRoute, Home, PanelScreen, SignIn},
    state::{AppState, Gate, SettingsState, WorkerTrouble, catch_up},
    text,
};

/// The whole interface.
#[component]
pub(crate) fn App() -> impl IntoView {
    let state = AppState::new(SettingsState::restore());
    provide_context(state);
    state.follow_zone();
    let step = RwSignal::new(Boot::Reading);
    leptos::task::spawn_local(boot(state, step));
    let visible = window_event_listener(leptos::ev::visibilitychange, move |_| catch_up(state));
    on_cleanup(move || visible.remove());
    let unavailable = Memo::new(move |_| match state.trouble.get() {
        Some(WorkerTrouble::Unavailable { reason }) => Some(reason),
        _ => None,
    });
    let page = move || match (step.get(), unavailable.get()) {
        (Boot::Misconfigured(problem), _) => view! {
            <MessagePage title=text::CONFIG_TITLE body=text::CONFIG_BODY detail=problem/>
        }
        .into_any(),
        (_, Some(reason)) => view! {
            <MessagePage title=text::WORKER_TITLE body=text::WORKER_BODY detail=reason/>
        }
        .into_any(),
        (Boot::Reading, None) => waiting().into_any(),
        (Boot::Running, None) => view! { <Pages/> }.into_any(),
    };
    view! {
        <IconSprite/>
        <LiveRegion/>
        {page}
    }
}

fn waiting() -> impl IntoView {
    view! { <main class="message" id="main"><p class="muted" role="status">{text::LOADING}</p></main> }
}

#[component]
fn Pages() -> impl IntoView {
    let state = AppState::here();
    let gate = Memo::new(move |_| state.gate());
    let base = address::base_path();
    view! {
        <Router base=base>
            {move || match gate.get() {
                Gate::Waiting => waiting().into_any(),
                Gate::SignIn => view! { <Notices/> <SignIn/> }.into_any(),
                Gate::Open => view! { <Shell/> }.into_any(),
            }}
        </Router>
    }
}

#[component]
fn Shell() -> impl IntoView {
    view! {
        <div class="shell">
            <a class="skip" href="#main" on:click=skip>{text::SKIP}</a>
            <TopBar/>
            <Notices/>
            <Routes fallback=not_found>
                <Route path=path!("/") view=Home/>
                <ParentRoute path=path!("/panel/:panel") view=|| view! { <PanelScreen/> <Outlet/> }>
                    <Route path=path!("") view=DrawerRoute/>
                    <Route path=path!(":type/:id") view=DrawerRoute/>
                </ParentRoute>
            </Routes>
            <div class="toasts"><JobNews/> <EditToast/></div>
            <Palette/>
            <PanelDialog/>
            <ViewDialog/>
            <Shortcuts/>
            <SettingsDialog/>
            <ConflictDialog/>
            <SignOutWarning/>
        </div>
    }
}

/// Addresses are relative to the start of the application, so this one alone would lead away from a panel.
fn skip(event: web_sys::MouseEvent) {
    event.prevent_default();
    event.stop_propagation();
    _ = focus_first("#main [role=row][tabindex='0'], #main a, #main button");
}

fn not_found() -> impl IntoView {
    view! { <MessagePage title=text::NOT_FOUND_TITLE body=text::NOT_FOUND_BODY/> }
}
