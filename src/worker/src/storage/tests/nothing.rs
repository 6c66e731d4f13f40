//! A keeper without a storage: all is well, and nothing is kept.

use panels_core::{
    cache::{CacheStore, CacheWriteId},
    protocol::Secret,
};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{
    Seen, cache,
    outbox::{keep, opened_outbox},
};
use crate::storage::memory::Memory;

fn nowhere() -> Seen<Memory> {
    Seen::without_storage()
}

#[wasm_bindgen_test]
async fn a_cache_takes_every_batch_and_is_empty_when_it_is_opened_again() {
    let seen = nowhere();
    assert!(cache::opened(&seen, "a").await.is_empty());
    let batch = vec![cache::put(CacheStore::Outbox, "1", "a row")];
    assert_eq!(cache::written(&seen, batch).await, Ok(0));
    seen.keeper.write_cache(CacheWriteId(2), Vec::new());
    seen.keeper.wipe_cache();
    assert!(cache::opened(&seen, "a").await.is_empty());
    seen.finished().await;
}

#[wasm_bindgen_test]
async fn edits_and_sessions_are_taken_and_not_kept() {
    let seen = nowhere();
    assert!(opened_outbox(&seen, "a").await.is_empty());
    keep(&seen, "1").await;
    assert!(opened_outbox(&seen, "a").await.is_empty());
    seen.keeper.save_session(Secret::new("tokens"));
    seen.keeper.load_session();
    assert_eq!(seen.next_session().await, None);
    seen.keeper.forget_session();
    seen.finished().await;
}
