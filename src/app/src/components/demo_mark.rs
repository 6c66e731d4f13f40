//! That all of this is made up: on every screen of the demonstration, and it cannot be put away.

use leptos::prelude::*;

use super::{Icon, Shape};
use crate::{
    address,
    state::{AppState, Demo},
    text,
};

/// See the module.
#[component]
pub(crate) fn DemoMark() -> impl IntoView {
    let demo = AppState::here().demo.get_value();
    let leave = (demo == Demo::Chosen).then(|| {
        view! {
            <button class="button" type="button" on:click=|_| Demo::leave()>{text::DEMO_LEAVE}</button>
        }
    });
    let home = format!("{}/", address::base_path());
    // With its opener it is in the demonstration too, where that was chosen.
    demo.is_on().then(|| {
        view! {
            <section class="notice" data-tone="demo" aria-label=text::DEMO>
                <Icon shape=Shape::Attention/>
                <span class="notice-text"><strong>{text::DEMO_MARK}</strong> ". " <span class="muted">{text::DEMO_LIFE}</span></span>
                <a class="button" href=home target="_blank" rel="opener">{text::DEMO_TAB}</a>
                {leave}
            </section>
        }
    })
}
