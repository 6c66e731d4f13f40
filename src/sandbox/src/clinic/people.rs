//! Patients and staff of the synthetic clinic, as FHIR resources without id and meta.

use fastrand::Rng;
use serde_json::{Value, json};

use super::names::{FAMILY, GIVEN, LONG_FAMILY, TOWNS};
use crate::{sandbox::Millis, time};

const DAY_MS: i64 = 86_400_000;
/// HL7 table 0203: how a US server marks the medical record number.
const IDENTIFIER_TYPE: &str = "http://terminology.hl7.org/CodeSystem/v2-0203";

/// One of `items`; the lists here are never empty.
pub(crate) fn pick<'a, T>(rng: &mut Rng, items: &'a [T]) -> &'a T {
    &items[rng.usize(..items.len())]
}

/// A patient, the `index`-th of the clinic.
pub(super) fn patient(rng: &mut Rng, index: usize, now: Millis) -> Value {
    let (given, gender) = *pick(rng, GIVEN);
    let family = if index % 211 == 97 {
        LONG_FAMILY
    } else {
        pick(rng, FAMILY)
    };
    let age_days = age_days(rng);
    let mut name = json!({"use": "official", "family": family, "given": [given]});
    if rng.u8(..4) == 0 {
        name["given"] = json!([given, pick(rng, GIVEN).0]);
    }
    if rng.u8(..40) == 0 {
        name["prefix"] = json!(["Dr"]);
    }
    let mut patient = json!({
        "resourceType": "Patient",
        "active": true,
        "identifier": [{
            "use": "usual",
            "type": {"coding": [{"system": IDENTIFIER_TYPE, "code": "MR", "display": "Medical record number"}]},
            "system": "https://clinic.example/mrn",
            "value": format!("MRN{:06}", 100_000 + index),
        }],
        "name": [name],
        "telecom": [{"system": "phone", "use": "mobile", "value": phone(rng)}],
        "gender": gender,
        "birthDate": time::date(now - age_days * DAY_MS),
    });
    add_odds(&mut patient, rng, index, now);
    patient
}

/// Mostly adults, skewed to the old; some children.
fn age_days(rng: &mut Rng) -> i64 {
    let years = match rng.u8(..10) {
        0 => rng.i64(0..18),
        1..=3 => rng.i64(18..55),
        4..=8 => rng.i64(55..90),
        _ => rng.i64(85..104),
    };
    years * 365 + rng.i64(1..365)
}

/// The 555-01xx block is reserved for fiction.
pub(crate) fn phone(rng: &mut Rng) -> String {
    format!("({:03}) 555-01{:02}", rng.u16(201..990), rng.u8(..100))
}

/// What real records look like: a field missing here, one too many there.
fn add_odds(patient: &mut Value, rng: &mut Rng, index: usize, now: Millis) {
    if rng.u8(..3) == 0 {
        patient["address"] = json!([{"use": "home", "city": pick(rng, TOWNS), "country": "US"}]);
    }
    if rng.u8(..30) == 0 {
        patient["deceasedDateTime"] = json!(time::date(now - rng.i64(1..400) * DAY_MS));
    }
    let Some(fields) = patient.as_object_mut() else {
        return;
    };
    match index % 149 {
        31 => {
            fields.remove("birthDate");
        }
        // FHIR allows a year alone.
        62 => {
            fields.insert("birthDate".to_owned(), json!("1948"));
        }
        93 => {
            fields.remove("telecom");
            fields.remove("gender");
        }
        124 => {
            fields.insert(
                "name".to_owned(),
                json!([{"text": "Unknown, brought in by ambulance"}]),
            );
            fields.remove("identifier");
        }
        _ => {}
    }
}

/// A practitioner.
pub(super) fn practitioner(given: &str, family: &str, qualification: &str) -> Value {
    json!({
        "resourceType": "Practitioner",
        "active": true,
        "name": [{"use": "official", "given": [given], "family": family}],
        "telecom": [{"system": "email", "use": "work", "value": format!("{}@example.com", given.to_lowercase())}],
        "qualification": [{"code": {"text": qualification}}],
    })
}

/// The name as Medplum's `formatHumanName` writes it: given names, then the family name.
pub(crate) fn display_name(resource: &Value) -> String {
    let name = &resource["name"][0];
    if let Some(text) = name["text"].as_str() {
        return text.to_owned();
    }
    let given = name["given"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    given
        .chain(name["family"].as_str())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_displayed_with_the_given_names_first() {
        let resource = json!({"name": [{"given": ["Zoë", "Liv"], "family": "Quayle"}]});
        assert_eq!(display_name(&resource), "Zoë Liv Quayle");
    }

    #[test]
    fn patients_are_the_same_for_the_same_seed() {
        let now = 1_800_000_000_000;
        let first = patient(&mut Rng::with_seed(7), 3, now);
        assert_eq!(first, patient(&mut Rng::with_seed(7), 3, now));
        assert_ne!(first, patient(&mut Rng::with_seed(8), 3, now));
    }
}
