//! A field for a day. What is picked counts at once; what is typed counts when the field is left or Enter is pressed, because a
//! browser calls every digit of a year a change.

use leptos::prelude::*;
use panels_core::{
    fhir::parse_date,
    protocol::{FhirDate, FieldValue},
};

use crate::show;

/// See the module.
#[component]
pub(crate) fn DayInput(
    /// Name for assistive technology.
    label: &'static str,
    /// Class of the field.
    #[prop(optional)]
    class: Option<&'static str>,
    /// The value that is there.
    #[prop(into)]
    value: Signal<FieldValue>,
    /// Nothing may be chosen.
    #[prop(into)]
    disabled: Signal<bool>,
    /// A day was chosen, or none is wanted.
    on_choose: Callback<FieldValue>,
) -> impl IntoView {
    let typing = StoredValue::new(false);
    let commit = move |event: &web_sys::Event| {
        let input: web_sys::HtmlInputElement = event_target(event);
        typing.set_value(false);
        let chosen = of_day(&input.value());
        if let Some(chosen) = chosen.filter(|_| input.value() != value.with_untracked(day)) {
            on_choose.run(chosen);
        }
    };
    let on_key = move |event: web_sys::KeyboardEvent| match event.key().as_str() {
        "Enter" => commit(&event),
        "Escape" if typing.get_value() => {
            event.stop_propagation();
            typing.set_value(false);
            let input: web_sys::HtmlInputElement = event_target(&event);
            input.set_value(&value.with_untracked(day));
        }
        "Tab" => {}
        _ => typing.set_value(true),
    };
    view! {
        <input
            class=class
            type="date"
            aria-label=label
            disabled=move || disabled.get()
            prop:value=move || value.with(day)
            on:keydown=on_key
            on:change=move |event| {
                if !typing.get_value() {
                    commit(&event);
                }
            }
            on:blur=move |event| {
                if typing.get_value() {
                    commit(&event);
                }
            }
        />
    }
}

/// A date as the field holds it: `2026-11-26`.
fn day(value: &FieldValue) -> String {
    match value {
        FieldValue::Date(FhirDate::Day(year, month, day)) => {
            format!("{year:04}-{month:02}-{day:02}")
        }
        FieldValue::Date(FhirDate::Instant(time)) => show::iso_day(*time),
        _ => String::new(),
    }
}

/// What the field holds; `None` while it is half typed.
fn of_day(typed: &str) -> Option<FieldValue> {
    match parse_date(typed) {
        Some(date) => Some(FieldValue::Date(date)),
        None => typed.is_empty().then_some(FieldValue::Absent),
    }
}
