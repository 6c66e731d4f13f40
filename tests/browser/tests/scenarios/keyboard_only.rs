//! A person who knows only the keyboard does a whole round of work: nothing here is clicked, and nothing gets the focus but by a
//! key.

use panels_browser_tests::{
    Failure, Stage, StageOptions,
    pages::{
        Keyboard, Palette, PanelPage, RowMenu, Toolbar, expect_badge,
        keyboard::{DOWN, ENTER, ESCAPE, HOME, TAB},
    },
    wait::PATIENCE,
};
use serde_json::{Value, json};

use crate::editing::expect_on_server;

fn set(field: &str, value: &str) -> Value {
    json!([{ "op": "add", "path": format!("/{field}"), "value": value }])
}

#[tokio::test]
async fn a_person_who_knows_only_the_keyboard_does_a_whole_round_of_work() -> Result<(), Failure> {
    Stage::play("keyboard-only", StageOptions::default(), async |stage| {
        let browser = &stage.browser;
        browser.use_tab().await?;
        let keyboard = Keyboard::of(stage);
        let bar = Toolbar::here(stage);
        let page = PanelPage::here(stage);
        let me = stage.server.profile(0);
        let is_mine = |task: &Value| task["owner"]["reference"] == me;

        // Sign in, and open a panel.
        browser.goto(&format!("{}/", stage.site.origin)).await?;
        browser.expect("button", "Sign in").await?;
        let (email, password) = stage.server.account(0);
        keyboard.tab_to("Email").await?;
        keyboard
            .press(&format!("{email}{TAB}{password}{ENTER}"))
            .await?;
        browser.expect("link", "All open tasks").await?;
        keyboard.tab_to("All open tasks").await?;
        keyboard.press(ENTER).await?;
        expect_badge(stage, "Live", PATIENCE).await?;
        page.expect_rows().await?;
        let all = stage.server.open_tasks()?.len();
        page.expect_count(all, PATIENCE).await?;

        // Filter to mine and overdue, and look at all again.
        keyboard.press("/").await?;
        keyboard.tab_to("Filter").await?;
        keyboard.press(ENTER).await?;
        browser.expect("dialog", "Filters").await?;
        keyboard.tab_to("Me").await?;
        keyboard.press(" ").await?;
        bar.expect_asked(&["Assignee: me"]).await?;
        keyboard.press(ESCAPE).await?;
        browser.expect_focus("Filter").await?;
        keyboard.tab_to("Overdue").await?;
        keyboard.press(ENTER).await?;
        bar.expect_asked(&["Assignee: me", "Overdue"]).await?;
        for row in page.expect_rows().await? {
            let is_so =
                row.text.contains("Overdue") && is_mine(&stage.server.resource("Task", &row.id));
            assert!(is_so, "{row:?}");
        }
        keyboard.tab_to("Clear all").await?;
        keyboard.press(ENTER).await?;
        page.expect_count(all, PATIENCE).await?;

        // Claim three that nobody has: each stays in sight until it is let go, and the next one has the focus then.
        Palette::run(stage, "unas", "Show only unassigned").await?;
        bar.expect_asked(&["Assignee: unassigned"]).await?;
        keyboard.press(&format!("/{ENTER}")).await?;
        page.expect_row_focused().await?;
        let mut claimed = Vec::new();
        for _ in 0..3 {
            let id = keyboard.focused_row().await?.unwrap_or_default();
            keyboard.press("a").await?;
            page.expect_row_text(&id, "No longer what was asked for", PATIENCE)
                .await?;
            keyboard.press("u").await?;
            page.expect_row_gone(&id, PATIENCE).await?;
            page.expect_row_focused().await?;
            expect_on_server(stage, &id, "the claim", is_mine).await?;
            claimed.push(id);
        }

        // Complete one of them, and undo it.
        Palette::run(stage, "clear", "Clear search and filters").await?;
        Palette::run(stage, "mine", "Show only mine").await?;
        bar.expect_asked(&["Assignee: me"]).await?;
        keyboard.press(&format!("/{ENTER}")).await?;
        page.expect_row_focused().await?;
        keyboard.press(HOME).await?;
        keyboard.expect_place(1).await?;
        let mut id = keyboard.focused_row().await?.unwrap_or_default();
        while !claimed.contains(&id) {
            keyboard.press(DOWN).await?;
            let before = id.clone();
            id = keyboard.focused_row_other_than(&before).await?;
        }
        let before = stage.server.resource("Task", &id)["status"].clone();
        keyboard.press("c").await?;
        page.expect_row_text(&id, "Completed by", PATIENCE).await?;
        expect_on_server(stage, &id, "the end", |task| task["status"] == "completed").await?;
        browser.expect("button", "Undo").await?;
        keyboard.tab_to("Undo").await?;
        keyboard.press(ENTER).await?;
        expect_on_server(stage, &id, "what was before", |task| {
            task["status"] == before
        })
        .await?;
        page.expect_row_focused().await?;

        // Two people change the same: decide.
        let id = keyboard.focused_row().await?.unwrap_or_default();
        let reference = format!("Task/{id}");
        stage
            .server
            .patch(&reference, &set("priority", "routine"))?;
        page.expect_row_text(&id, "Routine", PATIENCE).await?;
        stage.server.go_away()?;
        let menu = RowMenu::open(stage, "p").await?;
        keyboard.press(&format!("u{ENTER}")).await?;
        menu.expect_gone().await?;
        page.expect_row_text(&id, "Urgent", PATIENCE).await?;
        stage.server.patch(&reference, &set("priority", "stat"))?;
        stage.server.come_back()?;
        browser.expect("button", "1 to decide").await?;
        Palette::run(stage, "your", "Your changes").await?;
        browser.expect("dialog", "Your changes").await?;
        browser.expect_focus("Decide…").await?;
        keyboard.press(ENTER).await?;
        browser.expect("alertdialog", "Two changes of").await?;
        browser.expect_focus("Keep yours").await?;
        keyboard.press(" ").await?;
        keyboard.tab_to("Save").await?;
        keyboard.press(ENTER).await?;
        expect_on_server(stage, &id, "mine", |task| task["priority"] == "urgent").await?;
        browser.expect_gone("dialog", "Your changes").await?;
        page.expect_row_focused().await?;

        // Sign out.
        Palette::run(stage, "sign", "Sign out").await?;
        browser.expect("button", "Sign in").await?;
        Ok(())
    })
    .await
}
