//! A choice of whom to give a task: everybody who owns a row of the table. The list is read when it is opened, not before.

use leptos::prelude::*;
use panels_core::{protocol::FieldValue, selection::Owner};

use crate::{state::AppState, text};

/// See the module.
#[component]
pub(crate) fn Assignee(
    /// Nobody may be chosen.
    #[prop(into)]
    disabled: Signal<bool>,
    /// Somebody was chosen.
    on_choose: Callback<FieldValue>,
) -> impl IntoView {
    let state = AppState::here();
    let people = RwSignal::new(Vec::<Owner>::new());
    let read = move || {
        let found = state.watched().map(|store| store.owners());
        let found = found.unwrap_or_default();
        if people.with_untracked(|known| *known != found) {
            people.set(found);
        }
    };
    let options = move || {
        let people = people.get().into_iter().enumerate();
        people
            .map(|(place, person)| view! { <option value=place.to_string()>{person.name}</option> })
            .collect_view()
    };
    // A choice is made at once, so the list goes back to its name.
    let choose = move |event: web_sys::Event| {
        let select: web_sys::HtmlSelectElement = event_target(&event);
        let place = select.value().parse::<usize>().ok();
        select.set_value("");
        let chosen = people.with_untracked(|people| people.get(place?).cloned());
        if let Some(person) = chosen {
            on_choose.run(person.value());
        }
    };
    view! {
        <select
            aria-label=text::ASSIGN_TO
            disabled=move || disabled.get()
            on:pointerdown=move |_| read()
            on:focus=move |_| read()
            on:change=choose
        >
            <option value="">{text::ASSIGN_TO}</option>
            {options}
        </select>
    }
}
