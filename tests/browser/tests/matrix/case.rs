//! One case: some faults strike while changes flow, in a sandbox, a site and a browser of its own.

use std::time::{Duration, Instant};

use fantoccini::wd::WindowHandle;
use panels_browser_tests::{
    Failure, Stage, StageOptions,
    pages::{SignInPage, expect_badge},
    watcher,
};
use panels_core::limits;
use panels_judge::{Figures, Millis, Panel, compare_at_rest};
use panels_sandbox::server::system_now;
use serde_json::json;

use crate::{
    fault::{Fault, Strike},
    hearing::{Evidence, Hearing},
};

/// Changes per second while faults strike.
const RATE: u32 = 100;
const PATIENTS: usize = 60;
/// So many that a task is changed about every six seconds, so few that one person's fit on a tall screen.
const TASKS: usize = 600;
/// A machine that cannot keep the rate has not tried what was to be tried; percent.
const RATE_KEPT_MIN: u64 = 90;
/// Several browsers start at once on two cores.
const START_MAX: Duration = Duration::from_secs(90);
/// Whose tasks are watched as a whole.
const ACCOUNT: usize = 0;
/// A screen so tall that no row of one person's work is left out of the document, drawn small and without motion: what is
/// looked at is the document.
const TALL: [&str; 3] = [
    "--force-prefers-reduced-motion",
    "--window-size=1440,4600",
    "--force-device-scale-factor=0.25",
];
/// Of a long list the first screen is enough.
const LOW: (u32, u32) = (1440, 900);
/// After the last change a search proves everything within this: it comes once a minute, and later where the server has
/// asked to slow down.
const REST_MAX: Duration = Duration::from_secs(300);
/// The server answers a search before the write that it just missed.
const AFTER_MS: Millis = 100;

/// What is played.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) faults: Vec<Fault>,
    pub(crate) flow: Duration,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome {
    /// The first thing that was wrong in each tab.
    pub(crate) wrong: Vec<String>,
    pub(crate) changes: u64,
    pub(crate) figures: Figures,
    pub(crate) rest_ms: Millis,
}

/// A tab that is watched.
struct Tab {
    window: WindowHandle,
    panel: Panel,
}

impl Case {
    pub(crate) fn name(&self) -> String {
        let names: Vec<_> = self.faults.iter().map(|fault| fault.name()).collect();
        names.join(" + ")
    }

    /// Plays it.
    pub(crate) async fn play(&self) -> Result<Outcome, Failure> {
        let options = StageOptions {
            patients: PATIENTS,
            tasks: TASKS,
            browser_arguments: TALL.into(),
            ..StageOptions::default()
        };
        let mut outcome = Outcome::default();
        let name = format!("matrix-{}", self.name().replace(' ', "-"));
        Stage::play(&name, options, async |stage| {
            outcome = self.play_on(stage, &name).await?;
            Ok(())
        })
        .await?;
        Ok(outcome)
    }

    async fn play_on(&self, stage: &Stage, name: &str) -> Result<Outcome, Failure> {
        let tabs = open_tabs(stage).await?;
        let began = system_now();
        let forbidden = self.flow(stage).await?;
        let ended = system_now();
        let mut outcome = Outcome {
            changes: stage.server.figure("/colleagues/changes"),
            ..Outcome::default()
        };
        let mut evidence = Vec::new();
        for tab in &tabs {
            stage.browser.switch_to(&tab.window).await?;
            if tab.panel == Panel::Patients {
                // Nobody has looked at it until now.
                stage
                    .browser
                    .devtools("Page.bringToFront", json!({}))
                    .await?;
            }
            evidence.push(self.rest(stage, &tab.panel, ended).await?);
        }
        outcome.rest_ms = system_now() - ended;
        let hearing = Hearing {
            log: stage.server.log(),
            began,
            forbidden,
            stream_is_honest: self.stream_is_honest(),
        };
        // Aside: other cases go on meanwhile, and their faults strike in time.
        let heard = tokio::task::spawn_blocking(move || {
            let (figures, wrong) = hearing.of_all(&evidence);
            (hearing, evidence, figures, wrong)
        });
        let (hearing, evidence, figures, wrong) = heard
            .await
            .map_err(|error| Failure::Server(error.to_string()))?;
        outcome.figures = figures;
        outcome.wrong = wrong;
        outcome.wrong.extend(self.without_effect(stage));
        let wanted = u64::from(RATE) * self.flow.as_secs();
        if outcome.changes * 100 < wanted * RATE_KEPT_MIN {
            let changes = outcome.changes;
            outcome.wrong.push(format!(
                "the machine is too slow: {changes} changes and not {wanted}"
            ));
        }
        if !outcome.wrong.is_empty() {
            hearing.keep(name, &evidence).await?;
        }
        Ok(outcome)
    }

    fn stream_is_honest(&self) -> bool {
        self.faults
            .iter()
            .all(|fault| fault.keeps_the_stream_honest())
    }

    /// Lets changes flow and faults strike; returns when rows were forbidden.
    async fn flow(&self, stage: &Stage) -> Result<Option<(Millis, Millis)>, Failure> {
        let flow_ms = self.flow.as_millis() as u64;
        let mut strikes: Vec<Strike> = Vec::new();
        for (index, fault) in self.faults.iter().enumerate() {
            // The second of a pair strikes a little later than the first, while that one lasts.
            let shift_ms = flow_ms * index as u64 * 4 / 100;
            let shifted = fault.strikes(flow_ms).into_iter();
            strikes.extend(shifted.map(|(at, command)| (at + shift_ms, command)));
        }
        strikes.sort_by_key(|(at, _)| *at);
        let began = Instant::now();
        let mut forbidden_at = None;
        stage
            .server
            .command(&json!({ "do": "colleagues", "rate": RATE }))?;
        for (at, command) in strikes {
            tokio::time::sleep_until((began + Duration::from_millis(at)).into()).await;
            if command["status"] == 403 {
                forbidden_at = Some(system_now());
            }
            let struck = stage.server.command(&command);
            // Nothing is bound while another fault keeps the socket away: then there is nothing to purge.
            if command["do"] != "purge" {
                struck?;
            }
        }
        tokio::time::sleep_until((began + self.flow).into()).await;
        for command in [
            json!({ "do": "colleagues", "rate": 0 }),
            json!({ "do": "calm" }),
            json!({ "do": "thaw" }),
            json!({ "do": "versions" }),
            json!({ "do": "feature", "on": true }),
        ] {
            stage.server.command(&command)?;
        }
        let bound_ms = limits::RECONCILE_REFUSED_WAIT_MS + limits::ANTI_ENTROPY_EVERY_MS;
        Ok(forbidden_at.map(|at| (at, system_now() + bound_ms)))
    }

    /// Waits until the current tab says that it shows everything, and compares at once.
    async fn rest(&self, stage: &Stage, panel: &Panel, ended: Millis) -> Result<Evidence, Failure> {
        let browser = &stage.browser;
        let honest = self.stream_is_honest();
        let shown = watcher::until_shown(browser, ended + AFTER_MS, honest, REST_MAX).await;
        let table = watcher::read_all(browser).await?;
        let mut rest = compare_at_rest(&stage.server.log(), panel, &table.rows);
        if table.total != table.rows.len() {
            rest.push(format!(
                "it says {} rows and shows {}",
                table.total,
                table.rows.len()
            ));
        }
        if let Err(failure) = shown {
            rest.insert(0, failure.to_string());
        }
        Ok(Evidence {
            panel: panel.clone(),
            watch: watcher::take(browser).await?,
            rest,
        })
    }

    /// A fault that did not strike proves nothing.
    fn without_effect(&self, stage: &Stage) -> Option<String> {
        let state = stage.server.state();
        let missing = self.faults.iter().filter(|fault| {
            let evidence = fault.evidence().and_then(|pointer| state.pointer(pointer));
            evidence.is_some_and(|count| count == 0)
        });
        let names: Vec<_> = missing.map(|fault| fault.name()).collect();
        (!names.is_empty()).then(|| format!("had no effect: {}", names.join(", ")))
    }
}

/// Three tabs: own work, all of it in the document; all open tasks, the first of them; patients, in a tab that nobody sees.
async fn open_tabs(stage: &Stage) -> Result<Vec<Tab>, Failure> {
    let browser = &stage.browser;
    let mine = Panel::MyWork {
        me: stage.server.profile(ACCOUNT),
    };
    watcher::install(browser).await?;
    let (email, password) = stage.server.account(ACCOUNT);
    SignInPage::open_at(stage, "/panel/my-work")
        .await?
        .submit(&email, &password)
        .await?;
    browser.expect("grid", mine.name()).await?;
    let first = browser.client.window().await?;
    let mut tabs = vec![Tab {
        window: first.clone(),
        panel: mine,
    }];
    for (panel, path, as_tab) in [
        (Panel::Patients, "/panel/patients", true),
        (Panel::OpenTasks, "/panel/open-tasks", false),
    ] {
        browser.switch_to(&first).await?;
        let window = browser.client.new_window(as_tab).await?.handle;
        browser.switch_to(&window).await?;
        if panel == Panel::OpenTasks {
            browser.client.set_window_size(LOW.0, LOW.1).await?;
        }
        watcher::install(browser).await?;
        browser
            .goto(&format!("{}{path}", stage.site.origin))
            .await?;
        browser.expect("grid", panel.name()).await?;
        expect_badge(stage, "Live", START_MAX).await?;
        tabs.push(Tab { window, panel });
    }
    browser.switch_to(&first).await?;
    browser.devtools("Page.bringToFront", json!({})).await?;
    expect_badge(stage, "Live", START_MAX).await?;
    Ok(tabs)
}
