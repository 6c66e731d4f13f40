//! The ways into the demonstration from the sign-in screen.

use leptos::{html::Button, prelude::*};
use panels_core::{
    config::demo,
    protocol::{Secret, SignInFailure, TabMessage},
};

use crate::{
    state::{AppState, Demo},
    text,
};

/// One button in the place of typing, in the demonstration itself.
#[component]
pub(crate) fn DemoEntry(
    /// A sign-in is on its way.
    busy: Memo<bool>,
) -> impl IntoView {
    let state = AppState::here();
    let button = NodeRef::<Button>::new();
    Effect::new(move |_| {
        if let Some(button) = button.get() {
            _ = button.focus();
        }
    });
    let open = move |_| {
        if busy.get_untracked() {
            return;
        }
        state.sign_in_failure.set(None);
        state.send(TabMessage::SignIn {
            email: demo::EMAIL.to_owned(),
            password: Secret::new(demo::PASSWORD),
        });
    };
    view! {
        <p class="muted">{text::demo_account(demo::EMAIL, demo::PASSWORD)}</p>
        <button class="button button-primary" type="button" node_ref=button on:click=open
            aria-disabled=move || busy.get().to_string()>{text::DEMO_OPEN}</button>
    }
}

/// Where the server does not answer.
#[component]
pub(crate) fn DemoOffer() -> impl IntoView {
    let state = AppState::here();
    let may_offer = state.demo.get_value() == Demo::Offered;
    let offered = Memo::new(move |_| {
        may_offer && state.sign_in_failure.get() == Some(SignInFailure::ServerUnreachable)
    });
    view! {
        <Show when=move || offered.get()>
            <p class="muted">{text::DEMO_OFFER}</p>
            <button class="button" type="button" on:click=|_| Demo::choose()>{text::DEMO_TRY}</button>
        </Show>
    }
}
