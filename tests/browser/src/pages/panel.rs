//! A panel: the live table.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde_json::{Value, json};

use crate::{Failure, Stage, wait};

/// One row as the table shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowSeen {
    /// Id of the resource.
    pub id: String,
    /// All its text.
    pub text: String,
}

/// How a row is clicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Click {
    /// On the mark before it.
    OnMark,
    /// With Shift held.
    WithShift,
}

/// A panel open in the current tab.
#[derive(Debug)]
pub struct PanelPage<'a> {
    stage: &'a Stage,
    name: &'static str,
}

/// Name of the panel with all open tasks.
const ALL_OPEN_TASKS: &str = "All open tasks";

impl<'a> PanelPage<'a> {
    /// Goes from the home screen to the panel with all open tasks, until it has rows.
    ///
    /// # Errors
    /// If they do not come.
    pub async fn open_all_tasks(stage: &'a Stage) -> Result<Self, Failure> {
        stage.browser.click("link", ALL_OPEN_TASKS).await?;
        let page = Self {
            stage,
            name: ALL_OPEN_TASKS,
        };
        page.expect_rows().await?;
        Ok(page)
    }

    /// The panel with all open tasks, which the current tab shows already.
    pub fn here(stage: &'a Stage) -> Self {
        Self {
            stage,
            name: ALL_OPEN_TASKS,
        }
    }

    /// Opens the app in a new tab, where somebody is signed in already, and goes to the same panel.
    ///
    /// # Errors
    /// If it does not come.
    pub async fn open_in_new_tab(stage: &'a Stage) -> Result<Self, Failure> {
        stage.browser.new_tab().await?;
        stage
            .browser
            .goto(&format!("{}/", stage.site.origin))
            .await?;
        Self::open_all_tasks(stage).await
    }

    /// Opens a panel by its link, whether it has rows or not.
    ///
    /// # Errors
    /// If there is no such link.
    pub async fn open(stage: &'a Stage, name: &'static str) -> Result<Self, Failure> {
        stage.browser.click("link", name).await?;
        stage.browser.expect("grid", name).await?;
        Ok(Self { stage, name })
    }

    /// Opens the record of a row in the drawer, by a click on the row, and gives the text of the drawer.
    ///
    /// # Errors
    /// If the drawer does not come.
    pub async fn open_record(&self, id: &str) -> Result<String, Failure> {
        let click = "document.querySelector(`[role=row][data-id='${arguments[0]}']`).click()";
        self.stage.browser.script(click, vec![json!(id)]).await?;
        self.stage.browser.expect("dialog", "").await
    }

    /// Leaves the row that has the focus, and waits until none is held where it was.
    ///
    /// # Errors
    /// If one stays.
    pub async fn let_go(&self) -> Result<(), Failure> {
        let script = "document.activeElement?.blur(); return document.querySelectorAll('[role=row][data-waits]').length";
        wait::until("all rows where they belong", async || {
            let waiting = self.stage.browser.script(script, vec![]).await?;
            Ok(wait::Look::when(
                waiting == json!(0),
                (),
                format!("{waiting} wait"),
            ))
        })
        .await
    }

    /// Where a row is that is in the document: its place in the order, from 0, and its upper edge in the window, in CSS pixels.
    ///
    /// # Errors
    /// If it is not in the document.
    pub async fn place_of(&self, id: &str) -> Result<(u64, f64), Failure> {
        let script = "const row = document.querySelector(`[role=row][data-id='${arguments[0]}']`);
            return row && [row.ariaRowIndex ?? row.getAttribute('aria-rowindex'), row.getBoundingClientRect().top]";
        let place = self.stage.browser.script(script, vec![json!(id)]).await?;
        let (index, top): (String, f64) = serde_json::from_value(place)?;
        let index: u64 = index.parse().unwrap_or_default();
        Ok((index.saturating_sub(2), top))
    }

    /// Waits until the first row in the document is one beyond a place, from 0: those before it have been scrolled out.
    ///
    /// # Errors
    /// If there are rows before it.
    pub async fn expect_scrolled_beyond(&self, wanted: u64) -> Result<(), Failure> {
        const SCRIPT: &str = "
            const rows = [...document.querySelectorAll('[role=row][data-id]')];
            return Math.min(...rows.map((row) => Number(row.ariaRowIndex ?? row.getAttribute('aria-rowindex')) - 2));";
        wait::until(&format!("rows beyond {wanted}"), async || {
            let place = self.stage.browser.script(SCRIPT, vec![]).await?;
            let is_beyond = place.as_u64().is_some_and(|place| place > wanted);
            Ok(wait::Look::when(is_beyond, (), place.to_string()))
        })
        .await
    }

    /// Moves the pointer to the middle of a row that is on the screen.
    ///
    /// # Errors
    /// If it is not.
    pub async fn point_at(&self, id: &str) -> Result<(), Failure> {
        let (_, top) = self.place_of(id).await?;
        self.stage.browser.point_at(400.0, top + 10.0).await
    }

    /// Waits until the foot of the table says something.
    ///
    /// # Errors
    /// If it does not.
    pub async fn expect_foot(&self, wanted: &str) -> Result<(), Failure> {
        let script = "return document.querySelector('main footer')?.innerText ?? ''";
        wait::until(&format!("the foot to say \"{wanted}\""), async || {
            let foot = self.stage.browser.script(script, vec![]).await?;
            let foot = foot.as_str().unwrap_or_default().to_owned();
            Ok(wait::Look::when(foot.contains(wanted), (), foot))
        })
        .await
    }

    /// Closes the drawer if it is open.
    ///
    /// # Errors
    /// If it stays.
    pub async fn close_record(&self) -> Result<(), Failure> {
        let script =
            "const close = document.querySelector('[role=dialog] button[aria-label=Close]');
            close?.click(); return Boolean(close)";
        wait::until("no record to be open", async || {
            let open = self.stage.browser.script(script, vec![]).await?;
            Ok(wait::Look::when(open == json!(false), (), "open"))
        })
        .await
    }

    /// Gives a row the focus.
    ///
    /// # Errors
    /// If the row is not there.
    pub async fn focus_row(&self, id: &str) -> Result<(), Failure> {
        let focus = "document.querySelector(`[role=row][data-id='${arguments[0]}']`).focus()";
        self.stage.browser.script(focus, vec![json!(id)]).await?;
        Ok(())
    }

    /// Waits until some row has the focus.
    ///
    /// # Errors
    /// If none has.
    pub async fn expect_row_focused(&self) -> Result<(), Failure> {
        let script = "return document.activeElement?.getAttribute('role') ?? document.activeElement?.tagName ?? ''";
        wait::until("the focus on a row", async || {
            let role = self.stage.browser.script(script, vec![]).await?;
            Ok(wait::Look::when(role == json!("row"), (), role.to_string()))
        })
        .await
    }

    /// Chooses rows.
    ///
    /// # Errors
    /// If the row is not there.
    pub async fn click_row(&self, id: &str, click: Click) -> Result<(), Failure> {
        const SCRIPT: &str = "
            const row = document.querySelector(`[role=row][data-id='${arguments[0]}']`);
            const target = arguments[1] ? row.querySelector('.row-mark') : row;
            target.dispatchEvent(new MouseEvent('click', { bubbles: true, shiftKey: !arguments[1] }));";
        let arguments = vec![json!(id), json!(click == Click::OnMark)];
        self.stage.browser.script(SCRIPT, arguments).await?;
        Ok(())
    }

    /// Chooses an option of a list of the bar below the table.
    ///
    /// # Errors
    /// If there is none.
    pub async fn choose_for_all(&self, list: &str, option: &str) -> Result<(), Failure> {
        const SCRIPT: &str = "
            const select = document.querySelector(`select[aria-label='${arguments[0]}']`);
            const wanted = select && [...select.options].find((known) => known.text === arguments[1]);
            if (!wanted) return false;
            select.value = wanted.value;
            select.dispatchEvent(new Event('change', { bubbles: true }));
            return true;";
        wait::until(&format!("the choice \"{option}\" for all"), async || {
            let arguments = vec![json!(list), json!(option)];
            let chosen = self.stage.browser.script(SCRIPT, arguments).await?;
            Ok(wait::Look::when(
                chosen == json!(true),
                (),
                "no such choice",
            ))
        })
        .await
    }

    /// Waits until the drawer says something.
    ///
    /// # Errors
    /// If it does not.
    pub async fn expect_record_text(&self, wanted: &str) -> Result<(), Failure> {
        wait::until(&format!("the drawer to say \"{wanted}\""), async || {
            let text = self.stage.browser.text_of("dialog", "").await?;
            let text = text.unwrap_or_default();
            Ok(wait::Look::when(text.contains(wanted), (), text))
        })
        .await
    }

    /// Waits until the table has at least one row with an id.
    ///
    /// # Errors
    /// If none comes.
    pub async fn expect_rows(&self) -> Result<Vec<RowSeen>, Failure> {
        self.stage.browser.expect("grid", self.name).await?;
        wait::until("rows in the table", async || {
            let rows = self.rows().await?;
            Ok(wait::Look::when(!rows.is_empty(), rows, "no row"))
        })
        .await
    }

    /// The rows that are in the document: those on screen and a few around them.
    ///
    /// # Errors
    /// If the script fails.
    pub async fn rows(&self) -> Result<Vec<RowSeen>, Failure> {
        let text = "return [...document.querySelectorAll('[role=row][data-id]')].map((row) => [row.dataset.id, row.innerText])";
        let value = self.stage.browser.script(text, vec![]).await?;
        let pairs: Vec<(String, String)> = serde_json::from_value(value)?;
        Ok(pairs
            .into_iter()
            .map(|(id, text)| RowSeen { id, text })
            .collect())
    }

    /// `aria-rowcount` without the heading row: how many rows the panel has, whether in the document or not.
    ///
    /// # Errors
    /// If the script fails.
    pub async fn row_count(&self) -> Result<u64, Failure> {
        let text = "const grid = document.querySelector('[role=grid]'); return grid ? Number(grid.getAttribute('aria-rowcount')) : 0";
        let count = self
            .stage
            .browser
            .script(text, vec![])
            .await?
            .as_u64()
            .unwrap_or_default();
        Ok(count.saturating_sub(1))
    }

    /// Waits until the table has as many rows as the server.
    ///
    /// # Errors
    /// If it does not within the limit.
    pub async fn expect_count(&self, wanted: usize, limit: Duration) -> Result<(), Failure> {
        wait::until_within(&format!("{wanted} rows"), limit, async || {
            let count = self.row_count().await?;
            Ok(wait::Look::when(
                count == wanted as u64,
                (),
                format!("{count} rows"),
            ))
        })
        .await
    }

    /// Waits until a row says something.
    ///
    /// # Errors
    /// If it does not within the limit.
    pub async fn expect_row_text(
        &self,
        id: &str,
        wanted: &str,
        limit: Duration,
    ) -> Result<(), Failure> {
        wait::until_within(&format!("the row to say \"{wanted}\""), limit, async || {
            let rows = self.rows().await?;
            let text = rows
                .into_iter()
                .find(|row| row.id == id)
                .map(|row| row.text)
                .unwrap_or_default();
            Ok(wait::Look::when(text.contains(wanted), (), text))
        })
        .await
    }

    /// Waits until a row is not in the document any more.
    ///
    /// # Errors
    /// If it still is after the limit.
    pub async fn expect_row_gone(&self, id: &str, limit: Duration) -> Result<(), Failure> {
        wait::until_within("the row to go", limit, async || {
            let there = self.rows().await?.into_iter().find(|row| row.id == id);
            Ok(wait::Look::when(
                there.is_none(),
                (),
                there.map(|row| row.text).unwrap_or_default(),
            ))
        })
        .await
    }

    /// Every row of the panel by scrolling from top to end: text by id.
    ///
    /// # Errors
    /// If the script fails.
    pub async fn all_rows(&self) -> Result<BTreeMap<String, String>, Failure> {
        let rows = self.rows_in_order().await?.into_iter();
        Ok(rows.map(|row| (row.id, row.text)).collect())
    }

    /// The same in the order of the table.
    ///
    /// # Errors
    /// If the script fails.
    pub async fn rows_in_order(&self) -> Result<Vec<RowSeen>, Failure> {
        let mut seen: Vec<RowSeen> = Vec::new();
        let mut known = BTreeSet::new();
        let mut position = 0;
        loop {
            let end = self.scroll_to(position).await?;
            let rows = self.rows().await?.into_iter();
            seen.extend(rows.filter(|row| known.insert(row.id.clone())));
            if end {
                self.scroll_to(0).await?;
                return Ok(seen);
            }
            position += SCROLL_STEP_PX;
        }
    }

    /// Scrolls, waits until the table has drawn what is there, and tells whether this is the end.
    async fn scroll_to(&self, position: u32) -> Result<bool, Failure> {
        const SCRIPT: &str = "
            const [position, done] = arguments;
            let box = document.querySelector('[role=row][data-id]');
            while (box && !(box.scrollHeight > box.clientHeight + 1 && /auto|scroll/.test(getComputedStyle(box).overflowY))) box = box.parentElement;
            box = box ?? document.scrollingElement;
            box.scrollTop = position;
            const settled = () => done(box.scrollTop + box.clientHeight >= box.scrollHeight - 1);
            document.hidden ? setTimeout(settled, 300) : requestAnimationFrame(() => requestAnimationFrame(settled));";
        let value = self
            .stage
            .browser
            .client
            .execute_async(SCRIPT, vec![json!(position)])
            .await?;
        Ok(value == Value::Bool(true))
    }
}

/// Less than the height of the table, so that no row is jumped over.
const SCROLL_STEP_PX: u32 = 400;
