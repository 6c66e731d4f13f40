//! Nothing can be read that should not be, and nothing that was tampered with is believed.

use js_sys::{Array, ArrayBuffer, Uint8Array};
use panels_core::{
    cache::{CacheEvent, CacheFailure, CacheStore},
    protocol::Secret,
};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{
    batch,
    raw::{can_export, raw_delete, raw_get, raw_names, raw_put},
    reopened, start, vault, ward, ward_key,
};
use crate::storage::{
    indexed_db::IndexedDb,
    tests::{
        Seen,
        cache::{opened, put, written},
        unused_name,
    },
};

const UNREADABLE: CacheEvent = CacheEvent::Lost(CacheFailure::Unreadable);

/// The bytes of a stored value.
fn bytes(value: &JsValue) -> Vec<u8> {
    let cipher: ArrayBuffer = value.unchecked_ref::<Array>().get(1).unchecked_into();
    Uint8Array::new(&cipher).to_vec()
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

#[wasm_bindgen_test]
async fn nothing_is_stored_in_the_clear() {
    let (seen, name) = start().await;
    written(&seen, batch("a")).await.unwrap();
    seen.keeper.save_session(Secret::new("a refresh token"));
    seen.finished().await;
    let record = bytes(&raw_get(&ward(&name), "recent", "a").await);
    assert!(!record.is_empty() && !contains(&record, "Ada"));
    let session = bytes(&raw_get(&vault(&name), "sessions", "session").await);
    assert!(!session.is_empty() && !contains(&session, "token"));
}

#[wasm_bindgen_test]
async fn equal_texts_are_stored_as_different_bytes() {
    let (seen, name) = start().await;
    written(&seen, [batch("a"), batch("b")].concat())
        .await
        .unwrap();
    let first = raw_get(&ward(&name), "recent", "a").await;
    let second = raw_get(&ward(&name), "recent", "b").await;
    assert_ne!(bytes(&first), bytes(&second));
}

#[wasm_bindgen_test]
async fn no_key_can_leave_the_browser() {
    let (seen, name) = start().await;
    seen.keeper.save_session(Secret::new("tokens"));
    seen.finished().await;
    for key in ["session", &ward_key(&name)] {
        let key = raw_get(&vault(&name), "keys", key).await;
        assert!(key.is_object());
        assert_eq!(can_export(&key).await, JsValue::FALSE);
    }
}

#[wasm_bindgen_test]
async fn a_record_that_was_moved_is_not_believed() {
    for (store, key) in [("recent", "b"), ("outbox", "a")] {
        let (seen, name) = start().await;
        written(&seen, batch("a")).await.unwrap();
        let record = raw_get(&ward(&name), "recent", "a").await;
        raw_put(&ward(&name), store, key, &record).await;
        assert_eq!(reopened(&name).await, UNREADABLE);
    }
}

#[wasm_bindgen_test]
async fn a_record_of_another_cache_is_not_believed() {
    let (seen, name) = start().await;
    written(&seen, batch("a")).await.unwrap();
    let record = raw_get(&ward(&name), "recent", "a").await;
    let key = raw_get(&vault(&name), "keys", &ward_key(&name)).await;
    let (_other, other) = start().await;
    // Even with the right key.
    raw_put(&vault(&other), "keys", &ward_key(&other), &key).await;
    raw_put(&ward(&other), "recent", "a", &record).await;
    assert_eq!(reopened(&other).await, UNREADABLE);
}

#[wasm_bindgen_test]
async fn a_damaged_record_is_not_believed() {
    let (seen, name) = start().await;
    let long = "text ".repeat(10_000);
    written(&seen, vec![put(CacheStore::Segments, "a", &long)])
        .await
        .unwrap();
    let record: Array = raw_get(&ward(&name), "segments", "a")
        .await
        .unchecked_into();
    let cipher = Uint8Array::new(&record.get(1));
    cipher.set_index(3, cipher.get_index(3) ^ 1);
    for damage in [
        cipher.buffer().into(),
        ArrayBuffer::new(0).into(),
        JsValue::NULL,
    ] {
        record.set(1, damage);
        raw_put(&ward(&name), "segments", "a", &record).await;
        assert_eq!(reopened(&name).await, UNREADABLE);
    }
}

#[wasm_bindgen_test]
async fn records_without_their_key_are_lost() {
    let (seen, name) = start().await;
    written(&seen, batch("a")).await.unwrap();
    raw_delete(&vault(&name), "keys", &ward_key(&name)).await;
    assert_eq!(reopened(&name).await, UNREADABLE);
    // Not by a new key either.
    assert_eq!(reopened(&name).await, UNREADABLE);
}

#[wasm_bindgen_test]
async fn a_session_without_its_key_is_none() {
    let name = unused_name();
    let seen = Seen::<IndexedDb>::start(&name);
    seen.keeper.save_session(Secret::new("tokens"));
    seen.finished().await;
    raw_delete(&vault(&name), "keys", "session").await;
    seen.keeper.load_session();
    assert_eq!(seen.next_session().await, None);
}

#[wasm_bindgen_test]
async fn a_damaged_session_is_none() {
    let name = unused_name();
    let seen = Seen::<IndexedDb>::start(&name);
    seen.keeper.save_session(Secret::new("tokens"));
    seen.finished().await;
    raw_put(&vault(&name), "sessions", "session", &"nonsense".into()).await;
    seen.keeper.load_session();
    assert_eq!(seen.next_session().await, None);
}

#[wasm_bindgen_test]
async fn a_wipe_leaves_neither_key_nor_database() {
    let (seen, name) = start().await;
    written(&seen, batch("a")).await.unwrap();
    seen.keeper.wipe_cache();
    seen.finished().await;
    let names = raw_names().await.as_string().unwrap();
    assert!(!names.lines().any(|line| line == ward(&name)), "{names}");
    assert!(
        raw_get(&vault(&name), "keys", &ward_key(&name))
            .await
            .is_undefined()
    );
}

#[wasm_bindgen_test]
async fn a_wipe_that_was_interrupted_is_finished_when_the_cache_is_opened_next() {
    let (seen, name) = start().await;
    written(&seen, batch("a")).await.unwrap();
    // The worker ends after the key was deleted and before the database was.
    drop(seen);
    raw_put(&vault(&name), "keys", &ward_key(&name), &JsValue::TRUE).await;
    let seen = Seen::<IndexedDb>::start(&name);
    assert!(opened(&seen, "ward").await.is_empty());
    written(&seen, batch("b")).await.unwrap();
    assert!(matches!(reopened(&name).await, CacheEvent::Ready { .. }));
}
