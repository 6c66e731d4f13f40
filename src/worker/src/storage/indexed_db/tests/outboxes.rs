//! What only a browser's storage can do to an outbox.

use panels_core::{
    cache::{CacheEvent, CacheFailure},
    engine::OutboxOrder,
};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{
    raw::{raw_close, raw_create, raw_get, raw_names, raw_remove},
    vault,
};
use crate::storage::{
    indexed_db::IndexedDb,
    tests::{
        Seen, cache_name,
        outbox::{keep, next, opened_outbox},
        unused_name,
    },
};

fn database(name: &str) -> String {
    format!("{name}-outbox-ada")
}

async fn exists(name: &str) -> bool {
    let names = raw_names().await.as_string().unwrap();
    names.lines().any(|line| line == database(name))
}

#[wasm_bindgen_test]
async fn a_discarded_outbox_leaves_neither_key_nor_database() {
    let name = unused_name();
    let seen = Seen::<IndexedDb>::start(&name);
    opened_outbox(&seen, "ada").await;
    keep(&seen, "1").await;
    let key = format!("outbox {}", database(&name));
    assert!(exists(&name).await);
    assert!(!raw_get(&vault(&name), "keys", &key).await.is_undefined());
    seen.keeper.outbox(OutboxOrder::Discard);
    seen.finished().await;
    assert!(!exists(&name).await);
    assert!(raw_get(&vault(&name), "keys", &key).await.is_undefined());
}

#[wasm_bindgen_test]
async fn an_outbox_of_a_later_build_is_left_alone() {
    let name = unused_name();
    raw_close(&raw_create(&database(&name), 9).await);
    let seen = Seen::<IndexedDb>::start(&name);
    let ada = cache_name("ada");
    seen.keeper.outbox(OutboxOrder::Open { name: ada });
    let lost = CacheEvent::Lost(CacheFailure::Unavailable);
    assert_eq!(next(&seen).await, lost);
    seen.finished().await;
    assert!(
        exists(&name).await,
        "it may hold what nobody has anywhere else"
    );
    raw_remove(&database(&name)).await;
}
