//! The saved views of a panel, and the head of its table where columns are moved and resized.

use fantoccini::actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use serde_json::json;

use crate::{Failure, Stage, wait};

/// The views of the panel that is open.
#[derive(Debug)]
pub struct ViewPage<'a> {
    stage: &'a Stage,
}

impl<'a> ViewPage<'a> {
    /// Those of the panel in the current tab.
    pub fn here(stage: &'a Stage) -> Self {
        Self { stage }
    }

    /// Saves what is shown as a view.
    ///
    /// # Errors
    /// If it is not saved.
    pub async fn save_as(&self, name: &str, audience: &str) -> Result<(), Failure> {
        let browser = &self.stage.browser;
        browser.click("button", "Save as view").await?;
        browser.expect("dialog", "New view").await?;
        browser.fill("Name", name).await?;
        browser.click("radio", audience).await?;
        browser.click("button", "Save").await?;
        browser.expect_gone("dialog", "New view").await?;
        self.expect_open(name).await
    }

    /// Goes to a view.
    ///
    /// # Errors
    /// If there is none of that name.
    pub async fn open(&self, name: &str) -> Result<(), Failure> {
        self.stage.browser.click("link", name).await?;
        self.expect_open(name).await
    }

    /// Waits until the view that is shown is called so.
    ///
    /// # Errors
    /// If it is not.
    pub async fn expect_open(&self, name: &str) -> Result<(), Failure> {
        const SCRIPT: &str =
            "return document.querySelector('.view-tab[aria-current=page]')?.innerText ?? ''";
        wait::until(&format!("the view {name}"), async || {
            let open = self.stage.browser.script(SCRIPT, vec![]).await?;
            let open = open.as_str().unwrap_or_default().to_owned();
            Ok(wait::Look::when(open.starts_with(name), (), open))
        })
        .await
    }

    /// Shows a column, or no longer, by the menu of columns.
    ///
    /// # Errors
    /// If there is none of that name.
    pub async fn toggle_column(&self, column: &str) -> Result<(), Failure> {
        let browser = &self.stage.browser;
        browser.click("button", "Columns").await?;
        browser.expect("dialog", "Columns of this table").await?;
        browser.click("checkbox", column).await?;
        browser.keys("\u{e00c}").await?;
        browser.expect_gone("dialog", "Columns of this table").await
    }

    /// Width of a column as it is drawn, in CSS pixels.
    ///
    /// # Errors
    /// If there is none of that name.
    pub async fn width_of(&self, column: &str) -> Result<f64, Failure> {
        let (left, right, _) = self.place_of(column).await?;
        Ok(right - left)
    }

    /// Carries a column before another one by its name, with the mouse.
    ///
    /// # Errors
    /// If one of them is not there.
    pub async fn carry(&self, column: &str, before: &str) -> Result<(), Failure> {
        let (left, right, y) = self.place_of(column).await?;
        let (target, ..) = self.place_of(before).await?;
        self.drag(((left + right) / 2.0, y), (target + 8.0, y))
            .await
    }

    /// Pulls the edge of a column, with the mouse.
    ///
    /// # Errors
    /// If it is not there.
    pub async fn pull(&self, column: &str, by: f64) -> Result<(), Failure> {
        let (_, right, y) = self.place_of(column).await?;
        self.drag((right - 3.0, y), (right - 3.0 + by, y)).await
    }

    async fn drag(&self, from: (f64, f64), to: (f64, f64)) -> Result<(), Failure> {
        let step = |(x, y): (f64, f64)| PointerAction::MoveTo {
            duration: None,
            x,
            y,
        };
        let button = MOUSE_BUTTON_LEFT;
        let between = ((from.0 + to.0) / 2.0, from.1);
        let actions = MouseActions::new("pointer".to_owned())
            .then(step(from))
            .then(PointerAction::Down { button })
            .then(step(between))
            .then(step(to))
            .then(PointerAction::Up { button });
        Ok(self.stage.browser.client.perform_actions(actions).await?)
    }

    async fn place_of(&self, column: &str) -> Result<(f64, f64, f64), Failure> {
        const SCRIPT: &str = "
            const heads = [...document.querySelectorAll('[role=columnheader]')];
            const head = heads.find((head) => head.innerText.trim() === arguments[0]);
            const box = head.getBoundingClientRect();
            return [box.left, box.right, box.top + box.height / 2];";
        let place = self
            .stage
            .browser
            .script(SCRIPT, vec![json!(column)])
            .await?;
        Ok(serde_json::from_value(place)?)
    }
}
