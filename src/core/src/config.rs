//! `config.json`: what a hospital sets without rebuilding. Read at run time by the tab, handed to the worker in the hello.

pub mod demo;
mod server;

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use self::server::Server;
use crate::limits;

/// A valid configuration. Made by [`Config::parse`] only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Config {
    /// The Medplum server.
    pub server: Server,
    /// OAuth client application id, if the project wants one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Project id, for accounts that are members of several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<String>,
    /// Whether panels are read from the server and can be saved there.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub shared_panels: bool,
    /// Limits that a hospital may change.
    #[serde(default)]
    pub limits: ConfigLimits,
}

/// Limits that a hospital may change; each number is clamped to a safe range by [`Config::parse`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ConfigLimits {
    /// Seconds between two polls where live updates are not available.
    pub poll_interval_s: u32,
    /// Resources of one type that a browser may load.
    pub resources_max: u32,
    /// Browsers that use the server at the same time: after an outage they come back one after the other.
    pub browsers: u32,
    /// Whether rows may be written to files.
    pub export: bool,
    /// Whether the demonstration is offered where the server does not answer.
    pub demo: bool,
}

impl Default for ConfigLimits {
    fn default() -> Self {
        Self {
            poll_interval_s: 15,
            resources_max: 60_000,
            browsers: 1_000,
            export: true,
            demo: true,
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
    #[error("\"server\" must be an absolute address such as https://api.example.org/, or \"demo\"")]
    ServerNotAbsolute,
    /// Plain http is allowed to this machine only.
    #[error("\"server\" must use https; plain http is accepted for loopback addresses only")]
    ServerNotSecure,
}

impl Config {
    /// Reads the text of config.json. An empty id counts as none; limits are clamped to a safe range.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let text = text.trim_start_matches('\u{feff}');
        let malformed = |error: serde_json::Error| ConfigError::Malformed(error.to_string());
        let mut config: Self = serde_json::from_str(text).map_err(malformed)?;
        // Serde takes an array in the place of an object.
        let value: serde_json::Value = serde_json::from_str(text).map_err(malformed)?;
        if [Some(&value), value.get("limits")]
            .into_iter()
            .flatten()
            .any(|part| !part.is_object())
        {
            return Err(ConfigError::Malformed("an object is expected".into()));
        }
        config.server = config.server.normalised()?;
        config.client_id = config.client_id.and_then(non_empty);
        config.project_id = config.project_id.and_then(non_empty);
        if config.server.is_demo() {
            // Of another server. The made-up one knows neither.
            (config.client_id, config.project_id) = (None, None);
        }
        config.limits.poll_interval_s = config
            .limits
            .poll_interval_s
            .clamp(limits::POLL_INTERVAL_S_MIN, limits::POLL_INTERVAL_S_MAX);
        config.limits.resources_max = config
            .limits
            .resources_max
            .clamp(limits::RESOURCES_MIN, limits::RESOURCES_MAX);
        let browsers = &mut config.limits.browsers;
        *browsers = (*browsers).clamp(limits::BROWSERS_MIN, limits::BROWSERS_MAX);
        Ok(config)
    }

    /// Address of the subscription socket, with the server's scheme carried over.
    pub fn socket_url(&self) -> String {
        let base = self.server.base_url();
        // `http` -> `ws` and `https` -> `wss` differ in the same place.
        let rest = base.strip_prefix("http").unwrap_or(base);
        format!("ws{rest}ws/subscriptions-r4")
    }

    /// Base address of the FHIR API, ending in `/`.
    pub fn fhir_url(&self) -> String {
        format!("{}fhir/R4/", self.server.base_url())
    }
}

fn yes() -> bool {
    true
}

fn is_yes(value: &bool) -> bool {
    *value
}

fn non_empty(text: String) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(address: &str) -> Result<String, ConfigError> {
        let text = serde_json::json!({ "server": address }).to_string();
        Config::parse(&text).map(|config| config.server.base_url().to_owned())
    }

    #[test]
    fn the_address_always_ends_in_one_slash() {
        for (given, normal) in [
            ("https://api.example.org", "https://api.example.org/"),
            ("HTTPS://API.Example.org//", "https://api.example.org/"),
            (
                "https://example.org/Medplum",
                "https://example.org/Medplum/",
            ),
            (" http://127.0.0.1:8103/ ", "http://127.0.0.1:8103/"),
            ("http://[::1]:8103", "http://[::1]:8103/"),
        ] {
            assert_eq!(server(given).as_deref(), Ok(normal), "{given}");
        }
    }

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for given in [
            "http://localhost:8103",
            "http://panels.localhost",
            "http://127.1.2.3",
        ] {
            assert!(server(given).is_ok(), "{given}");
        }
        for given in [
            "http://api.example.org",
            "http://10.0.0.1",
            "http://localhost.example.org",
        ] {
            assert_eq!(server(given), Err(ConfigError::ServerNotSecure), "{given}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for given in [
            "",
            "api.example.org",
            "/fhir",
            "ws://localhost",
            "https://",
            "https:///x",
            "https://a b.org",
            "https://u:p@example.org/",
            "https://example.org/?q",
            "https://x.org:99999/",
            "https://x.org#y",
            "https://[::1",
            "javascript://localhost",
        ] {
            assert_eq!(
                server(given),
                Err(ConfigError::ServerNotAbsolute),
                "{given}"
            );
        }
    }

    #[test]
    fn the_demonstration_is_a_word_and_leads_nowhere() {
        for given in ["demo", " demo "] {
            let text = serde_json::json!({ "server": given }).to_string();
            let config = Config::parse(&text).unwrap();
            assert_eq!(config.server, Server::Demo);
            let again = serde_json::to_string(&config).unwrap();
            assert!(again.contains(r#""server":"demo""#), "{again}");
            assert_eq!(config.fhir_url(), "https://demo.invalid/fhir/R4/");
        }
        for given in ["Demo", "demo/", "demo://x"] {
            assert_eq!(server(given), Err(ConfigError::ServerNotAbsolute));
        }
        // An address that only looks like it is a server like any other.
        let text = serde_json::json!({ "server": demo::BASE_URL }).to_string();
        assert!(!Config::parse(&text).unwrap().server.is_demo());
    }

    #[test]
    fn the_demonstration_is_not_told_the_ids_of_a_server() {
        let text = r#"{"server":"demo","clientId":"c","projectId":"p"}"#;
        assert_eq!(Config::parse(text), Config::parse(demo::CONFIG));
        assert!(Config::parse(demo::CONFIG).unwrap().server.is_demo());
    }

    #[test]
    fn a_misspelt_field_is_named() {
        let error = Config::parse(r#"{"server":"https://x.org","clientID":"1"}"#).unwrap_err();
        assert!(error.to_string().contains("clientID"), "{error}");
    }

    #[test]
    fn limits_are_clamped_to_a_safe_range() {
        let text =
            r#"{"server":"https://x.org","limits":{"pollIntervalS":0,"resourcesMax":4000000000}}"#;
        let limits = Config::parse(text).unwrap().limits;
        assert_eq!(limits.poll_interval_s, limits::POLL_INTERVAL_S_MIN);
        assert_eq!(limits.resources_max, limits::RESOURCES_MAX);
    }

    #[test]
    fn rows_may_be_written_to_files_unless_that_is_forbidden() {
        let export = |limits: &str| {
            let text = format!(r#"{{"server":"https://x.org","limits":{limits}}}"#);
            Config::parse(&text).map(|config| config.limits.export)
        };
        assert_eq!(export("{}"), Ok(true));
        assert_eq!(export(r#"{"export":true}"#), Ok(true));
        assert_eq!(export(r#"{"export":false}"#), Ok(false));
        // What is meant to forbid must not be taken for nothing.
        assert!(export(r#"{"export":"false"}"#).is_err());
        assert!(export(r#"{"export":null}"#).is_err());
    }

    #[test]
    fn an_empty_id_counts_as_none() {
        let text = r#"{"server":"https://x.org","clientId":" ","projectId":"p"}"#;
        let config = Config::parse(text).unwrap();
        assert_eq!(
            (config.client_id, config.project_id.as_deref()),
            (None, Some("p"))
        );
    }

    #[test]
    fn the_addresses_of_the_parts_follow_the_server() {
        let config = Config::parse(r#"{"server":"https://x.org/base"}"#).unwrap();
        assert_eq!(config.socket_url(), "wss://x.org/base/ws/subscriptions-r4");
        assert_eq!(config.fhir_url(), "https://x.org/base/fhir/R4/");
        let config = Config::parse(r#"{"server":"http://localhost:8103"}"#).unwrap();
        assert_eq!(
            config.socket_url(),
            "ws://localhost:8103/ws/subscriptions-r4"
        );
    }

    #[test]
    fn the_config_in_the_repository_is_valid() {
        let text = include_str!("../../../public/config.json");
        assert_eq!(
            Config::parse(text).unwrap().server.base_url(),
            "http://127.0.0.1:8103/"
        );
    }

    #[test]
    fn what_is_no_configuration_is_refused_with_a_word_to_whoever_deploys() {
        for text in [
            "",
            "null",
            "[]",
            "7",
            "{}",
            r#"{"server":null}"#,
            r#"{"server":["https://x.org"]}"#,
            r#"["https://x.org"]"#,
            r#"{"server":"https://x.org","limits":[]}"#,
            r#"{"server":"https://x.org","limits":{"pollIntervalS":-1}}"#,
            r#"{"server":"https://x.org","limits":{"pollIntervalS":1e99}}"#,
            r#"{"server":"https://x.org","limits":{"pollIntervalS":"15"}}"#,
            r#"{"server":"https://x.org","clientId":7}"#,
            r#"{"server":"https://x.org"} trailing"#,
            "<html>",
        ] {
            let error = Config::parse(text).unwrap_err();
            assert!(matches!(error, ConfigError::Malformed(_)), "{text}");
            assert!(error.to_string().starts_with("config.json"), "{text}");
        }
    }

    #[test]
    fn a_byte_order_mark_in_front_is_no_fault() {
        assert!(Config::parse("\u{feff}{\"server\":\"https://x.org\"}").is_ok());
    }

    #[test]
    fn nesting_without_end_is_refused_and_exhausts_no_stack() {
        let deep = "[".repeat(500_000);
        let text = format!(r#"{{"server":"https://x.org","limits":{deep}}}"#);
        assert!(Config::parse(&text).is_err());
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_refused_or_becomes_a_safe_configuration(
            server in "(https?://)?[a-zA-Z0-9.:/@?#\\\\%\\[\\] -]{0,40}",
            poll: u32,
            rows: u32,
        ) {
            let text = serde_json::json!({
                "server": server, "limits": { "pollIntervalS": poll, "resourcesMax": rows },
            });
            if let Ok(config) = Config::parse(&text.to_string()) {
                let address = config.server.base_url();
                let insecure = address.starts_with("http://");
                proptest::prop_assert!(insecure || address.starts_with("https://"));
                proptest::prop_assert!(address.ends_with('/'));
                proptest::prop_assert!(!address.contains(['?', '#', '@', ' ', '\\']));
                // What is valid stays what it is.
                let again = serde_json::to_string(&config).unwrap();
                proptest::prop_assert_eq!(Config::parse(&again), Ok(config));
            }
        }
    }
}
