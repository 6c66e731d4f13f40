//! JSON Patch (RFC 6902) of changes against a version, and the version that it leads to.
//!
//! First come the tests, then the changes. The version is tested for, so that a patch is for one version and is carried out once:
//! what a worker sent that has died may arrive after its successor's, when a colleague has brought the old value back. A value
//! that is replaced is tested for besides, as it is stored, to the last sign: it says what was seen. `replace` and `remove` need
//! their path, `add` overwrites, so each is used only where the version says that it fits
//! (`transcripts/05a-update-if-match.json`).

use serde_json::{Map, Value, json};

use super::{
    change::{Standing, position},
    document::{Document, at, list_at, pointer},
};
use crate::protocol::{EditField, FieldChange};

/// The resource has something else where an object or a list must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

/// A patch, and what it makes of the version it was made for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Patch {
    /// The operations; none if there is nothing to change.
    pub(crate) operations: Vec<Value>,
    /// The resource afterwards.
    pub(crate) body: Value,
}

impl Patch {
    /// The patch of changes, in order. What the version holds already is left out.
    pub(crate) fn of<'a>(
        base: &Document,
        changes: impl IntoIterator<Item = &'a FieldChange>,
    ) -> Result<Self, Malformed> {
        let mut builder = Builder {
            base: &base.body,
            body: base.body.clone(),
            tests: Vec::new(),
            operations: Vec::new(),
        };
        for change in changes {
            if change.standing(&builder.body) != Standing::Wanted {
                builder.make(change)?;
            }
        }
        let mut operations = Vec::new();
        if !builder.operations.is_empty() {
            operations.push(test("/meta/versionId", &json!(base.version)));
        }
        operations.append(&mut builder.tests);
        operations.append(&mut builder.operations);
        Ok(Self {
            operations,
            body: builder.body,
        })
    }
}

struct Builder<'a> {
    base: &'a Value,
    /// The resource after the operations so far.
    body: Value,
    tests: Vec<Value>,
    operations: Vec<Value>,
}

impl Builder<'_> {
    fn make(&mut self, change: &FieldChange) -> Result<(), Malformed> {
        if change.field.is_list() {
            return self.make_in_list(change);
        }
        let path = change.field.path();
        match change.wanted.to_fhir() {
            Some(value) => self.set(path, value)?,
            None => self.remove(path),
        }
        if change.field.is_address_part() {
            // Made of the parts, it says what was.
            self.remove(EditField::AddressText.path());
        }
        Ok(())
    }

    fn make_in_list(&mut self, change: &FieldChange) -> Result<(), Malformed> {
        let list = change.field.path();
        let wanted = change.wanted.to_fhir();
        if let Some(element) = wanted.clone().filter(|_| change.adds()) {
            return match at(&self.body, list) {
                Some(Value::Array(_)) => {
                    self.operate("add", &format!("{}/-", pointer(list)), Some(element))
                }
                Some(_) => Err(Malformed),
                None => self.operate("add", &pointer(list), Some(json!([element]))),
            };
        }
        // The same number may stand there more than once.
        for round in 0..list_at(&self.body, list).len() {
            let Some(index) = position(change.field, &change.seen, &self.body) else {
                break;
            };
            let first = position(change.field, &change.seen, self.base);
            self.test_element(list, first.filter(|_| round == 0));
            let place = format!("{}/{index}", pointer(list));
            match &wanted {
                Some(wanted) => {
                    let element = corrected(&list_at(&self.body, list)[index], wanted)?;
                    self.operate("replace", &place, Some(element))?;
                }
                None if list_at(&self.body, list).len() == 1 => self.remove(list),
                None => self.operate("remove", &place, None)?,
            }
        }
        Ok(())
    }

    /// An element is tested for at its place in the version, unless this patch has added it or it is one of several.
    fn test_element(&mut self, list: &[&str], index: Option<usize>) {
        if let Some(index) = index {
            let place = format!("{}/{index}", pointer(list));
            self.tests
                .push(test(&place, &list_at(self.base, list)[index]));
        }
    }

    fn test_value(&mut self, path: &[&str]) {
        if let Some(value) = at(self.base, path) {
            let test = test(&pointer(path), value);
            if !self.tests.contains(&test) {
                self.tests.push(test);
            }
        }
    }

    fn set(&mut self, path: &[&str], value: Value) -> Result<(), Malformed> {
        if at(&self.body, path).is_some() {
            self.test_value(path);
            return self.operate("replace", &pointer(path), Some(value));
        }
        // The nearest thing above that is there; the resource itself always is.
        let depth = (0..path.len())
            .rev()
            .find(|depth| at(&self.body, &path[..*depth]).is_some())
            .ok_or(Malformed)?;
        let missing = path[depth + 1..].iter().rev();
        let value = missing.fold(value, |inner, step| match step.parse::<usize>() {
            Ok(_) => json!([inner]),
            Err(_) => Value::Object(Map::from_iter([((*step).to_owned(), inner)])),
        });
        self.operate("add", &pointer(&path[..=depth]), Some(value))
    }

    /// Removes a field, and what would be empty without it: FHIR has no empty objects.
    fn remove(&mut self, path: &[&str]) {
        if at(&self.body, path).is_none() {
            return;
        }
        let mut depth = path.len();
        while depth > 1 && at(&self.body, &path[..depth - 1]).is_some_and(is_single) {
            depth -= 1;
        }
        self.test_value(&path[..depth]);
        // It is there, so that this does not fail.
        let _ = self.operate("remove", &pointer(&path[..depth]), None);
    }

    /// Notes an operation and carries it out.
    fn operate(&mut self, name: &str, place: &str, value: Option<Value>) -> Result<(), Malformed> {
        let mut operation = json!({ "op": name, "path": place });
        if let Some(value) = &value {
            operation["value"] = value.clone();
        }
        let (parent, last) = place.rsplit_once('/').ok_or(Malformed)?;
        let parent = self.body.pointer_mut(parent).ok_or(Malformed)?;
        match (parent, value) {
            (Value::Object(object), Some(value)) => {
                object.insert(last.to_owned(), value);
            }
            (Value::Object(object), None) => {
                object.remove(last);
            }
            (Value::Array(items), Some(value)) if name == "add" => items.push(value),
            (Value::Array(items), value) => {
                let index = last.parse::<usize>().ok();
                let index = index
                    .filter(|index| *index < items.len())
                    .ok_or(Malformed)?;
                match value {
                    Some(value) => items[index] = value,
                    None => {
                        items.remove(index);
                    }
                }
            }
            _ => return Err(Malformed),
        }
        self.operations.push(operation);
        Ok(())
    }
}

fn test(place: &str, value: &Value) -> Value {
    json!({ "op": "test", "path": place, "value": value })
}

/// A contact with another number, or a tag with another name: its use, rank and period stay.
fn corrected(element: &Value, wanted: &Value) -> Result<Value, Malformed> {
    let mut element = element.clone();
    let fields = element.as_object_mut().ok_or(Malformed)?;
    for name in ["system", "value", "code", "display"] {
        match wanted.get(name) {
            Some(value) => fields.insert(name.to_owned(), value.clone()),
            None => fields.remove(name),
        };
    }
    Ok(element)
}

fn is_single(value: &Value) -> bool {
    match value {
        Value::Object(object) => object.len() == 1,
        Value::Array(items) => items.len() == 1,
        _ => false,
    }
}
