//! What is pressed, and where the focus is: for people who have nothing but keys.

use fantoccini::actions::{InputSource, KeyAction, KeyActions};

use crate::{Failure, Stage, wait};

/// WebDriver's code of the key.
pub const BACKSPACE: &str = "\u{e003}";
/// WebDriver's code of the key.
pub const ENTER: &str = "\u{e007}";
/// WebDriver's code of the key.
pub const ESCAPE: &str = "\u{e00c}";
/// WebDriver's code of the key.
pub const TAB: &str = "\u{e004}";
/// WebDriver's code of the key.
pub const UP: &str = "\u{e013}";
/// WebDriver's code of the key.
pub const DOWN: &str = "\u{e015}";
/// WebDriver's code of the key.
pub const PAGE_UP: &str = "\u{e00e}";
/// WebDriver's code of the key.
pub const PAGE_DOWN: &str = "\u{e00f}";
/// WebDriver's code of the key.
pub const HOME: &str = "\u{e011}";
/// WebDriver's code of the key.
pub const END: &str = "\u{e010}";
/// WebDriver's code of the key; held until the end of what is pressed.
pub const SHIFT: &str = "\u{e008}";
/// WebDriver's code of the key; held until the end of what is pressed.
pub const CONTROL: &str = "\u{e009}";

/// More stops than any screen has.
const STOPS_MAX: usize = 80;

fn is_held(key: char) -> bool {
    SHIFT.contains(key) || CONTROL.contains(key)
}

/// The keyboard of the current tab.
#[derive(Debug)]
pub struct Keyboard<'a> {
    stage: &'a Stage,
}

impl<'a> Keyboard<'a> {
    /// That of the current tab.
    pub fn of(stage: &'a Stage) -> Self {
        Self { stage }
    }

    /// Presses keys one after the other, wherever the focus is by then; what is held is held until the end.
    ///
    /// # Errors
    /// If the browser refuses.
    pub async fn press(&self, keys: &str) -> Result<(), Failure> {
        let mut actions = KeyActions::new("keyboard".to_owned());
        for value in keys.chars() {
            actions = actions.then(KeyAction::Down { value });
            if !is_held(value) {
                actions = actions.then(KeyAction::Up { value });
            }
        }
        for value in keys.chars().filter(|key| is_held(*key)) {
            actions = actions.then(KeyAction::Up { value });
        }
        Ok(self.stage.browser.client.perform_actions(actions).await?)
    }

    /// Presses Tab until what has the focus is called so, alone or with a number after it.
    ///
    /// # Errors
    /// If it is not reached.
    pub async fn tab_to(&self, name: &str) -> Result<(), Failure> {
        let mut stops = Vec::new();
        for _ in 0..STOPS_MAX {
            self.press(TAB).await?;
            let stop = self.focused_name().await?;
            if stop == name || stop.starts_with(&format!("{name} ")) {
                return Ok(());
            }
            stops.push(stop);
        }
        Err(Failure::Server(format!(
            "no stop is called \"{name}\": {stops:?}"
        )))
    }

    /// What is called what has the focus.
    ///
    /// # Errors
    /// If the script fails.
    pub async fn focused_name(&self) -> Result<String, Failure> {
        let script = "const active = document.activeElement; return active?.computedName || active?.innerText || active?.tagName || ''";
        let name = self.stage.browser.script(script, vec![]).await?;
        Ok(name.as_str().unwrap_or_default().to_owned())
    }

    /// The row that has the focus; `None` if something else has.
    ///
    /// # Errors
    /// If the script fails.
    pub async fn focused_row(&self) -> Result<Option<String>, Failure> {
        let script = "return document.activeElement?.dataset.id ?? null";
        let id = self.stage.browser.script(script, vec![]).await?;
        Ok(id.as_str().map(str::to_owned))
    }

    /// Waits until another row has the focus, and tells which.
    ///
    /// # Errors
    /// If it stays.
    pub async fn focused_row_other_than(&self, before: &str) -> Result<String, Failure> {
        wait::until("the focus on another row", async || {
            let focused = self.focused_row().await?;
            let other = focused.filter(|id| id != before);
            let is_there = other.is_some();
            Ok(wait::Look::when(is_there, other.unwrap_or_default(), ""))
        })
        .await
    }

    /// Waits until this row has the focus.
    ///
    /// # Errors
    /// If something else has.
    pub async fn expect_row(&self, id: &str) -> Result<(), Failure> {
        wait::until("the focus on the row", async || {
            let focused = self.focused_row().await?;
            let is_there = focused.as_deref() == Some(id);
            let name = self.focused_name().await?;
            Ok(wait::Look::when(is_there, (), name))
        })
        .await
    }

    /// Waits until the row at a place of the table, from 1 for the first, has the focus and can be seen whole.
    ///
    /// # Errors
    /// If another one has.
    pub async fn expect_place(&self, wanted: usize) -> Result<(), Failure> {
        const SCRIPT: &str = "
            const row = document.activeElement, grid = row.closest('[role=grid]');
            if (!grid || !row.dataset.id) return null;
            const [box, table, head] = [row, grid, grid.querySelector('.grid-head')].map((element) => element.getBoundingClientRect());
            const seen = box.top >= head.bottom - 1 && box.bottom <= table.bottom + 1;
            return seen ? Number(row.ariaRowIndex ?? row.getAttribute('aria-rowindex')) - 1 : 'not in sight';";
        wait::until(&format!("the focus on row {wanted}"), async || {
            let place = self.stage.browser.script(SCRIPT, vec![]).await?;
            let is_there = place == wanted;
            Ok(wait::Look::when(is_there, (), place.to_string()))
        })
        .await
    }
}
