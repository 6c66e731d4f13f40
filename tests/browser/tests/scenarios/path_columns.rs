//! Columns that people add to a panel by a path into the record.

use panels_browser_tests::{
    Failure, Stage, StageOptions,
    pages::{PanelForm, PanelPage, SignInPage, Toolbar, expect_badge, expect_columns},
    wait::{self, Look, PATIENCE},
};
use serde_json::json;

use crate::pictures::{picture, theme};

/// What the clinic calls its numbers of records.
const NUMBER: &str = "identifier.where(system = 'https://clinic.example/mrn').value";

/// The texts of a column in the order of the rows.
async fn column(stage: &Stage, place: usize) -> Result<Vec<String>, Failure> {
    const SCRIPT: &str = "
        const rows = [...document.querySelectorAll('.grid-body [role=row]')];
        rows.sort((one, other) => one.ariaRowIndex - other.ariaRowIndex);
        return rows.map((row) => row.querySelectorAll('[role=gridcell]')[arguments[0]].innerText.trim())";
    let texts = stage.browser.script(SCRIPT, vec![json!(place)]).await?;
    Ok(serde_json::from_value(texts).unwrap_or_default())
}

#[tokio::test]
async fn a_column_from_a_path_is_seen_before_it_is_added_and_can_be_ordered_by()
-> Result<(), Failure> {
    Stage::play("path-columns", StageOptions::default(), async |stage| {
        SignInPage::open(stage).await?.sign_in(0).await?;
        expect_badge(stage, "Live", PATIENCE).await?;
        PanelPage::open(stage, "Patients")
            .await?
            .expect_rows()
            .await?;
        let form = PanelForm::open(stage, "Save as panel").await?;
        form.name("Numbers").await?;
        form.type_path("Record", "identifier.wher(system = 'x').value")
            .await?;
        form.says("at character 12: wher() is not known here")
            .await?;
        picture(stage, "path-fault").await?;
        form.save_in_vain("the path of Record cannot be read")
            .await?;
        form.expect_suggestion(NUMBER).await?;
        form.type_path("Record", NUMBER).await?;
        let previewed = form.expect_previewed("Record").await?;
        assert!(
            previewed.iter().any(|cell| cell.starts_with("MRN")),
            "{previewed:?}"
        );
        let show = "document.querySelector('.panel-preview').scrollIntoView({ block: 'center' })";
        stage.browser.script(show, vec![]).await?;
        picture(stage, "path-form").await?;
        theme(stage, "dark").await?;
        picture(stage, "path-form-dark").await?;
        theme(stage, "light").await?;
        form.add_path().await?;
        form.type_path("Names", "name.given").await?;
        form.add_path().await?;
        form.toggle("Open tasks").await?;
        form.save().await?;
        stage.browser.expect("grid", "Numbers").await?;
        let columns = [
            "Name",
            "Date of birth",
            "Sex",
            "MRN",
            "Last change",
            "Record",
            "Names",
        ];
        expect_columns(stage, &columns).await?;
        stage.browser.click("button", "Record").await?;
        stage.browser.click("button", "Record").await?;
        Toolbar::here(stage).expect_address("?sort=-path-1").await?;
        let numbers = wait::until("the largest number first", async || {
            let numbers = column(stage, 5).await?;
            let falling = numbers.windows(2).all(|pair| pair[0] >= pair[1]);
            let is_so = falling
                && numbers
                    .first()
                    .is_some_and(|first| first.starts_with("MRN"));
            Ok(Look::when(is_so, numbers.clone(), format!("{numbers:?}")))
        })
        .await?;
        assert_eq!(column(stage, 3).await?, numbers);
        picture(stage, "path-columns").await?;

        // It is there for a colleague, and after a reload.
        stage.browser.client.refresh().await?;
        expect_badge(stage, "Live", PATIENCE).await?;
        expect_columns(stage, &columns).await?;
        Toolbar::here(stage).expect_address("?sort=-path-1").await?;
        let form = PanelForm::open(stage, "Change panel").await?;
        stage.browser.click("button", "Remove column Names").await?;
        form.save().await?;
        expect_columns(stage, &columns[..6]).await
    })
    .await
}
