//! Many edits, colleagues and accidents at once, from a seed. Whatever happens: no edit is lost, none is made twice, and nothing
//! of a colleague is replaced that was not seen.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    editing::{key, note, owner},
    world::World,
};
use crate::{
    identity::EditId,
    protocol::{
        Choice, EditField, EditState, EditView, FieldChange, FieldValue, NewEdit, TabMessage,
    },
};

const SEEDS: u64 = 120;
const STEPS: usize = 40;
const RECORDS: usize = 3;
/// Column of the assignee.
const ASSIGNEE: usize = 5;

/// A storm, and what was typed in it.
struct Storm {
    world: World,
    rng: fastrand::Rng,
    number: usize,
    /// Edits that no tab was told to be kept yet: a tab asks for them again when the worker dies.
    unkept: BTreeMap<EditId, NewEdit>,
    /// Notes by the name of their edit.
    notes: BTreeMap<String, (usize, String)>,
    /// Owners that were typed, with the one that was seen.
    owners: BTreeMap<String, Option<String>>,
    /// Owners that the user has decided to put over another one.
    decided: Vec<(Option<String>, String)>,
}

fn reference(value: &FieldValue) -> Option<String> {
    match value {
        FieldValue::Reference { reference, .. } => reference.clone(),
        _ => None,
    }
}

fn owner_in(body: &Value) -> Option<String> {
    body["owner"]["reference"].as_str().map(str::to_owned)
}

impl Storm {
    fn new(seed: u64) -> Self {
        Self {
            world: World::live_with_seed(seed, RECORDS),
            rng: fastrand::Rng::with_seed(seed),
            number: 0,
            unkept: BTreeMap::new(),
            notes: BTreeMap::new(),
            owners: BTreeMap::new(),
            decided: Vec::new(),
        }
    }

    fn step(&mut self) {
        self.number += 1;
        let record = self.rng.usize(0..RECORDS);
        match self.rng.u32(0..100) {
            0..25 => self.type_note(record),
            25..50 => self.type_owner(record),
            50..65 => self.colleague_writes(record),
            65..72 => self.decide(),
            72..77 => self.undo(),
            77..82 => self.world.server.faults.writes.lose_answers = 1,
            82..86 => self.world.server.faults.writes.contention = 2,
            86..89 => self.world.go_offline(),
            89..94 => self.world.go_online(),
            94..97 => self.world.server.faults.lose_frames += 2,
            _ => self.restart(),
        }
        let wait_ms = [0, 1, 4, 12, 40, 300, 3_000][self.rng.usize(0..7)];
        self.world.run(wait_ms);
    }

    fn type_note(&mut self, record: usize) {
        let (id, text) = (format!("n{}", self.number), format!("note {}", self.number));
        self.notes.insert(id.clone(), (record, text.clone()));
        self.type_edit(&id, record, note(&text));
    }

    fn type_owner(&mut self, record: usize) {
        let Some(row) = self.world.screen("a").last.get(&key(record).id) else {
            return;
        };
        let seen = FieldValue::from_cell(EditField::Owner, &row.cells[ASSIGNEE]).unwrap();
        let mine = format!("Practitioner/m{}", self.number);
        self.owners.insert(mine.clone(), reference(&seen));
        let change = FieldChange {
            field: EditField::Owner,
            seen,
            wanted: owner(&mine),
        };
        let id = format!("o{}", self.number);
        self.type_edit(&id, record, vec![change]);
    }

    fn type_edit(&mut self, id: &str, record: usize, changes: Vec<FieldChange>) {
        let edit = self.world.new_edit(id, record, changes);
        self.unkept.insert(edit.id.clone(), edit.clone());
        self.world.say("a", TabMessage::Edit { edit });
    }

    fn colleague_writes(&mut self, record: usize) {
        let mut body = self.world.server.task(record).clone();
        if self.rng.bool() {
            body["owner"] = json!({ "reference": format!("Practitioner/c{}", self.number) });
        } else {
            body["description"] = json!(format!("by a colleague {}", self.number));
        }
        self.world.write(body);
    }

    fn decide(&mut self) {
        let edits = &self.world.screen("a").edits.open;
        let asked = edits.values().find_map(|edit| match &edit.state {
            EditState::Conflict { conflict } => Some((edit.id.clone(), conflict.clone())),
            _ => None,
        });
        let Some((id, conflict)) = asked else {
            return;
        };
        let field = &conflict.fields[0];
        let choice = if self.rng.bool() {
            let mine = reference(&field.mine).unwrap();
            self.decided.push((reference(&field.theirs), mine));
            Choice::KeepMine
        } else {
            Choice::TakeTheirs
        };
        self.world.decide("a", id.as_str(), vec![choice]);
    }

    fn undo(&mut self) {
        let ended: Vec<_> = self.world.screen("a").edits.ended.keys().cloned().collect();
        let notes = ended
            .iter()
            .filter(|id| id.as_str().starts_with('n'))
            .count();
        if notes > 0 {
            // Only notes: an owner that is brought back was there before.
            let mut chosen = ended.iter().filter(|id| id.as_str().starts_with('n'));
            let chosen = chosen.nth(self.rng.usize(0..notes)).unwrap();
            self.notes.remove(chosen.as_str());
            self.world.undo("a", chosen.as_str());
        }
    }

    fn restart(&mut self) {
        let edits = &self.world.screen("a").edits;
        let kept = |id: &EditId| edits.open.get(id).is_some_and(|edit| edit.kept);
        self.unkept
            .retain(|id, _| !edits.ended.contains_key(id) && !kept(id));
        self.world.next_life(500);
        self.world.hello("a");
        self.world.run(1_000);
        self.world.watch("a");
        for edit in self.unkept.values().cloned().collect::<Vec<_>>() {
            self.world.say("a", TabMessage::Edit { edit });
        }
    }

    /// Everything works again.
    fn calm(&mut self) {
        self.world.go_online();
        let faults = &mut self.world.server.faults;
        (
            faults.writes.lose_answers,
            faults.writes.contention,
            faults.lose_frames,
        ) = (0, 0, 0);
        self.world.run(5 * 60_000);
    }

    fn check(&self, seed: u64) {
        let open = &self.world.screen("a").edits.open;
        let asked = |edit: &EditView| matches!(edit.state, EditState::Conflict { .. });
        for edit in open.values() {
            // What was typed on top of a choice waits for it.
            let waits = open
                .values()
                .any(|other| asked(other) && other.resource == edit.resource);
            let rests = asked(edit) || (waits && edit.state == EditState::Waiting);
            assert!(rests, "seed {seed}: {edit:?}");
        }
        for (id, (record, text)) in &self.notes {
            let notes = self.world.server.task(*record)["note"].as_array();
            let times = notes
                .into_iter()
                .flatten()
                .filter(|note| note["text"] == text.as_str());
            let waits = usize::from(open.contains_key(&EditId::new(id.as_str())));
            assert_eq!(times.count() + waits, 1, "seed {seed}: {text}");
        }
        for record in 0..RECORDS {
            self.check_owners(seed, record);
        }
    }

    /// Each owner of mine was put over one that was seen, and once.
    fn check_owners(&self, seed: u64, record: usize) {
        let versions = self.world.server.history.of("Task", &format!("t{record}"));
        let mut made = Vec::new();
        for pair in versions.windows(2) {
            let (before, after) = (owner_in(&pair[0]), owner_in(&pair[1]));
            let mine = pair[1]["meta"]["author"]["reference"] == "Practitioner/me";
            let Some(after) = after.filter(|after| mine && before.as_ref() != Some(after)) else {
                continue;
            };
            assert!(
                !made.contains(&after),
                "seed {seed}: {after} was made twice"
            );
            // What the user has put there is the user's to replace.
            let own = before
                .as_ref()
                .is_some_and(|before| self.owners.contains_key(before));
            assert!(
                own || self.was_seen(&before, &after),
                "seed {seed}: {after} over {before:?}"
            );
            made.push(after);
        }
    }

    /// Whether one owner led to another: by one edit, by several that went as one, or by a decision.
    fn was_seen(&self, before: &Option<String>, after: &str) -> bool {
        let mut steps = vec![after.to_owned()];
        let mut known = Vec::new();
        while let Some(step) = steps.pop() {
            let decided = self.decided.iter().filter(|(_, mine)| *mine == step);
            let froms = decided
                .map(|(theirs, _)| theirs)
                .chain(self.owners.get(&step));
            for from in froms.cloned().collect::<Vec<_>>() {
                if from == *before {
                    return true;
                }
                if let Some(from) = from.filter(|from| !known.contains(from)) {
                    known.push(from.clone());
                    steps.push(from);
                }
            }
        }
        false
    }
}

#[test]
fn whatever_happens_no_edit_is_lost_made_twice_or_put_over_what_was_not_seen() {
    for seed in 0..SEEDS {
        let mut storm = Storm::new(seed);
        for _ in 0..STEPS {
            storm.step();
        }
        storm.calm();
        storm.check(seed);
    }
}
