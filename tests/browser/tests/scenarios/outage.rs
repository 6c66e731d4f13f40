//! The connection breaks; nothing is missed and nothing old is called fresh.

use std::time::{Duration, Instant};

use panels_browser_tests::{
    Failure, Stage, StageOptions,
    pages::{PanelPage, SignInPage, expect_badge, expect_badge_other_than},
    wait::{self, PATIENCE},
};
use serde_json::json;

/// How long the sockets are away.
const OUTAGE: Duration = Duration::from_secs(15);
/// Changes made meanwhile.
const MISSED_CHANGES: u32 = 500;
/// Every tab equals the server so long after the socket is back.
const CATCH_UP_MAX: Duration = Duration::from_secs(1);
/// A half-open socket is noticed within this.
const SILENCE_NOTICED_MAX: Duration = Duration::from_secs(10);
const TABS: usize = 3;

#[tokio::test]
async fn after_an_outage_of_15_s_with_500_changes_every_tab_equals_the_server()
-> Result<(), Failure> {
    let options = StageOptions {
        patients: 500,
        tasks: 2_000,
        ..StageOptions::default()
    };
    Stage::play("outage", options, async |stage| {
        SignInPage::open(stage).await?.sign_in(0).await?;
        let mut pages = vec![PanelPage::open_all_tasks(stage).await?];
        let mut tabs = vec![stage.browser.client.window().await?];
        for _ in 1..TABS {
            pages.push(PanelPage::open_in_new_tab(stage).await?);
            tabs.push(stage.browser.client.window().await?);
        }
        expect_badge(stage, "Live", PATIENCE).await?;
        let refuse_ms = OUTAGE.as_millis() as u64;
        stage
            .server
            .command(&json!({ "do": "dropSockets", "refuseMs": refuse_ms }))?;
        stage
            .server
            .command(&json!({ "do": "burst", "changes": MISSED_CHANGES }))?;
        expect_badge_other_than(stage, "Live", PATIENCE).await?;
        let truth = stage.server.open_tasks()?;
        install_watch(stage, &tabs, truth.len()).await?;
        wait::until_within("the socket to come back", OUTAGE + PATIENCE, async || {
            let live = stage.server.state()["live"].take();
            let without = live["sockets"] == 0;
            assert!(
                !without || live["subscriptions"] == 0,
                "created without a socket to be bound to: {live}"
            );
            Ok(wait::Look::when(!without, (), "no socket"))
        })
        .await?;
        let back_ms = epoch_ms();
        let back = Instant::now();
        for (tab, page) in tabs.iter().zip(&pages) {
            stage.browser.switch_to(tab).await?;
            expect_badge(stage, "Live", PATIENCE).await?;
            page.expect_count(truth.len(), PATIENCE).await?;
            let right_ms = right_since(stage).await?;
            println!(
                "figure: rows right {:.0} ms after the socket was back (looked {:?} after)",
                right_ms - back_ms,
                back.elapsed()
            );
            assert!(
                right_ms - back_ms <= CATCH_UP_MAX.as_millis() as f64,
                "a tab was right {} ms after the socket",
                right_ms - back_ms
            );
        }
        for (tab, page) in tabs.iter().zip(&pages) {
            stage.browser.switch_to(tab).await?;
            let shown = page.all_rows().await?;
            assert!(
                shown.keys().eq(truth.keys()),
                "{} rows shown, {} on the server",
                shown.len(),
                truth.len()
            );
        }
        Ok(())
    })
    .await
}

/// Each tab notes itself when its table last became right and its badge live: asking from outside would be too slow.
async fn install_watch(
    stage: &Stage,
    tabs: &[fantoccini::wd::WindowHandle],
    rows: usize,
) -> Result<(), Failure> {
    const WATCH: &str = "
        const wanted = String(arguments[0] + 1);
        window.rightSince = 0;
        setInterval(() => {
            const grid = document.querySelector('[role=grid]');
            const badge = document.querySelector('[role=status][aria-label=Connection]');
            // A row that says that it has left is shown for a while so that people can see why.
            const left = grid?.querySelectorAll('[data-waits=leave]').length;
            const right = String(grid?.getAttribute('aria-rowcount') - left) === wanted && badge?.innerText.trim().startsWith('Live');
            if (!right) window.rightSince = 0; else if (!window.rightSince) window.rightSince = Date.now();
        }, 20);";
    for tab in tabs {
        stage.browser.switch_to(tab).await?;
        stage.browser.script(WATCH, vec![json!(rows)]).await?;
    }
    Ok(())
}

async fn right_since(stage: &Stage) -> Result<f64, Failure> {
    wait::until("the tab to be right", async || {
        let since = stage
            .browser
            .script("return window.rightSince", vec![])
            .await?
            .as_f64()
            .unwrap_or_default();
        Ok(wait::Look::when(since > 0.0, since, "not right"))
    })
    .await
}

fn epoch_ms() -> f64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map(|time| time.as_secs_f64() * 1000.0)
        .unwrap_or_default()
}

#[tokio::test]
async fn a_socket_that_is_open_but_silent_is_noticed() -> Result<(), Failure> {
    Stage::play("half-open", StageOptions::default(), async |stage| {
        SignInPage::open(stage).await?.sign_in(0).await?;
        PanelPage::open_all_tasks(stage).await?;
        expect_badge(stage, "Live", PATIENCE).await?;
        stage.server.command(&json!({ "do": "freeze" }))?;
        expect_badge_other_than(stage, "Live", SILENCE_NOTICED_MAX).await?;
        expect_badge(stage, "Live", PATIENCE).await.map(|_| ())
    })
    .await
}
