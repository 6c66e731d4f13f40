//! `config.json`: what a hospital sets without rebuilding. Read at run time by the tab, handed to the worker in the hello.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A valid configuration. Made by [`Config::parse`] only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Config {
    /// Base address of the Medplum server, ending in `/`: `https://api.example.org/`.
    pub server: String,
    /// OAuth client application id, if the project wants one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Project id, for accounts that are members of several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<String>,
    /// Limits that a hospital may change.
    #[serde(default)]
    pub limits: ConfigLimits,
}

/// Limits that a hospital may change; each is clamped to a safe range by [`Config::parse`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ConfigLimits {
    /// Seconds between two polls where live updates are not available.
    pub poll_interval_s: u32,
    /// Resources of one type that a browser may load.
    pub resources_max: u32,
}

impl Default for ConfigLimits {
    fn default() -> Self {
        Self {
            poll_interval_s: 15,
            resources_max: 60_000,
        }
    }
}

/// Why a configuration was refused. The text is shown to the person who deploys.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ConfigError {
    /// Not JSON, or a field of the wrong type or name.
    #[error("config.json cannot be read: {0}")]
    Malformed(String),
    /// The server address is not an absolute http(s) address.
    #[error("\"server\" must be an absolute address such as https://api.example.org/")]
    ServerNotAbsolute,
    /// Plain http is allowed to this machine only.
    #[error("\"server\" must use https; plain http is accepted for loopback addresses only")]
    ServerNotSecure,
}
