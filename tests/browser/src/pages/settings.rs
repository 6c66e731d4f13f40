//! The dialog of settings, and what comes of it on the screen.

use serde_json::{Value, json};

use crate::{Failure, Stage, wait};

/// The dialog that is open in the current tab.
#[derive(Debug)]
pub struct SettingsPage<'a> {
    stage: &'a Stage,
}

impl<'a> SettingsPage<'a> {
    /// Opens it by its button.
    ///
    /// # Errors
    /// If it does not come.
    pub async fn open(stage: &'a Stage) -> Result<Self, Failure> {
        stage.browser.press("Settings").await?;
        stage.browser.expect("dialog", "Settings").await?;
        Ok(Self { stage })
    }

    /// Makes a choice, by the words beside it.
    ///
    /// # Errors
    /// If there is none of these words.
    pub async fn choose(&self, group: &str, choice: &str) -> Result<(), Failure> {
        const SCRIPT: &str = "
            const [name, choice] = arguments;
            const group = [...document.querySelectorAll('.settings fieldset')]
                .find((group) => group.querySelector('legend').innerText === name);
            const label = group && [...group.querySelectorAll('label')].find((label) => label.innerText.includes(choice));
            label?.querySelector('input').click();
            return Boolean(label);";
        let arguments = vec![json!(group), json!(choice)];
        let found = self.stage.browser.script(SCRIPT, arguments).await?;
        assert_eq!(found, json!(true), "{group}: {choice}");
        Ok(())
    }

    /// Chooses a time zone by its name; an empty one is that of the browser.
    ///
    /// # Errors
    /// If the browser does not know it.
    pub async fn choose_zone(&self, name: &str) -> Result<(), Failure> {
        const SCRIPT: &str = "
            const select = document.querySelector('.settings select');
            select.value = arguments[0];
            select.dispatchEvent(new Event('change', { bubbles: true }));
            return select.value === arguments[0] && select.selectedIndex >= 0;";
        let found = self.stage.browser.script(SCRIPT, vec![json!(name)]).await?;
        assert_eq!(found, json!(true), "{name}");
        Ok(())
    }

    /// The choices that are made, as they are read, and the zone.
    ///
    /// # Errors
    /// If the script fails.
    pub async fn expect_chosen(&self, wanted: &[&str]) -> Result<(), Failure> {
        const SCRIPT: &str = "
            const chosen = [...document.querySelectorAll('.settings input:checked')].map((input) => input.parentElement.innerText.trim());
            return [...chosen, document.querySelector('.settings select')?.value ?? null];";
        wait::until(&format!("{wanted:?} to be chosen"), async || {
            let chosen = self.stage.browser.script(SCRIPT, vec![]).await?;
            let seen = chosen.to_string();
            Ok(wait::Look::when(chosen == json!(wanted), (), seen))
        })
        .await
    }

    /// Closes it, and waits until the focus is back on its button.
    ///
    /// # Errors
    /// If it stays.
    pub async fn close(self) -> Result<(), Failure> {
        // The drawer has a button of that name too.
        let press = "document.querySelector('.settings .dialog-buttons button').click()";
        self.stage.browser.script(press, vec![]).await?;
        self.stage.browser.expect_gone("dialog", "Settings").await?;
        self.stage.browser.expect_focus("Settings").await
    }
}

/// Waits until the rows of the table are so high, in CSS pixels, and tells which of them is the first that can be seen.
///
/// # Errors
/// If they stay otherwise.
pub async fn expect_row_height(stage: &Stage, wanted: u32) -> Result<String, Failure> {
    const SCRIPT: &str = "
        const under = document.querySelector('.grid-head')?.getBoundingClientRect().bottom ?? 0;
        const rows = [...document.querySelectorAll('[role=row][data-id]')].map((row) => [row, row.getBoundingClientRect()]);
        rows.sort((one, other) => one[1].top - other[1].top);
        const first = rows.find(([, box]) => box.bottom > under + 1);
        return [Math.round(first?.[1].height ?? 0), first?.[0].dataset.id ?? ''];";
    wait::until(&format!("rows of {wanted} px"), async || {
        let seen = stage.browser.script(SCRIPT, vec![]).await?;
        let (height, first): (u32, String) = serde_json::from_value(seen)?;
        let there = format!("{height} px");
        Ok(wait::Look::when(height == wanted, first, there))
    })
    .await
}

/// Waits until the due date of a row is told so: beside it, and in full when it is pointed at.
///
/// # Errors
/// If it is told otherwise.
pub async fn expect_due(
    stage: &Stage,
    id: &str,
    relative: &str,
    full: &str,
) -> Result<(), Failure> {
    const SCRIPT: &str = "
        const mark = document.querySelector(`[role=row][data-id='${arguments[0]}'] [data-kind=due] .due-mark`);
        return mark && [mark.innerText.trim(), mark.title];";
    wait::until(&format!("due {relative:?}, {full:?}"), async || {
        let due = stage.browser.script(SCRIPT, vec![json!(id)]).await?;
        let is_so = |part: usize, wanted: &str| {
            due.get(part)
                .and_then(Value::as_str)
                .is_some_and(|seen| seen.ends_with(wanted))
        };
        let there = due.to_string();
        Ok(wait::Look::when(
            is_so(0, relative) && is_so(1, full),
            (),
            there,
        ))
    })
    .await
}
