//! Input that no honest server sends.

use panels_browser_tests::{
    Failure, Stage, StageOptions,
    pages::{PanelPage, SignInPage, expect_badge},
    wait::PATIENCE,
};
use serde_json::json;

/// Larger than any frame of a real server (it closes at 1 MB itself).
const OVERSIZED_BYTES: usize = 3 * 1024 * 1024;

#[tokio::test]
async fn malformed_and_oversized_frames_and_wrong_shapes_do_no_harm() -> Result<(), Failure> {
    Stage::play("hostile-frames", StageOptions::default(), async |stage| {
        SignInPage::open(stage).await?.sign_in(0).await?;
        let page = PanelPage::open_all_tasks(stage).await?;
        expect_badge(stage, "Live", PATIENCE).await?;
        let id = page.expect_rows().await?[0].id.clone();
        let wrong_shape = json!({ "resourceType": "Bundle", "type": "history", "entry": [
            { "resource": { "resourceType": "SubscriptionStatus", "type": "event-notification" } },
            { "resource": { "resourceType": "Task", "id": 7, "meta": [], "status": { "no": "text" } } },
        ] });
        let oversized = format!("\"{}\"", "x".repeat(OVERSIZED_BYTES));
        for text in ["{", "null", "[[[]]]", "\u{0}", &wrong_shape.to_string(), &oversized] {
            stage.server.command(&json!({ "do": "frame", "text": text }))?;
        }
        let operations = json!([{ "op": "add", "path": "/code", "value": { "text": "After the junk" } }]);
        stage.server.patch(&format!("Task/{id}"), &operations)?;
        page.expect_row_text(&id, "After the junk", PATIENCE).await?;
        expect_badge(stage, "Live", PATIENCE).await.map(|_| ())
    })
    .await
}

#[tokio::test]
async fn an_invalid_configuration_gets_a_clear_screen() -> Result<(), Failure> {
    for (name, config) in [
        ("config-not-json", "{ \"server\": "),
        ("config-not-secure", "{\"server\":\"http://example.org/\"}"),
    ] {
        let options = StageOptions {
            config: Some(config.to_owned()),
            ..StageOptions::default()
        };
        Stage::play(name, options, async |stage| {
            stage.browser.goto(&stage.site.origin).await?;
            stage.browser.expect_text("config.json").await?;
            assert!(stage.browser.text_of("button", "Sign in").await?.is_none());
            Ok(())
        })
        .await?;
    }
    Ok(())
}
