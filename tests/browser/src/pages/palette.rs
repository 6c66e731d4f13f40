//! The list of commands.

use serde::Deserialize;

use super::keyboard::{CONTROL, ENTER, Keyboard};
use crate::{Failure, Stage, wait};

/// One command as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ListedCommand {
    /// What it is called.
    pub name: String,
    /// Why it cannot be done; empty if it can.
    pub why: String,
    /// It cannot be done.
    pub closed: bool,
}

/// The list that is open in the current tab.
#[derive(Debug)]
pub struct Palette<'a> {
    stage: &'a Stage,
}

impl<'a> Palette<'a> {
    /// Opens it by its key, until it takes what is typed.
    ///
    /// # Errors
    /// If it does not come.
    pub async fn open(stage: &'a Stage) -> Result<Self, Failure> {
        Keyboard::of(stage).press(&format!("{CONTROL}k")).await?;
        stage.browser.expect("combobox", "Commands").await?;
        stage.browser.expect_focus("Commands").await?;
        Ok(Self { stage })
    }

    /// Opens it, types a part of a command until that one is chosen, and runs it.
    ///
    /// # Errors
    /// If there is no such command, or it cannot be done.
    pub async fn run(stage: &'a Stage, typed: &str, command: &str) -> Result<(), Failure> {
        let palette = Self::open(stage).await?;
        Keyboard::of(stage).press(typed).await?;
        palette.expect_chosen(command).await?;
        Keyboard::of(stage).press(ENTER).await?;
        stage.browser.expect_gone("combobox", "Commands").await
    }

    /// Everything that is listed.
    ///
    /// # Errors
    /// If the script fails.
    pub async fn commands(&self) -> Result<Vec<ListedCommand>, Failure> {
        const SCRIPT: &str = "
            return [...document.querySelectorAll('[role=listbox] [role=option]')].map((option) => ({
                name: option.querySelector('.choice-name').innerText,
                why: option.querySelector('.choice-why').innerText,
                closed: option.ariaDisabled === 'true',
            }));";
        let commands = self.stage.browser.script(SCRIPT, vec![]).await?;
        Ok(serde_json::from_value(commands)?)
    }

    /// Waits until this command is the one that Enter runs, as assistive technology is told, and can be seen.
    ///
    /// # Errors
    /// If it is another one.
    pub async fn expect_chosen(&self, command: &str) -> Result<(), Failure> {
        const SCRIPT: &str = "
            const field = document.querySelector('[role=combobox]');
            const option = document.getElementById(field?.getAttribute('aria-activedescendant'));
            const list = option?.closest('[role=listbox]').getBoundingClientRect();
            const box = option?.getBoundingClientRect();
            const seen = option && box.top >= list.top - 1 && box.bottom <= list.bottom + 1 && option.ariaSelected === 'true';
            return seen ? option.querySelector('.choice-name').innerText : null;";
        wait::until(&format!("the command \"{command}\""), async || {
            let chosen = self.stage.browser.script(SCRIPT, vec![]).await?;
            Ok(wait::Look::when(chosen == command, (), chosen.to_string()))
        })
        .await
    }
}
