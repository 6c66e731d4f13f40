//! The dialog in which a panel is made or changed, and what the home screen offers of panels.

use serde_json::json;

use crate::{Failure, Stage, wait};

/// The button that begins a column with a path.
const ADD_PATH: &str = "Add a column from a path";

/// The dialog that is open in the current tab.
#[derive(Debug)]
pub struct PanelForm<'a> {
    stage: &'a Stage,
}

impl<'a> PanelForm<'a> {
    /// Opens it by a button.
    ///
    /// # Errors
    /// If it does not come.
    pub async fn open(stage: &'a Stage, button: &str) -> Result<Self, Failure> {
        stage.browser.click("button", button).await?;
        let form = Self { stage };
        form.stage.browser.expect("textbox", "Description").await?;
        Ok(form)
    }

    /// Types a name.
    ///
    /// # Errors
    /// If there is no field for it.
    pub async fn name(&self, name: &str) -> Result<(), Failure> {
        self.stage.browser.fill("Name", name).await
    }

    /// Shows a column, or no longer.
    ///
    /// # Errors
    /// If there is none of that name.
    pub async fn toggle(&self, column: &str) -> Result<(), Failure> {
        const SCRIPT: &str = "
            const labels = [...document.querySelectorAll('.panel-column label')];
            const label = labels.find((label) => label.innerText.trim() === arguments[0]);
            label?.querySelector('input').click();
            return Boolean(label);";
        let found = self.stage.browser.script(SCRIPT, vec![json!(column)]);
        assert_eq!(found.await?, json!(true), "{column}");
        Ok(())
    }

    /// Types a column with a path, which is not a part of the panel yet.
    ///
    /// # Errors
    /// If there are no fields for it.
    pub async fn type_path(&self, heading: &str, path: &str) -> Result<(), Failure> {
        let browser = &self.stage.browser;
        if browser.text_of("button", ADD_PATH).await?.is_some() {
            browser.click("button", ADD_PATH).await?;
        }
        browser.fill("Heading", heading).await?;
        browser.fill("Path in the record", path).await
    }

    /// Makes it a part of the panel, and waits until it is.
    ///
    /// # Errors
    /// If it does not become one.
    pub async fn add_path(&self) -> Result<(), Failure> {
        self.stage.browser.click("button", "Add column").await?;
        self.stage.browser.expect("button", ADD_PATH).await?;
        Ok(())
    }

    /// Waits until a path is among those that are suggested.
    ///
    /// # Errors
    /// If it is not.
    pub async fn expect_suggestion(&self, path: &str) -> Result<(), Failure> {
        const SCRIPT: &str = "
            const field = document.querySelector('.path-input');
            return [...(field?.list?.options ?? [])].map((option) => option.value)";
        wait::until(&format!("the suggestion {path}"), async || {
            let all = self.stage.browser.script(SCRIPT, vec![]).await?;
            let is_there = all.as_array().is_some_and(|all| all.contains(&json!(path)));
            Ok(wait::Look::when(is_there, (), all.to_string()))
        })
        .await
    }

    /// Waits until the preview has this heading as its last, and gives the texts below it.
    ///
    /// # Errors
    /// If it has another one.
    pub async fn expect_previewed(&self, heading: &str) -> Result<Vec<String>, Failure> {
        const SCRIPT: &str = "
            const last = (selector) => [...document.querySelectorAll(`.preview-scroll ${selector}:last-child`)];
            return [last('th'), last('td')].map((cells) => cells.map((cell) => cell.innerText.trim()))";
        wait::until(&format!("a preview of {heading}"), async || {
            let seen = self.stage.browser.script(SCRIPT, vec![]).await?;
            let cells = serde_json::from_value(seen[1].clone()).unwrap_or_default();
            let is_there = seen[0] == json!([heading]) && seen[1] != json!([]);
            Ok(wait::Look::when(is_there, cells, seen.to_string()))
        })
        .await
    }

    /// Saves it, and waits until the dialog is gone.
    ///
    /// # Errors
    /// If it stays.
    pub async fn save(&self) -> Result<(), Failure> {
        self.stage.browser.click("button", "Save").await?;
        self.stage
            .browser
            .expect_gone("textbox", "Description")
            .await
    }

    /// Saves it although that is not possible, and waits for the reason.
    ///
    /// # Errors
    /// If it is not said.
    pub async fn save_in_vain(&self, reason: &str) -> Result<(), Failure> {
        self.stage.browser.click("button", "Save").await?;
        self.says(reason).await
    }

    /// Waits until it says something.
    ///
    /// # Errors
    /// If it does not.
    pub async fn says(&self, words: &str) -> Result<(), Failure> {
        let browser = &self.stage.browser;
        browser.expect_text_in("dialog", "panel", words).await
    }

    /// What is in the field for the name.
    ///
    /// # Errors
    /// If it is something else for long.
    pub async fn expect_name(&self, wanted: &str) -> Result<(), Failure> {
        const SCRIPT: &str =
            "return document.querySelector('.panel-form input[required]')?.value ?? null";
        wait::until(&format!("the name {wanted:?}"), async || {
            let name = self.stage.browser.script(SCRIPT, vec![]).await?;
            Ok(wait::Look::when(
                name == json!(wanted),
                (),
                name.to_string(),
            ))
        })
        .await
    }
}

/// The headings of the columns of the panel that is open.
///
/// # Errors
/// If they are others for long.
pub async fn expect_columns(stage: &Stage, wanted: &[&str]) -> Result<(), Failure> {
    const SCRIPT: &str = "
        const heads = [...document.querySelectorAll('[role=columnheader]')];
        return heads.map((head) => head.innerText.trim()).filter(Boolean);";
    wait::until(&format!("the columns {wanted:?}"), async || {
        let columns = stage.browser.script(SCRIPT, vec![]).await?;
        Ok(wait::Look::when(
            columns == json!(wanted),
            (),
            columns.to_string(),
        ))
    })
    .await
}
