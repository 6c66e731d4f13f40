//! A large cache is told without holding up anybody else.

use std::{cell::RefCell, rc::Rc};

use panels_core::{
    cache::{CacheEvent, CacheStore},
    engine::Input,
};
use wasm_bindgen_futures::spawn_local;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{
    Fixture, Seen,
    cache::{opened, put, written},
    cache_name, unused_name,
};
use crate::{
    browser::next_turn,
    storage::{Keeper, memory::Memory},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// A record was told, and it took long to take it in.
    Record,
    /// Somebody else had a turn.
    Turn,
    /// All was told.
    Ready,
}

/// Keeps the worker busy for longer than a turn may take.
fn be_slow() {
    let began_at = js_sys::Date::now();
    while js_sys::Date::now() - began_at < 12.0 {}
}

#[wasm_bindgen_test]
async fn between_two_slow_records_others_have_their_turn() {
    let name = unused_name();
    let before = Seen::<Memory>::start(&name);
    opened(&before, "ward").await;
    let batch = ["a", "b", "c", "d", "e"].map(|key| put(CacheStore::Segments, key, "rows"));
    written(&before, batch.to_vec()).await.unwrap();

    let steps = Rc::new(RefCell::new(Vec::new()));
    let told = steps.clone();
    let keeper = Keeper::new(Some(Memory::named(&name)), move |input| match input {
        Input::Cache(CacheEvent::Record(_)) => {
            be_slow();
            told.borrow_mut().push(Step::Record);
        }
        _ => told.borrow_mut().push(Step::Ready),
    });
    let others = steps.clone();
    spawn_local(async move {
        while !others.borrow().contains(&Step::Ready) {
            next_turn().await;
            others.borrow_mut().push(Step::Turn);
        }
    });
    keeper.open_cache(cache_name("ward"));
    while !steps.borrow().contains(&Step::Ready) {
        next_turn().await;
    }
    let steps = steps.borrow();
    let records = steps.iter().filter(|step| **step == Step::Record);
    assert_eq!(records.count(), 5);
    let in_a_row = |pair: &[Step]| pair == [Step::Record, Step::Record];
    assert!(!steps.windows(2).any(in_a_row), "{steps:?}");
}
