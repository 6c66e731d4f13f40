//! A clinician who works through the interface without rest, and what the tab said and heard meanwhile, for the judge of edits.

use std::time::Duration;

use fantoccini::wd::TimeoutConfiguration;
use panels_judge::EditLog;
use serde_json::json;

use crate::{Failure, browser::Browser, wait};

/// Runs in the page; see there.
const SCRIPT: &str = include_str!("clinician.js");
/// Longer than anything that is asked of a page here.
const SCRIPT_TIMEOUT: Duration = Duration::from_secs(180);

/// Lets the page that the current tab opens next be one with a clinician before it.
///
/// # Errors
/// If the browser refuses.
pub async fn install(browser: &Browser) -> Result<(), Failure> {
    let source = json!({ "source": SCRIPT });
    let command = "Page.addScriptToEvaluateOnNewDocument";
    browser.devtools(command, source).await?;
    let timeouts = TimeoutConfiguration::new(Some(SCRIPT_TIMEOUT), None, None);
    Ok(browser.client.update_timeouts(timeouts).await?)
}

/// Works for so long; the number of things that were done.
///
/// # Errors
/// If the page fails.
pub async fn work(
    browser: &Browser,
    seed: u32,
    span: Duration,
    name: &str,
) -> Result<u64, Failure> {
    let script = "panelsClinician.work(...arguments)";
    let span_ms = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
    let arguments = vec![json!(seed), json!(span_ms), json!(name)];
    let count = browser.client.execute_async(script, arguments).await?;
    Ok(count.as_u64().unwrap_or_default())
}

/// Decides and discards until nothing waits for the user and nothing is on its way.
///
/// # Errors
/// If something stays.
pub async fn settle(browser: &Browser, seed: u32, limit: Duration) -> Result<(), Failure> {
    let script = "panelsClinician.settleOne(...arguments)";
    let mut number = seed;
    wait::until_within("every edit to be settled", limit, async || {
        number += 1;
        let arguments = vec![json!(number)];
        let any = browser.client.execute_async(script, arguments).await?;
        let left = "return document.querySelector('header')?.innerText.match(/[^\\n]*(not sent yet|to decide)/)?.[0] ?? ''";
        let left = browser.script(left, vec![]).await?;
        let done = any == json!(false) && left == json!("");
        Ok(wait::Look::when(done, (), left.to_string()))
    })
    .await
}

/// What the tab said and heard.
///
/// # Errors
/// If there is no clinician.
pub async fn take(browser: &Browser) -> Result<EditLog, Failure> {
    let log = browser
        .script("return panelsClinician.take()", vec![])
        .await?;
    let log: EditLog = serde_json::from_value(log)?;
    Ok(log.read())
}
