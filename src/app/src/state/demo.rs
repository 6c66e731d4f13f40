//! Whether this tab shows the demonstration, and how one gets in and out of it.
//!
//! Whoever chooses it does so for this tab and for those opened from it; every other tab stays with its server. What is
//! remembered is that choice, nothing else.

use leptos::prelude::*;
use panels_core::config::Config;

const STORAGE_KEY: &str = "panels-demo";
const CHOSEN: &str = "chosen";

/// See the module.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Demo {
    /// There is a server.
    #[default]
    Off,
    /// There is a server, and this may be offered where it does not answer.
    Offered,
    /// config.json says so.
    Configured,
    /// It was chosen in this tab.
    Chosen,
}

impl Demo {
    /// What a configuration means to this tab.
    pub(crate) fn judge(config: &Config) -> Self {
        let chosen = || storage()?.get_item(STORAGE_KEY).ok().flatten();
        match (config.server.is_demo(), config.limits.demo) {
            (true, _) => Self::Configured,
            (false, true) if chosen().is_some() => Self::Chosen,
            (false, true) => Self::Offered,
            (false, false) => Self::Off,
        }
    }

    /// Whether it is shown.
    pub(crate) fn is_on(self) -> bool {
        matches!(self, Self::Configured | Self::Chosen)
    }

    /// Goes there.
    pub(crate) fn choose() {
        let kept = storage().map(|storage| storage.set_item(STORAGE_KEY, CHOSEN));
        if kept.is_some_and(|kept| kept.is_ok()) {
            anew();
        }
    }

    /// Goes back to the server.
    pub(crate) fn leave() {
        // What cannot be removed was never kept.
        _ = storage().map(|storage| storage.remove_item(STORAGE_KEY));
        anew();
    }
}

/// A worker serves one server for life, so the page begins anew.
fn anew() {
    _ = window().location().reload();
}

fn storage() -> Option<web_sys::Storage> {
    window().session_storage().ok().flatten()
}
