//! What a user chooses of how things look: at once, in every tab, there again after a reload and a sign-out, and nobody else's.

use panels_browser_tests::{
    Failure, Stage, StageOptions,
    pages::{
        Palette, PanelPage, SettingsPage, SignInPage, expect_badge, expect_due, expect_row_height,
    },
    screenshot,
    wait::{self, Look, PATIENCE},
};
use serde_json::{Value, json};

use crate::{
    editing::at_the_table,
    pictures::{picture, theme},
};

fn due(value: &str) -> Value {
    json!([{ "op": "add", "path": "/restriction", "value": { "period": { "end": value } } }])
}

/// Waits until the root element is marked so, as the styles want it.
async fn expect_marked(stage: &Stage, mark: &str, wanted: Option<&str>) -> Result<(), Failure> {
    let script = "return document.documentElement.dataset[arguments[0]] ?? null";
    wait::until(&format!("{mark} {wanted:?}"), async || {
        let seen = stage.browser.script(script, vec![json!(mark)]).await?;
        let there = seen.to_string();
        Ok(Look::when(seen == json!(wanted), (), there))
    })
    .await
}

async fn scroll(stage: &Stage, top: u32) -> Result<(), Failure> {
    let script = "document.querySelector('.grid').scrollTop = arguments[0]";
    stage.browser.script(script, vec![json!(top)]).await?;
    Ok(())
}

/// How many tasks are overdue, as the worker counts them and as the table does.
async fn expect_overdue(stage: &Stage) -> Result<u64, Failure> {
    const SCRIPT: &str = "
        const number = (text) => Number((text ?? '').replace(/[^0-9]/g, ''));
        const band = [...document.querySelectorAll('.band')].find((band) => band.innerText.startsWith('Overdue'));
        return [number(document.querySelector('.panel-counts .danger')?.innerText), number(band?.innerText)];";
    wait::until("both counts of what is overdue to agree", async || {
        let counts = stage.browser.script(SCRIPT, vec![]).await?;
        let (worker, table): (u64, u64) = serde_json::from_value(counts)?;
        let there = format!("{worker} and {table}");
        Ok(Look::when(worker == table && worker > 0, worker, there))
    })
    .await
}

#[tokio::test]
async fn density_changes_the_rows_in_both_tabs_and_survives_a_reload() -> Result<(), Failure> {
    Stage::play("settings-density", StageOptions::default(), async |stage| {
        let (page, _) = at_the_table(stage).await?;
        stage.browser.use_tab().await?;
        let first = stage.browser.client.window().await?;
        PanelPage::open_in_new_tab(stage).await?;
        expect_row_height(stage, 36).await?;
        let second = stage.browser.client.window().await?;
        stage.browser.switch_to(&first).await?;
        scroll(stage, 30 * 36).await?;
        page.expect_scrolled_beyond(10).await?;
        let seen = expect_row_height(stage, 36).await?;
        let settings = SettingsPage::open(stage).await?;
        settings.choose("Rows", "Compact").await?;
        assert_eq!(expect_row_height(stage, 28).await?, seen);
        settings.choose("Rows", "Comfortable").await?;
        assert_eq!(expect_row_height(stage, 44).await?, seen);
        settings.choose("Rows", "Compact").await?;
        settings.close().await?;
        assert_eq!(expect_row_height(stage, 28).await?, seen);
        stage.browser.switch_to(&second).await?;
        expect_row_height(stage, 28).await?;
        Palette::run(stage, "density no", "Density: normal").await?;
        expect_row_height(stage, 36).await?;
        Palette::run(stage, "density com", "Density: compact").await?;
        expect_row_height(stage, 28).await?;
        stage.browser.client.refresh().await?;
        expect_badge(stage, "Live", PATIENCE).await?;
        expect_row_height(stage, 28).await?;
        // Without the copy for the first paint it comes from the worker.
        let forget = "localStorage.clear()";
        stage.browser.script(forget, vec![]).await?;
        stage.browser.client.refresh().await?;
        expect_row_height(stage, 28).await.map(|_| ())
    })
    .await
}

#[tokio::test]
async fn settings_are_there_at_the_next_sign_in_and_another_user_has_their_own()
-> Result<(), Failure> {
    Stage::play("settings-users", StageOptions::default(), async |stage| {
        SignInPage::open(stage).await?.sign_in(0).await?;
        let settings = SettingsPage::open(stage).await?;
        settings.choose("Rows", "Comfortable").await?;
        settings.choose("Theme", "Dark").await?;
        settings.close().await?;
        expect_marked(stage, "theme", Some("dark")).await?;
        stage.browser.press("Sign out").await?;
        stage.browser.expect("button", "Sign in").await?;
        expect_marked(stage, "theme", None).await?;
        expect_marked(stage, "density", None).await?;
        SignInPage::here(stage).sign_in(1).await?;
        let settings = SettingsPage::open(stage).await?;
        settings.choose("Time of day", "PM").await?;
        settings.close().await?;
        expect_marked(stage, "density", None).await?;
        stage.browser.press("Sign out").await?;
        stage.browser.expect("button", "Sign in").await?;
        SignInPage::here(stage).sign_in(0).await?;
        expect_marked(stage, "density", Some("comfortable")).await?;
        expect_marked(stage, "theme", Some("dark")).await?;
        // The button that goes through the themes is one of the ways.
        stage.browser.press("Theme: dark").await?;
        expect_marked(stage, "theme", None).await
    })
    .await
}

#[tokio::test]
async fn a_chosen_zone_moves_due_times_and_what_is_today_and_says_so() -> Result<(), Failure> {
    Stage::play("settings-zone", StageOptions::default(), async |stage| {
        let (page, id) = at_the_table(stage).await?;
        stage.browser.use_tab().await?;
        // Neither of the two goes out of sight: one is open, the other has been looked at last.
        let day = page.expect_rows().await?[1].id.clone();
        page.open_record(&id).await?;
        page.focus_row(&day).await?;
        // There it is always at least one day later than in the west.
        let (east, west) = ("Pacific/Kiritimati", "Pacific/Pago_Pago");
        let script = "return new Intl.DateTimeFormat('sv-SE', { timeZone: arguments[0] }).format(new Date())";
        let today = stage.browser.script(script, vec![json!(west)]).await?;
        let today = today.as_str().unwrap_or_default().to_owned();
        stage
            .server
            .patch(&format!("Task/{id}"), &due("2037-01-15T23:30:00Z"))?;
        stage.server.patch(&format!("Task/{day}"), &due(&today))?;
        let settings = SettingsPage::open(stage).await?;
        settings.choose("Dates", "year, month, day").await?;
        settings.choose_zone(west).await?;
        stage.browser.expect_text("Times in Pacific/Pago Pago").await?;
        expect_due(stage, &id, "y", "2037-01-15 12:30").await?;
        expect_due(stage, &day, "today", &today).await?;
        let before = expect_overdue(stage).await?;
        settings.choose_zone(east).await?;
        stage.browser.expect_text("Times in Pacific/Kiritimati").await?;
        expect_due(stage, &id, "y", "2037-01-16 13:30").await?;
        expect_due(stage, &day, "d late", &today).await?;
        wait::until("more to be overdue", async || {
            let after = expect_overdue(stage).await?;
            Ok(Look::when(after > before, (), after.to_string()))
        })
        .await?;
        settings.close().await?;
        let settings = SettingsPage::open(stage).await?;
        settings.choose_zone("").await?;
        settings.close().await?;
        let gone = "return document.querySelector('.zone-note')?.innerText ?? ''";
        wait::until("no word about a zone", async || {
            let note = stage.browser.script(gone, vec![]).await?;
            Ok(Look::when(note == json!(""), (), note.to_string()))
        })
        .await
    })
    .await
}

#[tokio::test]
async fn dates_follow_the_chosen_form_in_every_tab() -> Result<(), Failure> {
    Stage::play("settings-dates", StageOptions::default(), async |stage| {
        let (page, id) = at_the_table(stage).await?;
        stage.browser.use_tab().await?;
        page.focus_row(&id).await?;
        stage.server.patch(&format!("Task/{id}"), &due("2037-02-03"))?;
        expect_due(stage, &id, "y", "3 Feb 2037").await?;
        page.open_record(&id).await?;
        let first = stage.browser.client.window().await?;
        PanelPage::open_in_new_tab(stage).await?;
        let settings = SettingsPage::open(stage).await?;
        settings.choose("Dates", "day, month, year").await?;
        settings.choose("Time of day", "2:30 PM").await?;
        let today = "const [y, m, d] = new Date().toLocaleDateString('sv-SE').split('-'); return `${d}/${m}/${y} (day, month, year)`";
        let today = stage.browser.script(today, vec![]).await?;
        let today = today.as_str().unwrap_or_default();
        let chosen = ["Normal", "As the system", today, "2:30 PM", ""];
        settings.expect_chosen(&chosen).await?;
        stage.browser.switch_to(&first).await?;
        expect_due(stage, &id, "y", "03/02/2037").await?;
        let born = "return document.querySelector('.banner dd').innerText";
        wait::until("a birthday in digits", async || {
            let born = stage.browser.script(born, vec![]).await?.to_string();
            Ok(Look::when(born.matches('/').count() == 2, (), born))
        })
        .await?;
        let footed = "return / [AP]M/.test(document.querySelector('main footer').innerText)";
        wait::until("a clock of twelve hours", async || {
            let seen = stage.browser.script(footed, vec![]).await?;
            Ok(Look::when(seen == json!(true), (), "another one"))
        })
        .await?;
        let settings = SettingsPage::open(stage).await?;
        settings.choose("Dates", "month, day, year").await?;
        settings.close().await?;
        expect_due(stage, &id, "y", "02/03/2037").await
    })
    .await
}

#[tokio::test]
async fn the_settings_can_be_pictured() -> Result<(), Failure> {
    Stage::play(
        "settings-pictures",
        StageOptions::default(),
        async |stage| {
            at_the_table(stage).await?;
            let settings = SettingsPage::open(stage).await?;
            settings.choose_zone("Asia/Tokyo").await?;
            settings.choose("Dates", "year, month, day").await?;
            for shade in ["light", "dark"] {
                theme(stage, shade).await?;
                picture(stage, &format!("settings-{shade}")).await?;
            }
            theme(stage, "light").await?;
            settings.choose("Rows", "Comfortable").await?;
            picture(stage, "settings-comfortable").await?;
            settings.choose("Rows", "Compact").await?;
            stage.browser.client.set_window_size(1440, 1043).await?;
            settings.close().await?;
            expect_row_height(stage, 28).await?;
            picture(stage, "settings-compact").await?;
            stage.browser.client.set_window_size(500, 1043).await?;
            let narrow = screenshot::take(&stage.browser.client, "settings-compact-500");
            narrow.await.map(|_| ())
        },
    )
    .await
}
