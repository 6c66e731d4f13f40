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

/// Adds edits to a plan; some plans have none.
pub(crate) fn add(plan: &mut Plan) {
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
