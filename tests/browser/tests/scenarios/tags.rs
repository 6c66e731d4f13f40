//! Tags of a task: added and taken away by several people at once.

use panels_browser_tests::{
    Failure, Stage, StageOptions,
    pages::RecordPage,
    wait::{self, Look},
};
use serde_json::{Value, json};

use crate::editing::{at_the_table, expect_on_server};

fn names(task: &Value) -> Vec<&str> {
    let tags = task["meta"]["tag"].as_array().into_iter().flatten();
    let mut names: Vec<_> = tags.filter_map(|tag| tag["display"].as_str()).collect();
    names.sort_unstable();
    names
}

/// Waits until the drawer of the current tab shows these tags, in any order.
async fn expect_tags(stage: &Stage, wanted: &[&str]) -> Result<(), Failure> {
    const SCRIPT: &str = "
        const tags = document.querySelectorAll('[role=dialog] .tag');
        return [...tags].map((tag) => tag.firstChild.textContent).sort();";
    wait::until(&format!("the tags {wanted:?}"), async || {
        let shown = stage.browser.script(SCRIPT, vec![]).await?;
        Ok(Look::when(shown == json!(wanted), (), shown.to_string()))
    })
    .await
}

#[tokio::test]
async fn tags_of_two_people_both_stay_and_one_that_is_taken_away_is_gone_in_every_tab()
-> Result<(), Failure> {
    Stage::play("tags", StageOptions::default(), async |stage| {
        let (_, id) = at_the_table(stage).await?;
        let first = stage.browser.client.window().await?;
        let record = RecordPage::open(stage, &id).await?;
        expect_tags(stage, &[]).await?;
        stage.server.go_away()?;
        stage.browser.fill("New tag", "Isolation").await?;
        expect_tags(stage, &["Isolation"]).await?;
        record.expect_typed("New tag", "").await?;
        record.expect_pending("Tag added: Isolation").await?;

        // A colleague tags it too, before anything was sent.
        let theirs = json!([{ "op": "add", "path": "/meta/tag", "value": [{ "code": "falls", "display": "Falls risk" }] }]);
        stage.server.patch(&format!("Task/{id}"), &theirs)?;
        stage.server.come_back()?;
        let both = ["Falls risk", "Isolation"];
        expect_on_server(stage, &id, "both tags", |task| names(task) == both).await?;
        expect_tags(stage, &both).await?;
        record.expect_settled().await?;

        stage.browser.new_tab().await?;
        let also = RecordPage::open(stage, &id).await?;
        expect_tags(stage, &both).await?;
        also.press("Remove tag Falls risk").await?;
        expect_on_server(stage, &id, "one tag", |task| names(task) == ["Isolation"]).await?;
        stage.browser.switch_to(&first).await?;
        expect_tags(stage, &["Isolation"]).await
    })
    .await
}
