//! The menu of a row: what its status or its priority may become.

use serde::Deserialize;

use super::keyboard::Keyboard;
use crate::{Failure, Stage, wait};

/// One choice as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct MenuChoice {
    /// What it is called.
    pub name: String,
    /// What is said beside it.
    pub beside: String,
    /// It cannot be chosen.
    pub closed: bool,
    /// The row is so.
    pub checked: bool,
}

/// The menu that is open in the current tab.
#[derive(Debug)]
pub struct RowMenu<'a> {
    stage: &'a Stage,
}

impl<'a> RowMenu<'a> {
    /// Presses the key of a menu on the row that has the focus, until the menu has it.
    ///
    /// # Errors
    /// If it does not come.
    pub async fn open(stage: &'a Stage, key: &str) -> Result<Self, Failure> {
        Keyboard::of(stage).press(key).await?;
        stage.browser.expect("menu", "Set ").await?;
        let script = "return document.activeElement?.getAttribute('role') ?? ''";
        wait::until("the focus in the menu", async || {
            let role = stage.browser.script(script, vec![]).await?;
            Ok(wait::Look::when(
                role == "menuitemradio",
                (),
                role.to_string(),
            ))
        })
        .await?;
        Ok(Self { stage })
    }

    /// What it says about the row, and is called by.
    ///
    /// # Errors
    /// If the script fails.
    pub async fn name(&self) -> Result<String, Failure> {
        let script = "return document.querySelector('[role=menu]')?.computedName ?? ''";
        let name = self.stage.browser.script(script, vec![]).await?;
        Ok(name.as_str().unwrap_or_default().to_owned())
    }

    /// All choices.
    ///
    /// # Errors
    /// If the script fails.
    pub async fn choices(&self) -> Result<Vec<MenuChoice>, Failure> {
        const SCRIPT: &str = "
            return [...document.querySelectorAll('[role=menu] [role=menuitemradio]')].map((item) => ({
                name: item.querySelector('.choice-name').innerText,
                beside: item.querySelector('.choice-why').innerText,
                closed: item.ariaDisabled === 'true',
                checked: item.ariaChecked === 'true',
            }));";
        let choices = self.stage.browser.script(SCRIPT, vec![]).await?;
        Ok(serde_json::from_value(choices)?)
    }

    /// Whether every choice can be seen on the screen, in a window that is large enough.
    ///
    /// # Errors
    /// If the script fails.
    pub async fn is_in_sight(&self) -> Result<bool, Failure> {
        const SCRIPT: &str = "
            return [...document.querySelectorAll('.row-menu-head, [role=menuitemradio]')].every((item) => {
                const box = item.getBoundingClientRect();
                return box.top >= 0 && box.left >= 0 && box.bottom <= innerHeight && box.right <= innerWidth;
            });";
        let seen = self.stage.browser.script(SCRIPT, vec![]).await?;
        Ok(seen == true)
    }

    /// Waits until it is gone.
    ///
    /// # Errors
    /// If it stays.
    pub async fn expect_gone(&self) -> Result<(), Failure> {
        self.stage.browser.expect_gone("menu", "").await
    }
}
