//! What people edit in the plan of a seed, and what goes wrong with it. Drawn apart from everything else, so that a seed without
//! it stays what it is.

use fastrand::Rng;

use crate::{
    action::{Action, Ambush, Editing},
    plan::Plan,
    queue::Millis,
};

/// Steps that people take soon after another.
const SOON_MS: Millis = 1_500;

impl Plan {
    /// The plan of a seed.
    pub fn of(seed: u64) -> Self {
        let mut plan = Self::without_drafts(seed);
        add_drafts(&mut plan);
        plan
    }

    /// The plan of a seed in which everybody saves what they type: what seeds meant before anybody could leave it.
    pub fn without_drafts(seed: u64) -> Self {
        let mut plan = Self::without_edits(seed);
        add(&mut plan);
        plan
    }
}

/// Adds edits to a plan; some plans have none.
fn add(plan: &mut Plan) {
    let mut rng = Rng::with_seed(plan.seed ^ 0x6564_6974);
    if rng.u8(0..4) == 0 {
        return;
    }
    let edits = rng.usize(1..16);
    let mut at_ms = 0;
    for _ in 0..edits {
        at_ms = if rng.bool() {
            rng.i64(0..plan.duration_ms)
        } else {
            (at_ms + rng.i64(0..SOON_MS)).min(plan.duration_ms)
        };
        let (tab, pick) = (rng.u32(..), rng.u32(..));
        plan.add(at_ms, Action::Edit(tab, editing(&mut rng), pick));
        if rng.u8(0..4) == 0 {
            let later_ms = (at_ms + rng.i64(0..SOON_MS)).min(plan.duration_ms);
            plan.add(later_ms, Action::Meddle(rng.u32(..), rng.u8(..)));
        }
    }
    if rng.bool() {
        for _ in 0..rng.usize(1..5) {
            let at_ms = rng.i64(0..plan.duration_ms);
            plan.add(at_ms, Action::Ambush(ambush(&mut rng)));
        }
    }
    plan.steps.sort_by_key(|step| step.at_ms);
}

/// Adds what is typed and not saved; most plans have nothing of it.
fn add_drafts(plan: &mut Plan) {
    let mut rng = Rng::with_seed(plan.seed ^ 0x6472_6166);
    if rng.u8(0..4) > 0 {
        return;
    }
    for _ in 0..rng.usize(1..4) {
        // A person opens a record, types some words into it, and sometimes thinks better of it.
        let (tab, pick) = (rng.u32(..), rng.u32(..));
        let mut at_ms = rng.i64(0..plan.duration_ms);
        for _ in 0..rng.usize(2..6) {
            plan.add(at_ms, Action::Edit(tab, Editing::Type, pick));
            at_ms = (at_ms + rng.i64(0..SOON_MS)).min(plan.duration_ms);
        }
        if rng.u8(0..4) == 0 {
            plan.add(at_ms, Action::Edit(tab, Editing::GiveUp, pick));
        }
    }
    plan.steps.sort_by_key(|step| step.at_ms);
}

fn editing(rng: &mut Rng) -> Editing {
    match rng.u8(0..32) {
        0..=11 => Editing::Field,
        12..=13 => Editing::TwoFields,
        14..=17 => Editing::Note,
        18..=19 => Editing::Contact,
        20 => Editing::Many,
        21..=22 => Editing::Undo,
        23 => Editing::UndoJob,
        24..=28 => Editing::Decide,
        29 => Editing::Retry,
        _ => Editing::Discard,
    }
}

fn ambush(rng: &mut Rng) -> Ambush {
    const ALL: [Ambush; 12] = [
        Ambush::AnswerLost,
        Ambush::AnswerLostAndOvertaken,
        Ambush::Contention,
        Ambush::Overtaken,
        Ambush::Deleted,
        Ambush::Narrowed,
        Ambush::Switched,
        Ambush::DiesStored,
        Ambush::DiesSent,
        Ambush::DiesServed,
        Ambush::DiesAnswered,
        Ambush::TabDies,
    ];
    ALL[rng.usize(..ALL.len())]
}
