//! Who the patient is: name and further identifiers, always together.

use leptos::prelude::*;
use panels_core::protocol::{Deceased, PatientBanner};

use crate::{show, state::AppState, text};

/// See the module.
#[component]
pub(crate) fn Banner(
    /// The patient.
    patient: PatientBanner,
) -> impl IntoView {
    let clock = AppState::here().clock;
    let birth = patient.birth_date;
    let born = move || match birth {
        Some(date) => match show::age(date, clock.slow()) {
            Some(age) => format!("{} ({age})", show::date(date)),
            None => show::date(date),
        },
        None => text::NOT_KNOWN.to_owned(),
    };
    let deceased = patient.deceased.map(|deceased| match deceased {
        Deceased::Yes => text::deceased(None),
        Deceased::On(date) => text::deceased(Some(&show::date(date))),
    });
    let or_unknown = |value: Option<String>| value.unwrap_or_else(|| text::NOT_KNOWN.to_owned());
    view! {
        <section class="banner" aria-label="Patient">
            <p class="banner-name">{patient.name}</p>
            <dl>
                <div><dt>{text::BORN}</dt><dd>{born}</dd></div>
                <div><dt>{text::SEX}</dt><dd>{or_unknown(patient.sex)}</dd></div>
                <div><dt>{text::MRN}</dt><dd>{or_unknown(patient.mrn)}</dd></div>
            </dl>
            {deceased.map(|text| view! { <p class="banner-deceased">{text}</p> })}
        </section>
    }
}
