//! Views of a panel: kept with all that they show, shared or not, and never one over another.

use panels_browser_tests::{
    Failure, Stage, StageOptions,
    browser::Browser,
    pages::{Keyboard, PanelPage, SignInPage, Toolbar, ViewPage, expect_badge, expect_columns},
    wait::{self, PATIENCE},
};

use crate::{
    accessible::{Findings, assert_none, look},
    pictures::{picture, theme},
};

/// All columns of the tasks but the status, the last change first.
const FEWER: [&str; 7] = [
    "Priority",
    "Due",
    "Task",
    "Patient",
    "Assignee",
    "Age",
    "Last change",
];

/// Shift with the arrow to the right, as WebDriver names them.
const SHIFT_RIGHT: &str = "\u{e008}\u{e014}";

async fn at_tasks(stage: &Stage, account: usize) -> Result<(), Failure> {
    SignInPage::open(stage).await?.sign_in(account).await?;
    expect_badge(stage, "Live", PATIENCE).await?;
    PanelPage::open_all_tasks(stage)
        .await?
        .expect_rows()
        .await?;
    Ok(())
}

#[tokio::test]
async fn a_view_keeps_filters_and_columns_and_comes_back_by_its_address() -> Result<(), Failure> {
    Stage::play("view", StageOptions::default(), async |stage| {
        at_tasks(stage, 0).await?;
        let page = PanelPage::here(stage);
        let all = page.row_count().await?;
        let views = ViewPage::here(stage);
        Toolbar::here(stage).choose(&[("Due", "Overdue")]).await?;
        views.toggle_column("Status").await?;
        expect_columns(stage, &FEWER).await?;
        views.save_as("Late", "Only me").await?;
        let overdue = page.row_count().await?;
        assert!(overdue < all);
        picture(stage, "view").await?;
        let mut found = Findings::new();
        look(stage, "a view", &mut found).await?;
        assert_none(&found);
        theme(stage, "dark").await?;
        picture(stage, "view-dark").await?;
        theme(stage, "light").await?;

        views.open("All").await?;
        page.expect_count(usize::try_from(all).unwrap_or_default(), PATIENCE)
            .await?;
        Toolbar::here(stage).expect_asked(&[]).await?;
        views.open("Late").await?;
        page.expect_count(usize::try_from(overdue).unwrap_or_default(), PATIENCE)
            .await?;
        expect_columns(stage, &FEWER).await?;

        let address = stage
            .browser
            .script("return location.search", vec![])
            .await?;
        let address = address.as_str().unwrap_or_default().to_owned();
        assert!(address.starts_with("?view="), "{address}");
        assert!(!address.contains('&'), "{address}");
        stage.browser.script("location.reload()", vec![]).await?;
        views.expect_open("Late").await?;
        Toolbar::here(stage).expect_asked(&["Due: overdue"]).await?;
        expect_columns(stage, &FEWER).await
    })
    .await
}

#[tokio::test]
async fn a_shared_view_is_there_for_a_colleague_and_what_both_change_the_second_decides()
-> Result<(), Failure> {
    Stage::play("view-shared", StageOptions::default(), async |stage| {
        at_tasks(stage, 0).await?;
        let views = ViewPage::here(stage);
        Toolbar::here(stage).choose(&[("Due", "Overdue")]).await?;
        views
            .save_as("Late", "Everybody who sees this panel")
            .await?;
        views.open("All").await?;
        views.save_as("Secret", "Only me").await?;

        let other = stage.beside(Browser::start(&[]).await?);
        at_tasks(&other, 1).await?;
        let theirs = ViewPage::here(&other);
        theirs.open("Late").await?;
        other.browser.expect_gone("link", "Secret").await?;
        theirs.toggle_column("Status").await?;
        other.browser.expect_text("Changed").await?;
        other.browser.click("button", "Change view").await?;
        other.browser.expect("dialog", "Change view").await?;
        other.browser.click("button", "Save").await?;
        other.browser.expect_gone("dialog", "Change view").await?;

        views.open("Late").await?;
        views.toggle_column("Age").await?;
        stage.browser.click("button", "Change view").await?;
        stage.browser.expect("dialog", "Change view").await?;
        stage.browser.click("button", "Save").await?;
        let dialog = ("dialog", "Change view");
        for words in [
            "Ben Tavistock has changed this view since you opened it",
            "differs from yours in: columns",
        ] {
            stage
                .browser
                .expect_text_in(dialog.0, dialog.1, words)
                .await?;
        }
        picture(stage, "view-conflict").await?;
        stage
            .browser
            .click("button", "Save mine over theirs")
            .await?;
        stage.browser.expect_gone("dialog", "Change view").await?;
        views.expect_open("Late").await
    })
    .await
}

#[tokio::test]
async fn a_view_that_was_deleted_comes_back() -> Result<(), Failure> {
    Stage::play("view-deleted", StageOptions::default(), async |stage| {
        at_tasks(stage, 0).await?;
        let views = ViewPage::here(stage);
        views.toggle_column("Status").await?;
        views.save_as("Short", "Only me").await?;
        stage.browser.click("button", "Delete view Short").await?;
        stage.browser.expect_text("“Short” was deleted.").await?;
        stage.browser.expect_gone("link", "Short (mine)").await?;
        picture(stage, "view-deleted").await?;
        stage.browser.click("button", "Undo").await?;
        views.open("Short").await?;
        expect_columns(
            stage,
            &[
                "Priority",
                "Due",
                "Task",
                "Patient",
                "Assignee",
                "Age",
                "Last change",
            ],
        )
        .await
    })
    .await
}

#[tokio::test]
async fn columns_are_moved_and_resized_by_mouse_and_by_keyboard() -> Result<(), Failure> {
    Stage::play("columns", StageOptions::default(), async |stage| {
        at_tasks(stage, 0).await?;
        stage.browser.use_tab().await?;
        let views = ViewPage::here(stage);
        let keyboard = Keyboard::of(stage);
        // By mouse.
        views.carry("Patient", "Due").await?;
        let carried = [
            "Priority",
            "Patient",
            "Due",
            "Task",
            "Status",
            "Assignee",
            "Age",
            "Last change",
        ];
        expect_columns(stage, &carried).await?;
        let before = views.width_of("Patient").await?;
        views.pull("Patient", 60.0).await?;
        let pulled = views.width_of("Patient").await?;
        assert!((pulled - before - 60.0).abs() < 2.0, "{before} {pulled}");
        // It was no click: the order is as it was.
        let query = stage.browser.script("return location.search", vec![]).await?;
        assert_eq!(query, serde_json::json!(""));
        // By keyboard.
        stage.browser.focus("button", "Priority").await?;
        keyboard.press(SHIFT_RIGHT).await?;
        let moved = [
            "Patient",
            "Priority",
            "Due",
            "Task",
            "Status",
            "Assignee",
            "Age",
            "Last change",
        ];
        expect_columns(stage, &moved).await?;
        stage.browser.expect_focus("Priority").await?;
        let before = views.width_of("Priority").await?;
        keyboard.press("+").await?;
        keyboard.press("+").await?;
        let wider = views.width_of("Priority").await?;
        assert!((wider - before - 32.0).abs() < 2.0, "{before} {wider}");
        keyboard.press("-").await?;
        let narrower = views.width_of("Priority").await?;
        assert!((wider - narrower - 16.0).abs() < 2.0, "{wider} {narrower}");
        picture(stage, "columns").await?;
        // The cells go with their heads.
        const SCRIPT: &str = "
            const heads = [...document.querySelectorAll('[role=columnheader]')].map((head) => head.dataset.kind);
            const rows = [...document.querySelectorAll('.grid-body [role=row]')];
            return rows.every((row) => [...row.querySelectorAll('[role=gridcell]')].map((cell) => cell.dataset.kind).join() === heads.join());";
        let fits = stage.browser.script(SCRIPT, vec![]).await?;
        assert_eq!(fits, serde_json::json!(true));
        // It is so after a reload too.
        const KEPT: &str = "
            const kept = JSON.parse(localStorage.getItem('panels-settings') ?? '{}').layouts?.['open-tasks'];
            return kept?.[0].id === 'patient' && kept[1].widthPx === arguments[0]";
        let width = vec![serde_json::json!(narrower.round())];
        wait::until("the layout to be kept", async || {
            let kept = stage.browser.script(KEPT, width.clone()).await?;
            Ok(wait::Look::when(kept == serde_json::json!(true), (), kept.to_string()))
        })
        .await?;
        stage.browser.script("location.reload()", vec![]).await?;
        PanelPage::here(stage).expect_rows().await?;
        expect_columns(stage, &moved).await?;
        stage.browser.click("button", "Columns").await?;
        picture(stage, "columns-menu").await?;
        stage.browser.client.set_window_size(800, 1043).await?;
        const BEYOND: &str = "
            const page = document.documentElement;
            const menu = document.querySelector('.columns-menu').parentElement.getBoundingClientRect();
            return page.scrollWidth > innerWidth || menu.left < 0 || menu.right > innerWidth";
        let beyond = stage.browser.script(BEYOND, vec![]).await?;
        assert_eq!(beyond, serde_json::json!(false));
        let mut found = Findings::new();
        look(stage, "the menu of columns", &mut found).await?;
        assert_none(&found);
        Ok(())
    })
    .await
}
