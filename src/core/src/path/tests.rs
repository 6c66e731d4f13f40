//! What a path may be, where it leads, and that nothing of it can go wrong.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{
    fhir::{Patient, Resource},
    hidden::{HiddenElements, Hiding},
    identity::{ResourceId, ResourceType},
    limits,
    panel::Lookup,
    protocol::{Cell, FhirDate, PathColumn, PathFormat},
    query::Today,
    time::Timestamp,
};

struct Nobody(HiddenElements);

impl Lookup for Nobody {
    fn patient(&self, _: &ResourceId) -> Option<&Patient> {
        None
    }

    fn open_tasks_of(&self, _: &ResourceId) -> Vec<&Resource> {
        Vec::new()
    }

    fn me(&self) -> &str {
        "Practitioner/me"
    }

    fn today(&self) -> Today {
        Today {
            now: Timestamp(0),
            zone_offset_minutes: 0,
        }
    }

    fn hidden(&self) -> &HiddenElements {
        &self.0
    }
}

fn patient() -> Value {
    json!({
        "resourceType": "Patient",
        "id": "p1",
        "active": true,
        "identifier": [
            { "system": "https://clinic.example/mrn", "value": "MRN1", "type": { "coding": [{ "code": "MR" }, { "code": "PI" }] } },
            { "system": "urn:insurance", "value": "K7", "type": { "text": "Insurance" } },
        ],
        "name": [{ "family": "Doe", "given": ["Jo", "Ann"] }, { "use": "old", "family": "Roe" }],
        "telecom": [{ "system": "phone", "value": "1", "rank": 2 }, { "system": "phone", "value": "2", "rank": 1 }],
        "birthDate": "1980-03-01",
        "deceasedBoolean": false,
        "multipleBirthInteger": 2,
        "extension": [
            { "url": "https://clinic.example/weight", "valueQuantity": { "value": 71.5, "unit": "kg" } },
            { "url": "https://clinic.example/admitted", "valueDateTime": "2026-11-22T23:30:00-05:00" },
            { "url": "https://clinic.example/team", "valueReference": { "reference": "Practitioner/me", "display": "Ada" } },
            { "url": "https://clinic.example/diet", "valueCodeableConcept": { "coding": [{ "code": "veg", "display": "Vegetarian" }] } },
        ],
        "communication": [{ "preferred": true, "language": { "text": "Portuguese" } }, { "language": { "text": "English" } }],
        "nothing": null,
    })
}

fn fill(path: &str, format: PathFormat, hidden: HiddenElements, resource: &Value) -> Cell {
    let column = PathColumn {
        id: "path-1".into(),
        title: "x".into(),
        path: path.into(),
        format,
    };
    let source = Source::new(&column).unwrap();
    let lookup = Nobody(hidden);
    source.cell(&ResourceType::Patient, Some(resource), &lookup)
}

fn cell(path: &str, format: PathFormat) -> Cell {
    fill(path, format, HiddenElements::default(), &patient())
}

fn text(path: &str) -> String {
    match cell(path, PathFormat::Text) {
        Cell::Text(text) => text,
        Cell::Empty => String::new(),
        other => format!("{other:?}"),
    }
}

#[test]
fn a_path_leads_to_what_is_there_and_to_nothing_where_there_is_nothing() {
    for (path, expected) in [
        ("birthDate", "1980-03-01"),
        ("Patient.birthDate", "1980-03-01"),
        ("name.family", "Doe, Roe"),
        ("name[0].family", "Doe"),
        ("name.given[1]", "Ann"),
        ("name[7].family", ""),
        ("name.first().given.last()", "Ann"),
        ("name.where(use = 'old').family", "Roe"),
        ("name", "Jo Ann Doe, Roe"),
        ("identifier.where(system = 'urn:insurance').value", "K7"),
        ("identifier.where(type.text = 'Insurance').value", "K7"),
        (
            "identifier.where(type.coding.where(code = 'MR').exists()).value",
            "MRN1",
        ),
        ("telecom.where(rank = 1).value", "2"),
        (
            "communication.where(preferred = true).language",
            "Portuguese",
        ),
        (
            "extension('https://clinic.example/diet').value",
            "Vegetarian",
        ),
        (
            "extension('https://clinic.example/weight').value",
            "71.5 kg",
        ),
        (
            "extension('https://clinic.example/weight').valueQuantity.unit",
            "kg",
        ),
        ("extension('https://clinic.example/team').value", "Ada"),
        ("telecom.count()", "2"),
        ("photo.count()", "0"),
        ("photo.exists()", "No"),
        ("active", "Yes"),
        ("deceased", "No"),
        ("multipleBirth", "2"),
        ("nothing", ""),
        ("birth", ""),
        ("active.value.value", ""),
        ("communication.first().language.exists()", "Yes"),
        ("identifier.type", "MR, Insurance"),
    ] {
        assert_eq!(text(path), expected, "{path}");
    }
}

#[test]
fn a_criterion_holds_for_exactly_one_equal_value() {
    // As in FHIRPath: two codings are not equal to one code.
    assert_eq!(text("identifier.where(type.coding.code = 'MR').value"), "");
    assert_eq!(text("identifier.where(value = 'mrn1').value"), "");
    assert_eq!(text("telecom.where(value = 1).value"), "");
    assert_eq!(text("identifier.where(type.text).value"), "K7");
}

#[test]
fn a_value_has_the_form_of_its_column_and_is_never_left_out_for_another_one() {
    let number = |value, shown: &str| Cell::Number {
        value,
        shown: shown.into(),
    };
    let words = |words: &str| Cell::Text(words.into());
    for (path, format, expected) in [
        ("multipleBirth", PathFormat::Number, number(2.0, "2")),
        ("telecom.count()", PathFormat::Number, number(2.0, "2")),
        (
            "telecom.first().value",
            PathFormat::Number,
            number(1.0, "1"),
        ),
        (
            "extension('https://clinic.example/weight').value",
            PathFormat::Number,
            number(71.5, "71.5 kg"),
        ),
        ("telecom.value", PathFormat::Number, words("1, 2")),
        ("birthDate", PathFormat::Number, words("1980-03-01")),
        (
            "birthDate",
            PathFormat::Date,
            Cell::Date(FhirDate::Day(1980, 3, 1)),
        ),
        (
            "extension('https://clinic.example/admitted').value",
            PathFormat::DateTime,
            Cell::Date(FhirDate::Instant(
                Timestamp::parse("2026-11-23T04:30:00Z").unwrap(),
            )),
        ),
        ("name.family", PathFormat::Date, words("Doe, Roe")),
        ("active", PathFormat::Boolean, Cell::Flag(true)),
        ("photo.exists()", PathFormat::Boolean, Cell::Flag(false)),
        ("birthDate", PathFormat::Boolean, words("1980-03-01")),
        (
            "name.given",
            PathFormat::Tags,
            Cell::Tags(vec!["Jo".into(), "Ann".into()]),
        ),
        ("photo", PathFormat::Tags, Cell::Empty),
        ("photo", PathFormat::Number, Cell::Empty),
        (
            "extension('https://clinic.example/team').value",
            PathFormat::Person,
            Cell::Person {
                reference: Some("Practitioner/me".into()),
                name: "Ada".into(),
                me: true,
            },
        ),
    ] {
        assert_eq!(cell(path, format), expected, "{path} as {format:?}");
    }
}

#[test]
fn a_text_is_cleaned_and_many_values_are_cut() {
    let many: Vec<Value> = (0..20)
        .map(|number| json!(format!("a\u{202e}\n{number}")))
        .collect();
    let resource =
        json!({ "tag": many, "long": ["x".repeat(150), "y".repeat(150), "z".repeat(150)] });
    let of = |path: &str, format| fill(path, format, HiddenElements::default(), &resource);
    let Cell::Tags(tags) = of("tag", PathFormat::Tags) else {
        panic!("no tags");
    };
    assert_eq!(tags.len(), limits::PATH_VALUES_MAX + 1);
    assert_eq!((&*tags[0], &*tags[8]), ("a 0", "…"));
    let Cell::Text(text) = of("long", PathFormat::Text) else {
        panic!("no text");
    };
    assert_eq!(text.chars().count(), limits::PATH_CELL_CHARS_MAX + 1);
    let wide: Vec<Value> = (0..limits::PATH_VISITS_MAX).map(Value::from).collect();
    let wide = json!({ "a": wide });
    let counted = fill(
        "a.count()",
        PathFormat::Number,
        HiddenElements::default(),
        &wide,
    );
    assert_eq!(counted, Cell::Text("Too much to show".into()));
}

#[test]
fn what_is_hidden_is_said_to_be_so_and_never_empty() {
    let hidden = |fields: &[&str], other: bool| {
        let fields = fields.iter().map(|field| (*field).to_owned()).collect();
        let rules = if other {
            vec![fields, Vec::new()]
        } else {
            vec![fields]
        };
        HiddenElements::default().with_fields(ResourceType::Patient, rules)
    };
    let of = |path: &str, hidden| fill(path, PathFormat::Text, hidden, &patient());
    let always = Cell::Hidden(Hiding::Always);
    let sometimes = Cell::Hidden(Hiding::Sometimes);
    let shown = |text: &str| Cell::Text(text.into());
    assert_eq!(of("name.family", hidden(&["name"], false)), always);
    assert_eq!(
        of("name.family", hidden(&["name"], true)),
        shown("Doe, Roe")
    );
    assert_eq!(of("photo.title", hidden(&["photo"], true)), sometimes);
    assert_eq!(of("photo.exists()", hidden(&["photo"], true)), sometimes);
    assert_eq!(
        of("photo.count()", hidden(&["photo.title"], false)),
        sometimes
    );
    assert_eq!(of("photo", hidden(&["name"], false)), Cell::Empty);
    // What is only looked at to choose decides as well.
    let by_system = "identifier.where(system = 'x').value";
    assert_eq!(of(by_system, hidden(&["identifier.system"], false)), always);
    let extension = "extension('urn:x').value";
    assert_eq!(of(extension, hidden(&["extension"], true)), sometimes);
    assert_eq!(
        of("deceased", hidden(&["deceasedBoolean"], false)),
        shown("No")
    );
    assert_eq!(
        of("first()", hidden(&["photo"], false)),
        of("first()", hidden(&[], false))
    );
}

#[test]
fn what_is_wrong_with_a_path_is_told_with_its_place() {
    let told = |text: &str| Path::parse_for(text, "Task").unwrap_err().to_string();
    let told = [
        "",
        "  ",
        "code.",
        ".code",
        "code text",
        "code..text",
        "1",
        "code[",
        "code[x]",
        "code[1000]",
        "code[0",
        "resolve()",
        "code.ofType(string)",
        "first(1)",
        "where()",
        "where(a = )",
        "where(a = b)",
        "where(a = 'x",
        "where(a = '\\n')",
        "extension(x)",
        "extension('x'",
        "Patient.name",
        "Patient",
        "code | text",
        "note.where(time > 1)",
        "a.where(b.where(c.where(d.where(e))))",
        "größe",
    ]
    .map(|text| format!("{text:?}: {}", told(text)));
    insta::assert_snapshot!(told.join("\n"));
    let long = "a.".repeat(limits::PATH_STEPS_MAX) + "a";
    assert_eq!(
        Path::parse(&long).unwrap_err().why,
        PathFaultKind::TooManySteps
    );
    let long = "a".repeat(limits::PATH_CHARS_MAX + 1);
    assert_eq!(Path::parse(&long).unwrap_err().why, PathFaultKind::TooLong);
}

#[test]
fn the_paths_of_a_resource_are_seen_and_none_of_its_values() {
    let mut seen = PathsSeen::default();
    seen.look(&patient().to_string());
    seen.look("not json");
    let seen = seen.suggestions();
    let listed: Vec<String> = seen
        .iter()
        .map(|seen| format!("{} {:?}", seen.path, seen.format))
        .collect();
    insta::assert_snapshot!(listed.join("\n"));
    for suggestion in &seen {
        assert_ne!(text(&suggestion.path), "", "{}", suggestion.path);
    }
    let secret = ["MRN1", "Doe", "Ann", "1980", "Portuguese", "71.5", "K7"];
    assert!(
        secret
            .iter()
            .all(|secret| !listed.join(" ").contains(secret))
    );
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
        Just(json!("2026-11-22")),
    ];
    let key = prop_oneof![
        Just("a".to_owned()),
        Just("value".to_owned()),
        Just("valueString".to_owned()),
        Just("extension".to_owned()),
        Just("url".to_owned()),
        Just("coding".to_owned()),
        Just("reference".to_owned()),
        Just("text".to_owned()),
        "[a-c]{1,2}",
    ];
    leaf.prop_recursive(5, 60, 5, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::btree_map(key.clone(), inner, 0..5)
                .prop_map(|fields| fields.into_iter().collect::<Value>()),
        ]
    })
}

fn any_steps(depth: u32) -> BoxedStrategy<Vec<Step>> {
    let step = prop_oneof![
        4 => prop_oneof![Just("a"), Just("value"), Just("text"), Just("where"), Just("_b1")]
            .prop_map(|name| Step::Field(name.into())),
        1 => "(?s).{0,5}".prop_map(Step::Extension),
        1 => Just(Step::First),
        1 => Just(Step::Last),
        1 => Just(Step::Exists),
        1 => Just(Step::Count),
    ];
    let step = match depth {
        0 => step.boxed(),
        depth => {
            let literal = proptest::option::of(prop_oneof![
                "(?s).{0,5}".prop_map(Literal::Text),
                any::<i64>().prop_map(Literal::Whole),
                any::<bool>().prop_map(Literal::Flag),
            ]);
            let criterion = (any_steps(depth - 1), literal)
                .prop_map(|(steps, equals)| Step::Where(Criterion { steps, equals }));
            prop_oneof![4 => step, 1 => criterion].boxed()
        }
    };
    let indexed = (step, proptest::option::of(0_u16..1000));
    proptest::collection::vec(indexed, 1..3)
        .prop_map(|steps| {
            let steps = steps.into_iter();
            steps
                .flat_map(|(step, index)| [Some(step), index.map(Step::Index)])
                .flatten()
                .collect()
        })
        .boxed()
}

fn any_format() -> impl Strategy<Value = PathFormat> {
    (0..PathFormat::ALL.len()).prop_map(|place| PathFormat::ALL[place])
}

proptest! {
    #[test]
    fn a_path_that_is_written_is_the_one_that_is_read(
        kind in proptest::option::of("[A-Z][a-z]{0,5}"),
        steps in any_steps(2),
    ) {
        let path = Path { kind, steps };
        match Path::parse(&path.to_string()) {
            Ok(read) => prop_assert_eq!(read, path),
            Err(fault) => prop_assert!(matches!(fault.why, PathFaultKind::TooManySteps | PathFaultKind::TooLong), "{}: {}", path, fault),
        }
    }

    #[test]
    fn every_text_is_a_path_or_has_a_fault_within_it(text in "(?s).{0,40}|[a.()'\\[\\]0-9=\\\\ where]{0,30}") {
        match Path::parse(&text) {
            Ok(path) => prop_assert_eq!(Path::parse(&path.to_string()).unwrap(), path),
            Err(fault) => prop_assert!(fault.at as usize <= text.chars().count()),
        }
    }

    #[test]
    fn every_path_over_every_resource_is_a_cell(steps in any_steps(2), json in any_json(), format in any_format()) {
        let path = Path { kind: None, steps }.to_string();
        if Path::parse(&path).is_err() {
            return Ok(());
        }
        let shown = fill(&path, format, HiddenElements::default(), &json);
        let clean = |text: &str| text.chars().count() <= limits::PATH_CELL_CHARS_MAX + 1 && !text.chars().any(char::is_control);
        match &shown {
            Cell::Text(text) => prop_assert!(!text.is_empty() && clean(text)),
            Cell::Tags(tags) => prop_assert!(!tags.is_empty() && tags.iter().all(|tag| clean(tag))),
            Cell::Number { value, shown } => prop_assert!(value.is_finite() && clean(shown)),
            Cell::Empty | Cell::Flag(_) | Cell::Date(_) | Cell::Person { .. } => {}
            other => prop_assert!(false, "{:?}", other),
        }
    }

    #[test]
    fn what_is_suggested_can_be_read(json in any_json()) {
        let mut seen = PathsSeen::default();
        seen.look(&json.to_string());
        let seen = seen.suggestions();
        prop_assert!(seen.len() <= limits::PATH_SUGGESTIONS_MAX);
        for one in seen {
            prop_assert!(Path::parse(&one.path).is_ok() || one.path.matches(['.', '[']).count() >= limits::PATH_STEPS_MAX, "{}", one.path);
        }
    }
}
