//! What axe-core finds on a screen. It is version 4.14.1 as published (MPL 2.0), kept beside this so that a check needs no network.

use serde::Deserialize;
use serde_json::json;

use crate::{Failure, Stage};

const AXE: &str = include_str!("../vendor/axe-core/axe.min.js");

/// Calls back with what is wrong in the current tab. `minor` and `moderate` are left to people.
const RUN: &str = "
    const done = arguments[arguments.length - 1];
    const rules = { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] };
    const frame = () => new Promise((then) => requestAnimationFrame(then));
    // A colour on its way to another one is no colour of ours.
    const still = () => Promise.all(document.getAnimations().filter((one) => one instanceof CSSTransition)
        .map((one) => one.finished.catch(() => null)));
    frame().then(frame).then(still).then(() => axe.run(document, { runOnly: rules, resultTypes: ['violations'] })).then((results) => {
        const serious = results.violations.filter((one) => ['serious', 'critical'].includes(one.impact));
        done({
            rules: results.passes.length,
            faults: serious.map((one) => ({
                rule: one.id, impact: one.impact,
                places: one.nodes.slice(0, 4).map((node) => node.html.slice(0, 200) + ' | ' + (node.any[0]?.message ?? node.failureSummary)),
            })),
        });
    }, (error) => done({ rules: 0, faults: [{ rule: String(error), impact: 'critical', places: [] }] }));";

/// One rule that does not hold.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Fault {
    /// Its name at axe-core.
    pub rule: String,
    /// `serious` or `critical`.
    pub impact: String,
    /// The first places where it does not hold.
    pub places: Vec<String>,
}

#[derive(Deserialize)]
struct Found {
    rules: usize,
    faults: Vec<Fault>,
}

/// Every serious fault of the screen in the current tab.
///
/// # Errors
/// If the script fails.
pub async fn faults(stage: &Stage) -> Result<Vec<Fault>, Failure> {
    let loaded = stage.browser.script("return 'axe' in window", vec![]);
    if loaded.await? == json!(false) {
        stage.browser.script(AXE, vec![]).await?;
    }
    let found = stage.browser.client.execute_async(RUN, vec![]).await?;
    let found: Found = serde_json::from_value(found.clone())
        .map_err(|error| Failure::Console(format!("axe-core: {error}: {found}")))?;
    assert!(found.rules > 0, "axe-core looked at nothing");
    Ok(found.faults)
}
