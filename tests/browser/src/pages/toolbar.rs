//! The bar above a table: search, filters, bands.

use serde_json::json;

use crate::{Failure, Stage, wait};

/// The bar of the panel in the current tab.
#[derive(Debug)]
pub struct Toolbar<'a> {
    stage: &'a Stage,
}

impl<'a> Toolbar<'a> {
    /// That of the panel that is open.
    pub fn here(stage: &'a Stage) -> Self {
        Self { stage }
    }

    /// Opens the menu of filters, makes choices in it as a person does, and closes it by Escape.
    ///
    /// # Errors
    /// If one of them is not there.
    pub async fn choose(&self, choices: &[(&str, &str)]) -> Result<(), Failure> {
        const SCRIPT: &str = "
            const [column, choice] = arguments;
            const group = [...document.querySelectorAll('[role=dialog][aria-label=Filters] fieldset')]
                .find((group) => group.querySelector('legend').innerText === column);
            const label = group && [...group.querySelectorAll('label')].find((label) => label.innerText.trim() === choice);
            label?.querySelector('input').click();
            return Boolean(label);";
        self.stage.browser.click("button", "Filter").await?;
        self.stage.browser.expect("dialog", "Filters").await?;
        for (column, choice) in choices {
            let arguments = vec![json!(column), json!(choice)];
            let found = self.stage.browser.script(SCRIPT, arguments).await?;
            assert_eq!(found, json!(true), "{column}: {choice}");
        }
        self.stage.browser.keys("\u{e00c}").await?;
        self.stage.browser.expect_gone("dialog", "Filters").await
    }

    /// What is asked for, as the words above the table.
    ///
    /// # Errors
    /// If the script fails.
    pub async fn expect_asked(&self, wanted: &[&str]) -> Result<(), Failure> {
        const SCRIPT: &str =
            "return [...document.querySelectorAll('.pill-words')].map((pill) => pill.innerText)";
        wait::until(&format!("to ask for {wanted:?}"), async || {
            let asked = self.stage.browser.script(SCRIPT, vec![]).await?;
            Ok(wait::Look::when(
                asked == json!(wanted),
                (),
                asked.to_string(),
            ))
        })
        .await
    }

    /// Waits until a band counts so many rows.
    ///
    /// # Errors
    /// If it does not.
    pub async fn expect_band(&self, band: &str, count: usize) -> Result<(), Failure> {
        const SCRIPT: &str = "
            const bands = [...document.querySelectorAll('.band')];
            return bands.map((band) => band.innerText).find((text) => text.startsWith(arguments[0])) ?? ''";
        let wanted = json!(format!("{band} {count}"));
        wait::until(&wanted.to_string(), async || {
            let band = self.stage.browser.script(SCRIPT, vec![json!(band)]).await?;
            Ok(wait::Look::when(band == wanted, (), band.to_string()))
        })
        .await
    }

    /// The part of the address after the question mark.
    ///
    /// # Errors
    /// If the script fails.
    pub async fn expect_address(&self, wanted: &str) -> Result<(), Failure> {
        wait::until(&format!("the address to end with {wanted:?}"), async || {
            let search = self
                .stage
                .browser
                .script("return location.search", vec![])
                .await?;
            Ok(wait::Look::when(
                search == json!(wanted),
                (),
                search.to_string(),
            ))
        })
        .await
    }
}
