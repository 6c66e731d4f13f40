//! A browser with a profile of its own, and what WebDriver lacks in words.

use std::{
    env,
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use fantoccini::{
    Client, ClientBuilder,
    actions::{InputSource, MouseActions, PointerAction},
    wd::{Capabilities, WebDriverCompatibleCommand, WindowHandle},
};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use crate::{Failure, driver::Driver, wait};

/// Finds by role and accessible name, as the browser itself computed them for assistive technology.
const FIND: &str = include_str!("find.js");

/// A browser; its profile is removed when dropped.
#[derive(Debug)]
pub struct Browser {
    /// For what is not covered here.
    pub client: Client,
    _driver: Driver,
    profile: PathBuf,
}

impl Browser {
    /// Starts one with a window of 1440 x 900.
    ///
    /// # Errors
    /// If driver or browser do not start.
    pub async fn start(extra_arguments: &[&str]) -> Result<Self, Failure> {
        let driver = Driver::start().await?;
        let profile = fresh_profile();
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities(&profile, extra_arguments))
            .connect(&driver.url)
            .await?;
        Ok(Self {
            client,
            _driver: driver,
            profile,
        })
    }

    /// The folder in which it stores downloads. It is not there before the first.
    pub fn downloads(&self) -> PathBuf {
        downloads(&self.profile)
    }

    /// Opens an address in the current tab.
    ///
    /// # Errors
    /// If the browser refuses.
    pub async fn goto(&self, url: &str) -> Result<(), Failure> {
        Ok(self.client.goto(url).await?)
    }

    /// Opens a new tab and switches to it.
    ///
    /// # Errors
    /// If the browser refuses.
    pub async fn new_tab(&self) -> Result<WindowHandle, Failure> {
        let window = self.client.new_window(true).await?.handle;
        self.client.switch_to_window(window.clone()).await?;
        Ok(window)
    }

    /// Goes to a tab.
    ///
    /// # Errors
    /// If it is gone.
    pub async fn switch_to(&self, tab: &WindowHandle) -> Result<(), Failure> {
        Ok(self.client.switch_to_window(tab.clone()).await?)
    }

    /// Runs a script in the current tab.
    ///
    /// # Errors
    /// If it throws.
    pub async fn script(&self, text: &str, arguments: Vec<Value>) -> Result<Value, Failure> {
        Ok(self.client.execute(text, arguments).await?)
    }

    /// Text of the visible thing with this role and name; `None` if there is none. An empty name fits all.
    ///
    /// # Errors
    /// If the script fails.
    pub async fn text_of(&self, role: &str, name: &str) -> Result<Option<String>, Failure> {
        let text = format!(
            "{FIND}; const found = find(arguments[0], arguments[1]); return found ? found.innerText : null;"
        );
        let value = self.script(&text, vec![json!(role), json!(name)]).await?;
        Ok(value.as_str().map(str::to_owned))
    }

    /// Waits for it and gives its text.
    ///
    /// # Errors
    /// If it does not come.
    pub async fn expect(&self, role: &str, name: &str) -> Result<String, Failure> {
        wait::until(&format!("{role} \"{name}\""), async || {
            Ok(match self.text_of(role, name).await? {
                Some(text) => wait::Look::Found(text),
                None => wait::Look::NotYet(self.body_text().await?),
            })
        })
        .await
    }

    /// Waits for it and clicks it.
    ///
    /// # Errors
    /// If it does not come.
    pub async fn click(&self, role: &str, name: &str) -> Result<(), Failure> {
        self.expect(role, name).await?;
        let text = format!(
            "{FIND}; const found = find(arguments[0], arguments[1]); if (found) found.click(); return !!found;"
        );
        let clicked = self.script(&text, vec![json!(role), json!(name)]).await?;
        if clicked == json!(true) {
            Ok(())
        } else {
            Err(Failure::Server(format!(
                "{role} \"{name}\" vanished before the click"
            )))
        }
    }

    /// Waits for a button that can be pressed, and presses it.
    ///
    /// # Errors
    /// If there is none, or it stays disabled.
    pub async fn press(&self, name: &str) -> Result<(), Failure> {
        let text = format!(
            "{FIND}; const found = findAll('button', arguments[0]).find((button) => !button.disabled);
             if (found) {{ found.focus(); found.click(); }} return !!found;"
        );
        wait::until(
            &format!("a button \"{name}\" that can be pressed"),
            async || {
                let pressed = self.script(&text, vec![json!(name)]).await?;
                Ok(match pressed == json!(true) {
                    true => wait::Look::Found(()),
                    false => wait::Look::NotYet(self.body_text().await?),
                })
            },
        )
        .await
    }

    /// Types where the focus is; keys without a letter by their WebDriver code.
    ///
    /// # Errors
    /// If the browser refuses.
    pub async fn keys(&self, keys: &str) -> Result<(), Failure> {
        let focused = self.client.active_element().await?;
        Ok(focused.send_keys(keys).await?)
    }

    /// Moves the pointer to a place in the window, in CSS pixels from its upper left corner.
    ///
    /// # Errors
    /// If it is outside.
    pub async fn point_at(&self, x: f64, y: f64) -> Result<(), Failure> {
        let to = PointerAction::MoveTo {
            duration: None,
            x,
            y,
        };
        let pointer = MouseActions::new("pointer".to_owned()).then(to);
        Ok(self.client.perform_actions(pointer).await?)
    }

    /// Lets the current tab behave as the one that somebody uses: without, nothing is told of the focus in a browser without a
    /// window.
    ///
    /// # Errors
    /// If the browser refuses.
    pub async fn use_tab(&self) -> Result<(), Failure> {
        let enabled = json!({ "enabled": true });
        let command = "Emulation.setFocusEmulationEnabled";
        self.devtools(command, enabled).await.map(|_| ())
    }

    /// Waits for it and gives it the focus.
    ///
    /// # Errors
    /// If it does not come.
    pub async fn focus(&self, role: &str, name: &str) -> Result<(), Failure> {
        self.expect(role, name).await?;
        let text = format!("{FIND}; find(arguments[0], arguments[1])?.focus();");
        self.script(&text, vec![json!(role), json!(name)]).await?;
        Ok(())
    }

    /// Waits until what has the focus is called so.
    ///
    /// # Errors
    /// If it is not.
    pub async fn expect_focus(&self, name: &str) -> Result<(), Failure> {
        let script = "const active = document.activeElement; return active?.computedName || active?.innerText || active?.tagName || ''";
        wait::until(&format!("the focus on \"{name}\""), async || {
            let focused = self.script(script, vec![]).await?;
            let focused = focused.as_str().unwrap_or_default().to_owned();
            Ok(wait::Look::when(focused.contains(name), (), focused))
        })
        .await
    }

    /// Waits until nothing visible has this role and name.
    ///
    /// # Errors
    /// If something still has.
    pub async fn expect_gone(&self, role: &str, name: &str) -> Result<(), Failure> {
        wait::until(&format!("no {role} \"{name}\""), async || {
            let text = self.text_of(role, name).await?;
            Ok(wait::Look::when(
                text.is_none(),
                (),
                text.unwrap_or_default(),
            ))
        })
        .await
    }

    /// Waits for a field, replaces what is in it.
    ///
    /// # Errors
    /// If it does not come.
    pub async fn fill(&self, name: &str, value: &str) -> Result<(), Failure> {
        let role = "textbox";
        self.expect(role, name).await?;
        let text = format!(
            "{FIND}; const field = find(arguments[0], arguments[1]); field.focus(); field.value = arguments[2];
             field.dispatchEvent(new InputEvent('input', {{ bubbles: true }}));
             field.dispatchEvent(new Event('change', {{ bubbles: true }}));"
        );
        self.script(&text, vec![json!(role), json!(name), json!(value)])
            .await?;
        Ok(())
    }

    /// Everything that can be read in the current tab.
    ///
    /// # Errors
    /// If the script fails.
    pub async fn body_text(&self) -> Result<String, Failure> {
        let value = self
            .script(
                "return document.body ? document.body.innerText.slice(0, 1500) : ''",
                vec![],
            )
            .await?;
        Ok(value.as_str().unwrap_or_default().to_owned())
    }

    /// Waits until a text can be read somewhere in the current tab.
    ///
    /// # Errors
    /// If it does not come.
    pub async fn expect_text(&self, wanted: &str) -> Result<(), Failure> {
        wait::until(&format!("the text \"{wanted}\""), async || {
            let text = self.body_text().await?;
            let lower = text.to_lowercase();
            Ok(wait::Look::when(
                lower.contains(&wanted.to_lowercase()),
                (),
                text,
            ))
        })
        .await
    }

    /// Waits until the thing with this role and name says something.
    ///
    /// # Errors
    /// If it does not.
    pub async fn expect_text_in(
        &self,
        role: &str,
        name: &str,
        wanted: &str,
    ) -> Result<(), Failure> {
        let what = format!("{role} \"{name}\" to say \"{wanted}\"");
        wait::until(&what, async || {
            let text = self.text_of(role, name).await?.unwrap_or_default();
            Ok(wait::Look::when(text.contains(wanted), (), text))
        })
        .await
    }

    /// A command of the browser's developer tools, for the current tab.
    ///
    /// # Errors
    /// If the browser refuses.
    pub async fn devtools(
        &self,
        command: &'static str,
        parameters: Value,
    ) -> Result<Value, Failure> {
        let command = DevTools {
            command,
            parameters,
        };
        Ok(self.client.issue_cmd(command).await?)
    }

    /// The developer tools by a socket of their own: for workers, which WebDriver does not know.
    ///
    /// # Errors
    /// If the browser does not listen.
    pub async fn tools(&self) -> Result<crate::devtools::DevTools, Failure> {
        crate::devtools::DevTools::connect(&self.profile).await
    }

    /// Errors that the pages logged since the last call. What the network says about itself is not one: scenarios break it on purpose.
    ///
    /// # Errors
    /// If the driver refuses.
    pub async fn console_errors(&self) -> Result<Vec<String>, Failure> {
        let entries = self.client.issue_cmd(ReadLog).await?;
        Ok(entries
            .as_array()
            .into_iter()
            .flatten()
            .filter(|entry| entry["level"] == "SEVERE" && entry["source"] != "network")
            .map(|entry| entry["message"].as_str().unwrap_or_default().to_owned())
            .collect())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Left to the system's clean-up if the browser still holds it.
        let _ = std::fs::remove_dir_all(&self.profile);
    }
}

/// Chromium's own command for the console of all tabs.
#[derive(Debug)]
struct ReadLog;

impl WebDriverCompatibleCommand for ReadLog {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _request: &url::Url) -> (http::Method, Option<String>) {
        (
            http::Method::POST,
            Some(json!({ "type": "browser" }).to_string()),
        )
    }
}

/// Chromium's own way to its developer tools.
#[derive(Debug)]
struct DevTools {
    command: &'static str,
    parameters: Value,
}

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        let session = session.unwrap_or_default();
        base.join(&format!("session/{session}/goog/cdp/execute"))
    }

    fn method_and_body(&self, _request: &url::Url) -> (http::Method, Option<String>) {
        let body = json!({ "cmd": self.command, "params": self.parameters });
        (http::Method::POST, Some(body.to_string()))
    }
}

fn capabilities(profile: &std::path::Path, extra_arguments: &[&str]) -> Capabilities {
    let mut arguments: Vec<String> = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--no-first-run",
        "--window-size=1440,900",
        // `computedRole` and `computedName` on elements: what assistive technology is told.
        "--enable-blink-features=ComputedAccessibilityInfo",
    ]
    .map(str::to_owned)
    .into();
    arguments.push(format!("--user-data-dir={}", profile.display()));
    arguments.extend(
        extra_arguments
            .iter()
            .map(|argument| (*argument).to_owned()),
    );
    let preferences = json!({
        "download.default_directory": downloads(profile),
        "download.prompt_for_download": false,
    });
    let mut options = json!({ "args": arguments, "prefs": preferences });
    if let Ok(binary) = env::var("PANELS_CHROMIUM") {
        options["binary"] = binary.into();
    }
    let mut capabilities = Capabilities::new();
    capabilities.insert("goog:chromeOptions".to_owned(), options);
    capabilities.insert("goog:loggingPrefs".to_owned(), json!({ "browser": "ALL" }));
    capabilities
}

/// Goes with the profile.
fn downloads(profile: &std::path::Path) -> PathBuf {
    profile.join("downloads")
}

fn fresh_profile() -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let time = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_micros();
    env::temp_dir().join(format!(
        "panels-browser-{}-{time}-{number}",
        std::process::id()
    ))
}
