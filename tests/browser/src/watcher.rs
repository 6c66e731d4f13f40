//! The watcher in each tab: what the tab claimed and showed, with times, for the judge.

use std::time::Duration;

use fantoccini::wd::TimeoutConfiguration;
use panels_judge::{Millis, SeenRow, WatchLog};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{Failure, browser::Browser};

/// Runs in the page; see there.
const SCRIPT: &str = include_str!("watch.js");

/// Every row of a table, as it was read by scrolling.
#[derive(Clone, Debug, Deserialize)]
pub struct Table {
    /// From top to end.
    pub rows: Vec<SeenRow>,
    /// How many rows the table says it has.
    pub total: usize,
}

/// Lets every page that the current tab opens from now on be watched from its first moment.
///
/// # Errors
/// If the browser refuses.
pub async fn install(browser: &Browser) -> Result<(), Failure> {
    let source = json!({ "source": SCRIPT });
    let command = "Page.addScriptToEvaluateOnNewDocument";
    browser.devtools(command, source).await.map(|_| ())
}

/// What the current tab showed so far.
///
/// # Errors
/// If it is not watched.
pub async fn take(browser: &Browser) -> Result<WatchLog, Failure> {
    let log = browser.script("return panelsWatch.take()", vec![]).await?;
    Ok(serde_json::from_value(log)?)
}

/// Waits until the current tab says that everything until then is shown; returns when that was.
///
/// # Errors
/// If it does not say so within the limit.
pub async fn until_shown(
    browser: &Browser,
    after: Millis,
    stream_is_reliable: bool,
    limit: Duration,
) -> Result<Millis, Failure> {
    let timeouts = TimeoutConfiguration::new(Some(limit), None, None);
    browser.client.update_timeouts(timeouts).await?;
    let script = "panelsWatch.untilShown(...arguments)";
    let arguments = vec![json!(after), json!(stream_is_reliable)];
    let told = browser.client.execute_async(script, arguments).await;
    match told {
        Ok(at) => Ok(at.as_i64().unwrap_or_default()),
        Err(error) => Err(Failure::Timeout {
            what: "a tab that says it shows everything".to_owned(),
            waited: limit,
            last: format!("{error}; {}", browser.body_text().await?),
        }),
    }
}

/// Every row of the table in the current tab, by scrolling.
///
/// # Errors
/// If there is no table.
pub async fn read_all(browser: &Browser) -> Result<Table, Failure> {
    let script = "panelsWatch.readAll(arguments[0])";
    let table: Value = browser.client.execute_async(script, vec![]).await?;
    Ok(serde_json::from_value(table)?)
}
