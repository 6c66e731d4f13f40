//! Patients.

use serde_json::{Value, json};

use super::parsed;
use crate::{
    fhir::Patient,
    limits,
    protocol::{Deceased, FhirDate},
};

fn patient(fields: Value) -> Patient {
    parsed("Patient", fields).patient().unwrap().clone()
}

fn name(names: Value) -> Option<String> {
    patient(json!({ "name": names }))
        .name
        .map(|name| name.to_string())
}

#[test]
fn every_field_that_is_shown_is_read() {
    let read = patient(json!({
        "active": true,
        "name": [{ "family": "Lovelace", "given": ["Ada", "King"] }],
        "birthDate": "1815-12-10",
        "gender": "female",
        "identifier": [
            { "value": "other" },
            { "value": "007", "type": { "coding": [{ "code": "MR" }] } },
        ],
        "deceasedDateTime": "1852-11-27",
        "telecom": [{ "system": "phone", "value": "1" }, { "system": "email" }, { "value": "2" }],
        "address": [{ "line": ["12 Street", "Back"], "postalCode": "X1", "city": "London" }],
    }));
    assert_eq!(read.name.as_deref(), Some("LOVELACE, Ada King"));
    assert_eq!(read.birth_date, Some(FhirDate::Day(1815, 12, 10)));
    assert_eq!(read.sex.as_deref(), Some("female"));
    assert_eq!(read.mrn.as_deref(), Some("007"));
    assert_eq!(
        read.deceased,
        Some(Deceased::On(FhirDate::Day(1852, 11, 27)))
    );
    assert_eq!(read.contacts.len(), 2);
    assert_eq!(read.contacts[1].system, None);
    assert_eq!(read.address.as_deref(), Some("12 Street, Back, X1 London"));
    assert_eq!(read.malformed, 0);
}

#[test]
fn the_official_name_wins_and_an_old_one_is_the_last_choice() {
    let official = json!({ "use": "official", "family": "New" });
    let usual = json!({ "use": "usual", "family": "Usual" });
    let plain = json!({ "family": "Plain" });
    let old = json!({ "use": "old", "family": "Old" });
    for (names, expected) in [
        (json!([old, plain, usual, official]), "NEW"),
        (json!([old, plain, usual]), "USUAL"),
        (json!([old, plain]), "PLAIN"),
        (json!([old]), "OLD"),
        (json!([{ "use": "official" }, plain]), "PLAIN"),
        (json!([{ "use": 7, "family": "Odd" }]), "ODD"),
    ] {
        assert_eq!(name(names).as_deref(), Some(expected));
    }
}

#[test]
fn parts_of_a_name_may_be_missing_or_odd() {
    for (names, expected) in [
        (json!([{ "given": ["Ada"] }]), Some("Ada")),
        (json!([{ "text": "Ada L." }]), Some("Ada L.")),
        (json!([{ "family": "stra\u{df}e" }]), Some("STRASSE")),
        (
            json!([{ "family": "A", "given": ["B", 7, "C"] }]),
            Some("A, B C"),
        ),
        (json!([{ "family": "A", "given": "B" }]), Some("A")),
        (json!([{ "family": "\u{202e}", "given": [] }]), None),
        (json!([]), None),
        (json!("Ada"), None),
    ] {
        assert_eq!(name(names.clone()).as_deref(), expected, "{names}");
    }
}

#[test]
fn a_name_as_long_as_a_book_fits_into_a_line() {
    let long = "\u{df}".repeat(10_000);
    let given: Vec<_> = (0..50).map(|_| long.clone()).collect();
    let read = name(json!([{ "family": long, "given": given }])).unwrap();
    assert_eq!(read.chars().count(), limits::LINE_CHARS_MAX);
}

#[test]
fn a_record_is_in_use_unless_it_says_that_it_is_not() {
    assert!(patient(json!({})).is_active());
    assert!(patient(json!({ "active": null })).is_active());
    assert!(patient(json!({ "active": "false" })).is_active());
    assert!(!patient(json!({ "active": false })).is_active());
}

#[test]
fn death_is_told_by_a_date_or_a_yes_and_never_by_a_no() {
    let deceased = |fields| patient(fields).deceased;
    assert_eq!(
        deceased(json!({ "deceasedBoolean": true })),
        Some(Deceased::Yes)
    );
    assert_eq!(deceased(json!({ "deceasedBoolean": false })), None);
    assert_eq!(deceased(json!({})), None);
    assert_eq!(
        deceased(json!({ "deceasedDateTime": "2026" })),
        Some(Deceased::On(FhirDate::Year(2026)))
    );
    // A date that cannot be must not hide the yes beside it.
    assert_eq!(
        deceased(json!({ "deceasedDateTime": "soon", "deceasedBoolean": true })),
        Some(Deceased::Yes)
    );
}

#[test]
fn without_a_number_of_type_mr_the_first_identifier_serves() {
    let mrn = |identifiers: Value| patient(json!({ "identifier": identifiers })).mrn;
    assert_eq!(
        mrn(json!([{ "value": "a" }, { "value": "b" }])).as_deref(),
        Some("a")
    );
    assert_eq!(
        mrn(json!([{ "value": 7 }, { "type": 7, "value": "b" }])).as_deref(),
        Some("b")
    );
    assert_eq!(
        mrn(json!([{ "type": { "coding": [{ "code": "MR" }] } }])),
        None
    );
}

#[test]
fn long_lists_are_cut() {
    let many: Vec<_> = (0..5_000)
        .map(|number| json!({ "value": number.to_string() }))
        .collect();
    let read = patient(json!({ "telecom": many, "identifier": many }));
    assert_eq!(read.contacts.len(), limits::FIELD_ELEMENTS_MAX);
    assert_eq!(read.mrn.as_deref(), Some("0"));
}
