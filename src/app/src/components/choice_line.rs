//! A line of a list that one of is chosen from, in the menu of a row and in the list of commands: its name, and beside it why it
//! cannot be chosen.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::{Icon, Shape};

/// One of them.
pub(super) struct ChoiceLine {
    /// `menuitemradio`, which takes the focus itself, or `option`.
    pub role: &'static str,
    /// Its place in the list.
    pub place: usize,
    /// Before the name.
    pub shape: Option<Shape>,
    /// Its name.
    pub name: String,
    /// It holds already, or is the one that Enter takes.
    pub is_on: Signal<bool>,
    /// It cannot be chosen.
    pub is_closed: Signal<bool>,
    /// What is said of it.
    pub beside: Signal<Option<String>>,
}

impl ChoiceLine {
    /// The line.
    pub(super) fn view(self) -> AnyView {
        let Self {
            is_on,
            beside,
            is_closed,
            ..
        } = self;
        let is_radio = self.role == "menuitemradio";
        let on = move || is_on.get().to_string();
        view! {
            <div
                class="choice-line"
                role=self.role
                id=line_id(self.place)
                tabindex=is_radio.then_some("-1")
                data-place=self.place.to_string()
                aria-checked=move || is_radio.then(on)
                aria-selected=move || (!is_radio).then(on)
                aria-disabled=move || is_closed.get().to_string()
            >
                {self.shape.map(|shape| view! { <Icon shape=shape/> })}
                <span class="choice-name">{self.name}</span>
                <span class="choice-why">{move || beside.get()}</span>
            </div>
        }
        .into_any()
    }
}

/// Id of the line at a place. One list is open at a time.
pub(super) fn line_id(place: usize) -> String {
    format!("choice-{place}")
}

/// The place of the line that was clicked.
pub(super) fn place_of(event: &web_sys::MouseEvent) -> Option<usize> {
    let target = event.target()?.dyn_into::<web_sys::Element>().ok()?;
    let line = target.closest("[data-place]").ok()??;
    line.get_attribute("data-place")?.parse().ok()
}
