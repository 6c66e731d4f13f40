//! The user interface: signals and components. It talks to the worker only, never to the server.

#![allow(
    unreachable_pub,
    reason = "leptos's component macro writes public items, and a binary has no outside"
)]

mod address;
mod app;
mod boot;
mod components;
mod link;
mod screens;
mod show;
mod state;
mod text;

fn main() {
    if let Some(element) = leptos::prelude::document().get_element_by_id("boot") {
        element.remove();
    }
    leptos::mount::mount_to_body(app::App);
}
