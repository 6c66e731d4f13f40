//! Who the patient is: name and further identifiers, always together.

use leptos::prelude::*;
use panels_core::protocol::{BannerPart, Deceased, PatientBanner};

use crate::{show, state::AppState, text};

/// See the module.
#[component]
pub(crate) fn Banner(
    /// The patient.
    patient: PatientBanner,
) -> impl IntoView {
    let clock = AppState::here().clock;
    let hiding = |part| {
        let mut hidden = patient.hidden.iter();
        hidden.find(|one| one.part == part).map(|one| one.hiding)
    };
    let nothing = if patient.name_only {
        text::NOT_LOADED
    } else {
        text::NOT_KNOWN
    };
    let missing = |part| hiding(part).map_or(nothing, text::hidden);
    let (birth, no_birth) = (patient.birth_date, missing(BannerPart::BirthDate));
    let born = move || match birth {
        Some(date) => match show::age(date, clock.slow()) {
            Some(age) => format!("{} ({age})", show::date(date)),
            None => show::date(date),
        },
        None => no_birth.to_owned(),
    };
    let deceased = patient.deceased.map(|deceased| {
        move || match deceased {
            Deceased::Yes => text::deceased(None),
            Deceased::On(date) => text::deceased(Some(&show::date(date))),
        }
    });
    let deceased_hidden = hiding(BannerPart::Deceased).map(|_| text::DECEASED_HIDDEN);
    let or_missing =
        |value: &Option<String>, part| value.clone().unwrap_or_else(|| missing(part).to_owned());
    let sex = or_missing(&patient.sex, BannerPart::Sex);
    let mrn = or_missing(&patient.mrn, BannerPart::RecordNumber);
    view! {
        <section class="banner" aria-label="Patient">
            <p class="banner-name">{patient.name}</p>
            <dl>
                <div><dt>{text::BORN}</dt><dd>{born}</dd></div>
                <div><dt>{text::SEX}</dt><dd>{sex}</dd></div>
                <div><dt>{text::MRN}</dt><dd>{mrn}</dd></div>
            </dl>
            {deceased_hidden.map(|text| view! { <p class="banner-hidden">{text}</p> })}
            {deceased.map(|text| view! { <p class="banner-deceased">{text}</p> })}
        </section>
    }
}
