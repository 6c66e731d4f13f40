//! Settings: beside caches, outboxes and trails, and there when all of them are gone.

use panels_core::{
    cache::{CacheEvent, CacheStore, CacheWriteId},
    engine::{Input, OutboxOrder},
};

use super::{Fixture, Seen, cache::put, cache_name, on_every_storage, unused_name};

on_every_storage! {
    settings_survive_the_end_of_everything_else,
}

async fn next<S: Fixture>(seen: &Seen<S>) -> CacheEvent {
    match seen.next().await {
        Input::Settings(event) => event,
        other => panic!("{other:?}"),
    }
}

/// Opens the settings and waits until all of them were told: whose they are, and what they say.
async fn opened<S: Fixture>(seen: &Seen<S>) -> Vec<(String, String)> {
    let name = cache_name("users");
    seen.keeper.settings(OutboxOrder::Open { name });
    let mut told = Vec::new();
    loop {
        match next(seen).await {
            CacheEvent::Record(record) => {
                assert_eq!(record.store, CacheStore::Settings);
                told.push((record.key, record.text.reveal().to_owned()));
            }
            CacheEvent::Ready { .. } => return told,
            other => panic!("{other:?}"),
        }
    }
}

async fn settings_survive_the_end_of_everything_else<S: Fixture>() {
    let name = unused_name();
    let seen = Seen::<S>::start(&name);
    assert!(opened(&seen).await.is_empty());
    let changes = vec![put(CacheStore::Settings, "ada", "compact")];
    let write = CacheWriteId(1);
    seen.keeper.settings(OutboxOrder::Write { write, changes });
    match next(&seen).await {
        CacheEvent::Written { result, .. } => drop(result.expect("stored settings")),
        other => panic!("{other:?}"),
    }
    seen.keeper.wipe_cache();
    seen.keeper.outbox(OutboxOrder::Discard);
    seen.keeper.audit(OutboxOrder::Discard);
    seen.keeper.forget_session();
    seen.finished().await;
    let again = Seen::<S>::start(&name);
    let kept = ("ada".to_owned(), "compact".to_owned());
    assert_eq!(opened(&again).await, [kept]);
}
