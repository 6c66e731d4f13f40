//! A sentence that takes the whole page, with what to do next.

use leptos::prelude::*;

use super::{Icon, Shape};

/// Title, explanation, detail for the person who helps, and actions.
#[component]
pub(crate) fn MessagePage(
    /// What is the matter.
    #[prop(into)]
    title: String,
    /// What it means and what to do.
    #[prop(into)]
    body: String,
    /// Technical detail.
    #[prop(optional, into)]
    detail: Option<String>,
    /// Buttons or links.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <main class="message" id="main">
            <Icon shape=Shape::Attention/>
            <h1>{title}</h1>
            <p>{body}</p>
            {detail.map(|detail| view! { <p class="message-detail">{detail}</p> })}
            {children.map(|children| view! { <div class="message-actions">{children()}</div> })}
        </main>
    }
}
