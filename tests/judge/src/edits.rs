//! Whether an edit was lost, made twice, or made over something that its author had never seen.
//!
//! What a tab said and heard, and the server's history, go in; violations come out. It reads the messages as text, without the
//! core's types, and it believes nothing of them that the history does not confirm.

mod hearing;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde_json::Value;

pub use hearing::EditLog;
use hearing::{Ask, Fate};

/// Every version of every task, in the order of writing; of a deleted one none follows.
pub type Histories = BTreeMap<String, Vec<Arc<Value>>>;

/// Something that must not be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EditViolation {
    /// An edit was asked for, and nobody ever told what became of it.
    Lost(String),
    /// It is said to be saved, and the history does not hold it.
    NotThere(String),
    /// A note is there more than once.
    Twice(String),
    /// A note is there although its edit was not made.
    Unwanted(String),
    /// A value was replaced that nobody who replaced it had seen or decided about.
    Overwritten {
        /// Id of the task.
        task: String,
        /// The version that did.
        version: String,
        /// What it replaced, and by what.
        change: String,
    },
}

/// How much there was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EditFigures {
    /// Edits asked for.
    pub asked: usize,
    /// Edits that the server holds.
    pub applied: usize,
    /// Edits that met the same change of somebody else and were decided about.
    pub decided: usize,
    /// Edits that were not taken, given up or discarded.
    pub given_up: usize,
}

/// Fields whose changes nobody merges, as the messages and the resource call them.
const GUARDED: [&str; 2] = ["owner", "priority"];

/// Compares what a user asked for with what the server holds. `author`: reference of the user's profile.
pub fn judge_edits(
    author: &str,
    log: &EditLog,
    histories: &Histories,
) -> (Vec<EditViolation>, EditFigures) {
    let mut violations = Vec::new();
    let mut figures = EditFigures::default();
    for ask in log.asks() {
        figures.asked += 1;
        let history = histories.get(&ask.task).map_or(&[][..], Vec::as_slice);
        let fate = log.fate(ask);
        match &fate {
            Fate::Untold => violations.push(EditViolation::Lost(ask.id.clone())),
            Fate::Applied(version) => {
                figures.applied += 1;
                if !is_there(author, ask, log, history) {
                    let described = described(ask, version.as_deref(), log, history);
                    violations.push(EditViolation::NotThere(described));
                }
            }
            Fate::AlreadySo | Fate::Superseded => figures.applied += 1,
            Fate::Ended | Fate::Refused => figures.given_up += 1,
        }
        figures.decided += usize::from(log.decisions(&ask.id).next().is_some());
        violations.extend(notes(ask, &fate, history));
    }
    for (task, history) in histories {
        violations.extend(overwritten(author, log, task, history));
    }
    violations.sort();
    violations.dedup();
    (violations, figures)
}

/// Whether the author wrote a version that holds what was asked for, or what a later edit of the same user wants instead, which may
/// have gone out in the same request. What that one had seen does not matter: while the first waits for a decision the server's
/// value is shown. The version that is named may be a later one that holds it still: where the answer was lost it is the one that
/// was read.
fn is_there(author: &str, ask: &Ask, log: &EditLog, history: &[Arc<Value>]) -> bool {
    let same = |other: &&Ask| other.task == ask.task && other.field == ask.field;
    let since = log.asks().skip_while(|other| other.id != ask.id);
    let wanted: BTreeSet<_> = since.filter(same).map(|other| &other.wanted).collect();
    let holds = |held: &&Arc<Value>| match &ask.note {
        Some(text) => count_notes(held, text) > 0,
        None => wanted.contains(&value_in(held, &ask.field)),
    };
    let own = history.iter().filter(|held| author_of(held) == author);
    own.filter(holds).count() > 0
}

/// What is needed to understand that an edit is missing.
fn described(ask: &Ask, version: Option<&str>, log: &EditLog, history: &[Arc<Value>]) -> String {
    let steps = steps(log, &ask.task, &ask.field, history);
    format!("{ask:?} in {version:?}, {steps}")
}

/// What was asked of a field, what was decided, and what the server made of it.
fn steps(log: &EditLog, task: &str, field: &str, history: &[Arc<Value>]) -> String {
    let steps = history.iter().map(|held| {
        let value = value_in(held, field);
        format!("{} by {}: {value:?}", version_of(held), author_of(held))
    });
    let steps: Vec<_> = steps.collect();
    let asks = log.asks().filter(|other| other.task == task);
    let asks = asks.filter(|other| other.field == field).map(|other| {
        let decisions: Vec<_> = log.decisions(&other.id).collect();
        let (id, seen, wanted) = (&other.id, &other.seen, &other.wanted);
        format!(
            "{id}: {seen:?} -> {wanted:?}, decided {decisions:?}: {:?}",
            log.fate(other)
        )
    });
    let asks: Vec<_> = asks.collect();
    format!("asked {asks:#?}, history {steps:#?}")
}

fn notes(ask: &Ask, fate: &Fate, history: &[Arc<Value>]) -> Option<EditViolation> {
    let text = ask.note.as_deref()?;
    let count = count_notes(history.last()?, text);
    let wanted = usize::from(matches!(fate, Fate::Applied(_) | Fate::AlreadySo));
    match count {
        count if count > 1 => Some(EditViolation::Twice(ask.id.clone())),
        1 if wanted == 0 => Some(EditViolation::Unwanted(ask.id.clone())),
        _ => None,
    }
}

/// Each step of a guarded field that this user made has to begin at a value that the user had seen, or had decided about.
fn overwritten(
    author: &str,
    log: &EditLog,
    task: &str,
    history: &[Arc<Value>],
) -> Vec<EditViolation> {
    let mut violations = Vec::new();
    for pair in history.windows(2) {
        let [before, after] = pair else { continue };
        if author_of(after) != author {
            continue;
        }
        for field in GUARDED {
            let (from, to) = (value_in(before, field), value_in(after, field));
            if from != to && !reachable(log, task, field, &from, history).contains(&to) {
                violations.push(EditViolation::Overwritten {
                    task: task.to_owned(),
                    version: version_of(after).to_owned(),
                    change: format!(
                        "{field}: {from:?} -> {to:?}, {}",
                        steps(log, task, field, history)
                    ),
                });
            }
        }
    }
    violations
}

/// Values that a user's edits lead to from a value, each of them made by somebody who saw where it began.
fn reachable(
    log: &EditLog,
    task: &str,
    field: &str,
    from: &Option<String>,
    history: &[Arc<Value>],
) -> BTreeSet<Option<String>> {
    let mut seen = BTreeSet::from([from.clone()]);
    let mut reached = BTreeSet::new();
    for ask in log
        .asks()
        .filter(|ask| ask.task == task && ask.field == field)
    {
        let decided = |version: &str| {
            let theirs = history.iter().find(|held| version_of(held) == version);
            theirs.is_some_and(|theirs| seen.contains(&value_in(theirs, field)))
        };
        if seen.contains(&ask.seen) || log.decisions(&ask.id).any(decided) {
            seen.insert(ask.wanted.clone());
            reached.insert(ask.wanted.clone());
        }
    }
    reached
}

fn value_in(task: &Value, field: &str) -> Option<String> {
    let value = match field {
        "owner" => &task["owner"]["reference"],
        field => &task[field],
    };
    value.as_str().map(str::to_owned)
}

fn version_of(task: &Value) -> &str {
    task["meta"]["versionId"].as_str().unwrap_or_default()
}

fn author_of(task: &Value) -> &str {
    task["meta"]["author"]["reference"]
        .as_str()
        .unwrap_or_default()
}

fn count_notes(task: &Value, text: &str) -> usize {
    let notes = task["note"].as_array().into_iter().flatten();
    notes.filter(|note| note["text"] == text).count()
}
