//! Rows of a panel as a file: what the table shows, in its order, and written down before.

use std::time::Duration;

use panels_browser_tests::{
    Failure, Stage, StageOptions, download,
    pages::{Click, PanelPage, SignInPage, ViewPage, expect_badge},
    wait::{self, Look, PATIENCE},
};
use serde_json::{Value, json};

use crate::{
    editing::at_the_table,
    pictures::{picture, theme},
};

/// Entries are sent six times a minute.
const AUDITED: Duration = Duration::from_secs(60);

/// Waits until the server has heard of exports of so many rows, in any order.
async fn expect_audited(stage: &Stage, wanted: &[(&str, &str)]) -> Result<(), Failure> {
    wait::until_within("the exports in the audit log", AUDITED, async || {
        let events = stage.server.all("AuditEvent");
        let exports = events.iter().filter(|event| {
            let codes = event["subtype"].as_array().into_iter().flatten();
            let mut codes = codes.filter_map(|code| code["code"].as_str());
            codes.any(|code| code == "export")
        });
        let exports: Vec<_> = exports
            .map(|event| (text(&event["outcome"]), size(event)))
            .collect();
        let found: Vec<(&str, &str)> = exports.iter().map(|(a, b)| (&**a, &**b)).collect();
        Ok(Look::when(found == wanted, (), format!("{found:?}")))
    })
    .await
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn size(event: &Value) -> String {
    let entities = event["entity"].as_array().into_iter().flatten();
    let details = entities.flat_map(|entity| entity["detail"].as_array().into_iter().flatten());
    let mut sizes = details.filter(|detail| detail["type"] == "size");
    sizes
        .next()
        .map_or_else(String::new, |detail| text(&detail["valueString"]))
}

/// Fields of a column, below its heading.
fn column<'a>(table: &'a [Vec<String>], title: &str) -> Vec<&'a str> {
    let mut titles = table[0].iter();
    let place = titles.position(|known| known == title);
    assert!(place.is_some(), "no column {title} in {:?}", table[0]);
    let lines = table[1..].iter();
    lines
        .filter_map(|line| Some(line.get(place?)?.as_str()))
        .collect()
}

#[tokio::test]
async fn all_open_tasks_become_a_file_as_the_table_shows_them_and_the_export_is_audited()
-> Result<(), Failure> {
    Stage::play("export", StageOptions::default(), async |stage| {
        let (page, first) = at_the_table(stage).await?;
        let evil = json!([{ "op": "add", "path": "/code", "value": { "text": "=1+1, \"so\"" } }]);
        stage.server.patch(&format!("Task/{first}"), &evil)?;
        page.expect_row_text(&first, "=1+1", PATIENCE).await?;
        let shown = page.rows_in_order().await?;
        let truth = stage.server.open_tasks()?;
        assert_eq!(shown.len(), truth.len());

        stage.browser.press("Export CSV").await?;
        let title = format!("Export {} rows to a file?", truth.len());
        let words = stage.browser.expect("alertdialog", &title).await?;
        for said in ["patient data", "audit log", "The rows are live"] {
            assert!(words.contains(said), "{words}");
        }
        picture(stage, "export").await?;
        theme(stage, "dark").await?;
        picture(stage, "export-dark").await?;
        theme(stage, "light").await?;
        assert!(download::names(&stage.browser.downloads()).is_empty());
        stage.browser.press("Export").await?;
        let (name, file) = download::expect_one(&stage.browser).await?;
        stage.browser.expect_gone("alertdialog", "").await?;
        assert!(
            name.starts_with("panels-open-tasks-20") && name.ends_with(".csv"),
            "{name}"
        );
        let news = stage.browser.expect("log", "Updates").await?;
        assert!(
            news.contains(&format!("{} rows exported to {name}", truth.len())),
            "{news}"
        );

        assert!(
            file.starts_with('\u{feff}'),
            "a spreadsheet would not know that it is UTF-8"
        );
        let table = download::read_table(&file);
        assert_eq!(table.len(), 1 + truth.len());
        let (tasks, patients) = (column(&table, "Task"), column(&table, "Patient"));
        let born = column(&table, "Date of birth");
        for (place, row) in shown.iter().enumerate() {
            let task = stage.server.resource("Task", &row.id);
            let known = task["code"]["text"].as_str();
            let known = known.map_or_else(|| text(&task["description"]), str::to_owned);
            let expected = if row.id == first {
                format!("'{known}")
            } else {
                known
            };
            assert_eq!(tasks[place], expected, "row {place}");
            assert!(
                row.text.contains(patients[place]),
                "row {place}: {}",
                row.text
            );
            let patient = text(&task["for"]["reference"]);
            let id = patient.trim_start_matches("Patient/");
            let patient = stage.server.resource("Patient", id);
            assert_eq!(born[place], text(&patient["birthDate"]), "row {place}");
        }
        expect_audited(stage, &[("0", &truth.len().to_string())]).await
    })
    .await
}

#[tokio::test]
async fn chosen_rows_alone_are_exported_and_rows_that_are_not_live_say_from_when_they_are()
-> Result<(), Failure> {
    Stage::play("export-chosen", StageOptions::default(), async |stage| {
        let (page, first) = at_the_table(stage).await?;
        let rows = page.rows().await?;
        stage.server.go_away()?;
        expect_badge(stage, "Stale", PATIENCE).await?;
        page.click_row(&first, Click::OnMark).await?;
        page.click_row(&rows[2].id, Click::WithShift).await?;
        stage.browser.press("Export CSV").await?;
        let title = "Export 3 chosen rows?";
        let words = stage.browser.expect("alertdialog", title).await?;
        assert!(words.contains("These rows are from "), "{words}");
        assert!(words.contains("may be old"), "{words}");
        picture(stage, "export-stale").await?;
        theme(stage, "dark").await?;
        picture(stage, "export-stale-dark").await?;
        stage.browser.press("Cancel").await?;
        stage.browser.expect_gone("alertdialog", "").await?;
        stage.browser.expect_focus("Export CSV").await?;

        stage.browser.press("Export CSV").await?;
        stage.browser.press("Export").await?;
        let (_, file) = download::expect_one(&stage.browser).await?;
        let table = download::read_table(&file);
        let tasks = column(&table, "Task");
        assert_eq!(tasks.len(), 3);
        for (row, task) in rows.iter().zip(tasks) {
            assert!(row.text.contains(task), "{}: {task}", row.text);
        }
        stage.server.come_back()?;
        expect_audited(stage, &[("0", "3")]).await
    })
    .await
}

#[tokio::test]
async fn chosen_rows_are_copied_as_text_with_the_columns_that_are_shown() -> Result<(), Failure> {
    Stage::play("copy", StageOptions::default(), async |stage| {
        let (page, first) = at_the_table(stage).await?;
        stage.browser.use_tab().await?;
        let grant = json!({ "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"] });
        stage
            .browser
            .devtools("Browser.grantPermissions", grant)
            .await?;
        ViewPage::here(stage).toggle_column("Status").await?;
        let rows = page.rows().await?;
        page.click_row(&first, Click::OnMark).await?;
        page.click_row(&rows[1].id, Click::WithShift).await?;
        stage.browser.press("Copy or export").await?;
        stage
            .browser
            .expect("alertdialog", "Export 2 chosen rows?")
            .await?;
        stage.browser.click("button", "Copy as text").await?;
        stage.browser.expect_gone("alertdialog", "").await?;
        const READ: &str = "return navigator.clipboard.readText()";
        let copied = stage.browser.script(READ, vec![]).await?;
        let copied = copied.as_str().unwrap_or_default();
        let lines: Vec<&str> = copied.lines().collect();
        assert_eq!(lines.len(), 3, "{copied}");
        let titles: Vec<&str> = lines[0].split('\t').collect();
        assert_eq!(titles[..3], ["Priority", "Due", "Task"]);
        assert!(!titles.contains(&"Status"), "{titles:?}");
        let task = |line: &str| line.split('\t').nth(2).map(str::to_owned);
        for (row, line) in rows.iter().zip(&lines[1..]) {
            let task = task(line).unwrap_or_default();
            assert!(row.text.contains(&task), "{}: {task}", row.text);
        }
        expect_audited(stage, &[("0", "2")]).await
    })
    .await
}

#[tokio::test]
async fn where_the_configuration_forbids_it_the_button_is_disabled_and_says_why()
-> Result<(), Failure> {
    let options = StageOptions {
        limits: json!({ "export": false }),
        ..StageOptions::default()
    };
    Stage::play("export-forbidden", options, async |stage| {
        SignInPage::open_at(stage, "/panel/open-tasks")
            .await?
            .sign_in(0)
            .await?;
        PanelPage::here(stage).expect_rows().await?;
        let script = "
            const button = [...document.querySelectorAll('button')].find((button) => button.innerText === 'Export CSV');
            const why = document.getElementById(button.getAttribute('aria-describedby'));
            return [button.disabled, why.innerText];";
        let found = stage.browser.script(script, vec![]).await?;
        let why = "Export is turned off for this installation.";
        assert_eq!(found, json!([true, why]));
        picture(stage, "export-forbidden").await
    })
    .await
}
