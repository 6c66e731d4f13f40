//! From what a path leads to, to a cell. Nothing that is there is ever left out for its form: what does not fit the format of its
//! column is shown as the text it is.

use serde_json::{Map, Value};

use super::{
    Path,
    evaluate::{Item, choice, evaluate},
};
use crate::{
    fhir::{self, Reference},
    hidden::{HiddenElements, Hiding},
    identity::{ResourceKey, ResourceType},
    limits,
    panel::{Lookup, person_cell},
    protocol::{Cell, PathColumn, PathFormat},
    text,
};

/// Between several values in one cell.
const SEPARATOR: &str = ", ";
/// Ends what was cut.
const ELLIPSIS: &str = "…";
/// Levels of an object that are looked into for a text of it: a concept holds codings.
const TEXT_DEPTH_MAX: usize = 3;

/// A column with a path, ready to be filled.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Source {
    /// Stable name of its column.
    pub(crate) id: String,
    path: Path,
    format: PathFormat,
    /// What it looks at: see [`Path::elements`].
    elements: Vec<String>,
}

impl Source {
    /// `None` for a path that cannot be read.
    pub(crate) fn new(column: &PathColumn) -> Option<Self> {
        let path = Path::parse(&column.path).ok()?;
        Some(Self {
            id: column.id.clone(),
            elements: path.elements(),
            path,
            format: column.format,
        })
    }

    /// Whether what it looks at is hidden, or a part of it.
    pub(crate) fn hiding(&self, kind: &ResourceType, hidden: &HiddenElements) -> Option<Hiding> {
        let elements = self.elements.iter();
        let hidings = elements.filter_map(|element| hidden.of_path(kind, element));
        hidings.max_by_key(|hiding| *hiding == Hiding::Always)
    }

    /// The cell for a resource: `None` for one whose text is no JSON.
    pub(crate) fn cell(
        &self,
        kind: &ResourceType,
        resource: Option<&Value>,
        lookup: &dyn Lookup,
    ) -> Cell {
        let hiding = self.hiding(kind, lookup.hidden());
        if hiding == Some(Hiding::Always) {
            return Cell::Hidden(Hiding::Always);
        }
        let Some(items) = resource.map(|resource| evaluate(&self.path, resource)) else {
            return Cell::Text(text::NOT_READABLE.to_owned());
        };
        let Ok(items) = items else {
            return Cell::Text(text::TOO_MUCH.to_owned());
        };
        let is_none = |item: &Item<'_>| matches!(item, Item::Flag(false) | Item::Count(0));
        match hiding {
            Some(hiding) if items.iter().all(is_none) => Cell::Hidden(hiding),
            _ => cell(self.format, &items, lookup),
        }
    }
}

fn cell(format: PathFormat, items: &[Item<'_>], lookup: &dyn Lookup) -> Cell {
    if format == PathFormat::Tags {
        let tags = texts(items);
        return match tags.is_empty() {
            true => Cell::Empty,
            false => Cell::Tags(tags),
        };
    }
    let fitting = match items {
        [one] => fitting(format, one, lookup),
        _ => None,
    };
    fitting.unwrap_or_else(|| match joined(&texts(items)) {
        text if text.is_empty() => Cell::Empty,
        text => Cell::Text(text),
    })
}

/// The cell of a value that is of the kind which a column is for.
fn fitting(format: PathFormat, item: &Item<'_>, lookup: &dyn Lookup) -> Option<Cell> {
    match (format, item) {
        (PathFormat::Number, Item::Count(count)) => {
            Some(number(*count as f64, &count.to_string(), None))
        }
        (PathFormat::Number, Item::Json(value)) => match value {
            Value::Number(value) => Some(number(value.as_f64()?, &value.to_string(), None)),
            // As JSON writes it: what has zeros in front is none, and keeps them.
            Value::String(text) if text.len() <= limits::CODE_CHARS_MAX => {
                Some(number(serde_json::from_str(text).ok()?, text.trim(), None))
            }
            Value::Object(fields) => {
                let unit = fields.get("unit").or_else(|| fields.get("code"));
                let unit = unit.or_else(|| fields.get("currency"));
                let value = fields.get("value")?.as_number()?;
                Some(number(value.as_f64()?, &value.to_string(), unit))
            }
            _ => None,
        },
        (PathFormat::Date | PathFormat::DateTime, Item::Json(value)) => {
            fhir::parse_date(value.as_str()?).map(Cell::Date)
        }
        (PathFormat::Boolean, Item::Flag(flag)) => Some(Cell::Flag(*flag)),
        (PathFormat::Boolean, Item::Json(value)) => value.as_bool().map(Cell::Flag),
        (PathFormat::Person, Item::Json(Value::Object(fields))) => person(fields, lookup),
        _ => None,
    }
}

/// A number as it is written, and its unit.
fn number(value: f64, written: &str, unit: Option<&Value>) -> Cell {
    let unit = unit.and_then(Value::as_str);
    let unit = unit.and_then(|unit| fhir::line(unit, limits::CODE_CHARS_MAX));
    let shown = match unit {
        Some(unit) => format!("{written} {unit}"),
        None => written.to_owned(),
    };
    Cell::Number { value, shown }
}

fn person(fields: &Map<String, Value>, lookup: &dyn Lookup) -> Option<Cell> {
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    let display = text("display").and_then(|name| fhir::line(name, limits::LINE_CHARS_MAX));
    let person = Reference {
        key: text("reference").and_then(ResourceKey::from_reference),
        display: display.map(Into::into),
    };
    let is_known = person.key.is_some() || person.display.is_some();
    is_known.then(|| person_cell(Some(&person), lookup))
}

/// Each value as a text, as many as are shown.
fn texts(items: &[Item<'_>]) -> Vec<String> {
    let mut texts: Vec<String> = items
        .iter()
        .filter_map(of_item)
        .take(limits::PATH_VALUES_MAX + 1)
        .collect();
    if texts.len() > limits::PATH_VALUES_MAX {
        texts[limits::PATH_VALUES_MAX] = ELLIPSIS.to_owned();
    }
    texts
}

fn joined(texts: &[String]) -> String {
    let whole = texts.join(SEPARATOR);
    match whole.char_indices().nth(limits::PATH_CELL_CHARS_MAX) {
        Some((end, _)) => format!("{}{ELLIPSIS}", &whole[..end]),
        None => whole,
    }
}

fn of_item(item: &Item<'_>) -> Option<String> {
    match item {
        Item::Flag(flag) => Some(yes_or_no(*flag)),
        Item::Count(count) => Some(count.to_string()),
        Item::Json(value) => of_value(value, TEXT_DEPTH_MAX),
    }
}

fn yes_or_no(flag: bool) -> String {
    let word = if flag { text::YES } else { text::NO };
    word.to_owned()
}

/// A value in words; `None` where there are none in it.
fn of_value(value: &Value, depth: usize) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Bool(flag) => Some(yes_or_no(*flag)),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => fhir::line(text, limits::LINE_CHARS_MAX).map(Into::into),
        Value::Object(fields) if depth > 0 => {
            Some(of_object(fields, depth - 1).unwrap_or_else(|| text::SEVERAL_FIELDS.to_owned()))
        }
        Value::Array(values) if depth > 0 => listed(values, depth - 1),
        Value::Object(_) | Value::Array(_) => Some(text::SEVERAL_FIELDS.to_owned()),
    }
}

/// The data types of FHIR by what they have: a concept and a note their text, a coding and a reference their name, an identifier, a
/// contact and a quantity their value, a name, a period and an address their parts.
fn of_object(fields: &Map<String, Value>, depth: usize) -> Option<String> {
    let part = |name: &str| fields.get(name).and_then(|value| of_value(value, depth));
    let parts = |names: &[&str], between: &str| {
        let parts: Vec<String> = names.iter().filter_map(|name| part(name)).collect();
        (!parts.is_empty()).then(|| parts.join(between))
    };
    let chosen = || {
        let mut fields = fields
            .iter()
            .filter(|(key, _)| choice(key) == Some("value"));
        of_value(fields.next()?.1, depth)
    };
    part("text")
        .or_else(|| part("display"))
        .or_else(|| part("coding"))
        .or_else(|| match fields.contains_key("value") {
            true => parts(&["value", "unit"], " "),
            false => chosen(),
        })
        .or_else(|| parts(&["given", "family"], " "))
        .or_else(|| parts(&["start", "end"], " – "))
        .or_else(|| {
            parts(
                &["line", "postalCode", "city", "state", "country"],
                SEPARATOR,
            )
        })
        .or_else(|| part("reference"))
        .or_else(|| part("code"))
}

/// Of several codings the first that says something; of several lines or given names all.
fn listed(values: &[Value], depth: usize) -> Option<String> {
    let is_coding = values.first().is_some_and(Value::is_object);
    let count = if is_coding {
        1
    } else {
        limits::PATH_VALUES_MAX
    };
    let texts = values.iter().filter_map(|value| of_value(value, depth));
    let texts: Vec<String> = texts.take(count).collect();
    (!texts.is_empty()).then(|| texts.join(" "))
}
