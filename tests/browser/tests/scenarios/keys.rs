//! The keys of the table, the menus of a row, the sheet of keys and the list of commands.

use panels_browser_tests::{
    Failure, Stage, StageOptions,
    pages::{
        Keyboard, Palette, PanelPage, RecordPage, RowMenu,
        keyboard::{
            BACKSPACE, CONTROL, DOWN, END, ENTER, ESCAPE, HOME, PAGE_DOWN, PAGE_UP, SHIFT, UP,
        },
    },
    wait::{self, Look, PATIENCE},
};
use panels_core::keys::KEYS;
use serde_json::{Value, json};

use crate::{
    editing::{at_the_table, expect_on_server},
    pictures::{picture, theme},
};

fn set(field: &str, value: &str) -> Value {
    json!([{ "op": "add", "path": format!("/{field}"), "value": value }])
}

/// Waits until so many rows are chosen.
async fn expect_chosen(stage: &Stage, wanted: usize) -> Result<(), Failure> {
    let script = "return document.querySelectorAll('[role=row][aria-selected=true]').length";
    wait::until(&format!("{wanted} chosen rows"), async || {
        let chosen = stage.browser.script(script, vec![]).await?;
        Ok(Look::when(chosen == wanted, (), chosen.to_string()))
    })
    .await
}

#[tokio::test]
async fn every_key_of_the_table_moves_or_chooses_as_the_sheet_says() -> Result<(), Failure> {
    Stage::play("keys-table", StageOptions::default(), async |stage| {
        let (page, first) = at_the_table(stage).await?;
        let keyboard = Keyboard::of(stage);
        let last = stage.server.open_tasks()?.len();
        page.focus_row(&first).await?;
        for (key, place) in [
            (DOWN, 2),
            (DOWN, 3),
            (UP, 2),
            (END, last),
            (UP, last - 1),
            (HOME, 1),
            (UP, 1),
        ] {
            keyboard.press(key).await?;
            keyboard.expect_place(place).await?;
        }
        keyboard.press(PAGE_DOWN).await?;
        let page_rows = wait::until("a page further", async || {
            let script = "return Number(document.activeElement.getAttribute('aria-rowindex')) - 1";
            let place = stage.browser.script(script, vec![]).await?;
            let place = place.as_u64().unwrap_or_default();
            Ok(Look::when(place > 5, place, place.to_string()))
        })
        .await?;
        keyboard.expect_place(page_rows as usize).await?;
        keyboard.press(PAGE_UP).await?;
        keyboard.expect_place(1).await?;

        keyboard.press(" ").await?;
        expect_chosen(stage, 1).await?;
        keyboard.press(&format!("{SHIFT}{DOWN}{DOWN}")).await?;
        keyboard.expect_place(3).await?;
        expect_chosen(stage, 3).await?;
        keyboard.press(ESCAPE).await?;
        expect_chosen(stage, 0).await?;
        keyboard.expect_place(3).await?;

        let id = keyboard.focused_row().await?.unwrap_or_default();
        keyboard.press(ENTER).await?;
        page.expect_record_text("MRN").await?;
        keyboard.press(ESCAPE).await?;
        stage.browser.expect_gone("dialog", "").await?;
        keyboard.expect_row(&id).await?;

        keyboard.press("/").await?;
        stage.browser.expect_focus("Search rows").await?;
        keyboard.press("zzzz").await?;
        stage.browser.expect_text("No row matches").await?;
        keyboard.press(ESCAPE).await?;
        page.expect_count(last, PATIENCE).await?;
        keyboard.press(ESCAPE).await?;
        page.expect_row_focused().await
    })
    .await
}

#[tokio::test]
async fn the_status_of_a_row_is_chosen_by_s_with_the_patient_in_sight_and_what_cannot_follow_closed()
-> Result<(), Failure> {
    Stage::play("keys-status", StageOptions::default(), async |stage| {
        let (page, id) = at_the_table(stage).await?;
        let keyboard = Keyboard::of(stage);
        let reference = format!("Task/{id}");
        stage.server.patch(&reference, &set("status", "accepted"))?;
        page.expect_row_text(&id, "Accepted", PATIENCE).await?;
        page.focus_row(&id).await?;
        let menu = RowMenu::open(stage, "s").await?;
        let task = stage.server.resource("Task", &id);
        let patient = task["for"]["reference"].as_str().unwrap_or_default();
        let (kind, patient) = patient.split_once('/').unwrap_or_default();
        let patient = stage.server.resource(kind, patient);
        let family = patient["name"][0]["family"].as_str().unwrap_or_default();
        let year = &patient["birthDate"].as_str().unwrap_or_default()[..4];
        let title = task["code"]["text"].as_str().unwrap_or_default();
        let name = menu.name().await?;
        for wanted in ["Set status", &family.to_uppercase(), year, title] {
            assert!(
                !wanted.is_empty() && name.contains(wanted),
                "{wanted:?} in {name}"
            );
        }
        let choices = menu.choices().await?;
        let find = |name: &str| {
            let found = choices.iter().find(|choice| choice.name == name);
            found
                .cloned()
                .unwrap_or_else(|| panic!("no {name} in {choices:?}"))
        };
        assert_eq!(choices.len(), 12, "{choices:?}");
        assert!(find("Accepted").checked && find("Accepted").beside == "Now");
        assert!(!find("In progress").closed);
        let draft = find("Draft");
        assert!(
            draft.closed && draft.beside == "Not from accepted",
            "{draft:?}"
        );

        // What is closed is not chosen.
        keyboard.press("d").await?;
        stage.browser.expect_focus("Draft").await?;
        keyboard.press(ENTER).await?;
        stage.browser.expect_focus("Draft").await?;
        keyboard.press(ESCAPE).await?;
        menu.expect_gone().await?;
        keyboard.expect_row(&id).await?;

        let menu = RowMenu::open(stage, "s").await?;
        stage.browser.expect_focus("Accepted").await?;
        keyboard.press("i").await?;
        stage.browser.expect_focus("In progress").await?;
        keyboard.press(ENTER).await?;
        menu.expect_gone().await?;
        keyboard.expect_row(&id).await?;
        let started = |task: &Value| task["status"] == "in-progress";
        expect_on_server(stage, &id, "the new status", started).await?;
        page.expect_row_text(&id, "In progress", PATIENCE).await
    })
    .await
}

#[tokio::test]
async fn the_priority_of_a_row_is_chosen_by_p_also_where_the_table_ends() -> Result<(), Failure> {
    Stage::play("keys-priority", StageOptions::default(), async |stage| {
        let (page, first) = at_the_table(stage).await?;
        let keyboard = Keyboard::of(stage);
        page.focus_row(&first).await?;
        keyboard.press(END).await?;
        keyboard
            .expect_place(stage.server.open_tasks()?.len())
            .await?;
        let id = keyboard.focused_row().await?.unwrap_or_default();
        stage
            .server
            .patch(&format!("Task/{id}"), &set("priority", "routine"))?;
        page.expect_row_text(&id, "Routine", PATIENCE).await?;
        let menu = RowMenu::open(stage, "p").await?;
        assert!(menu.is_in_sight().await?);
        stage.browser.expect_focus("Routine").await?;
        // A colleague is faster, and the menu says so at once.
        stage
            .server
            .patch(&format!("Task/{id}"), &set("priority", "asap"))?;
        wait::until("ASAP to be what it is now", async || {
            let choices = menu.choices().await?;
            let now = choices.iter().find(|choice| choice.checked);
            let is_so = now.is_some_and(|choice| choice.name == "ASAP");
            Ok(Look::when(is_so, (), format!("{choices:?}")))
        })
        .await?;
        keyboard.press(UP).await?;
        stage.browser.expect_focus("Stat").await?;
        keyboard.press(UP).await?;
        keyboard.press(UP).await?;
        stage.browser.expect_focus("Urgent").await?;
        keyboard.press(ENTER).await?;
        menu.expect_gone().await?;
        let urgent = |task: &Value| task["priority"] == "urgent";
        expect_on_server(stage, &id, "the new priority", urgent).await?;
        keyboard.expect_row(&id).await
    })
    .await
}

#[tokio::test]
async fn the_sheet_of_keys_opens_by_a_question_mark_and_by_its_button_and_not_while_somebody_types()
-> Result<(), Failure> {
    Stage::play("keys-sheet", StageOptions::default(), async |stage| {
        let (page, id) = at_the_table(stage).await?;
        let keyboard = Keyboard::of(stage);
        let browser = &stage.browser;
        const SHEET: &str = "Keyboard shortcuts";
        page.focus_row(&id).await?;
        keyboard.press("?").await?;
        let words = browser.expect("dialog", SHEET).await?;
        for wanted in [
            "Table",
            "Row",
            "Panel",
            "Everywhere",
            "Page Down",
            "Ctrl",
            "Set the status",
        ] {
            assert!(words.contains(wanted), "{wanted} in {words}");
        }
        let told = "return [...document.querySelectorAll('.keys kbd')].map((key) => key.innerText)";
        let told: Vec<String> = serde_json::from_value(browser.script(told, vec![]).await?)?;
        for binding in KEYS {
            let mut told = told.iter().map(|key| key.to_lowercase());
            let name = match binding.stroke.key {
                "ArrowUp" | "ArrowDown" | "ArrowLeft" | "ArrowRight" => continue,
                "PageUp" => "page up",
                "PageDown" => "page down",
                "Escape" => "esc",
                " " => "space",
                key => key,
            };
            let name = name.to_lowercase();
            assert!(told.any(|key| key == name), "{binding:?}");
        }
        // It lists itself, and does not open once more.
        keyboard.press("?").await?;
        keyboard.press(ESCAPE).await?;
        browser.expect_gone("dialog", SHEET).await?;
        keyboard.expect_row(&id).await?;

        keyboard.press("/").await?;
        browser.expect_focus("Search rows").await?;
        keyboard.press("?s").await?;
        let typed = "return document.activeElement.value";
        assert_eq!(browser.script(typed, vec![]).await?, json!("?s"));
        keyboard.press(ESCAPE).await?;
        RecordPage::open(stage, &id).await?;
        browser.focus("textbox", "New note").await?;
        keyboard.press("a? p/").await?;
        assert_eq!(browser.script(typed, vec![]).await?, json!("a? p/"));
        assert_eq!(browser.text_of("dialog", SHEET).await?, None);

        browser.press(SHEET).await?;
        browser.expect("dialog", SHEET).await?;
        browser.expect_focus("Close").await?;
        keyboard.press(ENTER).await?;
        browser.expect_gone("dialog", SHEET).await?;
        browser.expect_focus(SHEET).await
    })
    .await
}

#[tokio::test]
async fn another_panel_is_reached_through_the_list_of_commands_by_keys_alone() -> Result<(), Failure>
{
    Stage::play("keys-palette", StageOptions::default(), async |stage| {
        let (page, id) = at_the_table(stage).await?;
        let keyboard = Keyboard::of(stage);
        let browser = &stage.browser;
        page.focus_row(&id).await?;
        let palette = Palette::open(stage).await?;
        keyboard.press("pati").await?;
        palette.expect_chosen("Go to Patients").await?;
        keyboard.press(ESCAPE).await?;
        browser.expect_gone("combobox", "Commands").await?;
        keyboard.expect_row(&id).await?;

        Palette::run(stage, "pati", "Go to Patients").await?;
        browser.expect("grid", "Patients").await?;
        page.expect_row_focused().await?;
        Palette::run(stage, "all pan", "Go to all panels").await?;
        browser.expect_focus("My work").await?;
        Palette::run(stage, "open tasks", "Go to All open tasks").await?;
        browser.expect("grid", "All open tasks").await?;
        page.expect_row_focused().await?;
        Palette::run(stage, "search r", "Search rows").await?;
        browser.expect_focus("Search rows").await?;
        // Its key works where something is typed, and closes it too.
        Palette::open(stage).await?;
        keyboard.press(&format!("{CONTROL}k")).await?;
        browser.expect_gone("combobox", "Commands").await?;
        browser.expect_focus("Search rows").await?;
        Palette::run(stage, "shortcuts", "Keyboard shortcuts").await?;
        browser.expect("dialog", "Keyboard shortcuts").await?;
        keyboard.press(ESCAPE).await?;
        browser.expect_focus("Search rows").await?;
        Palette::run(stage, "theme d", "Theme: dark").await?;
        let theme = "return document.documentElement.dataset.theme";
        wait::until("the dark theme", async || {
            let shown = browser.script(theme, vec![]).await?;
            Ok(Look::when(shown == "dark", (), shown.to_string()))
        })
        .await?;
        Palette::run(stage, "export", "Export CSV").await?;
        browser.expect("alertdialog", "Export").await?;
        keyboard.press(ESCAPE).await?;
        browser.expect_focus("Search rows").await
    })
    .await
}

#[tokio::test]
async fn a_command_that_cannot_be_done_says_why_and_no_command_names_a_patient()
-> Result<(), Failure> {
    Stage::play("keys-closed", StageOptions::default(), async |stage| {
        let (page, id) = at_the_table(stage).await?;
        let keyboard = Keyboard::of(stage);
        page.open_record(&id).await?;
        let palette = Palette::open(stage).await?;
        let commands = palette.commands().await?;
        for (name, why) in [
            ("Go to All open tasks", "You are here"),
            ("Clear search and filters", "Nothing is left out now"),
            ("Your changes", "Nothing waits for you"),
            (
                "Undo what was just saved",
                "Nothing was saved in the last seconds",
            ),
        ] {
            let found = commands.iter().find(|command| command.name == name);
            let is_closed = found.is_some_and(|command| command.closed && command.why == why);
            assert!(is_closed, "{name}: {found:?}");
        }
        let open: Vec<_> = commands.iter().filter(|command| !command.closed).collect();
        assert!(
            open.iter().all(|command| command.why.is_empty()),
            "{open:?}"
        );
        let words = format!("{commands:?}").to_lowercase();
        for patient in stage.server.all("Patient") {
            let family = patient["name"][0]["family"]
                .as_str()
                .unwrap_or_default()
                .to_lowercase();
            assert!(family.is_empty() || !words.contains(&family), "{family}");
        }
        // Enter on what is closed does nothing.
        keyboard.press("your ch").await?;
        palette.expect_chosen("Your changes").await?;
        keyboard.press(ENTER).await?;
        palette.expect_chosen("Your changes").await?;
        for _ in "your ch".chars() {
            keyboard.press(BACKSPACE).await?;
        }
        keyboard.press(UP).await?;
        palette.expect_chosen("Sign out").await?;
        keyboard.press("xyz").await?;
        stage
            .browser
            .expect_text_in("dialog", "Commands", "No command is called so")
            .await?;
        keyboard.press(ESCAPE).await?;
        stage.browser.expect_gone("combobox", "Commands").await?;

        Palette::run(stage, "all pan", "Go to all panels").await?;
        let palette = Palette::open(stage).await?;
        let commands = palette.commands().await?;
        let panelless = |command: &&panels_browser_tests::pages::ListedCommand| {
            command.why == "No panel is open"
        };
        assert!(
            commands.iter().filter(panelless).count() >= 5,
            "{commands:?}"
        );
        keyboard.press(ESCAPE).await?;
        PanelPage::open(stage, "Patients").await?;
        let palette = Palette::open(stage).await?;
        let commands = palette.commands().await?;
        let mine = commands
            .iter()
            .find(|command| command.name == "Show only mine");
        assert!(
            mine.is_some_and(|command| command.why == "This panel does not show that"),
            "{mine:?}"
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_menus_the_sheet_and_the_commands_can_be_pictured() -> Result<(), Failure> {
    Stage::play("keys-pictures", StageOptions::default(), async |stage| {
        let (page, _) = at_the_table(stage).await?;
        let keyboard = Keyboard::of(stage);
        let rows = page.expect_rows().await?;
        for look in ["light", "dark", "forced"] {
            let forced = if look == "forced" { "active" } else { "none" };
            let features = json!({ "features": [{ "name": "forced-colors", "value": forced }] });
            stage
                .browser
                .devtools("Emulation.setEmulatedMedia", features)
                .await?;
            theme(stage, if look == "forced" { "dark" } else { look }).await?;
            for (key, name) in [("s", "status"), ("p", "priority")] {
                page.focus_row(&rows[5].id).await?;
                let menu = RowMenu::open(stage, key).await?;
                keyboard.press(DOWN).await?;
                picture(stage, &format!("row-menu-{name}-{look}")).await?;
                keyboard.press(ESCAPE).await?;
                menu.expect_gone().await?;
            }
            keyboard.press("?").await?;
            stage.browser.expect("dialog", "Keyboard shortcuts").await?;
            picture(stage, &format!("keys-{look}")).await?;
            keyboard.press(ESCAPE).await?;
            Palette::open(stage).await?;
            keyboard.press(DOWN).await?;
            picture(stage, &format!("palette-{look}")).await?;
            keyboard.press(ESCAPE).await?;
        }
        Ok(())
    })
    .await
}
