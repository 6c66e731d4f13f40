//! The whole product from a static host alone, and never where nobody asked for it.

use std::time::Duration;

use panels_browser_tests::{
    Failure, Stage, StageOptions,
    pages::{PanelPage, RecordPage, SignInPage, expect_badge},
    wait::{self, PATIENCE},
};
use serde_json::json;

use crate::pictures::{picture, theme};

const MARK: &str = "Demo: made-up data, nothing is saved";
/// A change comes each second, and of four of them one adds a task or takes one away.
const A_WHILE: Duration = Duration::from_secs(60);
/// Its files, of which a browser with a server must not know.
const FILES: &str = "panels-demo";

fn static_host() -> StageOptions {
    StageOptions {
        // Of the sandbox that every stage has nobody is told, and nothing but the host may be reached.
        config: Some(json!({ "server": "demo" }).to_string()),
        policy: Some("connect-src 'self'"),
        patients: 1,
        tasks: 0,
        ..StageOptions::default()
    }
}

async fn expect_mark(stage: &Stage) -> Result<(), Failure> {
    let browser = &stage.browser;
    browser.expect_text_in("region", "Demo", MARK).await
}

async fn enter(stage: &Stage) -> Result<(), Failure> {
    expect_mark(stage).await?;
    stage.browser.click("button", "Open the demo").await?;
    stage.browser.expect("button", "Sign out").await?;
    expect_mark(stage).await
}

#[tokio::test]
async fn without_any_server_colleagues_work_and_every_tab_shows_it() -> Result<(), Failure> {
    Stage::play("demo", static_host(), async |stage| {
        SignInPage::open(stage).await?;
        picture(stage, "demo-sign-in").await?;
        theme(stage, "dark").await?;
        picture(stage, "demo-sign-in-dark").await?;
        theme(stage, "light").await?;
        enter(stage).await?;
        let page = PanelPage::open_all_tasks(stage).await?;
        expect_badge(stage, "Live", PATIENCE).await?;
        let loaded = page.row_count().await?;
        assert!(loaded > 1_000, "{loaded}");
        wait::until_within(
            "work that colleagues file or complete",
            A_WHILE,
            async || {
                let count = page.row_count().await?;
                Ok(wait::Look::when(count != loaded, (), count.to_string()))
            },
        )
        .await?;
        picture(stage, "demo-panel").await?;
        theme(stage, "dark").await?;
        picture(stage, "demo-panel-dark").await?;

        let first = stage.browser.client.window().await?;
        let other = PanelPage::open_in_new_tab(stage).await?;
        expect_mark(stage).await?;
        expect_badge(stage, "Live", PATIENCE).await?;
        let second = stage.browser.client.window().await?;
        let id = other.expect_rows().await?[0].id.clone();
        stage.browser.switch_to(&first).await?;
        let record = RecordPage::open(stage, &id).await?;
        expect_mark(stage).await?;
        picture(stage, "demo-drawer").await?;
        record.press("Complete").await?;
        record.expect_settled().await?;
        stage.browser.switch_to(&second).await?;
        other.expect_row_gone(&id, PATIENCE).await?;

        assert!(stage.site.was_asked_for(FILES));
        assert_eq!(stage.server.figure("/live/socketsOpened"), 0);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn signing_out_of_the_demo_and_in_again_works_in_every_tab() -> Result<(), Failure> {
    Stage::play("demo-sign-out", static_host(), async |stage| {
        SignInPage::open(stage).await?;
        enter(stage).await?;
        let first = stage.browser.client.window().await?;
        PanelPage::open_in_new_tab(stage).await?;
        stage.browser.click("button", "Sign out").await?;
        stage.browser.expect("button", "Open the demo").await?;
        stage.browser.switch_to(&first).await?;
        // By hand as well, and as somebody who may see less.
        SignInPage::here(stage)
            .submit("cora@example.com", "panels-demo")
            .await?;
        stage.browser.expect("button", "Sign out").await?;
        PanelPage::open_all_tasks(stage).await?;
        expect_badge(stage, "Live", PATIENCE).await.map(|_| ())
    })
    .await
}

#[tokio::test]
async fn the_demo_begins_anew_with_its_last_tab_and_leaves_nothing_behind() -> Result<(), Failure> {
    const DATABASES: &str = "
        const done = arguments[0];
        indexedDB.databases().then((all) => done(all.map(({ name }) => name)));";
    Stage::play("demo-anew", static_host(), async |stage| {
        SignInPage::open(stage).await?;
        enter(stage).await?;
        let page = PanelPage::open_all_tasks(stage).await?;
        expect_badge(stage, "Live", PATIENCE).await?;
        let id = page.expect_rows().await?[0].id.clone();
        stage.browser.client.refresh().await?;
        stage.browser.expect("button", "Open the demo").await?;
        let left = stage
            .browser
            .client
            .execute_async(DATABASES, vec![])
            .await?;
        assert_eq!(left, json!([]));
        // The address of the panel is kept, and the clinic is the same.
        stage.browser.click("button", "Open the demo").await?;
        let rows = PanelPage::here(stage).expect_rows().await?;
        assert_eq!(rows[0].id, id);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn where_there_is_a_server_nothing_of_the_demo_is_fetched_or_shown() -> Result<(), Failure> {
    Stage::play("demo-none", StageOptions::default(), async |stage| {
        let page = SignInPage::open(stage).await?;
        stage.browser.expect_gone("button", "Open the demo").await?;
        page.sign_in(0).await?;
        PanelPage::open_all_tasks(stage).await?;
        expect_badge(stage, "Live", PATIENCE).await?;
        stage.browser.expect_gone("region", "Demo").await?;
        assert!(stage.site.was_asked_for("panels-worker"));
        assert!(!stage.site.was_asked_for(FILES));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn where_the_server_does_not_answer_the_demo_is_offered_and_can_be_left()
-> Result<(), Failure> {
    Stage::play("demo-instead", StageOptions::default(), async |stage| {
        let browser = &stage.browser;
        let page = SignInPage::open(stage).await?;
        stage.server.go_away()?;
        let (email, password) = stage.server.account(0);
        page.submit(&email, &password).await?;
        browser.expect("button", "Try the demo instead").await?;
        picture(stage, "demo-offered").await?;
        assert!(!stage.site.was_asked_for(FILES));
        browser.press("Try the demo instead").await?;
        enter(stage).await?;
        let page = PanelPage::open_all_tasks(stage).await?;
        expect_badge(stage, "Live", PATIENCE).await?;
        let rows = page.row_count().await?;
        assert!(rows > 1_000, "{rows}");

        // A tab that is opened from here is in the demo, any other has the server.
        let demo = browser.client.window().await?;
        browser.click("link", "Open another tab").await?;
        let opened = wait::until("another tab", async || {
            let all = browser.client.windows().await?;
            let other = all.into_iter().find(|window| *window != demo);
            Ok(match other {
                Some(other) => wait::Look::Found(other),
                None => wait::Look::NotYet("one tab".to_owned()),
            })
        })
        .await?;
        browser.switch_to(&opened).await?;
        browser.expect("button", "Sign out").await?;
        expect_mark(stage).await?;
        stage.server.come_back()?;
        browser.new_tab().await?;
        SignInPage::open(stage).await?.sign_in(0).await?;
        browser.expect_gone("region", "Demo").await?;
        let real = PanelPage::open_all_tasks(stage).await?;
        expect_badge(stage, "Live", PATIENCE).await?;
        let expected = stage.server.open_tasks()?.len();
        real.expect_count(expected, PATIENCE).await?;

        // Both workers live side by side. Whoever leaves the demo is where the others are.
        browser.switch_to(&demo).await?;
        expect_badge(stage, "Live", PATIENCE).await?;
        browser.press("Leave the demo").await?;
        browser.expect("button", "Sign out").await?;
        browser.expect_gone("region", "Demo").await?;
        PanelPage::here(stage)
            .expect_count(expected, PATIENCE)
            .await
    })
    .await
}

#[tokio::test]
async fn a_hospital_can_forbid_that_the_demo_is_offered() -> Result<(), Failure> {
    let options = StageOptions {
        limits: json!({ "demo": false }),
        ..StageOptions::default()
    };
    Stage::play("demo-forbidden", options, async |stage| {
        let page = SignInPage::open(stage).await?;
        stage.server.go_away()?;
        let (email, password) = stage.server.account(0);
        page.submit(&email, &password).await?;
        stage.browser.expect_text("does not answer").await?;
        stage
            .browser
            .expect_gone("button", "Try the demo instead")
            .await
    })
    .await
}
