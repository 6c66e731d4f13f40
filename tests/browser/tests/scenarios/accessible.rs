//! Every screen, in light and dark, for people who see it badly or hear it: axe-core finds nothing serious.

use panels_browser_tests::{
    Failure, Stage, StageOptions,
    accessibility::{Fault, faults},
    browser::Browser,
    pages::{
        Click, PanelForm, PanelPage, RecordPage, SettingsPage, SignInPage, Toolbar, expect_badge,
        keyboard,
    },
    wait::PATIENCE,
};
use serde_json::json;

use crate::pictures::theme;

/// What was found, with the screen.
pub(crate) type Findings = Vec<(String, Fault)>;

pub(crate) async fn look(stage: &Stage, screen: &str, found: &mut Findings) -> Result<(), Failure> {
    for shade in ["light", "dark"] {
        theme(stage, shade).await?;
        let here = faults(stage).await?;
        found.extend(
            here.into_iter()
                .map(|fault| (format!("{screen}, {shade}"), fault)),
        );
    }
    theme(stage, "light").await
}

pub(crate) fn assert_none(found: &Findings) {
    assert!(found.is_empty(), "{found:#?}");
}

#[tokio::test]
async fn a_page_that_is_hard_to_read_is_found() -> Result<(), Failure> {
    Stage::play("accessible-itself", StageOptions::default(), async |stage| {
        SignInPage::open(stage).await?;
        let spoil = "document.querySelector('h1').style.color = '#eee'; document.querySelector('html').lang = ''";
        stage.browser.script(spoil, vec![]).await?;
        let found = faults(stage).await?;
        let mut rules: Vec<_> = found.iter().map(|fault| fault.rule.as_str()).collect();
        rules.sort_unstable();
        assert_eq!(rules, ["color-contrast", "html-has-lang"]);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn nobody_is_kept_out_of_the_screens_of_a_working_day() -> Result<(), Failure> {
    Stage::play("accessible", StageOptions::default(), async |stage| {
        let mut found = Findings::new();
        let sign_in = SignInPage::open(stage).await?;
        look(stage, "sign-in", &mut found).await?;
        sign_in.submit("ada@example.com", "not it").await?;
        stage.browser.expect_text("is not right").await?;
        look(stage, "sign-in refused", &mut found).await?;
        sign_in.sign_in(0).await?;
        expect_badge(stage, "Live", PATIENCE).await?;
        look(stage, "home", &mut found).await?;
        let form = PanelForm::open(stage, "New panel").await?;
        form.save_in_vain("it needs a name").await?;
        look(stage, "a panel that is made", &mut found).await?;
        stage.browser.click("button", "Cancel").await?;
        let page = PanelPage::open_all_tasks(stage).await?;
        let rows = page.expect_rows().await?;
        look(stage, "panel", &mut found).await?;
        Toolbar::here(stage)
            .choose(&[("Priority", "Routine"), ("Due", "Overdue")])
            .await?;
        look(stage, "filtered", &mut found).await?;
        stage.browser.click("button", "Clear all").await?;
        stage.browser.click("button", "Filter").await?;
        stage.browser.expect("dialog", "Filters").await?;
        look(stage, "filters", &mut found).await?;
        stage.browser.keys(keyboard::ESCAPE).await?;
        page.click_row(&rows[4].id, Click::OnMark).await?;
        page.click_row(&rows[6].id, Click::WithShift).await?;
        look(stage, "chosen rows", &mut found).await?;
        page.choose_for_all("Set priority…", "Routine").await?;
        stage.browser.expect("alertdialog", "").await?;
        look(stage, "change of many", &mut found).await?;
        stage.browser.press("Change all").await?;
        let job = "Priority: Routine";
        stage.browser.expect_text_in("region", job, "saved").await?;
        look(stage, "change of many, done", &mut found).await?;
        stage.browser.click("button", "Export CSV").await?;
        stage.browser.expect("alertdialog", "").await?;
        look(stage, "export", &mut found).await?;
        stage.browser.press("Cancel").await?;
        page.open_record(&rows[1].id).await?;
        page.expect_record_text("MRN").await?;
        look(stage, "record", &mut found).await?;
        page.close_record().await?;
        PanelPage::open(stage, "Patients")
            .await?
            .expect_rows()
            .await?;
        look(stage, "patients", &mut found).await?;
        assert_none(&found);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn nor_of_those_of_trouble_and_of_the_keyboard() -> Result<(), Failure> {
    Stage::play(
        "accessible-trouble",
        StageOptions::default(),
        async |stage| {
            let mut found = Findings::new();
            let page = SignInPage::open_at(stage, "/panel/open-tasks").await?;
            page.sign_in(0).await?;
            expect_badge(stage, "Live", PATIENCE).await?;
            let page = PanelPage::here(stage);
            let id = page.expect_rows().await?[2].id.clone();
            page.focus_row(&id).await?;
            stage.browser.keys("?").await?;
            stage.browser.expect("dialog", "Keyboard").await?;
            look(stage, "keys", &mut found).await?;
            stage.browser.keys(keyboard::ESCAPE).await?;
            panels_browser_tests::pages::Palette::open(stage).await?;
            look(stage, "commands", &mut found).await?;
            stage.browser.keys(keyboard::ESCAPE).await?;
            let settings = SettingsPage::open(stage).await?;
            look(stage, "settings", &mut found).await?;
            settings.choose("Rows", "Compact").await?;
            settings.choose_zone("Asia/Tokyo").await?;
            settings.close().await?;
            look(stage, "compact, in another zone", &mut found).await?;
            let record = RecordPage::open(stage, &id).await?;
            stage.server.go_away()?;
            record.choose("Priority", "Routine").await?;
            record.expect_pending("Priority").await?;
            look(stage, "stale, with an unsaved edit", &mut found).await?;
            let theirs = json!([{ "op": "add", "path": "/priority", "value": "stat" }]);
            stage.server.patch(&format!("Task/{id}"), &theirs)?;
            stage.server.come_back()?;
            record.expect_pending("at the same time").await?;
            look(stage, "stopped edit", &mut found).await?;
            record.press("Decide…").await?;
            stage.browser.expect("alertdialog", "").await?;
            look(stage, "conflict", &mut found).await?;
            stage.browser.press("Decide later").await?;
            stage.browser.press("Sign out").await?;
            stage.browser.expect("alertdialog", "").await?;
            look(stage, "sign-out with unsaved edits", &mut found).await?;
            let other = stage.beside(Browser::start(&[]).await?);
            other
                .browser
                .goto(&format!("{}/panel/none", other.site.origin))
                .await?;
            SignInPage::here(&other).sign_in(0).await?;
            other.browser.expect_text("There is no such page").await?;
            look(&other, "no such panel", &mut found).await?;
            assert_none(&found);
            Ok(())
        },
    )
    .await
}
