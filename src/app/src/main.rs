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

/// Memory that is asked for in one go, in bytes: what a start with some thousand rows comes to. Asked for as it is needed it would
/// grow by 64 KiB each time, which takes Chromium 148 half a millisecond.
const START_BYTES: usize = 6 << 20;

fn main() {
    // Given back at once, and kept for what comes.
    drop(std::hint::black_box(Vec::<u8>::with_capacity(START_BYTES)));
    if let Some(element) = leptos::prelude::document().get_element_by_id("boot") {
        element.remove();
    }
    leptos::mount::mount_to_body(app::App);
}
