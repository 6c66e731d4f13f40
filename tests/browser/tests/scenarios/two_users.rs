//! Two people work on the same 200 tasks for a minute, each in a browser of their own, while the server and the network fail:
//! nothing that either of them did is lost, made twice, or made over what they had not seen.

use std::time::Duration;

use panels_browser_tests::{
    Failure, Stage, StageOptions,
    browser::Browser,
    clinician,
    pages::{PanelPage, RecordPage, SignInPage, expect_badge},
    server::Server,
    wait::PATIENCE,
    watcher,
};
use panels_judge::{EditFigures, Histories, Panel, compare_at_rest, judge_edits};
use panels_sandbox::server::system_now;
use serde_json::{Value, json};

const WORK: Duration = Duration::from_secs(60);
/// Between two faults.
const FAULT_EVERY: Duration = Duration::from_millis(2_000);
/// A minute of conflicts takes its time to decide.
const SETTLED_MAX: Duration = Duration::from_secs(120);
/// Less would prove little.
const ASKED_MIN: usize = 50;

/// What goes wrong, one after the other, again and again. Answers are lost as often as requests. While the server is away both
/// go on to edit what they last saw: that is when they meet.
fn faults() -> [Value; 12] {
    let away = json!({ "do": "restart", "how": "crash", "downMs": 4_000 });
    [
        json!({ "do": "cut", "written": true, "method": "PATCH", "next": 3 }),
        away.clone(),
        json!({ "do": "conflict", "next": 4 }),
        json!({ "do": "slow", "delayMs": 900, "method": "PATCH", "forMs": 2_000 }),
        away.clone(),
        json!({ "do": "cut", "written": false, "method": "PATCH", "next": 3 }),
        json!({ "do": "answer", "status": 503, "method": "PATCH", "next": 4 }),
        away.clone(),
        json!({ "do": "dropSockets", "refuseMs": 500 }),
        json!({ "do": "answer", "status": 429, "method": "PATCH", "next": 2 }),
        away,
        json!({ "do": "events", "delay": { "probability": 0.3 }, "delayMs": 800 }),
    ]
}

async fn fail_again_and_again(server: &Server) -> Result<(), Failure> {
    let mut ticks = tokio::time::interval(FAULT_EVERY);
    for fault in faults().iter().cycle() {
        ticks.tick().await;
        server.command(fault)?;
    }
    Ok(())
}

/// Everything that was ever written to tasks.
fn histories(server: &Server) -> Histories {
    let mut histories = Histories::new();
    for write in server.log() {
        if let Some(content) = write.content.filter(|_| write.kind == "Task") {
            histories.entry(write.id).or_default().push(content);
        }
    }
    histories
}

/// Signs in with a browser of one's own, at the table of all open tasks.
async fn sit_down(stage: &Stage, account: usize) -> Result<(), Failure> {
    clinician::install(&stage.browser).await?;
    watcher::install(&stage.browser).await?;
    let page = SignInPage::open_at(stage, "/panel/open-tasks").await?;
    page.sign_in(account).await?;
    expect_badge(stage, "Live", PATIENCE).await?;
    PanelPage::here(stage).expect_rows().await.map(|_| ())
}

/// Each of both changes the same field of the same task while neither hears of the other: one of them has to decide, however
/// fast the machine is. What the faults bring about comes on top of it, and depends on the machine.
async fn meet(stage: &Stage, other: &Stage) -> Result<(), Failure> {
    let table = PanelPage::here(stage);
    let id = table.expect_rows().await?[0].id.clone();
    let task = stage.server.resource("Task", &id);
    let choices = [("urgent", "Urgent"), ("stat", "Stat"), ("asap", "ASAP")];
    let mut choices = choices
        .iter()
        .filter(|(code, _)| task["priority"] != *code)
        .map(|(_, label)| label);
    table.open_record(&id).await?;
    PanelPage::here(other).open_record(&id).await?;
    let records = [
        RecordPage::here(stage).await?,
        RecordPage::here(other).await?,
    ];
    stage.server.go_away()?;
    for (record, label) in records.iter().zip(&mut choices) {
        record.choose("Priority", label).await?;
        record.expect_pending(label).await?;
    }
    stage.server.come_back()?;
    settle(stage, other).await
}

/// Until neither has anything on its way or to decide.
async fn settle(stage: &Stage, other: &Stage) -> Result<(), Failure> {
    tokio::try_join!(
        clinician::settle(&stage.browser, 10_000, SETTLED_MAX),
        clinician::settle(&other.browser, 20_000, SETTLED_MAX),
    )?;
    // What one of them decides can be the other's conflict: until both have nothing left.
    clinician::settle(&stage.browser, 30_000, SETTLED_MAX).await
}

async fn judge(stage: &Stage, account: usize) -> Result<EditFigures, Failure> {
    let log = clinician::take(&stage.browser).await?;
    let author = stage.server.profile(account);
    let (violations, figures) = judge_edits(&author, &log, &histories(&stage.server));
    println!("figure: account {account}: {figures:?}");
    assert!(violations.is_empty(), "{violations:#?}");
    assert!(figures.asked >= ASKED_MIN, "{figures:?}");
    Ok(figures)
}

/// The table shows what the server holds.
async fn compare(stage: &Stage) -> Result<(), Failure> {
    // The row of an open record stays where it was.
    PanelPage::here(stage).close_record().await?;
    watcher::until_shown(&stage.browser, system_now(), true, SETTLED_MAX).await?;
    let table = watcher::read_all(&stage.browser).await?;
    let differences = compare_at_rest(&stage.server.log(), &Panel::OpenTasks, &table.rows);
    assert!(differences.is_empty(), "{differences:#?}");
    Ok(())
}

#[tokio::test]
async fn two_people_edit_the_same_tasks_under_faults_and_no_edit_is_lost_or_made_over_another()
-> Result<(), Failure> {
    Stage::play("two-users", StageOptions::default(), async |stage| {
        let other = stage.beside(Browser::start(&[]).await?);
        sit_down(stage, 0).await?;
        sit_down(&other, 1).await?;
        meet(stage, &other).await?;
        tokio::select! {
            failed = fail_again_and_again(&stage.server) => failed?,
            worked = async {
                tokio::try_join!(
                    clinician::work(&stage.browser, 1, WORK, "Ada"),
                    clinician::work(&other.browser, 2, WORK, "Ben"),
                )
            } => { worked?; }
        }
        stage.server.command(&json!({ "do": "calm" }))?;
        settle(stage, &other).await?;
        let figures = [judge(stage, 0).await?, judge(&other, 1).await?];
        let decided: usize = figures.iter().map(|figures| figures.decided).sum();
        assert!(
            decided > 0,
            "they met, and nobody had to decide: {figures:?}"
        );
        compare(stage).await?;
        compare(&other).await
    })
    .await
}
