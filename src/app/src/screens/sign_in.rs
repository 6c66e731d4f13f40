//! Sign in, in place: the address stays what was asked for.

use leptos::{html::Input, prelude::*};
use panels_core::protocol::{MembershipChoice, Secret, SessionView, SignInFailure, TabMessage};

use crate::{
    components::{DemoEntry, DemoOffer, Icon, Shape},
    state::AppState,
    text,
};

/// See the module.
#[component]
pub(crate) fn SignIn() -> impl IntoView {
    let state = AppState::here();
    document().set_title(&text::page_title(None));
    let choices = Memo::new(move |_| match state.session.get() {
        SessionView::ChooseMembership { memberships } => Some(memberships),
        _ => None,
    });
    let card = move || match choices.get() {
        Some(choices) => view! { <Choices choices=choices/> }.into_any(),
        None => view! { <Credentials/> }.into_any(),
    };
    let place = if state.demo.get_value().is_on() {
        text::DEMO_PLACE.to_owned()
    } else {
        state.server.get_value()
    };
    view! {
        <main class="sign-in" id="main">
            <div class="sign-in-card">
                <p class="brand"><Icon shape=Shape::Brand/> {text::PRODUCT}</p>
                {card}
            </div>
            <p class="sign-in-note">{place}</p>
        </main>
    }
}

#[component]
fn Credentials() -> impl IntoView {
    let state = AppState::here();
    let (email, password) = (NodeRef::<Input>::new(), NodeRef::<Input>::new());
    let busy = Memo::new(move |_| {
        state
            .session
            .with(|session| *session == SessionView::SigningIn)
    });
    let lead = move || match state.session.get() {
        SessionView::SignedOut { reason } => text::sign_in_lead(reason),
        _ => None,
    };
    let is_demo = state.demo.get_value().is_on();
    let failure = Memo::new(move |_| match state.sign_in_failure.get()? {
        SignInFailure::ServerUnreachable if is_demo => Some(text::DEMO_NOT_LOADED.to_owned()),
        failure => Some(text::sign_in_failure(&failure, &state.server.get_value())),
    });
    let wrong = move || {
        (state.sign_in_failure.get() == Some(SignInFailure::WrongCredentials)).then_some("true")
    };
    Effect::new(move |_| {
        // In the demonstration there is a button to begin with.
        if let Some(email) = email.get().filter(|_| !is_demo) {
            _ = email.focus();
        }
    });
    Effect::new(move |_| {
        if failure.with(Option::is_some)
            && let Some(password) = password.get_untracked()
        {
            password.select();
            _ = password.focus();
        }
    });
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let (Some(email), Some(password)) = (email.get_untracked(), password.get_untracked())
        else {
            return;
        };
        if busy.get_untracked() {
            return;
        }
        state.sign_in_failure.set(None);
        // The password lives in the field only; the field goes away with the form.
        state.send(TabMessage::SignIn {
            email: email.value().trim().to_owned(),
            password: Secret::new(password.value()),
        });
    };
    view! {
        <form class="sign-in-card-form" on:submit=submit aria-busy=move || busy.get().to_string()>
            <h1>{text::SIGN_IN}</h1>
            {move || lead().map(|lead| view! { <p class="muted">{lead}</p> })}
            <div id="sign-in-error" role="alert">
                {move || failure.get().map(|failure| view! { <p class="sign-in-error">{failure}</p> })}
            </div>
            <DemoOffer/>
            {is_demo.then(|| view! { <DemoEntry busy=busy/> })}
            <div class="field">
                <label for="email">{text::EMAIL}</label>
                <input id="email" name="email" type="email" autocomplete="username" required node_ref=email
                    aria-invalid=wrong aria-describedby="sign-in-error"/>
            </div>
            <div class="field">
                <label for="password">{text::PASSWORD}</label>
                <input id="password" name="password" type="password" autocomplete="current-password" required
                    node_ref=password aria-invalid=wrong aria-describedby="sign-in-error"/>
            </div>
            <button class="button" class:button-primary=!is_demo type="submit" aria-disabled=move || busy.get().to_string()>
                {move || busy.get().then(|| view! { <span class="spinner" aria-hidden="true"></span> })}
                {text::SIGN_IN}
            </button>
            <p class="unseen" role="status">{move || busy.get().then_some(text::SIGNING_IN)}</p>
        </form>
    }
}

#[component]
fn Choices(choices: Vec<MembershipChoice>) -> impl IntoView {
    let state = AppState::here();
    let buttons = choices
        .into_iter()
        .map(|choice| {
            let membership = choice.id;
            let choose = move |_| {
                state.send(TabMessage::ChooseMembership {
                    membership: membership.clone(),
                });
            };
            view! {
                <li>
                    <button class="button choice" type="button" on:click=choose>
                        {choice.project} " " <span class="muted">{choice.profile}</span>
                    </button>
                </li>
            }
        })
        .collect_view();
    view! {
        <h1>{text::CHOOSE_PROJECT}</h1>
        <ul class="choices">{buttons}</ul>
    }
}
