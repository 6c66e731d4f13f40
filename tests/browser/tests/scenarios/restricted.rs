//! A user who may see own tasks only: what comes, shows; what is taken away, goes, although the server does not tell.

use std::time::Duration;

use panels_browser_tests::{
    Failure, Stage, StageOptions,
    pages::{
        Click, Keyboard, PanelPage, RecordPage, RowMenu, SignInPage, expect_badge, keyboard::ESCAPE,
    },
    screenshot,
    wait::PATIENCE,
};
use serde_json::json;

/// The demo account with the restricted policy.
const RESTRICTED: usize = 2;
/// Medplum 5.0.10 sends a restricted user nothing when a row leaves the policy: the membership check, about once a minute,
/// is the only proof.
const LEFT_NOTICED_MAX: Duration = Duration::from_secs(100);

#[tokio::test]
async fn a_restricted_user_sees_own_tasks_only_and_loses_what_is_handed_over() -> Result<(), Failure>
{
    let options = StageOptions {
        tasks: 400,
        ..StageOptions::default()
    };
    Stage::play("restricted", options, async |stage| {
        SignInPage::open(stage).await?.sign_in(RESTRICTED).await?;
        let page = PanelPage::open_all_tasks(stage).await?;
        expect_badge(stage, "Live", PATIENCE).await?;
        let own = stage.server.open_tasks_of(RESTRICTED)?;
        page.expect_count(own.len(), PATIENCE).await?;
        assert!(page.all_rows().await?.keys().eq(own.keys()));

        let all = stage.server.open_tasks()?;
        let foreign = all.keys().find(|id| !own.contains_key(*id));
        let foreign = foreign.cloned().unwrap_or_default();
        let profile = stage.server.profile(RESTRICTED);
        let give = json!([{ "op": "add", "path": "/owner", "value": { "reference": profile } }]);
        stage.server.patch(&format!("Task/{foreign}"), &give)?;
        page.expect_count(own.len() + 1, PATIENCE).await?;

        let other = stage.server.profile(0);
        let take = json!([{ "op": "replace", "path": "/owner", "value": { "reference": other } }]);
        stage.server.patch(&format!("Task/{foreign}"), &take)?;
        page.expect_count(own.len(), LEFT_NOTICED_MAX).await?;
        assert!(page.all_rows().await?.keys().eq(own.keys()));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_the_policy_hides_is_called_hidden_and_never_none() -> Result<(), Failure> {
    Stage::play("hidden", StageOptions::default(), async |stage| {
        stage
            .server
            .hide(0, "Task", &["owner", "restriction", "note"])?;
        stage.server.hide(
            0,
            "Patient",
            &["birthDate", "deceasedBoolean", "deceasedDateTime"],
        )?;
        SignInPage::open(stage).await?.sign_in(0).await?;
        let browser = &stage.browser;
        browser
            .expect_text("Your access policy hides the assignee of tasks from you")
            .await?;
        expect_badge(stage, "Live", PATIENCE).await?;
        screenshot::take(&browser.client, "hidden-home").await?;
        let page = PanelPage::open_all_tasks(stage).await?;
        expect_badge(stage, "Live", PATIENCE).await?;
        let id = page.expect_rows().await?[0].id.clone();
        // A frame of Medplum 5.0.10 brings what the policy hides.
        let colleague = json!({ "reference": stage.server.profile(1), "display": "Colleague 1" });
        let changed = json!([
            { "op": "add", "path": "/owner", "value": colleague },
            { "op": "add", "path": "/code", "value": { "text": "Changed just now" } },
        ]);
        stage.server.patch(&format!("Task/{id}"), &changed)?;
        page.expect_row_text(&id, "Changed just now", PATIENCE)
            .await?;
        for (id, text) in page.all_rows().await? {
            assert!(text.matches("Hidden").count() == 2, "{id}: {text}");
            assert!(
                !text.contains("Unassigned") && !text.contains("Colleague 1"),
                "{id}: {text}"
            );
        }
        let words = browser.body_text().await?;
        assert!(
            !words.contains("overdue") && !words.contains("unassigned"),
            "{words}"
        );

        RecordPage::open(stage, &id).await?;
        for wanted in [
            "Assignee\nHidden",
            "Due\nHidden",
            "Notes\nHidden",
            "Born\nHidden",
            "may be hidden from you",
        ] {
            page.expect_record_text(wanted).await?;
        }
        screenshot::take(&browser.client, "hidden-record").await?;
        let record = browser.expect("dialog", "").await?;
        assert!(!record.contains("Colleague 1"), "{record}");

        browser.goto(&stage.site.origin).await?;
        PanelPage::open(stage, "My work").await?;
        browser
            .expect_text("this panel cannot tell which rows belong to it")
            .await?;
        browser
            .expect_text("What belongs here cannot be told")
            .await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_the_policy_lets_nobody_change_is_closed_in_the_table_with_the_reason()
-> Result<(), Failure> {
    const WHY: &str = "You may read this field, not change it.";
    const CLOSED: &str = "
        const acts = [...document.querySelectorAll('.bulk button, .bulk select, .bulk input')];
        return acts.filter((act) => act.disabled).map((act) => act.ariaLabel ?? act.innerText)";
    Stage::play("read-only", StageOptions::default(), async |stage| {
        stage.server.protect(0, "Task", &["status", "owner"])?;
        SignInPage::open(stage).await?.sign_in(0).await?;
        let page = PanelPage::open_all_tasks(stage).await?;
        expect_badge(stage, "Live", PATIENCE).await?;
        let id = page.expect_rows().await?[0].id.clone();
        let before = stage.server.resource("Task", &id);
        let browser = &stage.browser;
        page.focus_row(&id).await?;
        for key in ["c", "a"] {
            Keyboard::of(stage).press(key).await?;
            browser
                .expect_text_in("region", "Your changes", WHY)
                .await?;
        }
        let menu = RowMenu::open(stage, "s").await?;
        let (name, choices) = (menu.name().await?, menu.choices().await?);
        assert!(name.contains(WHY), "{name}");
        assert!(choices.iter().all(|choice| choice.closed), "{choices:?}");
        assert!(menu.is_in_sight().await?);
        screenshot::take(&browser.client, "read-only-menu").await?;
        Keyboard::of(stage).press(ESCAPE).await?;
        page.click_row(&id, Click::OnMark).await?;
        browser.expect("group", "Chosen rows").await?;
        let closed = browser.script(CLOSED, vec![]).await?;
        let all = ["Assign to me", "Unassign", "Assign to…", "Set status…"];
        assert_eq!(closed, json!(all));
        screenshot::take(&browser.client, "read-only-bulk").await?;
        assert_eq!(stage.server.resource("Task", &id), before);
        Ok(())
    })
    .await
}
