//! Everything that can go wrong in a developer command. Each message names the way out.

use std::{io, path::PathBuf};

use thiserror::Error;

/// Why a command failed.
#[derive(Debug, Error)]
pub(crate) enum TaskError {
    /// The command line makes no sense.
    #[error("{0}")]
    Usage(String),
    /// A program could not be started.
    #[error("`{program}` could not be started: {source}{hint}")]
    Start {
        /// Its name.
        program: String,
        /// What the system said.
        source: io::Error,
        /// What to do; empty if there is nothing to say.
        hint: &'static str,
    },
    /// A program ended with a failure.
    #[error("`{command}` failed ({status}){hint}")]
    Failed {
        /// The command line.
        command: String,
        /// How it ended.
        status: String,
        /// What to do; empty if its own output says it.
        hint: String,
    },
    /// A file could not be used.
    #[error("{path}: {source}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A developer tool could not be installed.
    #[error(
        "{tool} {version} could not be installed:\n{output}\n\nwithout network access to crates.io: put {tool} {version} on PATH \
         by other means (its releases have binaries) and start again; what is on PATH in this version is used as it is"
    )]
    Install {
        /// Package name.
        tool: String,
        /// Wanted version.
        version: String,
        /// Last lines of cargo's output.
        output: String,
    },
    /// No cache directory is known.
    #[error("no cache directory: set HOME (or XDG_CACHE_HOME, on Windows LOCALAPPDATA)")]
    NoCacheDirectory,
    /// The wasm target is missing and cannot be added.
    #[error(
        "the target wasm32-unknown-unknown is missing and there is no rustup to add it: install Rust from https://rustup.rs, \
         or the package of your system that holds the wasm standard library (Debian: libstd-rust-dev-wasm32)"
    )]
    NoWasmTarget,
    /// Cargo.lock does not name a package.
    #[error("Cargo.lock names no package `{0}`: restore it with `git checkout Cargo.lock`")]
    NotInLock(&'static str),
    /// A port is taken.
    #[error(
        "port {port} is in use, and {what} needs it: stop the other program, or choose another with `cargo dev {option} N`{note}"
    )]
    PortBusy {
        /// Which.
        port: u16,
        /// For what.
        what: &'static str,
        /// How to change it.
        option: &'static str,
        /// A consequence to know; may be empty.
        note: &'static str,
    },
    /// One of the two children of `cargo dev` ended by itself.
    #[error("{0} ended by itself; its last lines are above. The other one is stopped")]
    ChildEnded(&'static str),
    /// One of the two children of `cargo dev` never answered.
    #[error("{what} did not answer on port {port} within {waited_s} s; its last lines are above")]
    NoAnswer {
        /// Which.
        what: &'static str,
        /// Where.
        port: u16,
        /// How long.
        waited_s: u64,
    },
    /// No usable browser.
    #[error("{0}")]
    NoBrowser(String),
    /// Checks of this command itself.
    #[error("{0}")]
    Check(String),
}

impl TaskError {
    /// Wraps an error about a file.
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}
