//! The checks themselves.

use std::{fs, path::PathBuf, process::Command};

use super::{sizes, summary::Counts, tidy};
use crate::{
    error::TaskError,
    paths, process,
    tools::{self, Tools, browser::Browser},
};

const WASM_TARGET: &str = "wasm32-unknown-unknown";
/// Crates that exist in a browser only.
const WASM_PACKAGES: [&str; 2] = ["panels-app", "panels-worker"];
/// Has unit tests that run in a browser.
const WORKER_PACKAGE: &str = "panels-worker";
/// Patience with all of its tests, in seconds. They take a few.
const WORKER_TESTS_PATIENCE_S: &str = "180";
/// Steps that need a browser.
const BROWSER_STEPS: [&str; 3] = ["worker-tests", "browser", "matrix"];
/// Needs a release build of the app and a browser; has its own step.
const BROWSER_PACKAGE: &str = "panels-browser-tests";

/// Thousands of worlds: has its own step and its own, fast profile.
const SIMULATION_PACKAGE: &str = "panels-simulation";
/// Worlds that it runs unless asked otherwise: a minute or two on two cores.
const SEEDS: u64 = 10_000;

/// What somebody wants more of than every run has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wishes {
    /// Seeds that the simulation runs; its own number unless asked otherwise.
    pub(crate) seeds: Option<u64>,
    /// The whole fault matrix: each pair of faults, for a minute.
    pub(crate) full_matrix: bool,
    /// One of several parts of the fault matrix, `2/6`.
    pub(crate) matrix_part: Option<String>,
}

/// What the steps share.
pub(crate) struct Context {
    tools: Tools,
    browser: Option<Browser>,
    dist: PathBuf,
    wishes: Wishes,
    /// Tests so far.
    pub(crate) counts: Counts,
}

impl Context {
    /// Everything the steps need is there before the first one starts.
    pub(crate) fn prepare(steps: &[&str], wishes: Wishes) -> Result<Self, TaskError> {
        tools::ensure_rust_components()?;
        let tools = Tools::ensure()?;
        let browser = if BROWSER_STEPS.iter().any(|step| steps.contains(step)) {
            Some(Browser::ensure()?)
        } else {
            None
        };
        Ok(Self {
            tools,
            browser,
            dist: paths::target().join("dist-release"),
            wishes,
            counts: Counts::default(),
        })
    }

    fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = self.tools.command("cargo");
        command.args(arguments);
        command
    }

    fn browser(&self) -> Result<&Browser, TaskError> {
        let missing = || TaskError::Check("no browser was looked for".to_owned());
        self.browser.as_ref().ok_or_else(missing)
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
    for package in WASM_PACKAGES.iter().chain(&["panels-core", "panels-demo"]) {
        command.args(["--package", package]);
    }
    process::run(&mut command)?;
    process::run(&mut context.cargo(&[
        "clippy",
        "--target",
        WASM_TARGET,
        "--package",
        WORKER_PACKAGE,
        "--all-targets",
    ]))
}

pub(super) fn tests(context: &mut Context) -> Result<(), TaskError> {
    let mut command = context.cargo(&["test", "--workspace", "--no-fail-fast"]);
    for package in WASM_PACKAGES
        .iter()
        .chain(&[BROWSER_PACKAGE, SIMULATION_PACKAGE])
    {
        command.args(["--exclude", package]);
    }
    // A snapshot that differs is a failure, never a new file.
    command.env("INSTA_UPDATE", "no");
    context.count_tests(command)
}

pub(super) fn simulation(context: &mut Context) -> Result<(), TaskError> {
    let mut command = context.cargo(&["test", "--profile", "simulation", "--package"]);
    command.args([SIMULATION_PACKAGE, "--no-fail-fast", "--", "--nocapture"]);
    context.count_tests(command)?;
    let mut command = context.cargo(&["run", "--profile", "simulation", "--package"]);
    let seeds = context.wishes.seeds.unwrap_or(SEEDS).to_string();
    command.args([SIMULATION_PACKAGE, "--", "--seeds", &seeds]);
    process::run(&mut command)
}

pub(super) fn worker_tests(context: &mut Context) -> Result<(), TaskError> {
    let browser = context.browser()?.clone();
    let capabilities = paths::target().join("webdriver.json");
    fs::write(&capabilities, browser.capabilities()).map_err(TaskError::file(&capabilities))?;
    let mut command = context.cargo(&["test", "--target", WASM_TARGET, "--package"]);
    command
        .arg(WORKER_PACKAGE)
        .env(
            "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER",
            "wasm-bindgen-test-runner",
        )
        .env("CHROMEDRIVER", &browser.chromedriver)
        .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", &capabilities)
        .env("WASM_BINDGEN_TEST_TIMEOUT", WORKER_TESTS_PATIENCE_S);
    let before = context.counts.passed;
    context.count_tests(command)?;
    if context.counts.passed == before {
        return Err(TaskError::Check("no test ran in the browser".to_owned()));
    }
    Ok(())
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
    browser_tests(context, "scenarios", &[])
}

pub(super) fn matrix(context: &mut Context) -> Result<(), TaskError> {
    let Wishes {
        full_matrix,
        matrix_part,
        ..
    } = context.wishes.clone();
    let full = full_matrix.then_some(("PANELS_MATRIX", "full"));
    let part = matrix_part.as_deref();
    let part = part.map(|part| ("PANELS_MATRIX_PART", part));
    let wanted: Vec<_> = full.into_iter().chain(part).collect();
    browser_tests(context, "matrix", &wanted)
}

fn browser_tests(
    context: &mut Context,
    target: &str,
    environment: &[(&str, &str)],
) -> Result<(), TaskError> {
    let browser = context.browser()?.clone();
    if !context.dist.join("index.html").is_file() {
        return Err(TaskError::Check(
            "there is no release build: run `cargo verify build browser matrix`".to_owned(),
        ));
    }
    // One test at a time: each has its own browser, and some measure time.
    let mut command = context.cargo(&[
        "test",
        "--package",
        BROWSER_PACKAGE,
        "--test",
        target,
        "--no-fail-fast",
        "--",
        "--test-threads=1",
        "--nocapture",
    ]);
    command
        .env("PANELS_CHROMIUM", &browser.chromium)
        .env("PANELS_CHROMEDRIVER", &browser.chromedriver)
        .env("PANELS_DIST", &context.dist)
        .envs(environment.iter().copied());
    context.count_tests(command)
}
