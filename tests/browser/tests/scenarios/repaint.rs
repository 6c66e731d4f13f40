//! What a change costs the document: the cells that differ, and nothing else.

use std::time::Duration;

use panels_browser_tests::{
    Failure, Stage, StageOptions,
    pages::{PanelPage, SignInPage, expect_badge},
    storage,
    wait::PATIENCE,
};
use serde_json::{Value, json};

/// Notes every mutation inside the table: which row, which column, what kind.
const OBSERVE: &str = "
    window.mutations = [];
    const place = (node) => {
        const element = node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;
        const cell = element?.closest('[role=gridcell]');
        const row = element?.closest('[role=row][data-id]');
        return [row?.dataset.id ?? '', cell?.dataset.kind ?? '', element === row ? 'row' : ''];
    };
    new MutationObserver((records) => {
        for (const record of records) window.mutations.push([...place(record.target), record.type, record.attributeName ?? '']);
    }).observe(document.querySelector('[role=grid]'), { subtree: true, childList: true, characterData: true, attributes: true });";

#[tokio::test]
async fn one_changed_field_mutates_its_cell_and_no_other_row() -> Result<(), Failure> {
    Stage::play("repaint", StageOptions::default(), async |stage| {
        SignInPage::open(stage).await?.sign_in(0).await?;
        let page = PanelPage::open_all_tasks(stage).await?;
        expect_badge(stage, "Live", PATIENCE).await?;
        let id = page.expect_rows().await?[2].id.clone();
        stage.browser.script(OBSERVE, vec![]).await?;
        let operations = json!([{ "op": "add", "path": "/code", "value": { "text": "Turn the patient" } }]);
        stage.server.patch(&format!("Task/{id}"), &operations)?;
        page.expect_row_text(&id, "Turn the patient", PATIENCE).await?;
        let seen = stage.browser.script("return window.mutations", vec![]).await?;
        let mutations: Vec<[String; 5]> = serde_json::from_value(seen.clone())?;
        assert!(!mutations.is_empty());
        for [row, kind, ..] in &mutations {
            assert_eq!(*row, id, "another row was touched: {seen}");
            // Whoever changes a task changes the time of its last change as well.
            assert!(["title", "changed"].contains(&kind.as_str()), "{seen}");
        }
        let mark = "return document.querySelector(`[role=row][data-id='${arguments[0]}'] [data-kind=title]`).dataset.mark";
        assert_eq!(stage.browser.script(mark, vec![json!(id)]).await?, json!("odd"));
        let quiet = "return document.querySelector(`[role=row][data-id='${arguments[0]}'] [data-kind=patient]`).dataset.mark ?? null";
        assert_eq!(stage.browser.script(quiet, vec![json!(id)]).await?, Value::Null);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_is_read_at_a_start_is_not_marked_as_changed() -> Result<(), Failure> {
    Stage::play("unmarked", StageOptions::default(), async |stage| {
        // Patients come later than the rows that show them.
        let slow = json!({ "do": "slow", "delayMs": 700, "path": "/fhir/R4/Patient" });
        stage.server.command(&slow)?;
        SignInPage::open(stage).await?.sign_in(0).await?;
        let page = PanelPage::open_all_tasks(stage).await?;
        let marks = "return document.querySelectorAll('[data-mark]').length";
        for start in ["the first load", "a start with rows of last time"] {
            expect_badge(stage, "Live", PATIENCE).await?;
            page.expect_rows().await?;
            let marked = stage.browser.script(marks, vec![]).await?;
            assert_eq!(marked, json!(0), "{start}");
            storage::until_rows_are_stored(&stage.browser).await?;
            let address = format!("{}/panel/open-tasks", stage.site.origin);
            stage.browser.goto("about:blank").await?;
            stage.browser.goto(&address).await?;
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_mark_of_a_changed_cell_lasts_some_seconds_with_and_without_motion()
-> Result<(), Failure> {
    for arguments in [vec![], vec!["--force-prefers-reduced-motion"]] {
        let reduced = !arguments.is_empty();
        let options = StageOptions {
            browser_arguments: arguments,
            ..StageOptions::default()
        };
        Stage::play("mark", options, async |stage| {
            SignInPage::open(stage).await?.sign_in(0).await?;
            let page = PanelPage::open_all_tasks(stage).await?;
            expect_badge(stage, "Live", PATIENCE).await?;
            let id = page.expect_rows().await?[0].id.clone();
            let operations = json!([{ "op": "add", "path": "/code", "value": { "text": "Marked" } }]);
            stage.server.patch(&format!("Task/{id}"), &operations)?;
            page.expect_row_text(&id, "Marked", PATIENCE).await?;
            // The bar is a shape, not only a colour; its animation is what ends the mark.
            let look = "
                const style = getComputedStyle(document.querySelector(`[role=row][data-id='${arguments[0]}'] [data-mark]`), '::before');
                return [style.borderInlineStartWidth, style.animationDuration, style.animationTimingFunction];";
            let seen = stage.browser.script(look, vec![json!(id)]).await?;
            assert_eq!(seen[0], "3px");
            assert_eq!(seen[1], "2.5s");
            let jumps = seen[2].as_str().unwrap_or_default().starts_with("step");
            assert_eq!(jumps, reduced, "{seen}");
            Ok(())
        })
        .await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_row_that_leaves_and_comes_back_at_once_shows_its_last_content() -> Result<(), Failure> {
    Stage::play("ghost", StageOptions::default(), async |stage| {
        SignInPage::open(stage).await?.sign_in(0).await?;
        let page = PanelPage::open_all_tasks(stage).await?;
        expect_badge(stage, "Live", PATIENCE).await?;
        let id = page.expect_rows().await?[1].id.clone();
        let task = format!("Task/{id}");
        let status =
            |status: &str| json!([{ "op": "replace", "path": "/status", "value": status }]);
        // A tab that is busy meanwhile gets several flips, a few milliseconds apart, in one turn.
        stage.browser.script(BUSY, vec![]).await?;
        for _ in 0..FLIPS {
            stage.server.patch(&task, &status("completed"))?;
            tokio::time::sleep(FLIP).await;
            stage.server.patch(&task, &status("requested"))?;
            tokio::time::sleep(FLIP).await;
        }
        let last = json!([{ "op": "add", "path": "/code", "value": { "text": "Back again" } }]);
        stage.server.patch(&task, &last)?;
        page.expect_row_text(&id, "Back again", PATIENCE).await
    })
    .await
}

const BUSY: &str = "setTimeout(() => { const end = performance.now() + 400; while (performance.now() < end); }, 0)";
const FLIPS: u32 = 10;
const FLIP: Duration = Duration::from_millis(7);
