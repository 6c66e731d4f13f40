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

/// What a policy hides of each element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HiddenElements([Option<Hiding>; Element::ALL.len()]);

impl HiddenElements {
    /// Nothing is hidden.
    pub const NONE: &'static Self = &Self([None; Element::ALL.len()]);

    /// What is hidden, as `hiding` tells it of each dotted path. Of an element that several paths can hold, some hidden path is
    /// enough to doubt that there is none.
    pub(crate) fn by_path(hiding: impl Fn(&ResourceType, &str) -> Option<Hiding>) -> Self {
        Self(Element::ALL.map(|element| {
            let kind = element.kind();
            let found = element.paths().iter().map(|path| hiding(&kind, path));
            found.reduce(either).flatten()
        }))
    }

    /// Whether an element is hidden.
    pub fn of(&self, element: Element) -> Option<Hiding> {
        self.0[element as usize]
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
