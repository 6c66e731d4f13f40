//! Starts with rows of last time in the browser's storage: shown at once, marked as old, and only to whom they belong.

use panels_browser_tests::{
    Failure, Stage, StageOptions,
    pages::{PanelPage, RowSeen, SignInPage, expect_badge, read_badge},
    storage,
    wait::{self, PATIENCE},
    watcher,
};
use panels_judge::{Record, Word};
use serde_json::{Value, json};

/// Changes while nobody looks.
const MISSED_CHANGES: u64 = 20;
/// Changes and tombstones of two types, once before the stream is bound and once after; and the panels on the server.
const SEARCHES_MAX: u64 = 9;
/// Answers come so late that what is there before them does not come from them.
const SLOW_MS: u64 = 2_000;
/// Demo accounts: one who sees everything, one who sees own tasks only.
const FIRST: usize = 0;
const SECOND: usize = 2;

fn two_thousand_tasks() -> StageOptions {
    StageOptions {
        patients: 500,
        tasks: 2_000,
        ..StageOptions::default()
    }
}

/// Signs in, and waits until everything is shown and stored.
async fn a_day_before(stage: &Stage, account: usize) -> Result<Vec<RowSeen>, Failure> {
    watcher::install(&stage.browser).await?;
    let page = SignInPage::open_at(stage, "/panel/open-tasks").await?;
    page.sign_in(account).await?;
    expect_badge(stage, "Live", PATIENCE).await?;
    let rows = PanelPage::open_all_tasks(stage)
        .await?
        .expect_rows()
        .await?;
    storage::until_rows_are_stored(&stage.browser).await?;
    Ok(rows)
}

/// Closes the only tab of the app, and with it the worker; goes on in an empty one.
async fn close_the_app(stage: &Stage) -> Result<(), Failure> {
    let old = stage.browser.client.window().await?;
    let empty = stage.browser.new_tab().await?;
    stage.browser.switch_to(&old).await?;
    stage.browser.client.close_window().await?;
    stage.browser.switch_to(&empty).await?;
    watcher::install(&stage.browser).await?;
    wait::until("the socket to close", async || {
        let open = stage.server.sockets();
        Ok(wait::Look::when(open == 0, (), "it is open"))
    })
    .await
}

fn order(stage: &Stage, command: &Value) -> Result<(), Failure> {
    stage.server.command(command).map(|_| ())
}

fn is_live(record: &Record) -> bool {
    record
        .claims
        .is_some_and(|claims| claims.word == Some(Word::Live))
}

fn ids(rows: &[RowSeen]) -> Vec<&str> {
    rows.iter().map(|row| row.id.as_str()).collect()
}

#[tokio::test]
async fn a_reload_while_the_server_is_down_shows_the_rows_of_last_time_marked_with_their_time()
-> Result<(), Failure> {
    Stage::play("warm-down", two_thousand_tasks(), async |stage| {
        let before = a_day_before(stage, FIRST).await?;
        let all = stage.server.open_tasks()?.len();
        stage.server.go_away()?;
        let down_at = panels_sandbox::server::system_now();
        stage.browser.client.refresh().await?;
        let page = PanelPage::here(stage);
        page.expect_count(all, PATIENCE).await?;
        // A notice takes room: fewer rows are drawn than before.
        let after = page.rows().await?;
        assert!(ids(&before).starts_with(&ids(&after)), "{after:?}");
        // Rows and badge come by two ways, in either order.
        wait::until("a badge with the time of the rows", async || {
            let badge = read_badge(stage).await?;
            let told = badge.starts_with("Stale") && badge.contains("as of");
            Ok(wait::Look::when(told, (), badge))
        })
        .await?;
        let log = watcher::take(&stage.browser).await?;
        assert!(
            !log.records.iter().any(is_live),
            "called Live without a server: {log:?}"
        );
        let claims = log.records.iter().filter_map(|record| record.claims);
        let newest = claims.filter_map(|claims| claims.as_of).max();
        assert!(
            newest.is_some_and(|as_of| as_of <= down_at),
            "{newest:?} is after {down_at}"
        );

        stage.server.come_back()?;
        expect_badge(stage, "Live", PATIENCE).await?;
        page.expect_count(all, PATIENCE).await
    })
    .await
}

#[tokio::test]
async fn a_warm_start_paints_what_is_stored_and_asks_only_for_what_changed() -> Result<(), Failure>
{
    Stage::play("warm-up", two_thousand_tasks(), async |stage| {
        let before = a_day_before(stage, FIRST).await?;
        let all = stage.server.open_tasks()?.len();
        let read_cold = stage.server.figure("/requests/found");
        assert!(
            read_cold > 2_000,
            "a cold start reads everything, and not {read_cold} rows"
        );
        close_the_app(stage).await?;
        let left_at = panels_sandbox::server::system_now();
        order(stage, &json!({ "do": "burst", "changes": MISSED_CHANGES }))?;
        order(
            stage,
            &json!({ "do": "slow", "delayMs": SLOW_MS, "path": "" }),
        )?;
        let searches = stage.server.figure("/requests/search");
        stage
            .browser
            .goto(&format!("{}/panel/open-tasks", stage.site.origin))
            .await?;
        let page = PanelPage::here(stage);
        page.expect_count(all, PATIENCE).await?;
        let first = page.rows().await?;
        assert_eq!(ids(&first), ids(&before), "rows of last time come first");
        order(stage, &json!({ "do": "calm" }))?;
        expect_badge(stage, "Live", PATIENCE).await?;

        let log = watcher::take(&stage.browser).await?;
        let is_painted = |record: &Record| !record.rows.is_empty();
        let painted = log.records.iter().position(is_painted).unwrap_or_default();
        let until_painted = log.records[..=painted].iter();
        let claims = until_painted.filter_map(|record| record.claims).next_back();
        let as_of = claims.and_then(|claims| claims.as_of);
        assert!(!log.records[..=painted].iter().any(is_live), "rows of last time are called Live");
        assert!(as_of.is_some_and(|as_of| as_of <= left_at), "{as_of:?} is after {left_at}");
        let live = log.records.iter().find(|record| is_live(record));
        let before_ms = live.map(|live| live.at - log.records[painted].at);
        println!("figure: warm start: rows {before_ms:?} ms before Live, with answers that take {SLOW_MS} ms");

        let truth = stage.server.open_tasks()?;
        page.expect_count(truth.len(), PATIENCE).await?;
        assert!(page.all_rows().await?.keys().eq(truth.keys()));
        let read = stage.server.figure("/requests/found") - read_cold;
        let searches = stage.server.figure("/requests/search") - searches;
        println!(
            "figure: warm start after {MISSED_CHANGES} changes: {read} rows in {searches} searches"
        );
        assert!(searches <= SEARCHES_MAX, "{searches} searches");
        assert!(
            read <= 3 * MISSED_CHANGES,
            "{read} rows were read for {MISSED_CHANGES} changes"
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_next_user_of_a_browser_never_sees_the_rows_of_the_one_before() -> Result<(), Failure> {
    Stage::play("next-user", StageOptions::default(), async |stage| {
        a_day_before(stage, FIRST).await?;
        stage.browser.click("button", "Sign out").await?;
        stage.browser.expect("button", "Sign in").await?;
        sees_own_rows_only(stage, None).await
    })
    .await
}

#[tokio::test]
async fn nor_does_the_next_user_when_the_session_before_was_ended_by_the_server()
-> Result<(), Failure> {
    Stage::play(
        "next-user-revoked",
        StageOptions::default(),
        async |stage| {
            a_day_before(stage, FIRST).await?;
            stage.browser.goto("about:blank").await?;
            stage.server.revoke_sessions(FIRST);
            SignInPage::open_at(stage, "/panel/open-tasks").await?;
            let shown_before = watcher::take(&stage.browser).await?.records.len();
            sees_own_rows_only(stage, Some(shown_before)).await
        },
    )
    .await
}

/// The second user signs in on this page; no row that is not theirs is painted from then on, nor stays.
async fn sees_own_rows_only(stage: &Stage, from: Option<usize>) -> Result<(), Failure> {
    let from = match from {
        Some(from) => from,
        None => watcher::take(&stage.browser).await?.records.len(),
    };
    let own = stage.server.open_tasks_of(SECOND)?;
    assert!(!own.is_empty());
    order(
        stage,
        &json!({ "do": "slow", "delayMs": SLOW_MS / 4, "path": "/fhir/R4" }),
    )?;
    let (email, password) = stage.server.account(SECOND);
    SignInPage::here(stage).submit(&email, &password).await?;
    stage.browser.expect("button", "Sign out").await?;
    let page = PanelPage::open_all_tasks(stage).await?;
    expect_badge(stage, "Live", PATIENCE).await?;
    page.expect_count(own.len(), PATIENCE).await?;
    let log = watcher::take(&stage.browser).await?;
    let painted = log.records[from..].iter().flat_map(|record| &record.rows);
    let mut painted = painted.map(|(id, _)| id).peekable();
    assert!(painted.peek().is_some(), "nothing was seen");
    let foreign: Vec<_> = painted.filter(|id| !own.contains_key(*id)).collect();
    assert!(
        foreign.is_empty(),
        "rows of another user were shown: {foreign:?}"
    );
    Ok(())
}
