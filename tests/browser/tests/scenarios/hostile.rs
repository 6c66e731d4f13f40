//! Input that no honest server sends.

use panels_browser_tests::{
    Failure, Stage, StageOptions,
    pages::{PanelPage, SignInPage, expect_badge},
    wait::{self, PATIENCE},
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
async fn unknown_codes_and_markup_in_texts_are_shown_as_text() -> Result<(), Failure> {
    Stage::play("unknown-codes", StageOptions::default(), async |stage| {
        SignInPage::open(stage).await?.sign_in(0).await?;
        let page = PanelPage::open_all_tasks(stage).await?;
        expect_badge(stage, "Live", PATIENCE).await?;
        let ids: Vec<String> = page
            .expect_rows()
            .await?
            .into_iter()
            .map(|row| row.id)
            .collect();
        let markup = "<img src=x onerror=document.title='owned'>\u{202e}";
        let operations = json!([
            { "op": "replace", "path": "/priority", "value": "whenever" },
            { "op": "add", "path": "/code", "value": { "text": markup } },
        ]);
        stage
            .server
            .patch(&format!("Task/{}", ids[0]), &operations)?;
        // An unknown priority comes after the known ones: out of sight, not out of the panel.
        page.expect_row_gone(&ids[0], PATIENCE).await?;
        let all = page.all_rows().await?;
        let text = all.get(&ids[0]).cloned().unwrap_or_default();
        assert!(
            text.contains("<img src=x") && text.to_lowercase().contains("whenever"),
            "{text}"
        );
        assert!(
            !text.contains('\u{202e}'),
            "a control character that turns text around is shown"
        );
        // An unknown status is no open one.
        let operations = json!([{ "op": "replace", "path": "/status", "value": "levitating" }]);
        stage
            .server
            .patch(&format!("Task/{}", ids[1]), &operations)?;
        page.expect_row_gone(&ids[1], PATIENCE).await?;
        let title = stage
            .browser
            .script("return document.title", vec![])
            .await?;
        assert_eq!(title, "All open tasks · Panels");
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

#[tokio::test]
async fn a_record_that_cannot_be_read_is_told_and_hides_no_other() -> Result<(), Failure> {
    Stage::play("set-aside", StageOptions::default(), async |stage| {
        let page = SignInPage::open_at(stage, "/panel/open-tasks").await?;
        page.sign_in(0).await?;
        let page = PanelPage::here(stage);
        expect_badge(stage, "Live", PATIENCE).await?;
        let rows = page.expect_rows().await?;
        let mut deep = json!({ "url": "x", "valueString": "x" });
        for _ in 0..40 {
            deep = json!({ "url": "x", "extension": [deep] });
        }
        let id = &rows[0].id;
        let patch = json!([{ "op": "add", "path": "/extension", "value": [deep] }]);
        stage.server.patch(&format!("Task/{id}"), &patch)?;
        let footer = "return document.querySelector('main footer').innerText";
        wait::until("a foot that tells it", async || {
            let text = stage.browser.script(footer, vec![]).await?.to_string();
            Ok(wait::Look::when(
                text.contains("1 record could not be read"),
                (),
                text,
            ))
        })
        .await?;
        stage.browser.press("1 record could not be read").await?;
        let told = stage.browser.expect("dialog", "Records that").await?;
        for wanted in [format!("Task/{id}"), "nested too deeply".to_owned()] {
            assert!(told.contains(&wanted), "{wanted} in {told}");
        }
        stage.browser.press("Close").await?;
        stage.browser.expect_gone("dialog", "Records that").await?;
        let title = json!([{ "op": "add", "path": "/code", "value": { "text": "Still told" } }]);
        let other = &rows[1].id;
        stage.server.patch(&format!("Task/{other}"), &title)?;
        page.expect_row_text(other, "Still told", PATIENCE).await?;

        let mend = json!([{ "op": "remove", "path": "/extension" }]);
        stage.server.patch(&format!("Task/{id}"), &mend)?;
        wait::until("a foot without it", async || {
            let text = stage.browser.script(footer, vec![]).await?.to_string();
            Ok(wait::Look::when(
                !text.contains("could not be read"),
                (),
                text,
            ))
        })
        .await
    })
    .await
}
