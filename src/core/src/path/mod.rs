//! Paths into a resource, for the columns that people add to a panel: a small total part of FHIRPath
//! (<http://hl7.org/fhirpath/N1/>), read from a text and carried out over the JSON of a resource.
//!
//! It has fields, indexes, `where`, `extension`, `first`, `last`, `exists` and `count`, and nothing that could fail, wait or go on
//! for ever: whatever a path and a resource are made of, there is an answer within a fixed number of steps. The README tells
//! where it differs from FHIRPath. Must never decide what may be seen: it says what a path looks at, [`crate::hidden`] decides.

mod cells;
mod evaluate;
mod parse;
mod seen;
#[cfg(test)]
mod tests;

use std::fmt;

use thiserror::Error;

pub(crate) use cells::Source;
pub(crate) use seen::PathsSeen;

/// A path that can be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// The type of resource it begins with, where it names one.
    kind: Option<String>,
    steps: Vec<Step>,
}

/// One step: from some values to others.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    /// `name`: what is in a field of each.
    Field(String),
    /// `[0]`: one of them.
    Index(u16),
    /// `where(system = 'phone')`: those for which something holds.
    Where(Criterion),
    /// `extension('url')`: the extensions of each that have this address.
    Extension(String),
    /// `first()`.
    First,
    /// `last()`.
    Last,
    /// `exists()`: whether there are any.
    Exists,
    /// `count()`: how many there are.
    Count,
}

/// What must hold for a value: that a path from it leads to one value, and which.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Criterion {
    steps: Vec<Step>,
    equals: Option<Literal>,
}

/// A value in a path.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Literal {
    Text(String),
    Whole(i64),
    Flag(bool),
}

/// What is wrong with the text of a path, and where.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("at character {}: {why}", at + 1)]
pub struct PathFault {
    /// Characters before the fault.
    pub at: u32,
    /// What is wrong there.
    pub why: PathFaultKind,
}

/// What is wrong with the text of a path.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PathFaultKind {
    /// There is none.
    #[error("write a path, for example code.text")]
    Empty,
    /// It is longer than [`crate::limits::PATH_CHARS_MAX`].
    #[error("the path is too long")]
    TooLong,
    /// It has more steps than [`crate::limits::PATH_STEPS_MAX`].
    #[error("the path has too many steps")]
    TooManySteps,
    /// More of `where` within `where` than [`crate::limits::PATH_NESTING_MAX`].
    #[error("where() is nested too deeply")]
    TooDeep,
    /// Something else than a name.
    #[error("expected the name of a field")]
    Name,
    /// A function that there is not.
    #[error("{name}() is not known here; use where, extension, first, last, exists or count")]
    Function {
        /// Which.
        name: String,
    },
    /// Something else than a certain character.
    #[error("expected “{wanted}”")]
    Expected {
        /// Which.
        wanted: char,
    },
    /// Something else than a text.
    #[error("expected a text in single quotes")]
    Text,
    /// A text without an end.
    #[error("this text has no quote at its end")]
    OpenText,
    /// Something that is no escape.
    #[error("only a quote or a backslash may follow a backslash")]
    Escape,
    /// Something else than an index.
    #[error("expected a number from 0 to 999")]
    Index,
    /// Something else than a value.
    #[error("expected a text in single quotes, a whole number, true or false")]
    Value,
    /// Something after a step.
    #[error("expected a dot or the end of the path")]
    Trailing,
    /// It begins with a type that the rows do not have.
    #[error("the rows of this panel are of type {rows}")]
    Kind {
        /// The type that they have.
        rows: String,
    },
}

impl Path {
    /// Reads the text of a path.
    pub fn parse(text: &str) -> Result<Self, PathFault> {
        parse::path(text)
    }

    /// The same for rows of a type: a path that names another one leads nowhere.
    pub fn parse_for(text: &str, rows: &str) -> Result<Self, PathFault> {
        let path = Self::parse(text)?;
        if path.kind.as_ref().is_some_and(|kind| kind != rows) {
            let rows = rows.to_owned();
            let why = PathFaultKind::Kind { rows };
            return Err(PathFault { at: 0, why });
        }
        Ok(path)
    }

    /// All that it looks at, each as an access policy names fields: `identifier.value`.
    pub(crate) fn elements(&self) -> Vec<String> {
        let mut elements = Vec::new();
        collect_elements(&self.steps, String::new(), &mut elements);
        elements
    }
}

fn collect_elements(steps: &[Step], mut here: String, elements: &mut Vec<String>) {
    let below = |here: &str, name: &str| match here {
        "" => name.to_owned(),
        here => format!("{here}.{name}"),
    };
    for step in steps {
        match step {
            Step::Field(name) => here = below(&here, name),
            Step::Extension(_) => here = below(&here, "extension"),
            Step::Where(criterion) => collect_elements(&criterion.steps, here.clone(), elements),
            Step::Index(_) | Step::First | Step::Last | Step::Exists | Step::Count => {}
        }
    }
    elements.push(here);
}

impl fmt::Display for Path {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(kind) = &self.kind {
            write!(formatter, "{kind}.")?;
        }
        write_steps(&self.steps, formatter)
    }
}

fn write_steps(steps: &[Step], formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (place, step) in steps.iter().enumerate() {
        if place > 0 && !matches!(step, Step::Index(_)) {
            formatter.write_str(".")?;
        }
        match step {
            Step::Field(name) => formatter.write_str(name)?,
            Step::Index(index) => write!(formatter, "[{index}]")?,
            Step::Where(criterion) => {
                formatter.write_str("where(")?;
                write_steps(&criterion.steps, formatter)?;
                if let Some(literal) = &criterion.equals {
                    formatter.write_str(" = ")?;
                    write_literal(literal, formatter)?;
                }
                formatter.write_str(")")?;
            }
            Step::Extension(url) => {
                formatter.write_str("extension(")?;
                formatter.write_str(&quoted(url))?;
                formatter.write_str(")")?;
            }
            Step::First => formatter.write_str("first()")?,
            Step::Last => formatter.write_str("last()")?,
            Step::Exists => formatter.write_str("exists()")?,
            Step::Count => formatter.write_str("count()")?,
        }
    }
    Ok(())
}

fn write_literal(literal: &Literal, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    match literal {
        Literal::Text(text) => formatter.write_str(&quoted(text)),
        Literal::Whole(number) => write!(formatter, "{number}"),
        Literal::Flag(flag) => write!(formatter, "{flag}"),
    }
}

/// A text as it stands in a path.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', r"\\").replace('\'', r"\'"))
}
