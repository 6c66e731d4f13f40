//! The network of the machine goes and comes back, and the browser says so.

use std::time::Duration;

use panels_browser_tests::{
    Failure, Stage, StageOptions,
    pages::{PanelPage, SignInPage, expect_badge, read_badge},
    wait::{self, PATIENCE},
    watcher,
};
use serde_json::json;

const MISSED_CHANGES: u32 = 100;
/// What `online` starts comes within this; without it the next attempt could be half a minute away.
const BACK_MAX: Duration = Duration::from_secs(8);

/// The browser's word about the network. Developer tools reach the page, not the worker: its socket lives on.
async fn say_online(stage: &Stage, online: bool) -> Result<(), Failure> {
    let conditions = json!({ "offline": !online, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
    let command = "Network.emulateNetworkConditions";
    stage.browser.devtools(command, conditions).await?;
    wait::until("the page to know", async || {
        let script = "return navigator.onLine";
        let known = stage.browser.script(script, vec![]).await?;
        Ok(wait::Look::when(known == online, (), known.to_string()))
    })
    .await
}

#[tokio::test]
async fn a_machine_without_network_says_offline_and_is_right_soon_after_it_is_back()
-> Result<(), Failure> {
    Stage::play("offline", StageOptions::default(), async |stage| {
        watcher::install(&stage.browser).await?;
        let page = SignInPage::open_at(stage, "/panel/open-tasks").await?;
        page.sign_in(0).await?;
        let page = PanelPage::here(stage);
        expect_badge(stage, "Live", PATIENCE).await?;
        let shown = page.expect_rows().await?;
        stage.browser.devtools("Network.enable", json!({})).await?;

        // A stream that delivers is better proof than the browser's word.
        say_online(stage, false).await?;
        let id = &shown[0].id;
        let title = json!([{ "op": "add", "path": "/code", "value": { "text": "Heard offline" } }]);
        stage.server.patch(&format!("Task/{id}"), &title)?;
        page.expect_row_text(id, "Heard offline", PATIENCE).await?;
        assert!(read_badge(stage).await?.starts_with("Live"));

        stage.server.go_away()?;
        let badge = expect_badge(stage, "Offline", PATIENCE).await?;
        assert!(badge.contains("as of"), "{badge}");
        assert!(!page.rows().await?.is_empty(), "the rows of before stay");
        stage
            .server
            .command(&json!({ "do": "burst", "changes": MISSED_CHANGES }))?;

        stage.server.come_back()?;
        say_online(stage, true).await?;
        let back_at = panels_sandbox::server::system_now();
        expect_badge(stage, "Live", BACK_MAX).await?;
        println!(
            "figure: live {} ms after the network was back",
            panels_sandbox::server::system_now() - back_at
        );
        let truth = stage.server.open_tasks()?;
        page.expect_count(truth.len(), PATIENCE).await?;
        assert!(page.all_rows().await?.keys().eq(truth.keys()));
        Ok(())
    })
    .await
}
