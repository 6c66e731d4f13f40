//! serde_json is the measure: what both read is the same, and what this reads serde_json reads too.

use proptest::prelude::*;
use serde::Deserialize;
use serde_json::Value;

use super::{Unreadable, read};

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Shape {
    Bare,
    Wrapped(Option<u8>),
    Pair(i32, u8),
    Named {
        first_name: String,
        #[serde(default)]
        rest: Vec<Shape>,
    },
}

/// What both readers make of a text.
fn both<T: for<'de> Deserialize<'de>>(text: &str) -> (Option<T>, Option<T>) {
    (read(text).ok(), serde_json::from_str(text).ok())
}

fn has_fraction(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_f64(),
        Value::Array(elements) => elements.iter().any(has_fraction),
        Value::Object(members) => members.values().any(has_fraction),
        _ => false,
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let members = prop::collection::btree_map(any::<String>(), inner.clone(), 0..6);
        prop_oneof![
            prop::collection::vec(inner, 0..6).prop_map(Value::from),
            members.prop_map(|members| members.into_iter().collect()),
        ]
    })
}

/// Text of the pieces that JSON is made of, most of it wrong.
fn any_soup() -> impl Strategy<Value = String> {
    let pieces = vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "\"\"",
        "\"a\"",
        "null",
        "true",
        "false",
        "nul",
        "-",
        "0",
        "1",
        "12",
        "01",
        ".5",
        "e3",
        "18446744073709551616",
        "-9223372036854775808",
        " ",
        "\n",
        "\t",
        "\u{1}",
        "é",
        "\\u00e9",
        "\\ud83d",
        "\\ude00",
        "\\n",
        "\\x",
        "\"bare\"",
        "{\"wrapped\":",
        "{\"pair\":[",
        "{\"named\":{\"firstName\":\"x\"",
        "\"rest\":[",
    ];
    prop::collection::vec(prop::sample::select(pieces), 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn what_serde_json_writes_is_read(value in any_value(), pretty in any::<bool>()) {
        let text = if pretty { format!(" {value:#}\n") } else { value.to_string() };
        prop_assert_eq!(read(&text), Ok(value));
    }

    #[test]
    fn nothing_is_read_that_serde_json_refuses(text in any_soup()) {
        let (ours, theirs) = both::<Value>(&text);
        if ours.is_some() || theirs.as_ref().is_some_and(|value| !has_fraction(value)) {
            prop_assert_eq!(ours, theirs);
        }
        let (ours, theirs) = both::<Shape>(&text);
        prop_assert_eq!(ours, theirs);
    }

    #[test]
    fn a_damaged_text_is_refused_or_read_as_serde_json_does(
        value in any_value(),
        place in any::<prop::sample::Index>(),
        piece in any_soup(),
    ) {
        let mut text = value.to_string();
        let place = place.index(text.len());
        let place = (0..=place).rev().find(|at| text.is_char_boundary(*at)).unwrap();
        text.insert_str(place, &piece);
        let (ours, theirs) = both::<Value>(&text);
        if ours.is_some() {
            prop_assert_eq!(ours, theirs);
        }
    }
}

#[test]
fn each_form_of_a_variant_is_read() {
    let text = r#" [ "bare", {"bare" : null}, {"wrapped":null}, {"wrapped": 7}, {"pair":[-1 , 2]},
        {"named":{"more":[1.5e-3,{"x":"\ud83d\ude00"}],"firstName":"A\n\"b\"\u00e9","rest":["bare"]}} ] "#;
    let (ours, theirs) = both::<Vec<Shape>>(text);
    assert_eq!(ours.as_ref().map(Vec::len), Some(6));
    assert_eq!(ours, theirs);
}

#[test]
fn what_is_not_of_the_type_is_refused() {
    for text in [
        "",
        "bare",
        "\"bare",
        "\"bare\" 1",
        "\"other\"",
        "\"wrapped\"",
        r#"{"bare":1}"#,
        r#"{"bare":null,"wrapped":1}"#,
        r#"{"wrapped":256}"#,
        r#"{"wrapped":-1}"#,
        r#"{"wrapped":1.0}"#,
        r#"{"pair":[1]}"#,
        r#"{"pair":[1,2,3]}"#,
        r#"{"named":{}}"#,
        r#"{"named":{"firstName":"a","firstName":"b"}}"#,
        r#"{"named":{"firstName":"a",}}"#,
        r#"{"named":{"firstName":null}}"#,
        r#"{"named":{"firstName":"\ud800"}}"#,
        // Taken by serde_json: the members by their order.
        r#"{"named":["a",[]]}"#,
    ] {
        assert_eq!(read::<Shape>(text), Err(Unreadable), "{text}");
    }
}

#[test]
fn as_much_is_nested_as_in_serde_json() {
    for (depth, readable) in [(127, true), (128, false)] {
        let text = "[".repeat(depth) + &"]".repeat(depth);
        let (ours, theirs) = both::<Value>(&text);
        assert_eq!((ours.is_some(), theirs.is_some()), (readable, readable));
        let ignored = format!("{{\"named\":{{\"firstName\":\"\",\"x\":{text}}}}}");
        assert!(read::<Shape>(&ignored).is_err());
    }
}

#[test]
fn a_text_without_escapes_is_not_copied() {
    let text = String::from("[\"plain\"]");
    let read: Vec<&str> = read(&text).unwrap();
    assert!(std::ptr::eq(read[0].as_ptr(), text[2..].as_ptr()));
}
