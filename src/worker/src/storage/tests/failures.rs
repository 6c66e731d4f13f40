//! What a keeper tells when its storage fails.

use panels_core::cache::{CacheEvent, CacheFailure, CacheStore, CacheWriteId};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{
    Fixture, Seen,
    cache::{opened, put, written},
    cache_name, unused_name,
};
use crate::storage::{Incident, memory::Memory};

/// A worker, and the storage that it uses.
fn start() -> (Seen<Memory>, Memory) {
    let name = unused_name();
    (Seen::start(&name), Memory::named(&name))
}

/// A batch of one record.
fn batch() -> Vec<panels_core::cache::CacheChange> {
    vec![put(CacheStore::Recent, "a", "text")]
}

/// Nothing was told, and nothing is on its way.
async fn expect_silence(seen: &Seen<Memory>) {
    seen.finished_with(|input| panic!("{input:?}")).await;
}

#[wasm_bindgen_test]
async fn a_full_storage_is_told_and_the_next_batch_is_stored() {
    let (seen, memory) = start();
    opened(&seen, "ward").await;
    memory.fail_next(CacheFailure::Full);
    assert_eq!(written(&seen, batch()).await, Err(CacheFailure::Full));
    assert_eq!(written(&seen, batch()).await, Ok(4));
}

#[wasm_bindgen_test]
async fn a_cache_that_cannot_be_opened_is_lost_until_it_is_opened_again() {
    let (seen, memory) = start();
    memory.fail_next(CacheFailure::Blocked);
    seen.keeper.open_cache(cache_name("ward"));
    let lost = CacheEvent::Lost(CacheFailure::Blocked);
    assert_eq!(seen.next_event().await, lost);
    seen.keeper.write_cache(CacheWriteId(1), batch());
    expect_silence(&seen).await;
    assert!(opened(&seen, "ward").await.is_empty());
    assert_eq!(written(&seen, batch()).await, Ok(4));
}

#[wasm_bindgen_test]
async fn a_cache_that_is_taken_over_is_lost_at_once_and_only_once() {
    let (seen, memory) = start();
    opened(&seen, "ward").await;
    seen.keeper.write_cache(CacheWriteId(1), batch());
    memory.happen(Incident::TakenOver);
    memory.happen(Incident::TakenOver);
    memory.happen(Incident::Disconnected);
    let lost = CacheEvent::Lost(CacheFailure::Closed);
    assert_eq!(seen.next_event().await, lost);
    seen.keeper.write_cache(CacheWriteId(2), batch());
    expect_silence(&seen).await;
}

#[wasm_bindgen_test]
async fn a_cache_that_comes_back_is_not_worth_a_word() {
    let (seen, memory) = start();
    opened(&seen, "ward").await;
    memory.happen(Incident::Disconnected);
    expect_silence(&seen).await;
    assert_eq!(written(&seen, batch()).await, Ok(4));
}

#[wasm_bindgen_test]
async fn a_cache_that_does_not_come_back_is_lost() {
    let (seen, memory) = start();
    opened(&seen, "ward").await;
    memory.fail_next(CacheFailure::Closed);
    memory.happen(Incident::Disconnected);
    let lost = CacheEvent::Lost(CacheFailure::Closed);
    assert_eq!(seen.next_event().await, lost);
}

#[wasm_bindgen_test]
async fn a_batch_that_finds_the_cache_closed_loses_it() {
    let (seen, memory) = start();
    opened(&seen, "ward").await;
    memory.fail_next(CacheFailure::Closed);
    for number in 1..=3 {
        seen.keeper.write_cache(CacheWriteId(number), batch());
    }
    let lost = CacheEvent::Lost(CacheFailure::Closed);
    assert_eq!(seen.next_event().await, lost);
    expect_silence(&seen).await;
}

#[wasm_bindgen_test]
async fn an_unreadable_cache_is_lost_and_can_be_wiped() {
    let (seen, memory) = start();
    opened(&seen, "ward").await;
    written(&seen, batch()).await.unwrap();
    seen.keeper.open_cache(cache_name("ward"));
    memory.fail_next(CacheFailure::Unreadable);
    let lost = CacheEvent::Lost(CacheFailure::Unreadable);
    // The failure is that of the opening or of the reading, whichever comes first.
    assert_eq!(seen.next_event().await, lost);
    seen.keeper.wipe_cache();
    assert!(opened(&seen, "ward").await.is_empty());
}

#[wasm_bindgen_test]
async fn an_incident_of_an_earlier_cache_is_of_no_interest() {
    let (seen, memory) = start();
    opened(&seen, "ward").await;
    let earlier = memory.listener().unwrap();
    opened(&seen, "other").await;
    earlier(Incident::TakenOver);
    earlier(Incident::Disconnected);
    expect_silence(&seen).await;
    assert_eq!(written(&seen, batch()).await, Ok(4));
}

#[wasm_bindgen_test]
async fn a_wipe_that_fails_is_not_told() {
    let (seen, memory) = start();
    opened(&seen, "ward").await;
    memory.fail_next(CacheFailure::Blocked);
    seen.keeper.wipe_cache();
    expect_silence(&seen).await;
}
