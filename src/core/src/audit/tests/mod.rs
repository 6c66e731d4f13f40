//! The chain and the form of events, without an engine.

mod chain;
mod events;

use super::{
    chain::Chain,
    deed::{Deed, Outcome, What},
    entry::Draft,
};
use crate::{identity::ResourceKey, time::Timestamp};

fn record(reference: &str) -> ResourceKey {
    ResourceKey::from_reference(reference).unwrap()
}

/// A deed with everything that it can have.
fn full(what: What) -> Deed {
    Deed::new(what)
        .with(Outcome::Failure)
        .about(&record("Task/t1"), Some(&record("Patient/p1")))
        .in_job(Some("tab:7"))
        .of(500)
}

fn draft(number: usize, deed: Deed) -> Draft {
    Draft {
        id: format!("life/{number}").into(),
        at: Timestamp(1_795_000_000_000 + number as i64),
        who: "Practitioner/me".into(),
        deed,
    }
}

fn chain(length: usize) -> Chain {
    let mut chain = Chain::new();
    for number in 0..length {
        let what = What::ALL[number % What::ALL.len()];
        chain.append(draft(number, full(what)));
    }
    chain
}
