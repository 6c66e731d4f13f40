//! What is asked of a panel: words, filters, bands and orders, while rows change.

use std::collections::BTreeSet;

use panels_browser_tests::{
    Failure, Stage, StageOptions,
    pages::{PanelPage, Toolbar, expect_badge},
    screenshot,
    wait::{self, Look, PATIENCE},
};
use serde_json::{Value, json};

use crate::editing::at_the_table;

/// Open tasks of the server that are like this.
fn tasks(stage: &Stage, like: impl Fn(&Value) -> bool) -> Result<BTreeSet<String>, Failure> {
    let open = stage.server.open_tasks()?.into_keys();
    let like = |id: &String| like(&stage.server.resource("Task", id));
    Ok(open.filter(like).collect())
}

fn set(field: &str, value: &str) -> Value {
    json!([{ "op": "add", "path": format!("/{field}"), "value": value }])
}

/// Waits until the table shows exactly these rows, however they are ordered.
async fn expect_exactly(page: &PanelPage<'_>, wanted: &BTreeSet<String>) -> Result<(), Failure> {
    wait::until(&format!("{} rows that match", wanted.len()), async || {
        let shown: BTreeSet<String> = page.all_rows().await?.into_keys().collect();
        let seen = format!("{} rows", shown.len());
        Ok(Look::when(shown == *wanted, (), seen))
    })
    .await
}

#[tokio::test]
async fn what_is_asked_for_is_in_the_address_and_survives_a_record_and_a_reload()
-> Result<(), Failure> {
    Stage::play("queries-address", StageOptions::default(), async |stage| {
        let (page, _) = at_the_table(stage).await?;
        let bar = Toolbar::here(stage);
        bar.choose(&[
            ("Priority", "Stat"),
            ("Priority", "Urgent"),
            ("Status", "Requested"),
        ])
        .await?;
        bar.expect_asked(&["Priority: Stat, Urgent", "Status: Requested"])
            .await?;
        let address = "?f.priority=stat,urgent&f.status=requested";
        bar.expect_address(address).await?;
        let wanted = tasks(stage, |task| {
            task["status"] == "requested"
                && ["stat", "urgent"]
                    .map(Value::from)
                    .contains(&task["priority"])
        })?;
        assert!(!wanted.is_empty(), "the clinic has such tasks");
        expect_exactly(&page, &wanted).await?;
        let first = page.expect_rows().await?[0].id.clone();
        page.open_record(&first).await?;
        bar.expect_address(address).await?;
        stage.browser.keys("\u{e00c}").await?;
        page.expect_row_focused().await?;
        bar.expect_address(address).await?;
        stage.browser.client.refresh().await?;
        expect_badge(stage, "Live", PATIENCE).await?;
        bar.expect_asked(&["Priority: Stat, Urgent", "Status: Requested"])
            .await?;
        expect_exactly(&page, &wanted).await?;
        stage.browser.press("Clear all").await?;
        bar.expect_address("").await?;
        page.expect_count(stage.server.open_tasks()?.len(), PATIENCE)
            .await
    })
    .await
}

#[tokio::test]
async fn words_are_searched_from_the_keyboard_and_never_get_into_the_address() -> Result<(), Failure>
{
    Stage::play("queries-search", StageOptions::default(), async |stage| {
        let (page, id) = at_the_table(stage).await?;
        let all = stage.server.open_tasks()?.len();
        let other = page.expect_rows().await?[2].id.clone();
        stage.server.patch(
            &format!("Task/{other}"),
            &json!([{ "op": "add", "path": "/code", "value": { "text": "Quarterly spirometry" } }]),
        )?;
        page.expect_row_text(&other, "Quarterly spirometry", PATIENCE)
            .await?;
        page.focus_row(&id).await?;
        stage.browser.keys("/").await?;
        stage.browser.expect_focus("Search rows").await?;
        stage.browser.keys("SPIRO quarter").await?;
        page.expect_count(1, PATIENCE).await?;
        page.expect_row_text(&other, "Quarterly spirometry", PATIENCE)
            .await?;
        Toolbar::here(stage).expect_address("").await?;
        stage.browser.keys("x").await?;
        stage.browser.expect_text("No row matches").await?;
        stage.browser.keys("\u{e00c}").await?;
        page.expect_count(all, PATIENCE).await
    })
    .await
}

#[tokio::test]
async fn a_task_comes_and_goes_by_itself_as_it_begins_and_ceases_to_match() -> Result<(), Failure> {
    Stage::play("queries-live", StageOptions::default(), async |stage| {
        let (page, _) = at_the_table(stage).await?;
        let bar = Toolbar::here(stage);
        let is_stat = |task: &Value| task["priority"] == "stat";
        let routine = tasks(stage, |task| task["priority"] == "routine")?;
        let comes = routine.first().cloned().unwrap_or_default();
        bar.choose(&[("Priority", "Stat")]).await?;
        expect_exactly(&page, &tasks(stage, is_stat)?).await?;
        stage
            .server
            .patch(&format!("Task/{comes}"), &set("priority", "stat"))?;
        page.expect_row_text(&comes, "Stat", PATIENCE).await?;
        expect_exactly(&page, &tasks(stage, is_stat)?).await?;
        stage
            .server
            .patch(&format!("Task/{comes}"), &set("priority", "routine"))?;
        page.expect_row_gone(&comes, PATIENCE).await?;
        expect_exactly(&page, &tasks(stage, is_stat)?).await
    })
    .await
}

#[tokio::test]
async fn the_bands_of_the_queue_count_what_is_due_and_show_one_of_them() -> Result<(), Failure> {
    Stage::play("queries-bands", StageOptions::default(), async |stage| {
        let (page, id) = at_the_table(stage).await?;
        let bar = Toolbar::here(stage);
        let due = |value: &str| json!([{ "op": "add", "path": "/restriction", "value": { "period": { "end": value } } }]);
        let undated = tasks(stage, |task| task["restriction"]["period"]["end"].is_null())?;
        bar.expect_band("No date", undated.len()).await?;
        stage.browser.press(&format!("No date {}", undated.len())).await?;
        expect_exactly(&page, &undated).await?;
        bar.expect_address("?band=undated").await?;
        // One of another band has its date taken away, and one of this band gets one.
        let (other, one) = match undated.contains(&id) {
            true => (None, id),
            false => (Some(id), undated.first().cloned().unwrap_or_default()),
        };
        if let Some(other) = &other {
            stage.server.patch(&format!("Task/{other}"), &json!([{ "op": "remove", "path": "/restriction" }]))?;
            page.expect_row_text(other, "", PATIENCE).await?;
        }
        stage.server.patch(&format!("Task/{one}"), &due("2001-01-01"))?;
        page.expect_row_gone(&one, PATIENCE).await?;
        let undated = tasks(stage, |task| task["restriction"]["period"]["end"].is_null())?;
        bar.expect_band("No date", undated.len()).await?;
        expect_exactly(&page, &undated).await
    })
    .await
}

#[tokio::test]
async fn what_is_asked_for_can_be_pictured() -> Result<(), Failure> {
    Stage::play("queries-pictures", StageOptions::default(), async |stage| {
        let (_, _) = at_the_table(stage).await?;
        let bar = Toolbar::here(stage);
        bar.choose(&[
            ("Assignee", "Unassigned"),
            ("Priority", "Routine"),
            ("Priority", "Urgent"),
        ])
        .await?;
        stage.browser.fill("Search rows", "a").await?;
        for theme in ["light", "dark"] {
            let script = "document.documentElement.dataset.theme = arguments[0]";
            stage.browser.script(script, vec![json!(theme)]).await?;
            for (width, height) in [(1440, 1000), (800, 1000), (360, 800)] {
                stage.browser.client.set_window_size(width, height).await?;
                screenshot::take(&stage.browser.client, &format!("query-{theme}-{width}")).await?;
                stage.browser.click("button", "Filter").await?;
                stage.browser.expect("dialog", "Filters").await?;
                screenshot::take(&stage.browser.client, &format!("filters-{theme}-{width}"))
                    .await?;
                stage.browser.keys("\u{e00c}").await?;
                stage.browser.expect_gone("dialog", "Filters").await?;
            }
        }
        Ok(())
    })
    .await
}
