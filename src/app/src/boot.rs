//! The first steps of a page: read config.json, then start the link to the worker.

use gloo_net::http::Request;
use leptos::prelude::*;
use panels_core::config::{Config, demo};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::RequestCache;

use crate::{
    link::Link,
    state::{AppState, Demo, WorkerTrouble, receive},
};

/// What early.js calls its promise of the configuration.
const EARLY_CONFIG: &str = "panelsConfig";

/// Where the page stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Boot {
    /// config.json is being read.
    Reading,
    /// It is missing or not valid; the text is for the person who deploys.
    Misconfigured(String),
    /// The link runs.
    Running,
}

/// Takes the first steps and tells where they led.
pub(crate) async fn boot(state: AppState, boot: RwSignal<Boot>) {
    let mut text = match read_config().await {
        Ok(text) => text,
        Err(problem) => return boot.set(Boot::Misconfigured(problem)),
    };
    let demo = match Config::parse(&text) {
        Ok(config) => {
            state.server.set_value(config.server.base_url().to_owned());
            state.may_export.set_value(config.limits.export);
            Demo::judge(&config)
        }
        Err(problem) => return boot.set(Boot::Misconfigured(problem.to_string())),
    };
    state.demo.set_value(demo);
    if demo == Demo::Chosen {
        demo::CONFIG.clone_into(&mut text);
        state.may_export.set_value(true);
    }
    match Link::start(text, demo.is_on(), move |event| receive(state, event)) {
        Ok(link) => state.connect(link),
        Err(problem) => state.trouble.set(Some(WorkerTrouble::Unavailable {
            reason: problem.to_string(),
        })),
    }
    boot.set(Boot::Running);
}

/// What early.js has asked for; `None` where that failed, so that it is asked for once more and the reason told.
async fn early_config() -> Option<String> {
    let asked = js_sys::Reflect::get(&window(), &EARLY_CONFIG.into()).ok()?;
    let asked: js_sys::Promise = asked.dyn_into().ok()?;
    JsFuture::from(asked).await.ok()?.as_string()
}

async fn read_config() -> Result<String, String> {
    if let Some(text) = early_config().await {
        return Ok(text);
    }
    let unreadable = |problem: gloo_net::Error| format!("config.json cannot be read: {problem}");
    let address = format!("{}/config.json", crate::address::base_path());
    let answer = Request::get(&address)
        .cache(RequestCache::NoStore)
        .send()
        .await
        .map_err(unreadable)?;
    if !answer.ok() {
        return Err(format!(
            "config.json cannot be read: the web server answers {}",
            answer.status()
        ));
    }
    answer.text().await.map_err(unreadable)
}
