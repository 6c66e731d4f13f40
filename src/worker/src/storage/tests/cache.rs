//! Caches: what is stored, in which order it is told, and what is no longer told.

use panels_core::{
    cache::{CacheChange, CacheEvent, CacheFailure, CacheRecord, CacheStore, CacheWriteId},
    protocol::Secret,
};

use super::{Fixture, Seen, cache_name, on_every_storage, unused_name};

on_every_storage! {
    a_new_cache_is_empty_and_ready,
    records_are_told_by_store_and_then_by_key,
    a_record_is_replaced_deleted_and_cleared,
    the_changes_of_a_batch_are_carried_out_in_order,
    every_batch_is_answered_with_its_number,
    a_batch_without_changes_is_stored,
    large_and_foreign_texts_come_back_unchanged,
    caches_do_not_see_each_other,
    a_wiped_cache_is_empty,
    a_wipe_takes_every_cache_and_leaves_the_session_alone,
    nothing_is_told_of_a_wiped_cache,
    what_was_to_be_written_is_written_before_another_cache_opens,
    the_same_cache_can_be_opened_again,
    a_wipe_takes_what_an_earlier_life_left,
    the_end_of_all_writes_is_told,
    stored_bytes_follow_what_is_stored,
}

pub(in crate::storage) fn put(store: CacheStore, key: &str, text: &str) -> CacheChange {
    CacheChange::Put(CacheRecord {
        store,
        key: key.to_owned(),
        text: Secret::new(text),
    })
}

fn delete(store: CacheStore, key: &str) -> CacheChange {
    let key = key.to_owned();
    CacheChange::Delete { store, key }
}

/// What is stored: store, key, text.
type Content = Vec<(CacheStore, String, String)>;

/// Opens a cache and waits until all of it was told.
pub(in crate::storage) async fn opened<S: Fixture>(seen: &Seen<S>, cache: &str) -> Content {
    seen.keeper.open_cache(cache_name(cache));
    ready(seen).await
}

async fn ready<S: Fixture>(seen: &Seen<S>) -> Content {
    let mut content = Vec::new();
    loop {
        match seen.next_event().await {
            CacheEvent::Record(record) => {
                let text = record.text.reveal().to_owned();
                content.push((record.store, record.key, text));
            }
            CacheEvent::Ready { .. } => return content,
            other => panic!("{other:?}"),
        }
    }
}

/// Writes a batch and waits for its end.
pub(in crate::storage) async fn written<S: Fixture>(
    seen: &Seen<S>,
    changes: Vec<CacheChange>,
) -> Result<u64, CacheFailure> {
    seen.keeper.write_cache(CacheWriteId(7), changes);
    match seen.next_event().await {
        CacheEvent::Written {
            write: CacheWriteId(7),
            result,
        } => result,
        other => panic!("{other:?}"),
    }
}

fn keys(content: &Content) -> Vec<&str> {
    content.iter().map(|(_, key, _)| key.as_str()).collect()
}

async fn a_new_cache_is_empty_and_ready<S: Fixture>() {
    let seen = Seen::<S>::start(&unused_name());
    seen.keeper.open_cache(cache_name("ward"));
    assert_eq!(
        seen.next_event().await,
        CacheEvent::Ready { stored_bytes: 0 }
    );
}

async fn records_are_told_by_store_and_then_by_key<S: Fixture>() {
    let name = unused_name();
    let seen = Seen::<S>::start(&name);
    opened(&seen, "ward").await;
    // Several of the pages that a storage may read at once, to the last place.
    let segments: Vec<String> = (0..48).map(|number| format!("{number:04}")).collect();
    let shuffled = segments.iter().rev();
    let mut batch: Vec<_> = shuffled
        .map(|key| put(CacheStore::Segments, key, key))
        .collect();
    batch.push(put(CacheStore::Outbox, "a", "edit"));
    batch.push(put(CacheStore::Screens, "b", "second screen"));
    batch.push(put(CacheStore::Screens, "a", "first screen"));
    batch.push(put(CacheStore::Parameters, "a", "parameters"));
    written(&seen, batch).await.unwrap();
    let content = opened(&Seen::<S>::start(&name), "ward").await;
    let mut expected = vec!["a", "a", "b"];
    expected.extend(segments.iter().map(String::as_str));
    expected.push("a");
    assert_eq!(keys(&content), expected);
    assert!(content.is_sorted_by_key(|(store, key, _)| (*store, key.clone())));
    assert_eq!(content[1].2, "first screen");
}

async fn a_record_is_replaced_deleted_and_cleared<S: Fixture>() {
    let seen = Seen::<S>::start(&unused_name());
    opened(&seen, "ward").await;
    let recent = CacheStore::Recent;
    let batch = ["a", "b", "c"].map(|key| put(recent, key, "old"));
    written(&seen, batch.to_vec()).await.unwrap();
    let batch = vec![
        put(recent, "a", "new"),
        delete(recent, "b"),
        delete(recent, "x"),
    ];
    written(&seen, batch).await.unwrap();
    let content = opened(&seen, "ward").await;
    let told: Vec<_> = content
        .iter()
        .map(|(_, key, text)| (key.as_str(), text.as_str()))
        .collect();
    assert_eq!(told, [("a", "new"), ("c", "old")]);
    written(&seen, vec![CacheChange::Clear { store: recent }])
        .await
        .unwrap();
    assert!(opened(&seen, "ward").await.is_empty());
}

async fn the_changes_of_a_batch_are_carried_out_in_order<S: Fixture>() {
    let seen = Seen::<S>::start(&unused_name());
    opened(&seen, "ward").await;
    let store = CacheStore::Cursors;
    let batch = vec![
        put(store, "cleared", ""),
        CacheChange::Clear { store },
        put(store, "twice", "first"),
        put(store, "gone", ""),
        delete(store, "gone"),
        delete(store, "back"),
        put(store, "back", "again"),
        put(store, "twice", "second"),
    ];
    written(&seen, batch).await.unwrap();
    let content = opened(&seen, "ward").await;
    let told: Vec<_> = content
        .iter()
        .map(|(_, key, text)| (key.as_str(), text.as_str()))
        .collect();
    assert_eq!(told, [("back", "again"), ("twice", "second")]);
}

async fn every_batch_is_answered_with_its_number<S: Fixture>() {
    let seen = Seen::<S>::start(&unused_name());
    opened(&seen, "ward").await;
    // The first takes longest.
    let texts = ["x".repeat(2_000_000), "y".repeat(5_000), "z".to_owned()];
    for (number, text) in (1..).zip(&texts) {
        let batch = vec![put(CacheStore::Segments, "same", text)];
        seen.keeper.write_cache(CacheWriteId(number), batch);
    }
    for number in 1..=3 {
        let CacheEvent::Written { write, result } = seen.next_event().await else {
            panic!("not written");
        };
        assert_eq!(write, CacheWriteId(number));
        assert!(result.is_ok());
    }
    assert_eq!(opened(&seen, "ward").await[0].2, "z");
}

async fn a_batch_without_changes_is_stored<S: Fixture>() {
    let seen = Seen::<S>::start(&unused_name());
    opened(&seen, "ward").await;
    assert_eq!(written(&seen, Vec::new()).await, Ok(0));
}

async fn large_and_foreign_texts_come_back_unchanged<S: Fixture>() {
    let name = unused_name();
    let seen = Seen::<S>::start(&name);
    opened(&seen, "ward").await;
    let texts = [
        String::new(),
        "Ünïcode \u{1f9ea} \0 \u{2028}".to_owned(),
        "{\"resourceType\":\"Task\"}".repeat(40_000),
        "\u{1f9ea}".repeat(1_024),
    ];
    let batch = texts.iter().zip(["0", "1", "2", "3"]);
    let batch = batch.map(|(text, key)| put(CacheStore::Segments, key, text));
    written(&seen, batch.collect()).await.unwrap();
    let content = opened(&Seen::<S>::start(&name), "ward").await;
    let told = content.into_iter().map(|(_, _, text)| text);
    assert!(told.eq(texts));
}

async fn caches_do_not_see_each_other<S: Fixture>() {
    let seen = Seen::<S>::start(&unused_name());
    for cache in ["one", "two"] {
        assert!(opened(&seen, cache).await.is_empty());
        written(&seen, vec![put(CacheStore::Panels, "a", cache)])
            .await
            .unwrap();
    }
    for cache in ["one", "two"] {
        assert_eq!(opened(&seen, cache).await[0].2, cache);
    }
}

async fn a_wiped_cache_is_empty<S: Fixture>() {
    let name = unused_name();
    let seen = Seen::<S>::start(&name);
    opened(&seen, "ward").await;
    written(&seen, vec![put(CacheStore::Outbox, "a", "edit")])
        .await
        .unwrap();
    seen.keeper.wipe_cache();
    assert!(opened(&seen, "ward").await.is_empty());
    written(&seen, vec![put(CacheStore::Outbox, "b", "edit")])
        .await
        .unwrap();
    let content = opened(&Seen::<S>::start(&name), "ward").await;
    assert_eq!(keys(&content), ["b"]);
}

async fn a_wipe_takes_every_cache_and_leaves_the_session_alone<S: Fixture>() {
    let seen = Seen::<S>::start(&unused_name());
    seen.keeper.save_session(Secret::new("tokens"));
    for cache in ["earlier", "wiped"] {
        opened(&seen, cache).await;
        written(&seen, vec![put(CacheStore::Panels, "a", cache)])
            .await
            .unwrap();
    }
    seen.keeper.wipe_cache();
    for cache in ["earlier", "wiped"] {
        assert!(opened(&seen, cache).await.is_empty());
    }
    seen.keeper.load_session();
    assert_eq!(seen.next_session().await.as_deref(), Some("tokens"));
}

async fn nothing_is_told_of_a_wiped_cache<S: Fixture>() {
    let seen = Seen::<S>::start(&unused_name());
    opened(&seen, "ward").await;
    written(&seen, vec![put(CacheStore::Recent, "a", "")])
        .await
        .unwrap();
    seen.keeper.open_cache(cache_name("ward"));
    let batch = vec![put(CacheStore::Recent, "b", &"b".repeat(100_000))];
    seen.keeper.write_cache(CacheWriteId(1), batch);
    seen.keeper.wipe_cache();
    // Neither the record, nor that it is ready, nor that the batch was written.
    assert!(opened(&seen, "other").await.is_empty());
    seen.keeper.write_cache(CacheWriteId(2), Vec::new());
    assert!(matches!(
        seen.next_event().await,
        CacheEvent::Written {
            write: CacheWriteId(2),
            ..
        }
    ));
}

async fn what_was_to_be_written_is_written_before_another_cache_opens<S: Fixture>() {
    let seen = Seen::<S>::start(&unused_name());
    opened(&seen, "ward").await;
    let batch = vec![put(CacheStore::Outbox, "a", "edit")];
    seen.keeper.write_cache(CacheWriteId(1), batch);
    assert!(opened(&seen, "other").await.is_empty());
    assert_eq!(keys(&opened(&seen, "ward").await), ["a"]);
}

async fn the_same_cache_can_be_opened_again<S: Fixture>() {
    let seen = Seen::<S>::start(&unused_name());
    opened(&seen, "ward").await;
    written(&seen, vec![put(CacheStore::Panels, "a", "")])
        .await
        .unwrap();
    for _ in 0..3 {
        seen.keeper.open_cache(cache_name("ward"));
    }
    // What the first two would have told is not.
    assert_eq!(keys(&ready(&seen).await), ["a"]);
}

async fn a_wipe_takes_what_an_earlier_life_left<S: Fixture>() {
    let name = unused_name();
    let earlier = Seen::<S>::start(&name);
    opened(&earlier, "ward").await;
    written(&earlier, vec![put(CacheStore::Panels, "a", "")])
        .await
        .unwrap();
    let seen = Seen::<S>::start(&name);
    seen.keeper.wipe_cache();
    seen.keeper
        .write_cache(CacheWriteId(1), vec![put(CacheStore::Panels, "a", "")]);
    assert!(opened(&seen, "ward").await.is_empty());
}

async fn the_end_of_all_writes_is_told<S: Fixture>() {
    let name = unused_name();
    let seen = Seen::<S>::start(&name);
    opened(&seen, "ward").await;
    seen.keeper.save_session(Secret::new("tokens"));
    let batch = vec![put(CacheStore::Outbox, "a", &"edit".repeat(100_000))];
    seen.keeper.write_cache(CacheWriteId(1), batch);
    seen.finished().await;
    // As after the end of the worker: nothing else is waited for.
    let next = Seen::<S>::start(&name);
    assert_eq!(keys(&opened(&next, "ward").await), ["a"]);
    next.keeper.load_session();
    assert_eq!(next.next_session().await.as_deref(), Some("tokens"));
}

async fn stored_bytes_follow_what_is_stored<S: Fixture>() {
    let name = unused_name();
    let seen = Seen::<S>::start(&name);
    opened(&seen, "ward").await;
    let store = CacheStore::Segments;
    let one = written(&seen, vec![put(store, "a", "text")]).await.unwrap();
    assert!((4..100).contains(&one), "{one}");
    let two = written(&seen, vec![put(store, "b", "text")]).await.unwrap();
    assert_eq!(two, 2 * one);
    let replaced = written(&seen, vec![put(store, "b", "longer text")])
        .await
        .unwrap();
    assert!(replaced > two);
    seen.keeper.open_cache(cache_name("ward"));
    let mut last = seen.next_event().await;
    while let CacheEvent::Record(_) = last {
        last = seen.next_event().await;
    }
    assert_eq!(
        last,
        CacheEvent::Ready {
            stored_bytes: replaced
        }
    );
    assert_eq!(written(&seen, vec![delete(store, "b")]).await, Ok(one));
    assert_eq!(
        written(&seen, vec![CacheChange::Clear { store }]).await,
        Ok(0)
    );
}
