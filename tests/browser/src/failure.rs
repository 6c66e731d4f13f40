//! Why a scenario could not go on.

use std::time::Duration;

use thiserror::Error;

/// Every step of a scenario answers with this; a plain assertion is used for what the scenario is about.
#[derive(Debug, Error)]
pub enum Failure {
    /// Something did not become true in time.
    #[error("waited {waited:?} for {what}; last seen: {last}")]
    Timeout {
        /// What was awaited.
        what: String,
        /// How long.
        waited: Duration,
        /// What was there instead.
        last: String,
    },
    /// The browser or its driver refused a command.
    #[error("browser: {0}")]
    Command(#[from] fantoccini::error::CmdError),
    /// No session with the driver.
    #[error("browser session: {0}")]
    Session(#[from] fantoccini::error::NewSessionError),
    /// The driver did not start.
    #[error("{0}")]
    Driver(String),
    /// A file or socket of the test itself.
    #[error("{what}: {source}")]
    Io {
        /// Which.
        what: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The server answered something else than expected.
    #[error("server: {0}")]
    Server(String),
    /// The page logged errors.
    #[error("the browser console has errors:\n{0}")]
    Console(String),
    /// A script in the page answered something else than expected.
    #[error("page script: {0}")]
    Script(#[from] serde_json::Error),
}

impl Failure {
    /// Wraps an I/O error.
    pub fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }
}
