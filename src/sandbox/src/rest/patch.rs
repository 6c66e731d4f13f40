//! JSON Patch (RFC 6902) with the error texts of the library Medplum uses.

use serde_json::Value;

use super::write::check_if_match;
use crate::{
    outcome::Outcome,
    policy::Access,
    sandbox::{Millis, Sandbox},
    store::{Actor, Version},
};

impl Sandbox {
    /// Patches the stored resource, hidden fields and all: a failing `test` shows them (`transcripts/07b`).
    pub(crate) fn apply_patch(
        &mut self,
        now: Millis,
        actor: &Actor,
        name: &str,
        id: &str,
        operations: &Value,
        if_match: Option<&str>,
    ) -> Result<Version, Outcome> {
        let Some(operations) = operations.as_array() else {
            return Err(Outcome::bad_request("Patch body must be an array"));
        };
        let policy = self.policy(actor)?;
        let row = self.visible_row_for_write(&policy, Access::Update, name, id)?;
        let version = row.live().ok_or_else(Outcome::gone)?;
        check_if_match(if_match, &version.version_id)?;
        let mut resource = version.value.as_ref().clone();
        for operation in operations {
            apply(&mut resource, operation).map_err(|text| Outcome::bad_request(&text))?;
        }
        if resource["id"] != id || resource["resourceType"] != name {
            return Err(Outcome::not_found());
        }
        self.update(now, actor, resource, None)
    }
}

/// Applies one operation.
fn apply(target: &mut Value, operation: &Value) -> Result<(), String> {
    let path = operation["path"].as_str().unwrap_or_default();
    let value = || operation.get("value").cloned().unwrap_or(Value::Null);
    match operation["op"].as_str().unwrap_or_default() {
        "add" => add(target, path, value()),
        "remove" => take(target, path).map(|_| ()),
        "replace" => {
            let place = target.pointer_mut(path).ok_or_else(|| missing(path))?;
            *place = value();
            Ok(())
        }
        "move" => {
            let moved = take(target, operation["from"].as_str().unwrap_or_default())?;
            add(target, path, moved)
        }
        "copy" => {
            let from = operation["from"].as_str().unwrap_or_default();
            let copied = target.pointer(from).cloned().ok_or_else(|| missing(from))?;
            add(target, path, copied)
        }
        "test" => {
            let actual = target.pointer(path);
            let expected = operation.get("value");
            if actual == expected {
                return Ok(());
            }
            Err(format!(
                "Test failed: {} != {}",
                javascript(actual),
                javascript(expected)
            ))
        }
        other => Err(format!("Invalid operation: {other}")),
    }
}

fn missing(path: &str) -> String {
    format!("Value required at path: {path}")
}

/// The parent of a path and the last token, unescaped.
fn parent<'a>(target: &'a mut Value, path: &str) -> Option<(&'a mut Value, String)> {
    let (head, last) = path.rsplit_once('/')?;
    let last = last.replace("~1", "/").replace("~0", "~");
    Some((target.pointer_mut(head)?, last))
}

fn add(target: &mut Value, path: &str, value: Value) -> Result<(), String> {
    if path.is_empty() {
        *target = value;
        return Ok(());
    }
    let (place, last) = parent(target, path).ok_or_else(|| missing(path))?;
    match place {
        Value::Object(object) => {
            object.insert(last, value);
            Ok(())
        }
        Value::Array(items) => {
            let at = if last == "-" {
                Some(items.len())
            } else {
                last.parse().ok()
            };
            let at = at
                .filter(|at| *at <= items.len())
                .ok_or_else(|| missing(path))?;
            items.insert(at, value);
            Ok(())
        }
        _ => Err(missing(path)),
    }
}

fn take(target: &mut Value, path: &str) -> Result<Value, String> {
    let (place, last) = parent(target, path).ok_or_else(|| missing(path))?;
    let taken = match place {
        Value::Object(object) => object.remove(&last),
        Value::Array(items) => {
            let at = last.parse().ok().filter(|at: &usize| *at < items.len());
            at.map(|at| items.remove(at))
        }
        _ => None,
    };
    taken.ok_or_else(|| missing(path))
}

/// What JavaScript makes of a value inside a text.
fn javascript(value: Option<&Value>) -> String {
    match value {
        None => "undefined".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Object(_)) => "[object Object]".to_owned(),
        Some(Value::Array(items)) => {
            let parts: Vec<String> = items
                .iter()
                .map(|item| {
                    if item.is_null() {
                        String::new()
                    } else {
                        javascript(Some(item))
                    }
                })
                .collect();
            parts.join(",")
        }
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_failing_test_says_what_is_stored_as_javascript_would() {
        let mut target = json!({ "a": { "b": 1 }, "c": ["x", "y"] });
        let mut fail = |path: &str, value: Value| {
            apply(
                &mut target,
                &json!({ "op": "test", "path": path, "value": value }),
            )
            .unwrap_err()
        };
        assert_eq!(
            fail("/a", json!({})),
            "Test failed: [object Object] != [object Object]"
        );
        assert_eq!(fail("/c", json!("x")), "Test failed: x,y != x");
        assert_eq!(fail("/d", json!(null)), "Test failed: undefined != null");
    }

    proptest! {
        #[test]
        fn adding_and_removing_leaves_what_was_there(key in "[a-z~/]{1,6}", text in ".*", others in 0_usize..4) {
            let mut object = serde_json::Map::new();
            for index in 0..others {
                object.insert(format!("K{index}"), json!(index));
            }
            let before = Value::Object(object);
            let mut target = before.clone();
            let path = format!("/{}", key.replace('~', "~0").replace('/', "~1"));
            apply(&mut target, &json!({ "op": "add", "path": path, "value": text })).unwrap();
            prop_assert_eq!(&target[&key], &json!(text));
            apply(&mut target, &json!({ "op": "test", "path": path, "value": text })).unwrap();
            apply(&mut target, &json!({ "op": "remove", "path": path })).unwrap();
            prop_assert_eq!(target, before);
        }

        #[test]
        fn a_list_keeps_its_order_when_something_is_inserted(items in prop::collection::vec(0_i32..9, 0..6), at in 0_usize..8) {
            let mut target = json!({ "list": items });
            let done = apply(&mut target, &json!({ "op": "add", "path": format!("/list/{at}"), "value": 99 }));
            if at <= items.len() {
                let mut expected = items.clone();
                expected.insert(at, 99);
                prop_assert_eq!(&target["list"], &json!(expected));
            } else {
                prop_assert!(done.is_err());
                prop_assert_eq!(&target["list"], &json!(items));
            }
        }

        #[test]
        fn no_operation_makes_the_patcher_fall_over(op in "add|remove|replace|move|copy|test|x", path in "(/[a-z0-9~-]{0,3}){0,3}", from in "(/[a-z0-9]{0,3}){0,3}") {
            let mut target = json!({ "a": [1, { "b": 2 }], "c": null });
            let _ = apply(&mut target, &json!({ "op": op, "path": path, "from": from, "value": 1 }));
        }
    }
}
