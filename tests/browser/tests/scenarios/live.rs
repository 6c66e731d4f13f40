//! Rows change by themselves, in every tab, over one socket.

use std::time::Duration;

use panels_browser_tests::{
    Failure, Stage, StageOptions,
    pages::{PanelPage, SignInPage, expect_badge},
    wait::PATIENCE,
};
use serde_json::json;

/// From a colleague's write to the row, in a loaded test machine. The benchmark measures the real figure.
const SOON: Duration = Duration::from_secs(3);

#[tokio::test]
async fn three_tabs_share_one_socket_and_show_the_same_rows() -> Result<(), Failure> {
    Stage::play("one-socket", StageOptions::default(), async |stage| {
        SignInPage::open(stage).await?.sign_in(0).await?;
        let expected = stage.server.open_tasks()?.len();
        let page = PanelPage::open_all_tasks(stage).await?;
        expect_badge(stage, "Live", PATIENCE).await?;
        page.expect_count(expected, PATIENCE).await?;
        let first = page.rows().await?;
        for _ in 0..2 {
            let other = PanelPage::open_in_new_tab(stage).await?;
            other.expect_count(expected, PATIENCE).await?;
            expect_badge(stage, "Live", PATIENCE).await?;
            assert_eq!(other.expect_rows().await?[0].id, first[0].id);
        }
        assert_eq!(stage.server.sockets(), 1);
        assert_eq!(stage.server.figure("/live/socketsOpened"), 1);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_change_by_a_colleague_shows_up_by_itself() -> Result<(), Failure> {
    Stage::play("colleague", StageOptions::default(), async |stage| {
        SignInPage::open(stage).await?.sign_in(0).await?;
        let page = PanelPage::open_all_tasks(stage).await?;
        expect_badge(stage, "Live", PATIENCE).await?;
        let id = page.expect_rows().await?[0].id.clone();
        let operations =
            json!([{ "op": "add", "path": "/code", "value": { "text": "Check the drip again" } }]);
        stage.server.patch(&format!("Task/{id}"), &operations)?;
        page.expect_row_text(&id, "Check the drip again", SOON)
            .await
    })
    .await
}

#[tokio::test]
async fn a_task_deleted_by_a_colleague_disappears_in_all_tabs() -> Result<(), Failure> {
    Stage::play("deleted", StageOptions::default(), async |stage| {
        SignInPage::open(stage).await?.sign_in(0).await?;
        let page = PanelPage::open_all_tasks(stage).await?;
        let first = stage.browser.client.window().await?;
        let other = PanelPage::open_in_new_tab(stage).await?;
        expect_badge(stage, "Live", PATIENCE).await?;
        let id = other.expect_rows().await?[0].id.clone();
        stage.server.delete(&format!("Task/{id}"))?;
        let left = stage.server.open_tasks()?.len();
        other.expect_row_gone(&id, PATIENCE).await?;
        other.expect_count(left, PATIENCE).await?;
        stage.browser.switch_to(&first).await?;
        page.expect_row_gone(&id, PATIENCE).await?;
        page.expect_count(left, PATIENCE).await
    })
    .await
}

#[tokio::test]
async fn an_open_record_that_is_deleted_says_so() -> Result<(), Failure> {
    Stage::play("deleted-record", StageOptions::default(), async |stage| {
        SignInPage::open(stage).await?.sign_in(0).await?;
        let page = PanelPage::open_all_tasks(stage).await?;
        expect_badge(stage, "Live", PATIENCE).await?;
        let id = page.expect_rows().await?[0].id.clone();
        page.open_record(&id).await?;
        stage.server.delete(&format!("Task/{id}"))?;
        page.expect_record_text("Deleted by a colleague").await?;
        page.expect_row_text(&id, "Deleted", PATIENCE).await?;
        stage.browser.keys("\u{e00c}").await?;
        page.let_go().await?;
        page.expect_row_gone(&id, PATIENCE).await
    })
    .await
}

#[tokio::test]
async fn the_badge_is_in_sight_beside_an_open_record_on_a_narrow_screen() -> Result<(), Failure> {
    Stage::play("narrow-badge", StageOptions::default(), async |stage| {
        SignInPage::open(stage).await?.sign_in(0).await?;
        let page = PanelPage::open_all_tasks(stage).await?;
        expect_badge(stage, "Live", PATIENCE).await?;
        let id = page.expect_rows().await?[0].id.clone();
        for width in [800, 640] {
            stage.browser.client.set_window_size(width, 900).await?;
            page.open_record(&id).await?;
            let in_sight = "
                const badge = document.querySelector('[role=status][aria-label=Connection]');
                const box = badge.getBoundingClientRect();
                return [0.1, 0.5, 0.9].every((part) => badge.contains(
                    document.elementFromPoint(box.left + box.width * part, box.top + box.height / 2)));";
            let seen = stage.browser.script(in_sight, vec![]).await?;
            assert_eq!(seen, json!(true), "at {width} px");
        }
        Ok(())
    })
    .await
}
