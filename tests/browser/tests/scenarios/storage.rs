//! The browser's storage is full, or is taken away, while people work.

use panels_browser_tests::{
    Failure, Stage, StageOptions,
    pages::{PanelPage, SignInPage, expect_badge},
    wait::PATIENCE,
};
use serde_json::json;

/// Room for the session and the keys, not for 2,000 tasks.
const QUOTA_BYTES: u64 = 40 * 1024;

/// A change by a colleague still shows up.
async fn stays_live(stage: &Stage, panel: &PanelPage<'_>) -> Result<(), Failure> {
    expect_badge(stage, "Live", PATIENCE).await?;
    let id = panel.expect_rows().await?[0].id.clone();
    let operations =
        json!([{ "op": "add", "path": "/code", "value": { "text": "Check the drip" } }]);
    stage.server.patch(&format!("Task/{id}"), &operations)?;
    panel.expect_row_text(&id, "Check the drip", PATIENCE).await
}

fn two_thousand_tasks() -> StageOptions {
    StageOptions {
        patients: 500,
        tasks: 2_000,
        ..StageOptions::default()
    }
}

#[tokio::test]
async fn a_full_storage_is_told_and_the_rows_stay_live() -> Result<(), Failure> {
    Stage::play("storage-full", two_thousand_tasks(), async |stage| {
        let page = SignInPage::open(stage).await?;
        let quota = json!({ "origin": stage.site.origin, "quotaSize": QUOTA_BYTES });
        let command = "Storage.overrideQuotaForOrigin";
        stage.browser.devtools(command, quota).await?;
        page.sign_in(0).await?;
        let panel = PanelPage::open_all_tasks(stage).await?;
        stage.browser.expect_text("storage is full").await?;
        stays_live(stage, &panel).await
    })
    .await
}

#[tokio::test]
async fn a_storage_that_the_user_clears_is_told_and_the_rows_stay_live() -> Result<(), Failure> {
    Stage::play("storage-cleared", StageOptions::default(), async |stage| {
        SignInPage::open(stage).await?.sign_in(0).await?;
        let panel = PanelPage::open_all_tasks(stage).await?;
        let data = json!({ "origin": stage.site.origin, "storageTypes": "indexeddb" });
        stage
            .browser
            .devtools("Storage.clearDataForOrigin", data)
            .await?;
        stage.browser.expect_text("storage was closed").await?;
        stays_live(stage, &panel).await
    })
    .await
}
