//! A clinician's own changes: at once on the screen, sent once, never lost, and explained where they do not hold.

use panels_browser_tests::{
    Failure, Stage, StageOptions,
    pages::{Click, PanelPage, RecordPage, SignInPage, expect_badge},
    storage,
    wait::{self, PATIENCE},
};
use serde_json::{Value, json};

const ENTER: &str = "\u{e007}";
const ESCAPE: &str = "\u{e00c}";
const DOWN: &str = "\u{e015}";
const TAB: &str = "\u{e004}";

/// Signs in as the first demo account with the table of all open tasks, and gives the id of its first row.
pub(crate) async fn at_the_table(stage: &Stage) -> Result<(PanelPage<'_>, String), Failure> {
    let page = SignInPage::open_at(stage, "/panel/open-tasks").await?;
    page.sign_in(0).await?;
    let page = PanelPage::here(stage);
    expect_badge(stage, "Live", PATIENCE).await?;
    let rows = page.expect_rows().await?;
    Ok((page, rows[0].id.clone()))
}

/// Waits until the task on the server is as wanted.
pub(crate) async fn expect_on_server(
    stage: &Stage,
    id: &str,
    what: &str,
    is_so: impl Fn(&Value) -> bool,
) -> Result<(), Failure> {
    wait::until(&format!("the server to hold {what}"), async || {
        let task = stage.server.resource("Task", id);
        Ok(wait::Look::when(is_so(&task), (), task.to_string()))
    })
    .await
}

pub(crate) fn notes(task: &Value, text: &str) -> usize {
    let notes = task["note"].as_array().into_iter().flatten();
    notes.filter(|note| note["text"] == text).count()
}

#[tokio::test]
async fn a_task_is_claimed_completed_and_taken_back() -> Result<(), Failure> {
    Stage::play("claim", StageOptions::default(), async |stage| {
        let (page, id) = at_the_table(stage).await?;
        let me = stage.server.profile(0);
        let record = RecordPage::open(stage, &id).await?;
        let owner = json!({ "reference": stage.server.profile(1), "display": "Colleague 1" });
        let theirs = json!([{ "op": "add", "path": "/owner", "value": owner }]);
        stage.server.patch(&format!("Task/{id}"), &theirs)?;
        page.expect_record_text("Colleague 1").await?;
        record.press("Assign to me").await?;
        expect_on_server(stage, &id, "the new owner", |task| {
            task["owner"]["reference"] == me
        })
        .await?;
        record.expect_settled().await?;

        let tasks = stage.server.open_tasks()?;
        let owners = tasks
            .keys()
            .map(|id| stage.server.resource("Task", id)["owner"].clone());
        let named = |owner: &Value| owner["display"].is_string() && owner["reference"] != me;
        let colleague = owners.into_iter().find(named).unwrap_or_default();
        let name = colleague["display"].as_str().unwrap_or_default();
        record.choose("Assign to…", name).await?;
        let given = |task: &Value| task["owner"]["reference"] == colleague["reference"];
        expect_on_server(stage, &id, "the colleague", given).await?;
        record.expect_settled().await?;

        let before = page.row_count().await?;
        record.press("Complete").await?;
        expect_on_server(stage, &id, "the end", |task| task["status"] == "completed").await?;
        // It is open, and so it stays where it is.
        page.expect_row_text(&id, "Completed by", PATIENCE).await?;
        page.expect_foot(&format!("{} rows", before - 1)).await?;

        stage.browser.press("Undo").await?;
        expect_on_server(stage, &id, "an open task again", |task| {
            task["status"] != "completed"
        })
        .await?;
        page.expect_count(usize::try_from(before).unwrap_or_default(), PATIENCE)
            .await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_list_of_choices_shows_what_holds_whoever_chose_it() -> Result<(), Failure> {
    Stage::play("choices", StageOptions::default(), async |stage| {
        let (_, id) = at_the_table(stage).await?;
        let record = RecordPage::open(stage, &id).await?;
        for label in ["Urgent", "ASAP", "Urgent"] {
            record.choose("Priority", label).await?;
            let code = label.to_lowercase();
            expect_on_server(stage, &id, label, |task| task["priority"] == code).await?;
            record.expect_settled().await?;
            record.expect_chosen("Priority", label).await?;
        }
        let theirs = json!([{ "op": "add", "path": "/priority", "value": "asap" }]);
        stage.server.patch(&format!("Task/{id}"), &theirs)?;
        record.expect_chosen("Priority", "ASAP").await?;

        record.choose("Status", "In progress").await?;
        record.expect_settled().await?;
        record.expect_chosen("Status", "In progress").await
    })
    .await
}

#[tokio::test]
async fn a_conflict_is_decided_by_the_user_and_closes_in_every_tab() -> Result<(), Failure> {
    Stage::play("conflict", StageOptions::default(), async |stage| {
        let (_, id) = at_the_table(stage).await?;
        let priority = |code: &str| json!([{ "op": "add", "path": "/priority", "value": code }]);
        let reference = format!("Task/{id}");
        stage.server.patch(&reference, &priority("routine"))?;
        let first = stage.browser.client.window().await?;
        let record = RecordPage::open(stage, &id).await?;
        expect_badge(stage, "Live", PATIENCE).await?;
        stage.server.go_away()?;
        record.choose("Priority", "Urgent").await?;
        record.expect_pending("Priority: Routine → Urgent").await?;
        stage.server.patch(&reference, &priority("stat"))?;
        stage.server.come_back()?;
        record
            .expect_pending("changed the same at the same time")
            .await?;

        let second = stage.browser.new_tab().await?;
        let also = RecordPage::open(stage, &id).await?;
        also.press("Decide…").await?;
        stage
            .browser
            .expect("alertdialog", "Two changes of")
            .await?;

        stage.browser.switch_to(&first).await?;
        record.press("Decide…").await?;
        let words = stage
            .browser
            .expect("alertdialog", "Two changes of")
            .await?;
        for wanted in ["Before: Routine", "Urgent", "Stat", "Born"] {
            assert!(words.contains(wanted), "{wanted} in {words}");
        }
        stage.browser.click("radio", "Keep yours").await?;
        stage.browser.press("Save").await?;
        expect_on_server(stage, &id, "mine", |task| task["priority"] == "urgent").await?;
        record.expect_settled().await?;
        stage.browser.expect_gone("button", "to decide").await?;

        stage.browser.switch_to(&second).await?;
        stage.browser.expect_gone("alertdialog", "").await?;
        stage.browser.expect_gone("button", "to decide").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_conflict_is_decided_by_keyboard_alone_and_the_focus_comes_back() -> Result<(), Failure> {
    Stage::play("conflict-keys", StageOptions::default(), async |stage| {
        let (page, id) = at_the_table(stage).await?;
        let browser = &stage.browser;
        let reference = format!("Task/{id}");
        let owner = |account: usize| {
            let profile = stage.server.profile(account);
            let value = json!({ "reference": profile, "display": format!("Colleague {account}") });
            json!([{ "op": "add", "path": "/owner", "value": value }])
        };
        stage.server.patch(&reference, &owner(2))?;
        page.expect_row_text(&id, "Colleague 2", PATIENCE).await?;
        stage.server.go_away()?;
        page.focus_row(&id).await?;
        browser.keys("a").await?;
        stage.server.patch(&reference, &owner(1))?;
        stage.server.come_back()?;
        browser.expect("button", "1 to decide").await?;

        browser.focus("button", "1 to decide").await?;
        browser.keys(ENTER).await?;
        browser.expect("dialog", "Your changes").await?;
        browser.keys(ENTER).await?;
        browser.expect("alertdialog", "Two changes of").await?;
        browser.keys(ESCAPE).await?;
        browser.expect_gone("alertdialog", "").await?;
        // Closing decides nothing, and the list is where it was.
        browser.expect_focus("Decide…").await?;
        browser.keys(ENTER).await?;
        browser.expect("alertdialog", "Two changes of").await?;
        browser.keys(DOWN).await?;
        browser.expect_focus("Take theirs").await?;
        browser.keys(TAB).await?;
        browser.expect_focus("Save").await?;
        browser.keys(ENTER).await?;
        browser.expect_gone("button", "to decide").await?;
        page.expect_row_focused().await?;
        let task = stage.server.resource("Task", &id);
        assert_eq!(
            task["owner"]["reference"],
            stage.server.profile(1),
            "{task}"
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn changes_of_different_fields_at_the_same_time_both_hold() -> Result<(), Failure> {
    Stage::play("merge", StageOptions::default(), async |stage| {
        let (_, id) = at_the_table(stage).await?;
        let record = RecordPage::open(stage, &id).await?;
        stage.server.go_away()?;
        record.choose("Priority", "Stat").await?;
        record.add_note("Called, no answer").await?;
        record.expect_pending("Called, no answer").await?;
        let theirs = json!([
            { "op": "add", "path": "/owner", "value": { "reference": stage.server.profile(1) } },
            { "op": "add", "path": "/note", "value": [{ "text": "Theirs" }] },
        ]);
        stage.server.patch(&format!("Task/{id}"), &theirs)?;
        stage.server.come_back()?;
        record.expect_settled().await?;
        let task = stage.server.resource("Task", &id);
        assert_eq!(task["priority"], "stat", "{task}");
        assert_eq!(
            task["owner"]["reference"],
            stage.server.profile(1),
            "{task}"
        );
        assert_eq!(
            (notes(&task, "Called, no answer"), notes(&task, "Theirs")),
            (1, 1),
            "{task}"
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_is_changed_without_a_server_survives_the_end_of_the_browsers_worker_and_is_sent_once()
-> Result<(), Failure> {
    Stage::play("offline-edit", StageOptions::default(), async |stage| {
        let (_, id) = at_the_table(stage).await?;
        storage::until_rows_are_stored(&stage.browser).await?;
        let record = RecordPage::open(stage, &id).await?;
        stage.server.go_away()?;
        record.add_note("Wound dry").await?;
        record.expect_pending("Wound dry").await?;
        // The only tab goes, and the worker with it.
        stage.browser.goto("about:blank").await?;
        let record = RecordPage::open(stage, &id).await?;
        record.expect_pending("Wound dry").await?;
        // The answer is lost, not the request: to send it again would add it twice.
        let cut = json!({ "do": "cut", "written": true, "method": "PATCH", "next": 1 });
        stage.server.come_back()?;
        stage.server.command(&cut)?;
        record.expect_settled().await?;
        let task = stage.server.resource("Task", &id);
        assert_eq!(notes(&task, "Wound dry"), 1, "{task}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn signing_out_with_unsent_changes_asks_first() -> Result<(), Failure> {
    Stage::play("sign-out-unsent", StageOptions::default(), async |stage| {
        let (_, id) = at_the_table(stage).await?;
        let record = RecordPage::open(stage, &id).await?;
        stage.server.go_away()?;
        record.add_note("Not sent").await?;
        record.expect_pending("Not sent").await?;
        stage.browser.press("Sign out").await?;
        let words = stage.browser.expect("alertdialog", "not sent").await?;
        assert!(words.contains("1 change not sent yet"), "{words}");
        stage.browser.press("Stay signed in").await?;
        stage.browser.expect_gone("alertdialog", "").await?;
        record.expect_pending("Not sent").await?;

        stage.browser.press("Sign out").await?;
        stage.browser.press("Sign out and discard them").await?;
        stage.browser.expect("button", "Sign in").await?;
        stage.server.come_back()?;
        SignInPage::here(stage).sign_in(0).await?;
        expect_badge(stage, "Live", PATIENCE).await?;
        assert_eq!(notes(&stage.server.resource("Task", &id), "Not sent"), 0);
        stage.browser.expect_gone("button", "to decide").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_a_user_may_not_change_is_disabled_and_says_why() -> Result<(), Failure> {
    Stage::play("barred", StageOptions::default(), async |stage| {
        SignInPage::open_at(stage, "/panel/open-tasks").await?.sign_in(2).await?;
        let rows = PanelPage::here(stage).expect_rows().await?;
        RecordPage::open(stage, &rows[0].id).await?;
        let words = stage.browser.expect("region", "Change").await?;
        assert!(words.contains("You would not see the record any longer."), "{words}");
        let disabled = "return [...document.querySelectorAll('[role=dialog] button')].find((button) => button.innerText === 'Unassign').disabled";
        assert_eq!(stage.browser.script(disabled, vec![]).await?, json!(true));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn many_tasks_are_changed_at_once_each_is_accounted_for_and_all_are_taken_back()
-> Result<(), Failure> {
    Stage::play("bulk", StageOptions::default(), async |stage| {
        let (page, draft) = at_the_table(stage).await?;
        let as_draft = json!([{ "op": "add", "path": "/status", "value": "draft" }]);
        stage.server.patch(&format!("Task/{draft}"), &as_draft)?;
        page.expect_row_text(&draft, "Draft", PATIENCE).await?;
        let rows = page.rows().await?;
        let others: Vec<&str> = rows[1..5].iter().map(|row| row.id.as_str()).collect();
        let statuses = || {
            others
                .iter()
                .map(|id| stage.server.resource("Task", id)["status"].clone())
        };
        for row in &rows[..5] {
            let patch = json!([{ "op": "add", "path": "/status", "value": "ready" }]);
            if row.id != draft {
                stage.server.patch(&format!("Task/{}", row.id), &patch)?;
                page.expect_row_text(&row.id, "Ready", PATIENCE).await?;
            }
        }

        page.click_row(&draft, Click::OnMark).await?;
        page.click_row(others[3], Click::WithShift).await?;
        let bar = stage.browser.expect("group", "Chosen rows").await?;
        assert!(bar.contains("5 chosen"), "{bar}");
        page.choose_for_all("Set status…", "Completed").await?;
        let question = stage
            .browser
            .expect("alertdialog", "Set status of 5 tasks to Completed?")
            .await?;
        assert!(
            question.lines().filter(|line| line.contains(" — ")).count() == 5,
            "{question}"
        );
        stage.browser.press("Change all").await?;
        let job = "Status: Completed";
        let browser = &stage.browser;
        browser
            .expect_text_in("region", job, "4 saved, 1 not taken")
            .await?;
        let refused = "a task that is draft does not become completed";
        browser.expect_text_in("region", job, refused).await?;
        for task in statuses() {
            assert_eq!(task, "completed");
        }
        page.expect_row_gone(others[0], PATIENCE).await?;
        assert_eq!(stage.server.resource("Task", &draft)["status"], "draft");

        stage.browser.press("Undo").await?;
        stage
            .browser
            .expect_text_in("region", "Taking back", "4 saved")
            .await?;
        for id in &others {
            expect_on_server(stage, id, "what was before", |task| {
                task["status"] == "ready"
            })
            .await?;
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_day_that_is_typed_digit_by_digit_is_one_change() -> Result<(), Failure> {
    Stage::play("typed-day", StageOptions::default(), async |stage| {
        let (_, id) = at_the_table(stage).await?;
        let versions = || {
            let log = stage.server.log();
            log.iter().filter(|write| write.id == id).count()
        };
        let before = versions();
        let record = RecordPage::open(stage, &id).await?;
        let focus = "document.querySelector('[role=dialog] input[type=date]').focus()";
        stage.browser.script(focus, vec![]).await?;
        stage.browser.keys("03142031").await?;
        stage.browser.keys(ENTER).await?;
        let due = |task: &Value| {
            let end = task["restriction"]["period"]["end"].as_str();
            end.is_some_and(|end| end.starts_with("2031-03-14"))
        };
        expect_on_server(stage, &id, "the day", due).await?;
        record.expect_settled().await?;
        assert_eq!(versions(), before + 1);
        Ok(())
    })
    .await
}
