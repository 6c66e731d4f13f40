//! Everything one scenario needs, set up and taken down.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::{Failure, browser::Browser, screenshot, server::Server, site::Site};

/// What a scenario wants to be different.
#[derive(Clone, Debug)]
pub struct StageOptions {
    /// Patients of the clinic.
    pub patients: usize,
    /// Open tasks of the clinic.
    pub tasks: usize,
    /// Text of `config.json`; without it, one that names the sandbox.
    pub config: Option<String>,
    /// Content security policy of the site.
    pub policy: Option<&'static str>,
    /// `limits` of that one.
    pub limits: Value,
    /// Further arguments of the browser.
    pub browser_arguments: Vec<&'static str>,
}

impl Default for StageOptions {
    fn default() -> Self {
        Self {
            patients: 60,
            tasks: 200,
            config: None,
            policy: None,
            limits: json!({}),
            browser_arguments: Vec::new(),
        }
    }
}

/// Sandbox, site and browser of one scenario.
#[derive(Debug)]
pub struct Stage {
    /// The sandbox.
    pub server: Arc<Server>,
    /// The built app.
    pub site: Arc<Site>,
    /// The browser, with one empty tab.
    pub browser: Browser,
}

impl Stage {
    /// The same server and site with another browser, as for another person.
    pub fn beside(&self, browser: Browser) -> Self {
        Self {
            server: Arc::clone(&self.server),
            site: Arc::clone(&self.site),
            browser,
        }
    }

    /// Plays a scenario. If it fails, a screenshot named after it is left in `target/screenshots`; errors on the browser's
    /// console fail a scenario that otherwise passed.
    ///
    /// # Errors
    /// What the scenario or the set-up failed with.
    pub async fn play(
        name: &str,
        options: StageOptions,
        scenario: impl AsyncFnOnce(&Stage) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let server = Server::start(options.patients, options.tasks).await?;
        let own = json!({ "server": server.url(), "limits": options.limits });
        let config = options.config.unwrap_or_else(|| own.to_string());
        let site = Site::start(config, options.policy).await?;
        let browser = Browser::start(&options.browser_arguments).await?;
        let stage = Self {
            server: Arc::new(server),
            site: Arc::new(site),
            browser,
        };
        let mut outcome = scenario(&stage).await;
        if outcome.is_ok() {
            let errors = stage.browser.console_errors().await?;
            if !errors.is_empty() {
                outcome = Err(Failure::Console(errors.join("\n")));
            }
        }
        if outcome.is_err() {
            // The failure itself matters more than its picture.
            let _ = screenshot::take(&stage.browser.client, &format!("failed-{name}")).await;
        }
        // A browser that does not close is ended with its driver.
        let _ = stage.browser.client.clone().close().await;
        outcome
    }
}
