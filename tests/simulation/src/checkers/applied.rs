//! Invariant 3, by the server's own history: each edit is in one version, in the name of whoever typed it, and replaces only what
//! that person has seen.

use panels_core::{
    edit::policy::{Strategy, strategy},
    identity::{EditId, ResourceType},
    protocol::{EditField, EditOutcome},
};
use panels_sandbox::store::Version;

use super::{
    ledger::{End, Known},
    values::{elements, stored},
};
use crate::{queue::Millis, world::World};

/// After a sign-out over it a patch may still arrive that left before.
const LATE_MS: Millis = 60_000;
const OF_TASKS: [EditField; 5] = [
    EditField::Status,
    EditField::Priority,
    EditField::Owner,
    EditField::Due,
    EditField::BusinessStatus,
];

/// One thing that a version changes.
#[derive(Debug)]
struct Step {
    field: EditField,
    from: String,
    to: String,
}

impl World {
    /// An edit has become a version of the server.
    pub(crate) fn judge_patch(&mut self, kind: &str, id: &str, before: &Version, after: &Version) {
        let Some(user) = self.truth.user_of(&after.author) else {
            let what = format!("{kind}/{id} was edited by {}, who is nobody", after.author);
            return self.violate(3, what);
        };
        let is_typed = |step: &Step| !self.wanting(kind, id, step).is_empty();
        for step in steps(kind, before, after, is_typed) {
            for step in self.typed_as(kind, id, step) {
                self.judge_step(kind, id, user, &step, after);
            }
        }
    }

    /// One element that was taken away and one that was added look like one that was changed.
    fn typed_as(&self, kind: &str, id: &str, step: Step) -> Vec<Step> {
        let is_one = !step.field.is_list() || step.from.is_empty() || step.to.is_empty();
        if is_one || !self.wanting(kind, id, &step).is_empty() {
            return vec![step];
        }
        let (field, none) = (step.field, String::new());
        let gone = Step {
            field,
            from: step.from,
            to: none.clone(),
        };
        let added = Step {
            field,
            from: none,
            to: step.to,
        };
        vec![gone, added]
    }

    fn judge_step(&mut self, kind: &str, id: &str, user: usize, step: &Step, after: &Version) {
        let wanting: Vec<EditId> = self.wanting(kind, id, step);
        let own = wanting.iter().filter(|edit| {
            let known = self.ledger.edits.get(*edit);
            known.is_some_and(|known| known.user == user && is_open(known, step, self.now))
        });
        let own: Vec<EditId> = own.cloned().collect();
        let what = || {
            format!(
                "{kind}/{id} {:?} from {:?} to {:?}",
                step.field, step.from, step.to
            )
        };
        // Without storage an edit goes out before it is kept; when the worker dies then, its tab asks for it again, and nobody
        // knows that it was sent. Nor does the next worker know that one was taken back, or that theirs was taken: it asks anew.
        let again = wanting
            .iter()
            .filter_map(|edit| self.ledger.edits.get(edit));
        let mut again =
            again.filter(|known| known.user == user && (known.is_begun() || known.was_dropped()));
        if own.is_empty() && again.any(|known| self.storage_failed(known.profile)) {
            return;
        }
        if own.is_empty() {
            let why = match wanting.iter().find_map(|edit| self.ledger.edits.get(edit)) {
                None => "nobody typed that".to_owned(),
                Some(known) if known.user != user => {
                    format!("written in the name of u{user}, typed by u{}", known.user)
                }
                Some(known) => format!("written once more, or after its end: {:?}", known.end),
            };
            return self.violate(3, format!("{}: {why}", what()));
        }
        let kind = if kind == "Task" {
            ResourceType::Task
        } else {
            ResourceType::Patient
        };
        let asks = strategy(&kind, step.field) == Strategy::Ask;
        // One that begins where the step does, rather than one that follows on others and leads to the same.
        let begins = own
            .iter()
            .find(|edit| self.ledger.begins_with(edit, step.field, &step.from));
        let seen = begins.or_else(|| {
            own.iter()
                .find(|edit| !asks || self.ledger.has_seen(edit, step.field, &step.from))
        });
        let Some(edit) = seen.cloned() else {
            let edit = &own[0];
            let what = format!("{}: {edit} replaces what its user never saw", what());
            return self.violate(3, what);
        };
        let mut made = vec![edit.clone()];
        if let Some(known) = self.ledger.edits.get(&edit) {
            made.extend(known.follows.iter().cloned());
        }
        let first = &edit;
        for edit in &made {
            let Some(known) = self.ledger.edits.get_mut(edit) else {
                continue;
            };
            // What an edit on its way made of a field goes along with the one that follows on it.
            let is_along = edit != first;
            if is_along && (step.field.is_list() || known.end.is_some()) {
                continue;
            }
            // It may still come by itself if nobody knows which was before the other.
            let either = is_along && known.follows.contains(first);
            let wishes = known.wishes.iter_mut();
            for wish in wishes.filter(|wish| wish.field == step.field) {
                let made_in = if either {
                    &mut wish.made_along_in
                } else {
                    &mut wish.made_in
                };
                made_in.get_or_insert(after.version_id.clone());
            }
        }
    }

    /// Edits of a record that lead to this, whoever typed them.
    fn wanting(&self, kind: &str, id: &str, step: &Step) -> Vec<EditId> {
        let of_record = self.ledger.edits.iter().filter(|(_, known)| {
            known.resource.kind.as_str() == kind && known.resource.id.as_str() == id
        });
        let wanting = of_record.filter(|(_, known)| {
            let mut wishes = known.wishes.iter();
            wishes.any(|wish| {
                let to = wish.wanted.contains(&step.to);
                let from = !step.field.is_list() || self.ledger.begins_at(known, wish, &step.from);
                wish.field == step.field && to && from
            })
        });
        wanting.map(|(id, _)| id.clone()).collect()
    }
}

/// Whether an edit was not made yet and may still be.
fn is_open(known: &Known, step: &Step, now: Millis) -> bool {
    let mut wishes = known.wishes.iter();
    let unmade = wishes.any(|wish| {
        wish.field == step.field && wish.made_in.is_none() && wish.wanted.contains(&step.to)
    });
    let may = match &known.end {
        None => true,
        Some(End::SignedOut { at }) => now - at < LATE_MS,
        Some(End::Told { outcome, .. }) => {
            !matches!(outcome, EditOutcome::Discarded | EditOutcome::TookTheirs)
        }
        Some(End::Refused) => false,
    };
    unmade && may
}

/// What a version changes. Of several elements that were taken away, one that was added takes the place of the one that somebody
/// typed it for.
fn steps(
    kind: &str,
    before: &Version,
    after: &Version,
    is_typed: impl Fn(&Step) -> bool,
) -> Vec<Step> {
    let (before, after) = (&before.value, &after.value);
    let mut steps = Vec::new();
    let (fields, lists) = if kind == "Task" {
        (&OF_TASKS[..], &[EditField::Note, EditField::Tag][..])
    } else {
        (&[EditField::AddressCity][..], &[EditField::Contact][..])
    };
    for field in fields {
        let (from, to) = (stored(*field, before), stored(*field, after));
        if from != to {
            let field = *field;
            steps.push(Step { field, from, to });
        }
    }
    for field in lists.iter().copied() {
        let (old, new) = (elements(field, before), elements(field, after));
        let mut gone = minus(&old, &new);
        for to in minus(&new, &old) {
            let step = |from: String| Step {
                field,
                from,
                to: to.clone(),
            };
            let mut places = gone.iter();
            let typed = places.position(|from| is_typed(&step(from.clone())));
            let any = (field == EditField::Contact && !gone.is_empty()).then_some(0);
            let place = typed.filter(|_| field == EditField::Contact).or(any);
            steps.push(step(
                place.map_or_else(String::new, |place| gone.remove(place)),
            ));
        }
        steps.extend(gone.into_iter().map(|from| Step {
            field,
            from,
            to: String::new(),
        }));
    }
    steps
}

/// What is in one list and not in the other, as often as it is there more.
fn minus(these: &[String], those: &[String]) -> Vec<String> {
    let mut left = those.to_vec();
    let fresh = these.iter().filter(|one| {
        let place = left.iter().position(|other| other == *one);
        place.map(|place| left.swap_remove(place)).is_none()
    });
    fresh.cloned().collect()
}
