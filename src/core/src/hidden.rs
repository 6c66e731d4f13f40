//! What the access policy hides of records, and what is said in its place: a field that is not there because the server keeps it
//! back must never read as a field that is empty.
//!
//! Must never decide what may be edited: that is [`crate::edit::Permissions`], which says from the same policy what is hidden.

use serde_json::Value;

use crate::{identity::ResourceType, protocol::Cell, text};

pub use crate::protocol::Hiding;

/// What Panels shows of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    /// `Task.status`.
    Status,
    /// `Task.businessStatus`.
    BusinessStatus,
    /// `Task.priority`.
    Priority,
    /// `Task.code`, failing that `Task.description`.
    Title,
    /// `Task.description`.
    Description,
    /// `Task.for`.
    TaskPatient,
    /// `Task.owner`.
    Owner,
    /// `Task.requester`.
    Requester,
    /// `Task.restriction.period.end`.
    Due,
    /// `Task.authoredOn`.
    Authored,
    /// `Task.note`.
    Notes,
    /// `Task.meta.tag`.
    Tags,
    /// `Patient.active`.
    Active,
    /// `Patient.name`.
    Name,
    /// `Patient.birthDate`.
    BirthDate,
    /// `Patient.gender`.
    Sex,
    /// `Patient.identifier`.
    RecordNumber,
    /// `Patient.deceased[x]`.
    Deceased,
    /// `Patient.telecom`.
    Contacts,
    /// `Patient.address`.
    Address,
}

impl Element {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 20] = [
        Self::Status,
        Self::BusinessStatus,
        Self::Priority,
        Self::Title,
        Self::Description,
        Self::TaskPatient,
        Self::Owner,
        Self::Requester,
        Self::Due,
        Self::Authored,
        Self::Notes,
        Self::Tags,
        Self::Active,
        Self::Name,
        Self::BirthDate,
        Self::Sex,
        Self::RecordNumber,
        Self::Deceased,
        Self::Contacts,
        Self::Address,
    ];

    /// Type of the resource that has it.
    pub fn kind(self) -> ResourceType {
        if (self as usize) < Self::Active as usize {
            ResourceType::Task
        } else {
            ResourceType::Patient
        }
    }

    /// Where it is: dotted, as an access policy names fields. More than one where any of them can hold it.
    pub fn paths(self) -> &'static [&'static str] {
        match self {
            Self::Status => &["status"],
            Self::BusinessStatus => &["businessStatus"],
            Self::Priority => &["priority"],
            Self::Title => &["code", "description"],
            Self::Description => &["description"],
            Self::TaskPatient => &["for"],
            Self::Owner => &["owner"],
            Self::Requester => &["requester"],
            Self::Due => &["restriction.period.end"],
            Self::Authored => &["authoredOn"],
            Self::Notes => &["note"],
            Self::Tags => &["meta.tag"],
            Self::Active => &["active"],
            Self::Name => &["name"],
            Self::BirthDate => &["birthDate"],
            Self::Sex => &["gender"],
            Self::RecordNumber => &["identifier"],
            Self::Deceased => &["deceasedBoolean", "deceasedDateTime"],
            Self::Contacts => &["telecom"],
            Self::Address => &["address"],
        }
    }
}

/// What is hidden where one of the two applies, and nobody can tell which.
pub(crate) fn either(one: Option<Hiding>, other: Option<Hiding>) -> Option<Hiding> {
    if one == other {
        one
    } else {
        Some(Hiding::Sometimes)
    }
}

/// What a policy hides of each element, and of any path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HiddenElements {
    elements: [Option<Hiding>; Element::ALL.len()],
    /// For each type of which something is hidden, the fields that each rule hides by which a record may be read.
    fields: Vec<(ResourceType, Vec<Vec<String>>)>,
}

impl HiddenElements {
    /// Nothing is hidden.
    pub const NONE: &'static Self = &Self {
        elements: [None; Element::ALL.len()],
        fields: Vec::new(),
    };

    /// What is hidden, as `hiding` tells it of each dotted path. Of an element that several paths can hold, some hidden path is
    /// enough to doubt that there is none.
    pub(crate) fn by_path(hiding: impl Fn(&ResourceType, &str) -> Option<Hiding>) -> Self {
        let elements = Element::ALL.map(|element| {
            let kind = element.kind();
            let found = element.paths().iter().map(|path| hiding(&kind, path));
            found.reduce(either).flatten()
        });
        Self {
            elements,
            fields: Vec::new(),
        }
    }

    /// The same with all that the rules for a type hide, each its own dotted paths.
    #[must_use]
    pub(crate) fn with_fields(mut self, kind: ResourceType, rules: Vec<Vec<String>>) -> Self {
        if rules.iter().any(|fields| !fields.is_empty()) {
            self.fields.push((kind, rules));
        }
        self
    }

    /// Whether what is at a dotted path of a type is hidden: the whole of it, or a part, of which something may be left.
    pub(crate) fn of_path(&self, kind: &ResourceType, path: &str) -> Option<Hiding> {
        let (_, rules) = self.fields.iter().find(|(known, _)| known == kind)?;
        let hidings = rules.iter().map(|fields| {
            let meetings = fields.iter().filter_map(|field| meeting(field, path));
            meetings.max_by_key(|hiding| *hiding == Hiding::Always)
        });
        hidings.reduce(either).flatten()
    }

    /// Whether an element is hidden.
    pub fn of(&self, element: Element) -> Option<Hiding> {
        self.elements[element as usize]
    }

    /// Whether an element is never seen. What comes of it all the same is not shown: Medplum 5.0.10
    /// sends it in frames and keeps it back in searches (`transcripts/07b-restricted-events.json`), and it would come and go.
    pub fn is_never_seen(&self, element: Element) -> bool {
        self.of(element) == Some(Hiding::Always)
    }

    /// What is said where an element has no value to show; `None` if there is none, for certain.
    pub fn instead(&self, element: Element, has_value: bool) -> Option<Hiding> {
        self.of(element)
            .filter(|hiding| *hiding == Hiding::Always || !has_value)
    }

    /// The cell of an element, as far as it may be seen.
    pub fn cell(&self, element: Element, cell: Cell) -> Cell {
        self.instead(element, cell != Cell::Empty)
            .map_or(cell, Cell::Hidden)
    }

    /// A text that names a record: what stands for it where it is not seen, or not there.
    pub(crate) fn name(&self, element: Element, name: Option<&str>, unnamed: &str) -> String {
        match (self.instead(element, name.is_some()), name) {
            (Some(_), _) => text::NAME_HIDDEN.to_owned(),
            (None, name) => name.unwrap_or(unnamed).to_owned(),
        }
    }
}

/// What a hidden field means for a path: everything is below it, or it may be below. A field with a type in its name may be what the
/// path means by the name without the type, and the other way round.
fn meeting(field: &str, path: &str) -> Option<Hiding> {
    let mut path = path.split('.').filter(|step| !step.is_empty());
    let mut hiding = Hiding::Always;
    for step in field.split('.') {
        let step = step.strip_suffix("[x]").unwrap_or(step);
        match path.next() {
            None => return Some(Hiding::Sometimes),
            Some(same) if same == step => {}
            Some(other) if has_type(step, other) || has_type(other, step) => {
                hiding = Hiding::Sometimes;
            }
            Some(_) => return None,
        }
    }
    Some(hiding)
}

/// Whether a name is another one with a type after it: `valueString`, `value`.
fn has_type(name: &str, bare: &str) -> bool {
    let kind = name.strip_prefix(bare);
    kind.is_some_and(|kind| kind.starts_with(|first: char| first.is_ascii_uppercase()))
}

/// The text of a resource without some fields, named by dotted paths; `None` if it cannot be read.
pub(crate) fn strip(raw: &str, fields: &[String]) -> Option<String> {
    let mut resource: Value = serde_json::from_str(raw).ok()?;
    for field in fields {
        remove(&mut resource, field);
    }
    Some(resource.to_string())
}

/// Of a list in between, it goes from every element.
fn remove(value: &mut Value, path: &str) {
    match (value, path.split_once('.')) {
        (Value::Array(elements), _) => {
            for element in elements {
                remove(element, path);
            }
        }
        (Value::Object(fields), None) => {
            fields.remove(path);
        }
        (Value::Object(fields), Some((step, rest))) => {
            if let Some(inner) = fields.get_mut(step) {
                remove(inner, rest);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_element_has_a_number_of_its_own() {
        for (number, element) in Element::ALL.into_iter().enumerate() {
            assert_eq!(element as usize, number, "{element:?}");
        }
    }

    #[test]
    fn what_one_of_two_fields_may_hold_is_hidden_sometimes() {
        let hides = |hidden: &'static [&'static str]| {
            HiddenElements::by_path(move |_, path| hidden.contains(&path).then_some(Hiding::Always))
        };
        let hidden = hides(&["deceasedDateTime", "owner"]);
        assert_eq!(hidden.of(Element::Deceased), Some(Hiding::Sometimes));
        assert_eq!(hidden.of(Element::Owner), Some(Hiding::Always));
        assert_eq!(hidden.of(Element::Status), None);
        let hidden = hides(&["deceasedDateTime", "deceasedBoolean"]);
        assert_eq!(hidden.of(Element::Deceased), Some(Hiding::Always));
        assert_eq!(hides(&[]), *HiddenElements::NONE);
    }

    #[test]
    fn a_path_is_hidden_with_what_it_lies_in_and_doubted_with_what_lies_in_it() {
        let of = |rules: &[&[&str]], path: &str| {
            let rules = rules
                .iter()
                .map(|fields| fields.iter().map(|field| (*field).to_owned()).collect());
            HiddenElements::default()
                .with_fields(ResourceType::Task, rules.collect())
                .of_path(&ResourceType::Task, path)
        };
        assert_eq!(of(&[&["owner"]], "owner.display"), Some(Hiding::Always));
        assert_eq!(of(&[&["owner.display"]], "owner"), Some(Hiding::Sometimes));
        assert_eq!(of(&[&["owner"]], "ownership"), None);
        assert_eq!(of(&[&["owner"], &[]], "owner"), Some(Hiding::Sometimes));
        assert_eq!(of(&[&["owner"], &["owner"]], "owner"), Some(Hiding::Always));
        assert_eq!(of(&[&[], &[]], "owner"), None);
        let typed = ["input.valueString"];
        assert_eq!(of(&[&typed], "input.value"), Some(Hiding::Sometimes));
        assert_eq!(
            of(&[&["input.value[x]"]], "input.value"),
            Some(Hiding::Always)
        );
        let other = of(&[&["input.value[x]"]], "input.valueString");
        assert_eq!(other, Some(Hiding::Sometimes));
        let hidden = HiddenElements::default()
            .with_fields(ResourceType::Task, vec![vec!["owner".to_owned()]]);
        assert_eq!(hidden.of_path(&ResourceType::Patient, "owner"), None);
    }

    #[test]
    fn a_hidden_field_is_taken_out_of_every_element_and_nothing_else_is() {
        let raw = json!({ "a": { "b": [{ "c": 1, "d": 2 }, { "c": 3 }, 4] }, "e": "x", "f": [] });
        let fields = ["a.b.c", "e", "nothing", "f.g"].map(str::to_owned);
        let left = strip(&raw.to_string(), &fields).unwrap();
        let left: Value = serde_json::from_str(&left).unwrap();
        assert_eq!(left, json!({ "a": { "b": [{ "d": 2 }, {}, 4] }, "f": [] }));
        assert_eq!(strip("{", &fields), None);
    }

    #[test]
    fn a_value_is_shown_unless_it_is_never_seen_and_none_is_not_said_of_what_may_be_hidden() {
        let sometimes = HiddenElements::by_path(|_, _| Some(Hiding::Sometimes));
        let always = HiddenElements::by_path(|_, _| Some(Hiding::Always));
        let value = || Cell::Text("x".into());
        let owner = |hidden: &HiddenElements, cell| hidden.cell(Element::Owner, cell);
        assert_eq!(owner(HiddenElements::NONE, Cell::Empty), Cell::Empty);
        assert_eq!(owner(&sometimes, value()), value());
        assert_eq!(
            owner(&sometimes, Cell::Empty),
            Cell::Hidden(Hiding::Sometimes)
        );
        assert_eq!(owner(&always, value()), Cell::Hidden(Hiding::Always));
    }
}
