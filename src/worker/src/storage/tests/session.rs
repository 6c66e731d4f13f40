//! The session at rest.

use panels_core::protocol::Secret;

use super::{Fixture, Seen, on_every_storage, unused_name};

on_every_storage! {
    there_is_no_session_at_first,
    a_session_survives_the_worker,
    the_last_session_is_the_one_that_is_kept,
    a_forgotten_session_is_gone,
    commands_are_carried_out_in_their_order,
}

async fn loaded<S: Fixture>(seen: &Seen<S>) -> Option<String> {
    seen.keeper.load_session();
    seen.next_session().await
}

async fn there_is_no_session_at_first<S: Fixture>() {
    assert_eq!(loaded(&Seen::<S>::start(&unused_name())).await, None);
}

async fn a_session_survives_the_worker<S: Fixture>() {
    let name = unused_name();
    let first = Seen::<S>::start(&name);
    first.keeper.save_session(Secret::new("tokens \u{1f511}"));
    assert!(loaded(&first).await.is_some());
    let reloaded = Seen::<S>::start(&name);
    assert_eq!(loaded(&reloaded).await.as_deref(), Some("tokens \u{1f511}"));
}

async fn the_last_session_is_the_one_that_is_kept<S: Fixture>() {
    let seen = Seen::<S>::start(&unused_name());
    for text in ["first", "second", "third"] {
        seen.keeper.save_session(Secret::new(text));
    }
    assert_eq!(loaded(&seen).await.as_deref(), Some("third"));
}

async fn a_forgotten_session_is_gone<S: Fixture>() {
    let name = unused_name();
    let first = Seen::<S>::start(&name);
    first.keeper.save_session(Secret::new("tokens"));
    first.keeper.forget_session();
    assert_eq!(loaded(&first).await, None);
    assert_eq!(loaded(&Seen::<S>::start(&name)).await, None);
}

async fn commands_are_carried_out_in_their_order<S: Fixture>() {
    let seen = Seen::<S>::start(&unused_name());
    seen.keeper.load_session();
    seen.keeper.save_session(Secret::new("first"));
    seen.keeper.load_session();
    seen.keeper.forget_session();
    seen.keeper.load_session();
    seen.keeper.save_session(Secret::new("second"));
    seen.keeper.load_session();
    let mut heard = Vec::new();
    for _ in 0..4 {
        heard.push(seen.next_session().await);
    }
    let heard: Vec<_> = heard.iter().map(Option::as_deref).collect();
    assert_eq!(heard, [None, Some("first"), None, Some("second")]);
}
