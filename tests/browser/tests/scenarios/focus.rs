//! Where the focus is while the table changes under it.

use panels_browser_tests::{
    Failure, Stage, StageOptions,
    pages::{
        Keyboard,
        keyboard::{END, UP},
    },
    wait::PATIENCE,
};
use serde_json::{Value, json};

use crate::editing::at_the_table;

fn set(field: &str, value: &str) -> Value {
    json!([{ "op": "add", "path": format!("/{field}"), "value": value }])
}

/// Nothing is drawn from now on, as in a long frame, until `draw` is called.
const HOLD_FRAMES: &str = "
    const held = [];
    window.requestAnimationFrame = (frame) => held.push(frame);
    window.draw = () => held.splice(0).forEach((frame) => frame(performance.now()));";

#[tokio::test]
async fn the_next_key_keeps_the_focus_from_a_row_that_is_drawn_only_then() -> Result<(), Failure> {
    Stage::play("focus-quick", StageOptions::default(), async |stage| {
        let (page, first) = at_the_table(stage).await?;
        let keyboard = Keyboard::of(stage);
        page.focus_row(&first).await?;
        stage.browser.script(HOLD_FRAMES, vec![]).await?;
        // The last row is not in the document yet; who goes on typing means the search.
        keyboard.press(&format!("{END}/")).await?;
        stage.browser.expect_focus("Search").await?;
        for _ in 0..3 {
            stage.browser.script("window.draw()", vec![]).await?;
        }
        keyboard.press("x").await?;
        stage.browser.expect_focus("Search").await
    })
    .await
}

#[tokio::test]
async fn when_the_row_with_the_focus_leaves_the_one_in_its_place_takes_it() -> Result<(), Failure> {
    Stage::play("focus-place", StageOptions::default(), async |stage| {
        let (page, _) = at_the_table(stage).await?;
        stage.browser.use_tab().await?;
        let keyboard = Keyboard::of(stage);
        let rows = page.expect_rows().await?;
        for row in &rows[2..4] {
            stage
                .server
                .patch(&format!("Task/{}", row.id), &set("status", "ready"))?;
            page.expect_row_text(&row.id, "Ready", PATIENCE).await?;
        }
        page.focus_row(&rows[2].id).await?;
        for (done, next) in [(2, 3), (3, 4)] {
            keyboard.press("c").await?;
            let id = &rows[done].id;
            page.expect_row_text(id, "Completed by", PATIENCE).await?;
            // It is shown so that one can see that it is done, and for nothing else.
            keyboard.press("c").await?;
            stage
                .browser
                .expect_text_in("region", "Your changes", "this row has left the panel")
                .await?;
            keyboard.press("u").await?;
            page.expect_row_gone(id, PATIENCE).await?;
            keyboard.expect_row(&rows[next].id).await?;
        }
        // A key that was meant for a row that leaves by itself does nothing to the one in its place.
        let at_once = "document.addEventListener('focusin', ({ target }) => target.dispatchEvent(
            new KeyboardEvent('keydown', { key: 'c', bubbles: true, cancelable: true })), { once: true })";
        stage.browser.script(at_once, vec![]).await?;
        let before = stage.server.resource("Task", &rows[5].id);
        // What nobody can read is not shown for a moment longer.
        let mut deep = json!({ "url": "x", "valueString": "x" });
        for _ in 0..40 {
            deep = json!({ "url": "x", "extension": [deep] });
        }
        let unreadable = json!([{ "op": "add", "path": "/extension", "value": [deep] }]);
        stage
            .server
            .patch(&format!("Task/{}", rows[4].id), &unreadable)?;
        keyboard.expect_row(&rows[5].id).await?;
        stage
            .browser
            .expect_text_in("region", "Your changes", "Nothing was done")
            .await?;
        keyboard.press(UP).await?;
        keyboard.expect_row(&rows[1].id).await?;
        let after = stage.server.resource("Task", &rows[5].id);
        assert_eq!(after["status"], before["status"]);
        Ok(())
    })
    .await
}
