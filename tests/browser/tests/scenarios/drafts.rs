//! What a clinician typed and did not save: kept whatever happens to the tab, and never sent without being asked for.

use panels_browser_tests::{
    Failure, Stage, StageOptions,
    pages::{RecordPage, expect_badge},
    screenshot,
    wait::PATIENCE,
};
use serde_json::json;

use crate::editing::{at_the_table, expect_on_server, notes};

#[tokio::test]
async fn a_note_that_was_typed_and_not_added_outlives_its_tab_and_the_worker() -> Result<(), Failure>
{
    Stage::play("draft", StageOptions::default(), async |stage| {
        let (_, id) = at_the_table(stage).await?;
        let record = RecordPage::open(stage, &id).await?;
        record.type_note("Called, no answer").await?;
        // The only tab goes, and the worker with it.
        stage.browser.goto("about:blank").await?;
        let record = RecordPage::open(stage, &id).await?;
        record.expect_typed_note("Called, no answer").await?;

        stage.browser.press("Sign out").await?;
        let words = stage.browser.expect("alertdialog", "not sent").await?;
        assert!(words.contains("1 text typed and not saved"), "{words}");
        stage.browser.press("Stay signed in").await?;
        stage.browser.expect_gone("alertdialog", "").await?;

        // Another tab has the record open when the one in which it is typed is closed.
        let first = stage.browser.client.window().await?;
        let second = stage.browser.new_tab().await?;
        let other = RecordPage::open(stage, &id).await?;
        other.expect_typed_note("").await?;
        stage.browser.switch_to(&first).await?;
        stage.browser.client.close_window().await?;
        stage.browser.switch_to(&second).await?;
        other.expect_typed_note("Called, no answer").await?;
        other.press("Add note").await?;
        expect_on_server(stage, &id, "the note", |task| {
            notes(task, "Called, no answer") == 1
        })
        .await?;
        other.expect_settled().await?;
        stage.browser.press("Sign out").await?;
        stage.browser.expect("button", "Sign in").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_field_that_was_half_typed_outlives_its_tab_and_is_saved_or_discarded_by_its_user()
-> Result<(), Failure> {
    Stage::play("half-typed", StageOptions::default(), async |stage| {
        let (page, id) = at_the_table(stage).await?;
        let field = "Business status";
        let record = RecordPage::open(stage, &id).await?;
        let none =
            json!([{ "op": "add", "path": "/businessStatus", "value": { "text": "Waiting" } }]);
        stage.server.patch(&format!("Task/{id}"), &none)?;
        record.expect_typed(field, "Waiting").await?;
        stage.browser.focus("textbox", field).await?;
        stage.browser.keys(" for a bed").await?;
        record.expect_typed(field, "Waiting for a bed").await?;
        // The only tab goes, and the worker with it.
        stage.browser.goto("about:blank").await?;
        let record = RecordPage::open(stage, &id).await?;
        record.expect_typed(field, "Waiting for a bed").await?;
        page.expect_record_text("Typed before, and not saved.")
            .await?;
        screenshot::take(&stage.browser.client, "half-typed").await?;
        let task = stage.server.resource("Task", &id);
        assert_eq!(
            task["businessStatus"]["text"], "Waiting",
            "nobody has asked for it"
        );
        record.press("Save").await?;
        expect_on_server(stage, &id, "what was typed", |task| {
            task["businessStatus"]["text"] == "Waiting for a bed"
        })
        .await?;
        record.expect_settled().await?;

        stage.browser.focus("textbox", field).await?;
        stage.browser.keys(" and a nurse").await?;
        record
            .expect_typed(field, "Waiting for a bed and a nurse")
            .await?;
        stage.browser.goto("about:blank").await?;
        let record = RecordPage::open(stage, &id).await?;
        record
            .expect_typed(field, "Waiting for a bed and a nurse")
            .await?;
        record.press("Discard").await?;
        record.expect_typed(field, "Waiting for a bed").await?;
        stage.browser.press("Sign out").await?;
        stage.browser.expect("button", "Sign in").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_was_typed_about_a_task_that_was_deleted_meanwhile_is_kept_until_discarded()
-> Result<(), Failure> {
    Stage::play(
        "deleted-under-edit",
        StageOptions::default(),
        async |stage| {
            let (_, id) = at_the_table(stage).await?;
            let record = RecordPage::open(stage, &id).await?;
            stage.server.go_away()?;
            record.add_note("Long thought about").await?;
            record.expect_pending("Long thought about").await?;
            stage.server.delete(&format!("Task/{id}"))?;
            stage.server.come_back()?;
            stage.browser.expect("button", "1 to decide").await?;
            stage.browser.press("1 to decide").await?;
            let words = stage.browser.expect("dialog", "Your changes").await?;
            for wanted in ["Long thought about", "the record was deleted"] {
                assert!(words.contains(wanted), "{wanted} in {words}");
            }
            stage.browser.press("Discard").await?;
            stage.browser.expect_gone("button", "to decide").await?;
            Ok(())
        },
    )
    .await
}

#[tokio::test]
async fn a_third_value_half_typed_in_a_conflict_stays_when_theirs_changes_again()
-> Result<(), Failure> {
    const OTHER: &str = "return document.querySelector('.conflict-other')?.value ?? null";
    Stage::play("conflict-third", StageOptions::default(), async |stage| {
        at_the_table(stage).await?;
        let browser = &stage.browser;
        let id = stage.server.any("Patient")?;
        let reference = format!("Patient/{id}");
        let city =
            |name: &str| json!([{ "op": "add", "path": "/address", "value": [{ "city": name }] }]);
        stage.server.patch(&reference, &city("Before"))?;
        let address = format!("{}/panel/patients/{reference}", stage.site.origin);
        browser.goto(&address).await?;
        let record = RecordPage::here(stage).await?;
        record.expect_typed("City", "Before").await?;
        expect_badge(stage, "Live", PATIENCE).await?;
        stage.server.go_away()?;
        browser.fill("City", "Mine").await?;
        record.expect_pending("Mine").await?;
        stage.server.patch(&reference, &city("Theirs"))?;
        stage.server.come_back()?;
        record
            .expect_pending("changed the same at the same time")
            .await?;
        record.press("Decide…").await?;
        browser.expect("alertdialog", "Two changes of").await?;
        browser.click("radio", "Something else").await?;
        browser
            .script("document.querySelector('.conflict-other').focus()", vec![])
            .await?;
        browser.keys(" or ours").await?;
        let typed = browser.script(OTHER, vec![]).await?;
        assert!(
            typed
                .as_str()
                .is_some_and(|typed| typed.contains(" or ours")),
            "{typed}"
        );

        stage.server.patch(&reference, &city("Theirs again"))?;
        browser
            .expect_text_in("alertdialog", "", "Theirs again")
            .await?;
        assert_eq!(
            browser.script(OTHER, vec![]).await?,
            json!(null),
            "it is asked anew"
        );
        browser.click("radio", "Something else").await?;
        assert_eq!(
            browser.script(OTHER, vec![]).await?,
            typed,
            "what was typed is there"
        );
        browser.press("Save").await?;
        record.expect_settled().await?;
        let patient = stage.server.resource("Patient", &id);
        assert_eq!(patient["address"][0]["city"], typed);
        record
            .expect_typed("City", typed.as_str().unwrap_or_default())
            .await?;
        assert!(!browser.expect("dialog", "").await?.contains("not saved"));
        Ok(())
    })
    .await
}
