//! What is told when the browser's storage fails.

use std::{cell::RefCell, rc::Rc};

use indexed_db_futures::transaction::TransactionDurability;
use panels_core::cache::{CACHE_SCHEMA_VERSION, CacheEvent, CacheFailure, CacheStore};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{
    batch,
    raw::{Misbehaviour, raw_close, raw_create, raw_remove},
    reopened, start, ward,
};
use crate::storage::{
    Cache, Incident, Storage,
    indexed_db::{IndexedDb, cache::OpenCache, connection::Connection, requests, schema},
    tests::{
        Seen,
        cache::{opened, put, written},
        cache_name, unused_name,
    },
};

fn lost(failure: CacheFailure) -> CacheEvent {
    CacheEvent::Lost(failure)
}

/// Keys of the records that a cache holds after a reload.
async fn keys(name: &str) -> Vec<String> {
    let content = opened(&Seen::<IndexedDb>::start(name), "ward").await;
    content.into_iter().map(|(_, key, _)| key).collect()
}

/// A cache below a keeper, and what is told about it.
async fn open_cache(name: &str) -> (OpenCache, Rc<RefCell<Vec<Incident>>>) {
    let incidents = Rc::<RefCell<Vec<Incident>>>::default();
    let told = incidents.clone();
    let tell = move |incident| told.borrow_mut().push(incident);
    let cache = IndexedDb::new(name).open(&cache_name("ward"), tell).await;
    (cache.unwrap(), incidents)
}

#[wasm_bindgen_test]
async fn a_cache_of_another_version_is_emptied() {
    let name = unused_name();
    for version in [CACHE_SCHEMA_VERSION + 1, CACHE_SCHEMA_VERSION + 9] {
        raw_close(&raw_create(&ward(&name), version).await);
        let seen = Seen::<IndexedDb>::start(&name);
        assert!(opened(&seen, "ward").await.is_empty());
        written(&seen, batch("a")).await.unwrap();
        assert_eq!(keys(&name).await, ["a"]);
        raw_remove(&ward(&name)).await;
    }
}

#[wasm_bindgen_test]
async fn an_upgrade_empties_and_makes_the_stores_of_the_new_version() {
    let name = unused_name();
    let mut schema = schema::cache();
    let recent = CacheStore::Recent.name();
    let first = Connection::open(&name, &schema).await.unwrap();
    assert!(first.created);
    let writing = first.writing(&[recent], TransactionDurability::Relaxed);
    let writing = writing.unwrap();
    requests::put(&writing, recent, "a", &JsValue::TRUE).unwrap();
    requests::commit(writing).await.unwrap();
    drop(first);
    schema.version += 1;
    schema.stores = vec![recent, "new"];
    let second = Connection::open(&name, &schema).await.unwrap();
    assert!(second.created);
    assert!(second.object_store_names().eq(["new", recent]));
    let reading = second.reading(&[recent]).unwrap();
    let page = requests::page(&reading, recent, None, 1).await;
    assert!(page.unwrap().is_empty());
    drop(reading);
    drop(second);
    let again = Connection::open(&name, &schema).await.unwrap();
    assert!(!again.created);
}

#[wasm_bindgen_test]
async fn a_page_that_holds_another_version_blocks_for_a_while_only() {
    let name = unused_name();
    let holder = raw_create(&ward(&name), CACHE_SCHEMA_VERSION + 1).await;
    assert_eq!(reopened(&name).await, lost(CacheFailure::Blocked));
    raw_close(&holder);
    assert!(keys(&name).await.is_empty());
}

#[wasm_bindgen_test]
async fn a_cache_makes_way_for_whoever_deletes_it() {
    let (seen, name) = start().await;
    written(&seen, batch("a")).await.unwrap();
    // Would wait for ever if the cache stayed open.
    raw_remove(&ward(&name)).await;
    assert_eq!(seen.next_event().await, lost(CacheFailure::Closed));
    assert!(opened(&seen, "ward").await.is_empty());
    assert!(written(&seen, batch("b")).await.is_ok());
}

#[wasm_bindgen_test]
async fn a_full_disk_leaves_all_as_it_was() {
    let (seen, name) = start().await;
    written(&seen, batch("a")).await.unwrap();
    let several = [batch("b"), batch("c"), batch("d")].concat();
    let misbehaviour = Misbehaviour::puts(3, "QuotaExceededError");
    assert_eq!(
        written(&seen, several.clone()).await,
        Err(CacheFailure::Full)
    );
    drop(misbehaviour);
    assert_eq!(keys(&name).await, ["a"]);
    // There is room again.
    written(&seen, several).await.unwrap();
    assert_eq!(keys(&name).await, ["a", "b", "c", "d"]);
}

#[wasm_bindgen_test]
async fn a_batch_that_the_browser_aborts_loses_the_cache() {
    let (seen, name) = start().await;
    let misbehaviour = Misbehaviour::commits();
    seen.keeper
        .write_cache(panels_core::cache::CacheWriteId(1), batch("a"));
    assert_eq!(seen.next_event().await, lost(CacheFailure::Closed));
    drop(misbehaviour);
    assert!(keys(&name).await.is_empty());
}

#[wasm_bindgen_test]
async fn a_browser_that_forbids_storage_is_told() {
    for error in ["SecurityError", "InvalidStateError", "UnknownError"] {
        let misbehaviour = Misbehaviour::opens(error);
        let end = reopened(&unused_name()).await;
        assert_eq!(end, lost(CacheFailure::Unavailable));
        let seen = Seen::<IndexedDb>::start(&unused_name());
        seen.keeper.load_session();
        assert_eq!(seen.next_session().await, None);
        drop(misbehaviour);
    }
}

#[wasm_bindgen_test]
async fn a_connection_that_is_gone_is_opened_again_without_a_word() {
    let name = unused_name();
    let (cache, incidents) = open_cache(&name).await;
    cache.write(&batch("a")).await.unwrap();
    cache.disconnect(None);
    cache.write(&batch("b")).await.unwrap();
    cache.disconnect(None);
    cache.revive().await.unwrap();
    assert!(incidents.borrow().is_empty());
    drop(cache);
    assert_eq!(keys(&name).await, ["a", "b"]);
}

#[wasm_bindgen_test]
async fn a_connection_that_the_browser_closes_can_be_revived() {
    let (cache, incidents) = open_cache(&unused_name()).await;
    cache.disconnect(Some(&web_sys::Event::new("close").unwrap()));
    assert_eq!(*incidents.borrow(), [Incident::Disconnected]);
    cache.revive().await.unwrap();
    assert!(cache.write(&batch("a")).await.is_ok());
}

#[wasm_bindgen_test]
async fn a_cache_that_was_deleted_meanwhile_does_not_pretend_to_be_the_same() {
    let name = unused_name();
    let (cache, incidents) = open_cache(&name).await;
    cache.write(&batch("a")).await.unwrap();
    cache.disconnect(Some(&web_sys::Event::new("close").unwrap()));
    raw_remove(&ward(&name)).await;
    let closed = Err(CacheFailure::Closed);
    assert_eq!(cache.write(&batch("b")).await, closed);
    assert_eq!(*incidents.borrow(), [Incident::Disconnected]);
    assert_eq!(cache.revive().await, Err(CacheFailure::Closed));
}

#[wasm_bindgen_test]
async fn a_cache_that_was_taken_over_is_not_opened_again() {
    let name = unused_name();
    let (cache, incidents) = open_cache(&name).await;
    raw_remove(&ward(&name)).await;
    assert_eq!(*incidents.borrow(), [Incident::TakenOver]);
    let batch = vec![put(CacheStore::Outbox, "a", "edit")];
    assert_eq!(cache.write(&batch).await, Err(CacheFailure::Closed));
}
