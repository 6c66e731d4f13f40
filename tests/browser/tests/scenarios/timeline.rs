//! The history of the record in the drawer: live, honest about what it lacks, and never in the way of the record itself.

use panels_browser_tests::{
    Failure, Stage, StageOptions,
    pages::{PanelPage, RecordPage, SignInPage, expect_badge},
    screenshot,
    wait::{self, Look, PATIENCE},
};
use serde_json::{Value, json};

use crate::{editing::at_the_table, pictures::theme};

/// The demo account with the restricted policy.
const RESTRICTED: usize = 2;
/// From the click to the painted record, where the worker has it. The budget is 100 ms on a machine of its own; where others share
/// it, up to three times as much was seen, so that this only finds what waits for something. The figure itself is printed.
const OPENED_MAX_MS: f64 = 500.0;
/// Records that are opened for that.
const OPENED: usize = 15;

/// What the entries say, the newest first.
async fn entries(stage: &Stage) -> Result<Vec<String>, Failure> {
    const SCRIPT: &str = "return [...document.querySelectorAll('.timeline-entry')].map((entry) => entry.textContent.replace(/\\s+/g, ' ').trim())";
    let entries = stage.browser.script(SCRIPT, vec![]).await?;
    Ok(serde_json::from_value(entries)?)
}

/// Waits until there are so many entries and the newest has all of this in it.
async fn expect_newest(stage: &Stage, count: usize, wanted: &[&str]) -> Result<String, Failure> {
    wait::until(&format!("{count} entries with {wanted:?}"), async || {
        let entries = entries(stage).await?;
        let newest = entries.first().cloned().unwrap_or_default();
        let is_so = entries.len() == count && wanted.iter().all(|word| newest.contains(word));
        Ok(Look::when(is_so, newest, format!("{entries:#?}")))
    })
    .await
}

fn patch(stage: &Stage, id: &str, operations: &Value) -> Result<(), Failure> {
    stage.server.patch(&format!("Task/{id}"), operations)
}

#[tokio::test]
async fn a_colleague_changes_an_open_record_and_its_history_tells_who_and_what()
-> Result<(), Failure> {
    Stage::play("timeline", StageOptions::default(), async |stage| {
        let (page, id) = at_the_table(stage).await?;
        let start = json!([
            { "op": "add", "path": "/status", "value": "requested" },
            { "op": "add", "path": "/code", "value": { "text": "Call the family" } },
        ]);
        patch(stage, &id, &start)?;
        page.expect_row_text(&id, "Call the family", PATIENCE)
            .await?;
        page.open_record(&id).await?;
        let before = wait::until("the history", async || {
            let count = entries(stage).await?.len();
            Ok(Look::when(count >= 2, count, count.to_string()))
        })
        .await?;
        let first = entries(stage).await?.pop().unwrap_or_default();
        assert!(first.contains("created this record"), "{first}");

        let owner = json!({ "reference": stage.server.profile(1), "display": "Colleague 1" });
        let change = json!([
            { "op": "replace", "path": "/status", "value": "in-progress" },
            { "op": "add", "path": "/owner", "value": owner },
            { "op": "add", "path": "/restriction", "value": { "period": { "end": "2031-05-01" } } },
            { "op": "add", "path": "/note", "value": [{ "text": "Called, no answer." }] },
        ]);
        patch(stage, &id, &change)?;
        let newest = expect_newest(
            stage,
            before + 1,
            &[
                "Status: from Requested → to In progress",
                "to Colleague 1",
                "1 May 2031",
                "Note added: Called, no answer.",
                "just now",
            ],
        )
        .await?;
        let author = stage.server.resource("Task", &id)["meta"]["author"].clone();
        let name = author["display"].as_str().unwrap_or("Practitioner");
        assert!(newest.starts_with(name), "{author}: {newest}");
        const MARKS: &str = "const entry = document.querySelector('.timeline ol > li');
            return [entry.querySelector('del').textContent, entry.querySelector('ins').textContent,
                Date.parse(entry.querySelector('time').dateTime) > Date.now() - 60000]";
        let marks = stage.browser.script(MARKS, vec![]).await?;
        assert_eq!(marks, json!(["Requested", "In progress", true]));
        let title = stage
            .browser
            .script("return document.title + location.href", vec![]);
        let title = title.await?.to_string();
        assert!(!title.contains("Colleague"), "{title}");

        const DOWN: &str = "document.querySelector('.timeline').scrollIntoView();
            return document.documentElement.scrollHeight <= innerHeight";
        let fits = stage.browser.script(DOWN, vec![]).await?;
        assert_eq!(fits, json!(true), "the page itself does not scroll");
        screenshot::take(&stage.browser.client, "timeline-light").await?;
        theme(stage, "dark").await?;
        screenshot::take(&stage.browser.client, "timeline-dark").await?;
        theme(stage, "light").await?;

        RecordPage::here(stage)
            .await?
            .add_note("Called again")
            .await?;
        expect_newest(stage, before + 2, &["Note added: Called again"]).await?;
        stage.server.delete(&format!("Task/{id}"))?;
        expect_newest(stage, before + 3, &["deleted this record"]).await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_long_history_is_shown_page_by_page_with_the_keyboard() -> Result<(), Failure> {
    Stage::play("timeline-pages", StageOptions::default(), async |stage| {
        let (page, id) = at_the_table(stage).await?;
        for round in 0..45 {
            let text = json!({ "text": format!("Round {round}") });
            patch(
                stage,
                &id,
                &json!([{ "op": "add", "path": "/code", "value": text }]),
            )?;
        }
        page.expect_row_text(&id, "Round 44", PATIENCE).await?;
        page.open_record(&id).await?;
        expect_newest(stage, 20, &["Task: from Round 43 → to Round 44"]).await?;
        stage.browser.focus("button", "Show earlier").await?;
        stage.browser.keys("\u{e007}").await?;
        expect_newest(stage, 40, &["Round 44"]).await?;
        stage.browser.expect_focus("Show earlier").await?;
        stage.browser.keys("\u{e007}").await?;
        wait::until("the whole history", async || {
            let entries = entries(stage).await?;
            let oldest = entries.last().cloned().unwrap_or_default();
            Ok(Look::when(
                oldest.contains("created this record"),
                (),
                oldest,
            ))
        })
        .await?;
        stage.browser.expect_gone("button", "Show earlier").await?;
        stage.browser.expect_focus("History").await?;
        stage.browser.keys("\u{e00c}").await?;
        stage.browser.expect_gone("dialog", "").await
    })
    .await
}

#[tokio::test]
async fn what_the_policy_hides_is_not_in_the_history_of_a_restricted_user() -> Result<(), Failure> {
    Stage::play("timeline-hidden", StageOptions::default(), async |stage| {
        stage.server.hide(RESTRICTED, "Task", &["note"])?;
        SignInPage::open(stage).await?.sign_in(RESTRICTED).await?;
        let page = PanelPage::open_all_tasks(stage).await?;
        expect_badge(stage, "Live", PATIENCE).await?;
        let id = page.expect_rows().await?[0].id.clone();
        let noted =
            json!([{ "op": "add", "path": "/note", "value": [{ "text": "Not for everybody" }] }]);
        patch(stage, &id, &noted)?;
        patch(
            stage,
            &id,
            &json!([{ "op": "add", "path": "/priority", "value": "asap" }]),
        )?;
        patch(
            stage,
            &id,
            &json!([{ "op": "add", "path": "/priority", "value": "stat" }]),
        )?;
        page.expect_row_text(&id, "Stat", PATIENCE).await?;
        page.open_record(&id).await?;
        wait::until("the history", async || {
            let entries = entries(stage).await?;
            let newest = entries.first().cloned().unwrap_or_default();
            Ok(Look::when(newest.contains("to Stat"), (), newest))
        })
        .await?;
        let entries = entries(stage).await?.join("\n");
        assert!(entries.contains("not shown to you"), "{entries}");
        assert!(!entries.contains("Not for everybody"), "{entries}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_history_that_cannot_be_read_says_so_and_is_tried_again_by_hand() -> Result<(), Failure> {
    Stage::play("timeline-refused", StageOptions::default(), async |stage| {
        let (page, id) = at_the_table(stage).await?;
        let path = format!("/fhir/R4/Task/{id}/_history");
        let refuse =
            |status: u16| json!({ "do": "answer", "status": status, "path": path, "next": 1 });
        stage.server.command(&refuse(503))?;
        page.open_record(&id).await?;
        page.expect_record_text("The history cannot be read right now.")
            .await?;
        let body = stage.browser.expect("dialog", "").await?;
        assert!(
            body.contains("Status"),
            "the record itself is there: {body}"
        );
        const DOWN: &str = "document.querySelector('.timeline').scrollIntoView()";
        stage.browser.script(DOWN, vec![]).await?;
        screenshot::take(&stage.browser.client, "timeline-failed").await?;
        stage.browser.press("Try again").await?;
        page.expect_record_text("created this record").await?;

        page.close_record().await?;
        stage.server.command(&refuse(403))?;
        page.open_record(&id).await?;
        page.expect_record_text("You may not read the history")
            .await?;
        expect_badge(stage, "Live", PATIENCE).await?;
        stage.browser.press("Try again").await?;
        page.expect_record_text("created this record").await?;

        stage.server.go_away()?;
        page.expect_record_text("As of").await?;
        screenshot::take(&stage.browser.client, "timeline-offline").await?;
        stage.server.come_back()?;
        expect_badge(stage, "Live", PATIENCE).await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_record_opens_in_an_instant_whatever_its_history_takes() -> Result<(), Failure> {
    const OPEN: &str = "
        const [id] = arguments;
        const row = document.querySelector(`[role=row][data-id='${id}']`);
        window.opened = null;
        const start = performance.now();
        const look = () => {
            if (!document.querySelector('.drawer .fields dd')) return requestAnimationFrame(look);
            // The next task after a frame comes when that frame is painted.
            const channel = new MessageChannel();
            channel.port1.onmessage = () => { window.opened = performance.now() - start; };
            channel.port2.postMessage(null);
        };
        row.click();
        requestAnimationFrame(look);";
    let options = StageOptions {
        patients: 500,
        tasks: 2_000,
        ..StageOptions::default()
    };
    Stage::play("timeline-speed", options, async |stage| {
        let (page, _) = at_the_table(stage).await?;
        let slow = json!({ "do": "slow", "delayMs": 4_000, "path": "/fhir/R4/Task/" });
        stage.server.command(&slow)?;
        let rows = page.expect_rows().await?;
        let mut took_ms = Vec::new();
        for row in rows.iter().take(OPENED) {
            stage.browser.script(OPEN, vec![json!(row.id)]).await?;
            let ms = wait::until("the record", async || {
                let ms = stage.browser.script("return window.opened", vec![]).await?;
                Ok(match ms.as_f64() {
                    Some(ms) => Look::Found(ms),
                    None => Look::when(false, 0.0, "not painted"),
                })
            })
            .await?;
            took_ms.push(ms);
            assert!(entries(stage).await?.is_empty(), "the history comes later");
            page.close_record().await?;
        }
        took_ms.sort_by(f64::total_cmp);
        let median = took_ms[took_ms.len() / 2];
        let agent = stage.browser.script("return navigator.userAgent", vec![]).await?;
        println!("from the click to the painted record: median {median:.1} ms of {took_ms:.1?} in {agent}");
        assert!(median < OPENED_MAX_MS, "{took_ms:.1?}");
        Ok(())
    })
    .await
}
