//! Panels that people make: out of what is shown, for everybody, and never one over another.

use panels_browser_tests::{
    Failure, Stage, StageOptions,
    browser::Browser,
    pages::{PanelForm, PanelPage, SignInPage, Toolbar, expect_badge, expect_columns},
    storage,
    wait::PATIENCE,
};

use crate::pictures::{picture, theme};

/// Somebody at work on the home screen.
async fn at_home(stage: &Stage, account: usize) -> Result<(), Failure> {
    SignInPage::open(stage).await?.sign_in(account).await?;
    expect_badge(stage, "Live", PATIENCE).await?;
    stage.browser.expect("button", "New panel").await?;
    Ok(())
}

/// Another person in another browser.
async fn colleague(stage: &Stage) -> Result<Stage, Failure> {
    let other = stage.beside(Browser::start(&[]).await?);
    at_home(&other, 1).await?;
    Ok(other)
}

async fn go_home(stage: &Stage) -> Result<(), Failure> {
    stage.browser.click("link", "Panels").await?;
    stage.browser.expect("button", "New panel").await?;
    Ok(())
}

async fn save_overdue(stage: &Stage, name: &str) -> Result<(), Failure> {
    PanelPage::open_all_tasks(stage).await?;
    Toolbar::here(stage).choose(&[("Due", "Overdue")]).await?;
    let form = PanelForm::open(stage, "Save as panel").await?;
    form.name(name).await?;
    form.toggle("Status").await?;
    form.toggle("Requested by").await?;
    form.save().await
}

#[tokio::test]
async fn what_is_shown_becomes_a_panel_that_a_colleague_has_too() -> Result<(), Failure> {
    Stage::play("panels", StageOptions::default(), async |stage| {
        at_home(stage, 0).await?;
        let page = PanelPage::open_all_tasks(stage).await?;
        page.expect_rows().await?;
        Toolbar::here(stage).choose(&[("Due", "Overdue")]).await?;
        let form = PanelForm::open(stage, "Save as panel").await?;
        form.save_in_vain("it needs a name").await?;
        picture(stage, "panel-form").await?;
        form.name("Overdue").await?;
        form.toggle("Status").await?;
        form.toggle("Requested by").await?;
        form.save().await?;
        stage.browser.expect("grid", "Overdue").await?;
        let columns = [
            "Priority",
            "Due",
            "Task",
            "Patient",
            "Assignee",
            "Age",
            "Last change",
            "Requested by",
        ];
        expect_columns(stage, &columns).await?;
        Toolbar::here(stage).expect_asked(&["Due: overdue"]).await?;
        let page = PanelPage::open(stage, "Overdue").await?;
        page.expect_rows().await?;
        let overdue = page.row_count().await?;
        picture(stage, "panel-saved").await?;
        theme(stage, "dark").await?;
        picture(stage, "panel-saved-dark").await?;
        theme(stage, "light").await?;
        go_home(stage).await?;
        picture(stage, "home-panels").await?;

        let other = colleague(stage).await?;
        let theirs = PanelPage::open(&other, "Overdue").await?;
        let rows = theirs.expect_rows().await?;
        assert_eq!(theirs.row_count().await?, overdue);
        // It lives: what is done is overdue no longer.
        let id = rows[0].id.clone();
        stage.server.patch(
            &format!("Task/{id}"),
            &serde_json::json!([{ "op": "replace", "path": "/status", "value": "completed" }]),
        )?;
        theirs.expect_row_gone(&id, PATIENCE).await
    })
    .await
}

#[tokio::test]
async fn what_two_people_make_of_one_panel_is_for_the_second_to_decide() -> Result<(), Failure> {
    Stage::play("panel-conflict", StageOptions::default(), async |stage| {
        at_home(stage, 0).await?;
        save_overdue(stage, "Late").await?;
        stage.browser.expect("grid", "Late").await?;
        let other = colleague(stage).await?;
        other.browser.click("link", "Late").await?;
        let theirs = PanelForm::open(&other, "Change panel").await?;
        theirs.name("Too late").await?;
        let mine = PanelForm::open(stage, "Change panel").await?;
        mine.name("Very late").await?;
        theirs.save().await?;
        mine.save_in_vain("Ben Tavistock has changed this panel since you opened it")
            .await?;
        mine.says("“Too late”").await?;
        mine.expect_name("Very late").await?;
        picture(stage, "panel-conflict").await?;
        stage
            .browser
            .click("button", "Save mine over theirs")
            .await?;
        stage.browser.expect("grid", "Very late").await?;
        // A colleague who looks at the list sees it too.
        go_home(&other).await?;
        other.browser.expect("link", "Very late").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_reload_while_the_server_is_down_shows_a_panel_of_last_time_with_its_rows()
-> Result<(), Failure> {
    Stage::play("panels-down", StageOptions::default(), async |stage| {
        at_home(stage, 0).await?;
        save_overdue(stage, "Late").await?;
        stage.browser.expect("grid", "Late").await?;
        let page = PanelPage::open(stage, "Late").await?;
        page.expect_rows().await?;
        let before = page.row_count().await?;
        storage::until_rows_are_stored(&stage.browser).await?;
        storage::until_panels_are_stored(&stage.browser).await?;
        stage.server.go_away()?;
        stage.browser.client.refresh().await?;
        stage.browser.expect("grid", "Late").await?;
        page.expect_count(before as usize, PATIENCE).await
    })
    .await
}

#[tokio::test]
async fn a_panel_that_was_deleted_comes_back() -> Result<(), Failure> {
    Stage::play("panel-deleted", StageOptions::default(), async |stage| {
        at_home(stage, 0).await?;
        save_overdue(stage, "Late").await?;
        stage.browser.expect("grid", "Late").await?;
        go_home(stage).await?;
        stage.browser.click("button", "Delete Late").await?;
        stage
            .browser
            .expect_text("was deleted for everybody")
            .await?;
        stage.browser.expect_gone("link", "Late").await?;
        picture(stage, "panel-deleted").await?;
        stage.browser.click("button", "Undo").await?;
        stage.browser.expect("link", "Late").await?;
        let copy = PanelForm::open(stage, "Duplicate Late").await?;
        copy.expect_name("Late (copy)").await?;
        copy.save().await?;
        stage.browser.expect("grid", "Late (copy)").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn who_may_not_save_panels_is_told_why() -> Result<(), Failure> {
    Stage::play("panel-forbidden", StageOptions::default(), async |stage| {
        at_home(stage, 2).await?;
        const SCRIPT: &str = "
            const button = [...document.querySelectorAll('button')].find((one) => one.innerText === 'New panel');
            return [button.disabled, button.title]";
        let button = stage.browser.script(SCRIPT, vec![]).await?;
        let why = "Your access does not allow you to save panels";
        assert_eq!(button, serde_json::json!([true, why]));
        Ok(())
    })
    .await
}
