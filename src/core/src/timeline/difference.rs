//! What one version changed of the one before it.

use serde_json::{Map, Value};

use super::{Written, parts::parts};
use crate::{
    fhir::{Contact, Note, Task},
    hidden::Element,
    limits,
    panel::Lookup,
    protocol::{Cell, TimelineChange},
    record::label,
    text,
};

/// Differences between two versions.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Difference {
    /// Those that have a word.
    pub(super) changes: Vec<TimelineChange>,
    /// How many more of them there are.
    pub(super) left_out: usize,
    /// Something differs for which there is no word.
    pub(super) other: bool,
}

/// See the module.
pub(super) fn difference(was: &Written, now: &Written, lookup: &dyn Lookup) -> Difference {
    let mut found = Found::default();
    if was.resource.key.kind == now.resource.key.kind {
        found.values(was, now, lookup);
        found.lists(was, now, lookup);
    }
    let differs = |fields: &Map<String, Value>, others: &Map<String, Value>| {
        fields.iter().any(|(name, value)| {
            others.get(name) != Some(value) && !found.explained.contains(&name.as_str())
        })
    };
    let other = differs(&was.fields, &now.fields) || differs(&now.fields, &was.fields);
    let left_out = found
        .changes
        .len()
        .saturating_sub(limits::TIMELINE_CHANGES_MAX);
    found.changes.truncate(limits::TIMELINE_CHANGES_MAX);
    Difference {
        changes: found.changes,
        left_out,
        other,
    }
}

#[derive(Default)]
struct Found {
    changes: Vec<TimelineChange>,
    /// Fields whose difference is told.
    explained: Vec<&'static str>,
}

impl Found {
    fn explain(&mut self, element: Element) {
        let paths = element.paths().iter();
        let fields = paths.map(|path| path.split_once('.').map_or(*path, |(field, _)| field));
        self.explained.extend(fields);
    }

    fn values(&mut self, was: &Written, now: &Written, lookup: &dyn Lookup) {
        let (before, after) = (
            parts(&was.resource.body, lookup),
            parts(&now.resource.body, lookup),
        );
        for (before, after) in before.into_iter().zip(after) {
            let element = after.element;
            if same(&before.value, &after.value)
                || (element == Element::Description && is_told_by_title(was, now))
            {
                continue;
            }
            let (was, now) = told_apart(before.value, after.value);
            let label = label(element).to_owned();
            self.changes.push(TimelineChange {
                label,
                was: Some(was),
                now: Some(now),
            });
            self.explain(element);
        }
    }

    fn lists(&mut self, was: &Written, now: &Written, lookup: &dyn Lookup) {
        // Of a list that is not there it may not be certain that it was empty.
        let seen = |element, was: usize, now: usize| {
            let is_known = was.min(now) > 0;
            lookup.hidden().instead(element, is_known).is_none()
        };
        if let (Some(was), Some(now)) = (was.resource.task(), now.resource.task())
            && seen(Element::Notes, was.notes.len(), now.notes.len())
        {
            self.notes(was, now);
        }
        if let (Some(was), Some(now)) = (was.resource.patient(), now.resource.patient())
            && seen(Element::Contacts, was.contacts.len(), now.contacts.len())
        {
            let named = |contact: &Contact| {
                let system = contact.system.as_deref();
                let label = system.map_or(text::CONTACT, text::contact_label);
                (label.to_owned(), contact.value.to_string())
            };
            self.list(Element::Contacts, &was.contacts, &now.contacts, named);
        }
        if seen(Element::Tags, was.tags.len(), now.tags.len()) {
            let named = |tag: &String| (text::TAG.to_owned(), tag.clone());
            self.list(Element::Tags, &was.tags, &now.tags, named);
        }
    }

    /// Of many notes only the newest are read: what comes into sight or leaves it at the other end was neither added nor removed.
    fn notes(&mut self, was: &Task, now: &Task) {
        let (mut before, mut after) = (&was.notes[..], &now.notes[..]);
        if before.len().max(after.len()) >= limits::NOTES_MAX {
            let common = |notes: &[Note], others: &[Note]| {
                notes.iter().position(|note| others.contains(note))
            };
            before = &before[common(before, after).unwrap_or(before.len())..];
            after = &after[common(after, before).unwrap_or(after.len())..];
        }
        let named = |note: &Note| (text::NOTE.to_owned(), note.text.to_string());
        self.list(Element::Notes, before, after, named);
    }

    fn list<T: PartialEq>(
        &mut self,
        element: Element,
        was: &[T],
        now: &[T],
        named: impl Fn(&T) -> (String, String),
    ) {
        let (removed, added) = (only_in(was, now), only_in(now, was));
        if removed.is_empty() && added.is_empty() {
            return;
        }
        self.explain(element);
        let gone = removed.into_iter().map(|item| (item, false));
        for (item, is_new) in gone.chain(added.into_iter().map(|item| (item, true))) {
            let (label, value) = named(item);
            let value = Some(Cell::Text(excerpt(&value, 0)));
            let (was, now) = if is_new { (None, value) } else { (value, None) };
            self.changes.push(TimelineChange { label, was, now });
        }
    }
}

/// Where the title is the description, one of them tells.
fn is_told_by_title(was: &Written, now: &Written) -> bool {
    let is_title = |task: Option<&Task>| task.is_some_and(|task| task.title == task.description);
    is_title(was.resource.task()) && is_title(now.resource.task())
}

/// People are the same where the reference is, whatever name stands beside it.
fn same(was: &Cell, now: &Cell) -> bool {
    match (was, now) {
        (
            Cell::Person {
                reference: Some(was),
                ..
            },
            Cell::Person {
                reference: Some(now),
                ..
            },
        ) => was == now,
        _ => was == now,
    }
}

/// Two values that differ, so that a reader sees it: two people of one name by their references, long texts from where they differ.
fn told_apart(was: Cell, now: Cell) -> (Cell, Cell) {
    match (was, now) {
        (Cell::Text(was), Cell::Text(now)) => {
            let (before, after) = (was.chars(), now.chars());
            let common = before.zip(after).take_while(|(one, other)| one == other);
            let common = common.count();
            (
                Cell::Text(excerpt(&was, common)),
                Cell::Text(excerpt(&now, common)),
            )
        }
        (
            Cell::Person {
                reference: before,
                name: was,
                ..
            },
            Cell::Person {
                reference: after,
                name: now,
                ..
            },
        ) if was == now => (by_reference(was, before), by_reference(now, after)),
        (Cell::Text(was), now) => (Cell::Text(excerpt(&was, 0)), now),
        (was, Cell::Text(now)) => (was, Cell::Text(excerpt(&now, 0))),
        differ => differ,
    }
}

fn by_reference(name: String, reference: Option<String>) -> Cell {
    Cell::Text(match reference {
        Some(reference) => format!("{name} ({reference})"),
        None => name,
    })
}

/// As much of a text as is shown, with the character of that number in it and some before it.
fn excerpt(text: &str, at: usize) -> String {
    const BEFORE: usize = 20;
    let count = text.chars().count();
    if count <= limits::TIMELINE_TEXT_CHARS_MAX {
        return text.to_owned();
    }
    let latest = count - limits::TIMELINE_TEXT_CHARS_MAX;
    let skipped = at.saturating_sub(BEFORE).min(latest);
    let kept = text.chars().skip(skipped);
    let kept: String = kept.take(limits::TIMELINE_TEXT_CHARS_MAX).collect();
    let start = if skipped > 0 { "…" } else { "" };
    let end = if skipped < latest { "…" } else { "" };
    format!("{start}{kept}{end}")
}

/// What the one has and the other has not, each as often.
fn only_in<'a, T: PartialEq>(these: &'a [T], others: &[T]) -> Vec<&'a T> {
    let mut others: Vec<&T> = others.iter().collect();
    let mut only = Vec::new();
    for item in these {
        match others.iter().position(|other| *other == item) {
            Some(place) => {
                others.swap_remove(place);
            }
            None => only.push(item),
        }
    }
    only
}
