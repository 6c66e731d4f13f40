//! The server cannot or will not do what live updates need.

use std::time::Duration;

use panels_browser_tests::{
    Failure, Stage, StageOptions,
    pages::{PanelPage, SignInPage, expect_badge},
    wait::{self, PATIENCE},
};
use serde_json::json;

/// One poll of the default configuration, and time to read.
const POLL_MAX: Duration = Duration::from_secs(15 + 10);

#[tokio::test]
async fn without_the_feature_it_polls_and_rows_are_still_right() -> Result<(), Failure> {
    Stage::play("feature-off", StageOptions::default(), async |stage| {
        stage
            .server
            .command(&json!({ "do": "feature", "on": false }))?;
        SignInPage::open(stage).await?.sign_in(0).await?;
        let page = PanelPage::open_all_tasks(stage).await?;
        expect_badge(stage, "Polling", PATIENCE).await?;
        page.expect_count(stage.server.open_tasks()?.len(), PATIENCE)
            .await?;
        let id = page.expect_rows().await?[0].id.clone();
        let operations =
            json!([{ "op": "add", "path": "/code", "value": { "text": "Polled title" } }]);
        stage.server.patch(&format!("Task/{id}"), &operations)?;
        page.expect_row_text(&id, "Polled title", POLL_MAX).await
    })
    .await
}

#[tokio::test]
async fn a_wrong_address_in_the_configuration_is_told_at_sign_in() -> Result<(), Failure> {
    // Nobody listens on the discard port.
    let nobody = "http://127.0.0.1:9/".to_owned();
    let texts = [
        (Some(nobody), "does not answer"),
        (None, "not a Medplum server"),
    ];
    for (server, wanted) in texts {
        let options = StageOptions {
            config: server.map(|server| json!({ "server": server }).to_string()),
            ..StageOptions::default()
        };
        Stage::play("wrong-address", options, async |stage| {
            if wanted.contains("Medplum") {
                let answer = json!({ "do": "answer", "status": 404, "path": "" });
                stage.server.command(&answer)?;
            }
            let page = SignInPage::open(stage).await?;
            let (email, password) = stage.server.account(0);
            page.submit(&email, &password).await?;
            let alert = stage.browser.expect_text(wanted).await;
            alert?;
            stage.browser.expect("button", "Sign in").await.map(|_| ())
        })
        .await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_server_that_is_down_at_the_start_is_told_and_awaited() -> Result<(), Failure> {
    Stage::play("down-at-start", StageOptions::default(), async |stage| {
        let page = SignInPage::open(stage).await?;
        stage
            .server
            .command(&json!({ "do": "restart", "how": "crash", "downMs": 5_000 }))?;
        let (email, password) = stage.server.account(0);
        page.submit(&email, &password).await?;
        stage.browser.expect("alert", "").await?;
        wait::until("sign-in to work", async || {
            if stage.browser.text_of("button", "Sign out").await?.is_some() {
                return Ok(wait::Look::Found(()));
            }
            // The form is whole and idle only while it says what went wrong; after that it may go away at any time.
            if stage.browser.text_of("alert", "").await?.is_some() {
                page.submit(&email, &password).await?;
            }
            Ok(wait::Look::NotYet(stage.browser.body_text().await?))
        })
        .await
    })
    .await
}
