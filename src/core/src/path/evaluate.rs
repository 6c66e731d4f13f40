//! Carrying a path out over the JSON of a resource.

use serde_json::Value;

use super::{Criterion, Literal, Path, Step};
use crate::limits;

/// The elements of tasks, patients and the types within them that have a type in their name: FHIR writes `value[x]`, a path says
/// `value`, and the JSON has `valueString`.
const CHOICES: [&str; 6] = [
    "asNeeded",
    "author",
    "bounds",
    "deceased",
    "multipleBirth",
    "value",
];

/// One value that a path leads to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Item<'a> {
    /// Something in the resource.
    Json(&'a Value),
    /// Whether there is something.
    Flag(bool),
    /// How many there are.
    Count(usize),
}

/// There is more to look at than [`limits::PATH_VISITS_MAX`] allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooMuch;

/// All values that a path leads to, in the order of the resource.
pub(super) fn evaluate<'a>(path: &Path, resource: &'a Value) -> Result<Vec<Item<'a>>, TooMuch> {
    let mut walk = Walk {
        visits_left: limits::PATH_VISITS_MAX,
    };
    walk.steps(&path.steps, vec![Item::Json(resource)])
}

struct Walk {
    visits_left: usize,
}

impl Walk {
    fn visit(&mut self) -> Result<(), TooMuch> {
        self.visits_left = self.visits_left.checked_sub(1).ok_or(TooMuch)?;
        Ok(())
    }

    fn steps<'a>(
        &mut self,
        steps: &[Step],
        mut items: Vec<Item<'a>>,
    ) -> Result<Vec<Item<'a>>, TooMuch> {
        for step in steps {
            items = self.step(step, items)?;
        }
        Ok(items)
    }

    fn step<'a>(&mut self, step: &Step, items: Vec<Item<'a>>) -> Result<Vec<Item<'a>>, TooMuch> {
        Ok(match step {
            Step::Field(name) => self.field(name, &items)?,
            Step::Index(index) => items.into_iter().skip((*index).into()).take(1).collect(),
            Step::Where(criterion) => self.filter(criterion, items)?,
            Step::Extension(url) => {
                let mut extensions = self.field("extension", &items)?;
                extensions.retain(|item| match item {
                    Item::Json(extension) => extension["url"] == **url,
                    Item::Flag(_) | Item::Count(_) => false,
                });
                extensions
            }
            Step::First => items.into_iter().take(1).collect(),
            Step::Last => items.into_iter().next_back().into_iter().collect(),
            Step::Exists => vec![Item::Flag(!items.is_empty())],
            Step::Count => vec![Item::Count(items.len())],
        })
    }

    fn field<'a>(&mut self, name: &str, items: &[Item<'a>]) -> Result<Vec<Item<'a>>, TooMuch> {
        let mut found = Vec::new();
        for item in items {
            self.visit()?;
            let Item::Json(Value::Object(fields)) = item else {
                continue;
            };
            let value = fields.get(name).or_else(|| {
                let is_choice = CHOICES.contains(&name);
                let mut fields = fields.iter().filter(|_| is_choice);
                fields.find_map(|(key, value)| (choice(key) == Some(name)).then_some(value))
            });
            match value {
                None | Some(Value::Null) => {}
                Some(Value::Array(elements)) => {
                    for element in elements.iter().filter(|element| !element.is_null()) {
                        self.visit()?;
                        found.push(Item::Json(element));
                    }
                }
                Some(value) => found.push(Item::Json(value)),
            }
        }
        Ok(found)
    }

    fn filter<'a>(
        &mut self,
        criterion: &Criterion,
        items: Vec<Item<'a>>,
    ) -> Result<Vec<Item<'a>>, TooMuch> {
        let mut kept = Vec::new();
        for item in items {
            self.visit()?;
            let found = self.steps(&criterion.steps, vec![item])?;
            let holds = match (&criterion.equals, &*found) {
                (Some(literal), [one]) => equals(literal, one),
                // As FHIRPath has it: a value that is there holds, unless it says no.
                (None, [one]) => !equals(&Literal::Flag(false), one),
                _ => false,
            };
            if holds {
                kept.push(item);
            }
        }
        Ok(kept)
    }
}

fn equals(literal: &Literal, item: &Item<'_>) -> bool {
    match (literal, item) {
        (Literal::Text(text), Item::Json(value)) => value.as_str() == Some(text),
        (Literal::Whole(number), Item::Json(value)) => value.as_i64() == Some(*number),
        (Literal::Whole(number), Item::Count(count)) => i64::try_from(*count) == Ok(*number),
        (Literal::Flag(flag), Item::Json(value)) => value.as_bool() == Some(*flag),
        (Literal::Flag(flag), Item::Flag(value)) => value == flag,
        _ => false,
    }
}

/// The element that a field is a choice of: `value` of `valueString`.
pub(super) fn choice(field: &str) -> Option<&'static str> {
    CHOICES.into_iter().find(|name| {
        let kind = field.strip_prefix(name);
        kind.is_some_and(|kind| kind.starts_with(|first: char| first.is_ascii_uppercase()))
    })
}
