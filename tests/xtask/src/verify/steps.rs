//! The checks themselves.

use std::{path::PathBuf, process::Command};

use super::{sizes, summary::Counts, tidy};
use crate::{
    error::TaskError,
    paths, process,
    tools::{self, Tools, browser::Browser},
};

const WASM_TARGET: &str = "wasm32-unknown-unknown";
/// Crates that exist in a browser only.
const WASM_PACKAGES: [&str; 2] = ["panels-app", "panels-worker"];
/// Needs a release build of the app and a browser; has its own step.
const BROWSER_PACKAGE: &str = "panels-browser-tests";

/// What the steps share.
pub(crate) struct Context {
    tools: Tools,
    browser: Option<Browser>,
    dist: PathBuf,
    /// Tests so far.
    pub(crate) counts: Counts,
}

impl Context {
    /// Everything the steps need is there before the first one starts.
    pub(crate) fn prepare(steps: &[&str]) -> Result<Self, TaskError> {
        tools::ensure_rust_components()?;
        let tools = Tools::ensure()?;
        let browser = if steps.contains(&"browser") {
            Some(Browser::ensure()?)
        } else {
            None
        };
        Ok(Self {
            tools,
            browser,
            dist: paths::target().join("dist-release"),
            counts: Counts::default(),
        })
    }

    fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = self.tools.command("cargo");
        command.args(arguments);
        command
    }

    fn count_tests(&mut self, mut command: Command) -> Result<(), TaskError> {
        let mut counts = self.counts;
        let outcome = process::run_and_look(&mut command, |line| counts.add_line(line));
        let ignored = counts.ignored - self.counts.ignored;
        self.counts = counts;
        outcome?;
        if ignored > 0 {
            return Err(TaskError::Check(format!(
                "{ignored} tests are switched off: mend or delete them"
            )));
        }
        Ok(())
    }
}

pub(super) fn format(context: &mut Context) -> Result<(), TaskError> {
    process::run(&mut context.cargo(&["fmt", "--all", "--check"])).map_err(|error| match error {
        TaskError::Failed {
            command, status, ..
        } => TaskError::Failed {
            command,
            status,
            hint: ": run `cargo fmt --all`".to_owned(),
        },
        other => other,
    })
}

pub(super) fn tidy(_context: &mut Context) -> Result<(), TaskError> {
    tidy::check()
}

pub(super) fn clippy_native(context: &mut Context) -> Result<(), TaskError> {
    let mut command = context.cargo(&["clippy", "--workspace", "--all-targets"]);
    for package in WASM_PACKAGES {
        command.args(["--exclude", package]);
    }
    process::run(&mut command)
}

pub(super) fn clippy_wasm(context: &mut Context) -> Result<(), TaskError> {
    let mut command = context.cargo(&["clippy", "--target", WASM_TARGET]);
    for package in WASM_PACKAGES.iter().chain(&["panels-core"]) {
        command.args(["--package", package]);
    }
    process::run(&mut command)
}

pub(super) fn tests(context: &mut Context) -> Result<(), TaskError> {
    let mut command = context.cargo(&["test", "--workspace", "--no-fail-fast"]);
    for package in WASM_PACKAGES.iter().chain(&[BROWSER_PACKAGE]) {
        command.args(["--exclude", package]);
    }
    // A snapshot that differs is a failure, never a new file.
    command.env("INSTA_UPDATE", "no");
    context.count_tests(command)
}

pub(super) fn build(context: &mut Context) -> Result<(), TaskError> {
    let mut command = context.tools.command("trunk");
    command
        .args(["build", "--release", "--offline", "--dist"])
        .arg(&context.dist)
        // trunk takes `NO_COLOR=1` (as some CI systems set it) for a wrong value of its own option.
        .env_remove("NO_COLOR");
    process::run(&mut command)
}

pub(super) fn sizes(context: &mut Context) -> Result<(), TaskError> {
    sizes::check(&context.dist)
}

pub(super) fn browser(context: &mut Context) -> Result<(), TaskError> {
    let Some(browser) = &context.browser else {
        return Err(TaskError::Check("no browser was looked for".to_owned()));
    };
    if !context.dist.join("index.html").is_file() {
        return Err(TaskError::Check(
            "there is no release build: run `cargo verify build browser`".to_owned(),
        ));
    }
    // One test at a time: each has its own browser, and some measure time.
    let mut command = context.cargo(&[
        "test",
        "--package",
        BROWSER_PACKAGE,
        "--no-fail-fast",
        "--",
        "--test-threads=1",
        "--nocapture",
    ]);
    command
        .env("PANELS_CHROMIUM", &browser.chromium)
        .env("PANELS_CHROMEDRIVER", &browser.chromedriver)
        .env("PANELS_DIST", &context.dist);
    context.count_tests(command)
}
