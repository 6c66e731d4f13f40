//! Outboxes: beside the caches, and none of their business.

use panels_core::{
    cache::{CacheEvent, CacheName, CacheStore, CacheWriteId},
    engine::{Input, OutboxOrder},
};

use super::{
    Fixture, Seen,
    cache::{opened, put, written},
    cache_name, on_every_storage, unused_name,
};

on_every_storage! {
    an_outbox_is_read_again_after_a_reload,
    an_outbox_survives_a_wipe_of_the_caches,
    a_discarded_outbox_is_empty_and_the_others_are_not,
    what_was_to_be_written_is_written_before_an_outbox_is_closed,
    nothing_is_told_of_an_outbox_that_was_closed,
}

fn outbox(name: &str) -> CacheName {
    cache_name(name)
}

/// Opens an outbox and waits until all of it was told: the keys of its edits.
pub(in crate::storage) async fn opened_outbox<S: Fixture>(
    seen: &Seen<S>,
    name: &str,
) -> Vec<String> {
    seen.keeper.outbox(OutboxOrder::Open { name: outbox(name) });
    let mut keys = Vec::new();
    loop {
        match next(seen).await {
            CacheEvent::Record(record) => keys.push(record.key),
            CacheEvent::Ready { .. } => return keys,
            other => panic!("{other:?}"),
        }
    }
}

/// Stores an edit and waits until it is stored.
pub(in crate::storage) async fn keep<S: Fixture>(seen: &Seen<S>, key: &str) {
    write(seen, key);
    match next(seen).await {
        CacheEvent::Written { result, .. } => drop(result.expect("a stored edit")),
        other => panic!("{other:?}"),
    }
}

fn write<S: Fixture>(seen: &Seen<S>, key: &str) {
    let changes = vec![put(CacheStore::Outbox, key, "an edit")];
    let write = CacheWriteId(1);
    seen.keeper.outbox(OutboxOrder::Write { write, changes });
}

/// The next thing that is told of an outbox.
pub(in crate::storage) async fn next<S: Fixture>(seen: &Seen<S>) -> CacheEvent {
    match seen.next().await {
        Input::Outbox(event) => event,
        other => panic!("{other:?}"),
    }
}

async fn an_outbox_is_read_again_after_a_reload<S: Fixture>() {
    let name = unused_name();
    let seen = Seen::<S>::start(&name);
    assert!(opened_outbox(&seen, "ada").await.is_empty());
    keep(&seen, "1").await;
    keep(&seen, "2").await;
    let again = Seen::<S>::start(&name);
    assert_eq!(opened_outbox(&again, "ada").await, ["1", "2"]);
    assert!(opened_outbox(&again, "ben").await.is_empty());
}

async fn an_outbox_survives_a_wipe_of_the_caches<S: Fixture>() {
    let name = unused_name();
    let seen = Seen::<S>::start(&name);
    opened(&seen, "ada").await;
    let row = put(CacheStore::Recent, "row", "a row");
    written(&seen, vec![row]).await.unwrap();
    opened_outbox(&seen, "ada").await;
    keep(&seen, "1").await;
    seen.keeper.wipe_cache();
    keep(&seen, "2").await;
    // Edits do not wait for the wipe; whoever comes next does.
    seen.finished_with(|input| panic!("{input:?}")).await;
    let again = Seen::<S>::start(&name);
    assert!(opened(&again, "ada").await.is_empty());
    assert_eq!(opened_outbox(&again, "ada").await, ["1", "2"]);
}

async fn a_discarded_outbox_is_empty_and_the_others_are_not<S: Fixture>() {
    let name = unused_name();
    let seen = Seen::<S>::start(&name);
    for user in ["ben", "ada"] {
        opened_outbox(&seen, user).await;
        keep(&seen, "1").await;
    }
    seen.keeper.outbox(OutboxOrder::Discard);
    assert!(opened_outbox(&seen, "ada").await.is_empty());
    assert_eq!(opened_outbox(&seen, "ben").await, ["1"]);
}

async fn what_was_to_be_written_is_written_before_an_outbox_is_closed<S: Fixture>() {
    let name = unused_name();
    let seen = Seen::<S>::start(&name);
    opened_outbox(&seen, "ada").await;
    write(&seen, "1");
    seen.keeper.outbox(OutboxOrder::Close);
    let others = |input: Input| panic!("{input:?}");
    seen.finished_with(others).await;
    assert_eq!(opened_outbox(&seen, "ada").await, ["1"]);
}

async fn nothing_is_told_of_an_outbox_that_was_closed<S: Fixture>() {
    let seen = Seen::<S>::start(&unused_name());
    opened_outbox(&seen, "ada").await;
    seen.keeper.outbox(OutboxOrder::Close);
    write(&seen, "late");
    seen.finished_with(|input| panic!("{input:?}")).await;
    assert!(opened_outbox(&seen, "ada").await.is_empty());
}
