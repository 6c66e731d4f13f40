//! Every edit that anybody ever typed, and what is known of its fate: kept from what tabs said and what engines told.

use std::collections::{BTreeMap, BTreeSet};

use panels_core::{
    identity::{EditId, JobId, ResourceKey},
    protocol::{EditField, EditOutcome, FieldValue, NewEdit},
};

use super::values::word;
use crate::queue::Millis;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(super) edits: BTreeMap<EditId, Known>,
    /// Jobs by profile, with their edits.
    pub(crate) jobs: Vec<(usize, JobId, Vec<EditId>)>,
}

/// What is known of one edit.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) profile: usize,
    pub(super) user: usize,
    /// The tab that asked for it; none: an undo, which is the worker's own.
    pub(super) tab: Option<usize>,
    pub(super) resource: ResourceKey,
    pub(super) wishes: Vec<Wish>,
    /// Edits of the same user and profile that were not at their end when this one was typed. Two of different tabs, of which the
    /// worker had not heard yet, follow on each other: it may hear of them in either order. So do an edit and an undo.
    pub(super) follows: Vec<EditId>,
    /// An engine has shown it.
    pub(super) shown: bool,
    /// The one that has shown it last.
    pub(super) shown_by: Option<usize>,
    /// An engine has said that it is on the disk.
    pub(super) was_kept: bool,
    /// Somebody took it back before it was kept: then nobody asks for it again.
    pub(super) let_go: Option<&'static str>,
    pub(super) end: Option<End>,
}

/// One change of an edit.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    pub(super) field: EditField,
    /// Values that the user has seen and decided to replace.
    pub(super) seen: Vec<String>,
    /// Values that the field may get.
    pub(super) wanted: Vec<String>,
    /// Its user may have taken theirs instead.
    pub(super) given_up: bool,
    /// The version of the server that made it.
    pub(super) made_in: Option<String>,
    /// A version that made another edit, which may have followed on this one or gone before it.
    pub(super) made_along_in: Option<String>,
}

/// How an edit ended.
#[derive(Clone, Debug)]
pub(super) enum End {
    /// A worker said so.
    Told { worker: usize, outcome: EditOutcome },
    /// It was never taken.
    Refused,
    /// Its user signed out and said that it may go.
    SignedOut { at: Millis },
}

impl Ledger {
    /// Somebody has typed an edit.
    pub(crate) fn typed(&mut self, profile: usize, user: usize, tab: usize, edit: &NewEdit) {
        // What changes nothing is left out, as the worker does.
        let changes = edit.changes.iter();
        let changes = changes.filter(|change| !change.seen.same(&change.wanted));
        let wishes = changes.map(|change| Wish {
            field: change.field,
            seen: vec![word(&change.seen)],
            wanted: vec![word(&change.wanted)],
            given_up: false,
            made_in: None,
            made_along_in: None,
        });
        let known = Known {
            profile,
            user,
            tab: Some(tab),
            resource: edit.resource.clone(),
            wishes: wishes.collect(),
            follows: self.under_way(profile, user, &edit.resource),
            shown: false,
            shown_by: None,
            was_kept: false,
            let_go: None,
            end: None,
        };
        self.insert(&edit.id, known);
    }

    fn insert(&mut self, id: &EditId, known: Known) {
        for other in &known.follows {
            let other = self.edits.get_mut(other);
            // What one tab types comes in order; an undo is seen when it comes, which is later than it was asked for.
            let any_order = |other: &&mut Known| {
                other.is_new() && (other.tab != known.tab || known.tab.is_none())
            };
            if let Some(other) = other.filter(any_order) {
                other.follows.push(id.clone());
            }
        }
        self.edits.insert(id.clone(), known);
    }

    /// A worker shows the reverse of an edit.
    pub(super) fn undone(&mut self, undo: &EditId) -> bool {
        let Some(undone) = undo.as_str().strip_prefix("undo:").map(EditId::new) else {
            return false;
        };
        let Some(of) = self.edits.get(&undone).cloned() else {
            return false;
        };
        let wishes = of.wishes.iter().map(|wish| Wish {
            field: wish.field,
            seen: wish.wanted.clone(),
            wanted: self.before(&of, wish),
            // What its user may have left to others may not be there to be taken back, nor what came to nothing.
            given_up: wish.given_up || self.was_nothing(&undone, wish),
            made_in: None,
            made_along_in: None,
        });
        let known = Known {
            tab: None,
            wishes: wishes.collect(),
            follows: self.under_way(of.profile, of.user, &of.resource),
            shown: false,
            shown_by: None,
            was_kept: false,
            let_go: None,
            end: None,
            ..of
        };
        self.insert(undo, known);
        true
    }

    /// What was there before an edit: what its user saw, or what an edit before it that was on its way has made.
    fn before(&self, of: &Known, wish: &Wish) -> Vec<String> {
        let own = of.follows.iter().filter_map(|id| self.edits.get(id));
        let own = own.flat_map(|known| &known.wishes);
        let own = own.filter(|before| before.field == wish.field && !wish.field.is_list());
        let made = own.flat_map(|before| before.wanted.iter().chain(&before.seen));
        wish.seen.iter().chain(made).cloned().collect()
    }

    fn under_way(&self, profile: usize, user: usize, resource: &ResourceKey) -> Vec<EditId> {
        let own = self.edits.iter().filter(|(_, known)| {
            known.profile == profile
                && known.user == user
                && known.end.is_none()
                && known.resource == *resource
        });
        own.map(|(id, _)| id.clone()).collect()
    }

    /// Edits of a user at a machine, the latest ten.
    pub(crate) fn of(&self, profile: usize, user: Option<usize>) -> Vec<EditId> {
        let own = self.edits.iter().rev();
        let own = own.filter(|(_, known)| known.profile == profile && Some(known.user) == user);
        own.map(|(id, _)| id.clone()).take(10).collect()
    }

    /// Its user wants nothing of it any longer, and a tab asks for it no more.
    pub(crate) fn let_go(&mut self, edit: &EditId, why: &'static str) {
        if let Some(known) = self.edits.get_mut(edit) {
            known.let_go.get_or_insert(why);
        }
    }

    /// The same of a job.
    pub(crate) fn let_go_of_job(&mut self, job: &JobId, why: &'static str) {
        let jobs = self.jobs.iter().filter(|(_, known, _)| known == job);
        let edits: Vec<_> = jobs.flat_map(|(_, _, edits)| edits.clone()).collect();
        for edit in edits {
            self.let_go(&edit, why);
        }
    }

    /// The same of everything that one tab asked for.
    pub(crate) fn let_go_of_tab(&mut self, tab: usize, why: &'static str) {
        let own = self.edits.values_mut();
        for known in own.filter(|known| known.tab == Some(tab)) {
            known.let_go.get_or_insert(why);
        }
    }

    /// A user has seen theirs in a conflict, and decides that the edit shall replace it.
    pub(crate) fn decided(&mut self, edit: &EditId, field: EditField, theirs: &FieldValue) {
        let Some(known) = self.edits.get_mut(edit) else {
            return;
        };
        let wishes = known.wishes.iter_mut();
        for wish in wishes.filter(|wish| wish.field == field) {
            let theirs = word(theirs);
            // Others have made it already, and nothing is left to do.
            wish.given_up |= wish.wanted.contains(&theirs);
            wish.seen.push(theirs);
            // It may have been made before theirs was: then it is made once more, because its user says so.
            wish.made_in = None;
            wish.made_along_in = None;
        }
    }

    /// An edit has replaced what others wrote: its user is told, and taking it back leads there.
    pub(super) fn overwrote(&mut self, edit: &EditId, field: EditField, theirs: &str) {
        let of_field = |wishes: Option<&mut Known>, note: fn(&mut Wish) -> &mut Vec<String>| {
            let wishes = wishes.into_iter().flat_map(|known| &mut known.wishes);
            for wish in wishes.filter(|wish| wish.field == field) {
                note(wish).push(theirs.to_owned());
            }
        };
        of_field(self.edits.get_mut(edit), |wish| &mut wish.seen);
        let undo = EditId::new(format!("undo:{edit}"));
        of_field(self.edits.get_mut(&undo), |wish| &mut wish.wanted);
    }

    /// A user sends an edit again that was rolled back: what went along with a later one meanwhile is made once more.
    pub(crate) fn sent_again(&mut self, edit: &EditId) {
        let wishes = self.edits.get_mut(edit).map(|known| &mut known.wishes);
        for wish in wishes.into_iter().flatten() {
            if !wish.field.is_list() {
                wish.made_in = None;
                wish.made_along_in = None;
            }
        }
    }

    /// A user takes theirs of one field; the edit may go on with others.
    pub(crate) fn gave_up(&mut self, edit: &EditId, field: EditField) {
        if let Some(known) = self.edits.get_mut(edit) {
            let wishes = known.wishes.iter_mut();
            let taken = wishes.filter(|wish| wish.field == field);
            taken.for_each(|wish| wish.given_up = true);
        }
    }

    /// Everything of a user at a machine goes, as the user said.
    pub(super) fn sign_out(&mut self, profile: usize, user: usize, at: Millis) {
        let own = self.edits.values_mut();
        for known in own.filter(|known| known.profile == profile && known.user == user) {
            known.end.get_or_insert(End::SignedOut { at });
        }
    }

    /// Whether an edit was typed over a value.
    pub(super) fn begins_with(&self, edit: &EditId, field: EditField, value: &str) -> bool {
        let wishes = self.edits.get(edit).into_iter();
        let mut wishes = wishes.flat_map(|known| &known.wishes);
        wishes.any(|wish| wish.field == field && wish.seen.iter().any(|seen| seen == value))
    }

    /// Whether an edit may follow on a value: its user has seen it, or has made it with an edit that was still on its way.
    pub(super) fn has_seen(&self, edit: &EditId, field: EditField, value: &str) -> bool {
        let Some(known) = self.edits.get(edit) else {
            return false;
        };
        let holds = |known: &Known, own: bool| {
            let wishes = known.wishes.iter().filter(|wish| wish.field == field);
            let mut values = wishes.flat_map(|wish| {
                let made = wish.wanted.iter().filter(move |_| own);
                wish.seen.iter().chain(made)
            });
            values.any(|seen| seen == value)
        };
        let mut before = known.follows.iter().filter_map(|id| self.edits.get(id));
        holds(known, false)
            || before.any(|known| holds(known, true))
            || self
                .taken_back_before(known)
                .iter()
                .any(|known| holds(known, false))
    }

    /// Edits before those that an edit follows on, which their user took back: what they had seen is what is seen now.
    fn taken_back_before(&self, known: &Known) -> Vec<&Known> {
        let mut ids: Vec<&EditId> = known.follows.iter().collect();
        let mut looked_at = BTreeSet::new();
        let mut found = Vec::new();
        while let Some(id) = ids.pop() {
            let Some(known) = self.edits.get(id).filter(|_| looked_at.insert(id)) else {
                continue;
            };
            let before = known
                .follows
                .iter()
                .filter_map(|id| self.edits.get_key_value(id));
            for (id, before) in before.filter(|(_, before)| before.was_taken_back()) {
                found.push(before);
                ids.push(id);
            }
        }
        found
    }

    /// Whether nothing was left of a change when it was typed, or since: an edit of the same user that was on its way led to the
    /// value already, and whatever becomes of the value is that edit's; or it took back what such an edit wanted, before that was
    /// sent.
    pub(super) fn was_nothing(&self, edit: &EditId, wish: &Wish) -> bool {
        let taken = |known: &&Known| !matches!(known.end, Some(End::Refused));
        let follows = self.edits.get(edit).map(|known| &known.follows[..]);
        let before = follows.unwrap_or_default().iter();
        let before = before.filter_map(|id| self.edits.get(id)).filter(taken);
        let of_field = |known: &&Known, is_it: &dyn Fn(&Wish) -> bool| {
            let mut wishes = known.wishes.iter();
            wishes.any(|own| own.field == wish.field && is_it(own))
        };
        let leads_back = |own: &Wish| own.seen.iter().any(|seen| wish.wanted.contains(seen));
        before
            .clone()
            .any(|known| of_field(&known, &|own| own.wanted == wish.wanted))
            || before.clone().any(|known| {
                let dropped = known.was_dropped();
                of_field(&known, &|own| (dropped || own.given_up) && leads_back(own))
            })
            || self
                .superseded_by(edit)
                .iter()
                .any(|known| of_field(known, &|own| own.seen == wish.wanted))
    }

    /// Edits in whose place another one went, one after the other.
    fn superseded_by(&self, edit: &EditId) -> Vec<&Known> {
        let mut by = vec![edit];
        let mut found = Vec::new();
        while let Some(later) = by.pop() {
            let gave_way = self.edits.iter().filter(|(_, known)| {
                let end = known.end.as_ref();
                matches!(end, Some(End::Told { outcome: EditOutcome::Superseded { by }, .. }) if by == later)
            });
            for (id, known) in gave_way {
                by.push(id);
                found.push(known);
            }
        }
        found
    }

    /// Whether an element of a list is what an edit changes, or what edits of the same user on their way made that of.
    pub(super) fn begins_at(&self, known: &Known, wish: &Wish, from: &str) -> bool {
        let before = known.follows.iter().filter_map(|id| self.edits.get(id));
        let steps = before.flat_map(|known| &known.wishes);
        let steps = steps.filter(|own| own.field == wish.field);
        let steps: Vec<_> = steps.map(|own| (&own.wanted, &own.seen)).collect();
        reach(&wish.seen, &steps).contains(from)
    }

    /// Whether an element that an edit wants was made into one of these by edits that follow on it.
    pub(super) fn went_on_to(&self, edit: &EditId, wish: &Wish, elements: &[String]) -> bool {
        let later = self
            .edits
            .values()
            .filter(|known| known.follows.contains(edit));
        let steps = later.flat_map(|known| &known.wishes);
        let steps = steps.filter(|own| own.field == wish.field);
        let steps: Vec<_> = steps.map(|own| (&own.seen, &own.wanted)).collect();
        let reached = reach(&wish.wanted, &steps);
        elements
            .iter()
            .any(|element| reached.contains(element.as_str()))
    }

    /// Whether an edit, or one that follows on it, wants a value.
    pub(super) fn leads_to(&self, edit: &EditId, field: EditField, value: &str) -> bool {
        let wants = |known: &Known| {
            let mut wishes = known.wishes.iter().filter(|wish| wish.field == field);
            wishes.any(|wish| wish.wanted.iter().any(|wanted| wanted == value))
        };
        let own = self.edits.get(edit);
        let mut later = self.edits.values();
        own.is_some_and(wants) || later.any(|known| known.follows.contains(edit) && wants(known))
    }
}

/// Values that steps lead to, one after the other, from these.
fn reach<'a>(
    from: &'a [String],
    steps: &[(&'a Vec<String>, &'a Vec<String>)],
) -> BTreeSet<&'a str> {
    let mut reached: BTreeSet<&str> = from.iter().map(String::as_str).collect();
    for _ in steps {
        for (before, after) in steps {
            if before.iter().any(|value| reached.contains(value.as_str())) {
                reached.extend(after.iter().map(String::as_str));
            }
        }
    }
    reached
}

impl Known {
    /// Whether its user took it back before it was sent.
    fn was_taken_back(&self) -> bool {
        let discarded = EditOutcome::Discarded;
        matches!(&self.end, Some(End::Told { outcome, .. }) if *outcome == discarded)
    }

    /// Whether its user took it back, or took theirs instead.
    pub(super) fn was_dropped(&self) -> bool {
        let took_theirs = EditOutcome::TookTheirs;
        self.was_taken_back()
            || matches!(&self.end, Some(End::Told { outcome, .. }) if *outcome == took_theirs)
    }

    /// Whether no engine is known to have taken it.
    pub(super) fn is_new(&self) -> bool {
        !self.shown
    }

    /// Whether the server has made some of it.
    pub(super) fn is_begun(&self) -> bool {
        self.wishes.iter().any(Wish::is_made)
    }

    /// Whether the server has made all of it.
    pub(super) fn is_made(&self) -> bool {
        self.wishes
            .iter()
            .all(|wish| wish.is_made() || wish.given_up)
    }
}

impl Wish {
    fn is_made(&self) -> bool {
        self.made_in.is_some() || self.made_along_in.is_some()
    }
}
