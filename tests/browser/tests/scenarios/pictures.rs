//! Pictures for people: of the README, and of every state that a user can meet, to be looked at after a change of style.

use panels_browser_tests::{
    Failure, Stage, StageOptions,
    pages::{Click, PanelPage, RecordPage, SignInPage, expect_badge},
    screenshot,
    wait::PATIENCE,
};
use serde_json::json;

const WIDE: (u32, u32) = (1440, 1043);
const NARROW: (u32, u32) = (800, 1043);

/// One picture for each width.
pub(crate) async fn picture(stage: &Stage, name: &str) -> Result<(), Failure> {
    for (width, (x, y)) in [("800", NARROW), ("1440", WIDE)] {
        stage.browser.client.set_window_size(x, y).await?;
        screenshot::take(&stage.browser.client, &format!("{name}-{width}")).await?;
    }
    Ok(())
}

pub(crate) async fn theme(stage: &Stage, theme: &str) -> Result<(), Failure> {
    let script = "document.documentElement.dataset.theme = arguments[0]";
    let set = stage.browser.script(script, vec![json!(theme)]);
    set.await.map(|_| ())
}

#[tokio::test]
async fn a_panel_of_2000_tasks_can_be_pictured_wide_and_narrow_and_dark() -> Result<(), Failure> {
    let options = StageOptions {
        patients: 500,
        tasks: 2_000,
        ..StageOptions::default()
    };
    Stage::play("pictures", options, async |stage| {
        let sign_in = SignInPage::open(stage).await?;
        picture(stage, "sign-in").await?;
        let (email, _) = stage.server.account(0);
        sign_in.submit(&email, "not the password").await?;
        stage.browser.expect_text("is not right").await?;
        picture(stage, "sign-in-refused").await?;
        sign_in.sign_in(0).await?;
        expect_badge(stage, "Live", PATIENCE).await?;
        stage.browser.expect_text("2,000").await?;
        picture(stage, "home").await?;
        theme(stage, "dark").await?;
        picture(stage, "home-dark").await?;
        theme(stage, "light").await?;
        let page = PanelPage::open_all_tasks(stage).await?;
        page.expect_count(2_000, PATIENCE).await?;
        picture(stage, "panel").await?;
        theme(stage, "dark").await?;
        picture(stage, "panel-dark").await?;
        let id = page.expect_rows().await?[3].id.clone();
        page.open_record(&id).await?;
        page.expect_record_text("MRN").await?;
        picture(stage, "drawer-dark").await?;
        theme(stage, "light").await?;
        picture(stage, "drawer").await?;
        stage.server.delete(&format!("Task/{id}"))?;
        page.expect_record_text("Deleted").await?;
        picture(stage, "drawer-deleted").await?;
        PanelPage::open(stage, "Patients").await?;
        picture(stage, "patients").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn every_state_of_a_panel_can_be_pictured() -> Result<(), Failure> {
    let few = StageOptions {
        patients: 20,
        tasks: 40,
        ..StageOptions::default()
    };
    Stage::play("states", few, async |stage| {
        let server = &stage.server;
        server.command(&json!({ "do": "slow", "delayMs": 4_000, "path": "/fhir/R4/Task" }))?;
        SignInPage::open(stage).await?.sign_in(0).await?;
        picture(stage, "home-loading").await?;
        PanelPage::open(stage, "All open tasks").await?;
        picture(stage, "panel-loading").await?;
        server.command(&json!({ "do": "calm" }))?;
        expect_badge(stage, "Live", PATIENCE).await?;
        server.command(&json!({ "do": "dropSockets", "refuseMs": 8_000 }))?;
        expect_badge(stage, "Stale", PATIENCE).await?;
        picture(stage, "panel-stale").await?;
        theme(stage, "dark").await?;
        picture(stage, "panel-stale-dark").await?;
        theme(stage, "light").await?;
        expect_badge(stage, "Live", PATIENCE).await?;
        let offline =
            "Object.defineProperty(navigator, 'onLine', { value: false, configurable: true });
                       dispatchEvent(new Event('offline'))";
        stage.browser.script(offline, vec![]).await?;
        server.command(&json!({ "do": "dropSockets", "refuseMs": 60_000 }))?;
        expect_badge(stage, "Offline", PATIENCE).await?;
        picture(stage, "panel-offline").await
    })
    .await?;
    let none = StageOptions {
        patients: 5,
        tasks: 0,
        ..StageOptions::default()
    };
    Stage::play("states-empty", none, async |stage| {
        stage
            .server
            .command(&json!({ "do": "feature", "on": false }))?;
        SignInPage::open(stage).await?.sign_in(0).await?;
        PanelPage::open(stage, "All open tasks").await?;
        stage.browser.expect_text("Nothing here").await?;
        expect_badge(stage, "Polling", PATIENCE).await?;
        picture(stage, "panel-empty-polling").await?;
        stage
            .browser
            .goto(&format!("{}/panel/none", stage.site.origin))
            .await?;
        Ok(())
    })
    .await?;
    Stage::play("states-error", StageOptions::default(), async |stage| {
        SignInPage::open(stage).await?;
        stage
            .server
            .command(&json!({ "do": "answer", "status": 500, "path": "/fhir/R4/" }))?;
        SignInPage::open(stage).await?.sign_in(0).await?;
        PanelPage::open(stage, "All open tasks").await?;
        stage
            .browser
            .expect_text("Nothing could be loaded yet")
            .await?;
        picture(stage, "panel-error").await
    })
    .await
}

#[tokio::test]
async fn every_state_of_an_edit_can_be_pictured() -> Result<(), Failure> {
    Stage::play("edits", StageOptions::default(), async |stage| {
        let page = SignInPage::open_at(stage, "/panel/open-tasks").await?;
        page.sign_in(0).await?;
        let id = PanelPage::here(stage).expect_rows().await?[2].id.clone();
        let record = RecordPage::open(stage, &id).await?;
        expect_badge(stage, "Live", PATIENCE).await?;
        stage.server.go_away()?;
        record.choose("Priority", "Routine").await?;
        record.add_note("Called twice, no answer").await?;
        record.expect_pending("Called twice").await?;
        picture(stage, "edit-pending").await?;
        stage.browser.press("Sign out").await?;
        stage.browser.expect("alertdialog", "").await?;
        picture(stage, "edit-sign-out").await?;
        stage.browser.press("Stay signed in").await?;
        let theirs = json!([{ "op": "add", "path": "/priority", "value": "stat" }]);
        stage.server.patch(&format!("Task/{id}"), &theirs)?;
        stage.server.come_back()?;
        record.expect_pending("at the same time").await?;
        picture(stage, "edit-stopped").await?;
        record.press("Decide…").await?;
        stage.browser.expect("alertdialog", "").await?;
        picture(stage, "edit-conflict").await?;
        theme(stage, "dark").await?;
        picture(stage, "edit-conflict-dark").await?;
        stage.browser.press("Decide later").await?;
        stage.browser.press("1 to decide").await?;
        picture(stage, "edit-inbox-dark").await?;
        theme(stage, "light").await?;
        stage.browser.press("Close").await?;
        let page = PanelPage::here(stage);
        // Not the open one, which has a choice of its own to be made.
        let rows = page.rows().await?;
        page.click_row(&rows[4].id, Click::OnMark).await?;
        page.click_row(&rows[7].id, Click::WithShift).await?;
        stage.browser.expect("group", "Chosen rows").await?;
        picture(stage, "bulk-chosen").await?;
        page.choose_for_all("Set priority…", "Routine").await?;
        stage.browser.expect("alertdialog", "").await?;
        picture(stage, "bulk-question").await?;
        stage.browser.press("Change all").await?;
        let job = "Priority: Routine";
        stage
            .browser
            .expect_text_in("region", job, "4 saved")
            .await?;
        picture(stage, "bulk-done").await?;
        let leaf = json!({ "url": "x", "valueString": "x" });
        let nested = (0..40).fold(leaf, |inner, _| json!({ "url": "x", "extension": [inner] }));
        let patch = json!([{ "op": "add", "path": "/extension", "value": [nested] }]);
        for row in &page.rows().await?[..2] {
            stage.server.patch(&format!("Task/{}", row.id), &patch)?;
        }
        stage
            .browser
            .press("2 records could not be read and cannot be shown")
            .await?;
        stage.browser.expect("dialog", "Records that").await?;
        picture(stage, "set-aside").await?;
        theme(stage, "dark").await?;
        picture(stage, "set-aside-dark").await
    })
    .await
}
