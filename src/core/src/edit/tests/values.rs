//! Values: what a tab shows and sends back is what the worker reads.

use serde_json::json;

use super::{document, owner};
use crate::{
    fhir,
    hidden::HiddenElements,
    identity::ResourceId,
    panel::{Lookup, built_in},
    protocol::{EditField, FieldValue},
};

struct Nobody;

impl Lookup for Nobody {
    fn patient(&self, _: &ResourceId) -> Option<&fhir::Patient> {
        None
    }
    fn open_tasks_of(&self, _: &ResourceId) -> Vec<&fhir::Resource> {
        Vec::new()
    }
    fn me(&self) -> &'static str {
        "Practitioner/me"
    }
    fn today(&self) -> crate::query::Today {
        crate::query::Today::default()
    }

    fn hidden(&self) -> &HiddenElements {
        HiddenElements::NONE
    }
}

#[test]
fn what_a_cell_shows_is_the_value_that_the_worker_reads() {
    let bodies = [
        json!({
            "status": "requested", "priority": "asap",
            "owner": { "reference": "https://x.org/fhir/R4/Practitioner/b", "display": "B\u{202e}en" },
            "businessStatus": { "coding": [{ "system": "s" }, { "code": "c2", "display": "Called" }] },
            "restriction": { "period": { "end": "2026-11-30" } },
        }),
        json!({
            "status": " nonsense\u{7} ", "priority": "whenever",
            "owner": { "display": "Somebody" }, "businessStatus": { "text": "Waiting  for\nlab" },
            "restriction": { "period": { "end": "2026-11-30T10:00:00+01:00" } },
        }),
        json!({ "status": "draft" }),
    ];
    let panel = &built_in()[1];
    for body in bodies {
        let document = document(body);
        let resource = fhir::parse(&document.body.to_string()).unwrap();
        let row = panel.project(&resource, &Nobody);
        for field in EditField::ALL {
            let Some(column) = field.shown_in() else {
                continue;
            };
            let Some(at) = panel
                .view
                .columns
                .iter()
                .position(|known| known.id == column)
            else {
                continue;
            };
            let read = FieldValue::read(*field, &document.body);
            let shown = FieldValue::from_cell(*field, &row.cells[at]).unwrap();
            assert!(shown.same(&read), "{field:?}: {shown:?} {read:?}");
        }
    }
}

#[test]
fn people_are_compared_by_reference_and_never_by_name() {
    let named = |reference: Option<&str>, name: &str| FieldValue::Reference {
        reference: reference.map(str::to_owned),
        display: Some(name.into()),
    };
    assert!(owner("Practitioner/1").same(&named(Some("Practitioner/1"), "Another name")));
    assert!(!owner("Practitioner/1").same(&named(Some("Practitioner/2"), "A name")));
    assert!(!owner("Practitioner/1").same(&named(None, "A name")));
}

#[test]
fn a_written_value_is_read_as_the_same() {
    for (field, value) in [
        (EditField::Owner, owner("Practitioner/1")),
        (
            EditField::BusinessStatus,
            FieldValue::Concept {
                code: Some("c".into()),
                system: Some("s".into()),
                label: "Label".into(),
            },
        ),
        (
            EditField::AddressLines,
            FieldValue::Lines(vec!["1 Road".into(), "Flat 2".into()]),
        ),
    ] {
        let written = value.to_fhir().unwrap();
        let body = match field {
            EditField::AddressLines => json!({ "address": [{ "line": written }] }),
            _ => json!({ field.element(): written }),
        };
        assert_eq!(FieldValue::read(field, &body), value);
    }
}
