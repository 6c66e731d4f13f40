//! Rows that somebody works on stay where they are; rows that leave say why.

use panels_browser_tests::{
    Failure, Stage, StageOptions,
    pages::{PanelPage, expect_badge, expect_badge_other_than},
    screenshot,
    wait::{self, Look, PATIENCE},
};
use serde_json::{Value, json};

use crate::editing::at_the_table;

fn set(field: &str, value: &str) -> Value {
    json!([{ "op": "add", "path": format!("/{field}"), "value": value }])
}

/// The last row of the panel: nobody sees it, and it goes to the top when it becomes urgent.
async fn last_row(page: &PanelPage<'_>) -> Result<String, Failure> {
    let rows = page.rows_in_order().await?;
    Ok(rows.last().map(|row| row.id.clone()).unwrap_or_default())
}

#[tokio::test]
async fn a_focused_row_changes_where_it_is_and_moves_when_the_user_lets_it() -> Result<(), Failure>
{
    Stage::play("holding-focus", StageOptions::default(), async |stage| {
        let (page, first) = at_the_table(stage).await?;
        stage.browser.use_tab().await?;
        page.focus_row(&first).await?;
        stage
            .server
            .patch(&format!("Task/{first}"), &set("priority", "routine"))?;
        page.expect_row_text(&first, "Routine", PATIENCE).await?;
        page.expect_row_text(&first, "Will move", PATIENCE).await?;
        assert_eq!(page.place_of(&first).await?.0, 0, "it stays where it is");
        stage.browser.expect("button", "1 change, apply").await?;
        screenshot::take(&stage.browser.client, "row-held").await?;
        stage.browser.keys("u").await?;
        stage
            .browser
            .expect_gone("button", "1 change, apply")
            .await?;
        assert!(page.place_of(&first).await?.0 > 0, "it is where it belongs");
        page.expect_row_focused().await
    })
    .await
}

#[tokio::test]
async fn a_row_that_leaves_says_why_and_goes_unless_somebody_is_at_it() -> Result<(), Failure> {
    Stage::play("holding-leave", StageOptions::default(), async |stage| {
        let (page, first) = at_the_table(stage).await?;
        stage.browser.use_tab().await?;
        let second = page.expect_rows().await?[1].id.clone();
        let before = stage.server.open_tasks()?.len();
        page.focus_row(&first).await?;
        for task in [&first, &second] {
            let reference = format!("Task/{task}");
            stage
                .server
                .patch(&reference, &set("status", "completed"))?;
            page.expect_row_text(task, "Completed by", PATIENCE).await?;
        }
        screenshot::take(&stage.browser.client, "row-leaves").await?;
        page.expect_row_gone(&second, PATIENCE).await?;
        page.expect_foot(&format!("{} rows", before - 2)).await?;
        page.expect_row_text(&first, "Completed by", PATIENCE)
            .await?;
        stage.browser.keys("u").await?;
        page.expect_row_gone(&first, PATIENCE).await?;
        page.expect_row_focused().await?;
        page.expect_count(before - 2, PATIENCE).await
    })
    .await
}

#[tokio::test]
async fn a_row_that_was_deleted_says_so_and_goes_when_it_is_left() -> Result<(), Failure> {
    Stage::play("holding-deleted", StageOptions::default(), async |stage| {
        let (page, first) = at_the_table(stage).await?;
        stage.browser.use_tab().await?;
        page.focus_row(&first).await?;
        stage.server.delete(&format!("Task/{first}"))?;
        page.expect_row_text(&first, "Deleted", PATIENCE).await?;
        page.let_go().await?;
        page.expect_row_gone(&first, PATIENCE).await
    })
    .await
}

#[tokio::test]
async fn the_row_under_the_pointer_stays_under_it_and_who_looks_at_the_top_sees_what_is_new()
-> Result<(), Failure> {
    Stage::play("holding-pointer", StageOptions::default(), async |stage| {
        let (page, _) = at_the_table(stage).await?;
        stage.browser.use_tab().await?;
        let last = last_row(&page).await?;
        let pointed = page.expect_rows().await?[9].id.clone();
        let (place, top) = page.place_of(&pointed).await?;
        page.point_at(&pointed).await?;
        stage
            .server
            .patch(&format!("Task/{last}"), &set("priority", "stat"))?;
        wait::until("a row to come above", async || {
            let (now, _) = page.place_of(&pointed).await?;
            Ok(Look::when(now == place + 1, (), now.to_string()))
        })
        .await?;
        wait::until("the row under the pointer to be where it was", async || {
            let (_, now) = page.place_of(&pointed).await?;
            Ok(Look::when((now - top).abs() < 1.0, (), now.to_string()))
        })
        .await?;
        // The pointer was left there.
        let script = "return document.querySelector('[role=grid]').scrollTop";
        wait::until("the table to be back at its top", async || {
            let top = stage.browser.script(script, vec![]).await?;
            Ok(Look::when(top == json!(0), (), top.to_string()))
        })
        .await?;
        page.expect_row_text(&last, "Stat", PATIENCE)
            .await
            .map(|_| ())
    })
    .await
}

#[tokio::test]
async fn what_changed_while_the_server_was_away_is_told_once_when_it_is_back() -> Result<(), Failure>
{
    Stage::play("caught-up", StageOptions::default(), async |stage| {
        let (page, _) = at_the_table(stage).await?;
        let rows = page.expect_rows().await?;
        // This one nobody misses, however soon after the first load it changes.
        let reference = format!("Task/{}", rows[7].id);
        stage.server.patch(&reference, &set("status", "draft"))?;
        page.expect_row_text(&rows[7].id, "Draft", PATIENCE).await?;
        stage.server.go_away()?;
        expect_badge_other_than(stage, "Live", PATIENCE).await?;
        for row in &rows[2..4] {
            let reference = format!("Task/{}", row.id);
            stage
                .server
                .patch(&reference, &set("priority", "routine"))?;
        }
        let reference = format!("Task/{}", rows[5].id);
        stage
            .server
            .patch(&reference, &set("status", "completed"))?;
        stage.server.come_back()?;
        expect_badge(stage, "Live", PATIENCE).await?;
        let told = "2 rows of this panel changed and 1 row left while the connection was away.";
        let browser = &stage.browser;
        browser.expect_text_in("region", "Caught up", told).await?;
        screenshot::take(&browser.client, "caught-up").await?;
        browser.press("Dismiss").await?;
        browser.expect_gone("region", "Caught up").await
    })
    .await
}
