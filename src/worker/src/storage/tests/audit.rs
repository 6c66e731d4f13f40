//! Audit trails: beside caches and outboxes, and none of their business.

use panels_core::{
    cache::{CacheEvent, CacheStore, CacheWriteId},
    engine::{Input, OutboxOrder},
};

use super::{Fixture, Seen, cache::put, cache_name, on_every_storage, outbox, unused_name};

on_every_storage! {
    a_trail_survives_the_end_of_the_cache_and_of_the_outbox,
    a_discarded_trail_is_gone,
}

/// Opens a trail and waits until all of it was told: the keys of its records.
async fn opened<S: Fixture>(seen: &Seen<S>) -> Vec<String> {
    let name = cache_name("ada");
    seen.keeper.audit(OutboxOrder::Open { name });
    let mut keys = Vec::new();
    loop {
        match next(seen).await {
            CacheEvent::Record(record) => {
                assert_eq!(record.store, CacheStore::Audit);
                keys.push(record.key);
            }
            CacheEvent::Ready { .. } => return keys,
            other => panic!("{other:?}"),
        }
    }
}

/// Stores an entry and waits until it is stored.
async fn keep<S: Fixture>(seen: &Seen<S>, key: &str) {
    let changes = vec![put(CacheStore::Audit, key, "an entry")];
    let write = CacheWriteId(1);
    seen.keeper.audit(OutboxOrder::Write { write, changes });
    match next(seen).await {
        CacheEvent::Written { result, .. } => drop(result.expect("a stored entry")),
        other => panic!("{other:?}"),
    }
}

async fn next<S: Fixture>(seen: &Seen<S>) -> CacheEvent {
    match seen.next().await {
        Input::Audit(event) => event,
        other => panic!("{other:?}"),
    }
}

async fn a_trail_survives_the_end_of_the_cache_and_of_the_outbox<S: Fixture>() {
    let name = unused_name();
    let seen = Seen::<S>::start(&name);
    outbox::opened_outbox(&seen, "ada").await;
    outbox::keep(&seen, "1").await;
    assert!(opened(&seen).await.is_empty());
    keep(&seen, "1").await;
    seen.keeper.wipe_cache();
    seen.keeper.outbox(OutboxOrder::Discard);
    keep(&seen, "2").await;
    seen.finished().await;
    let again = Seen::<S>::start(&name);
    assert_eq!(opened(&again).await, ["1", "2"]);
    assert!(outbox::opened_outbox(&again, "ada").await.is_empty());
}

async fn a_discarded_trail_is_gone<S: Fixture>() {
    let name = unused_name();
    let seen = Seen::<S>::start(&name);
    outbox::opened_outbox(&seen, "ada").await;
    outbox::keep(&seen, "1").await;
    opened(&seen).await;
    keep(&seen, "1").await;
    seen.keeper.audit(OutboxOrder::Discard);
    assert!(opened(&seen).await.is_empty());
    assert_eq!(outbox::opened_outbox(&seen, "ada").await, ["1"]);
}
