//! Signing in, staying, signing out.

use panels_browser_tests::{
    Failure, Stage, StageOptions,
    pages::{PanelPage, SignInPage, expect_badge},
    screenshot,
    wait::PATIENCE,
};

#[tokio::test]
async fn a_wrong_password_is_explained_and_the_right_one_works() -> Result<(), Failure> {
    Stage::play("wrong-password", StageOptions::default(), async |stage| {
        let page = SignInPage::open(stage).await?;
        let (email, _) = stage.server.account(0);
        page.submit(&email, "not the password").await?;
        stage.browser.expect_text("password").await?;
        stage.browser.expect("alert", "").await?;
        page.sign_in(0).await
    })
    .await
}

#[tokio::test]
async fn an_account_of_two_projects_chooses_one() -> Result<(), Failure> {
    Stage::play("membership", StageOptions::default(), async |stage| {
        stage.server.join_second_project(0, "Night clinic");
        let page = SignInPage::open(stage).await?;
        let (email, password) = stage.server.account(0);
        page.submit(&email, &password).await?;
        stage.browser.expect_text("Choose a project").await?;
        screenshot::take(&stage.browser.client, "choose-project").await?;
        stage.browser.click("button", "Night clinic").await?;
        stage.browser.expect("button", "Sign out").await?;
        let panel = PanelPage::open_all_tasks(stage).await?;
        panel.expect_count(1, PATIENCE).await?;
        expect_badge(stage, "Live", PATIENCE).await?;
        let rows = panel.expect_rows().await?;
        assert!(rows[0].text.contains("Only here"), "{rows:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_reload_keeps_the_session() -> Result<(), Failure> {
    Stage::play("reload", StageOptions::default(), async |stage| {
        SignInPage::open(stage).await?.sign_in(0).await?;
        stage.browser.client.refresh().await?;
        stage.browser.expect("button", "Sign out").await.map(|_| ())
    })
    .await
}

#[tokio::test]
async fn signing_out_clears_every_tab() -> Result<(), Failure> {
    Stage::play("sign-out", StageOptions::default(), async |stage| {
        SignInPage::open(stage).await?.sign_in(0).await?;
        PanelPage::open_all_tasks(stage).await?;
        let first = stage.browser.client.window().await?;
        PanelPage::open_in_new_tab(stage).await?;
        stage.browser.click("button", "Sign out").await?;
        stage.browser.expect("button", "Sign in").await?;
        stage.browser.switch_to(&first).await?;
        stage.browser.expect("button", "Sign in").await?;
        assert!(
            stage.browser.text_of("grid", "").await?.is_none(),
            "rows are left in the other tab"
        );
        Ok(())
    })
    .await
}

/// A worker of a newer build asks the old one to go, as this page does in its place.
#[tokio::test]
async fn a_worker_that_makes_room_hands_the_session_over() -> Result<(), Failure> {
    Stage::play("handover", StageOptions::default(), async |stage| {
        SignInPage::open(stage).await?.sign_in(0).await?;
        let ask = "new BroadcastChannel('panels-control').postMessage('another build')";
        stage.browser.script(ask, vec![]).await?;
        stage.browser.expect("button", "Reload").await?;
        stage.browser.client.refresh().await?;
        stage.browser.expect("button", "Sign out").await.map(|_| ())
    })
    .await
}
