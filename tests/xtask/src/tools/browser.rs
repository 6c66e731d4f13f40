//! A Chromium and the driver of the same major version.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use super::version_in;
use crate::{error::TaskError, paths, process, progress::Progress};

const BROWSER_NAMES: [&str; 5] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
];
const BROWSER_PLACES: [&str; 4] = [
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
    "/snap/bin/chromium",
];
const DRIVER_NAMES: [&str; 1] = ["chromedriver"];
const DRIVER_PLACES: [&str; 4] = [
    "/usr/lib/chromium/chromedriver",
    "/usr/lib/chromium-browser/chromedriver",
    "/opt/homebrew/bin/chromedriver",
    "/snap/bin/chromium.chromedriver",
];

/// A pair that works together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Browser {
    /// The browser.
    pub(crate) chromium: PathBuf,
    /// Its driver.
    pub(crate) chromedriver: PathBuf,
}

impl Browser {
    /// Finds a pair, or installs Debian's where that is possible.
    pub(crate) fn ensure() -> Result<Self, TaskError> {
        match Self::find() {
            Ok(browser) => Ok(browser),
            Err(reason) if may_use_apt() => {
                let progress = Progress::start(&format!(
                    "{reason}: installing Debian's chromium and chromium-driver"
                ));
                apt(&["update"])?;
                apt(&[
                    "install",
                    "-y",
                    "--no-install-recommends",
                    "chromium",
                    "chromium-driver",
                ])?;
                let browser = Self::find().map_err(|reason| no_browser(&reason))?;
                progress.done("ok");
                Ok(browser)
            }
            Err(reason) => Err(no_browser(&reason)),
        }
    }

    /// What a driver has to be told to start it: without a window, and where this runs as root in a container.
    pub(crate) fn capabilities(&self) -> String {
        let options = serde_json::json!({
            "binary": self.chromium,
            "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        });
        serde_json::json!({ "goog:chromeOptions": options }).to_string()
    }

    fn find() -> Result<Self, String> {
        let browsers = versioned(candidates(
            "PANELS_CHROMIUM",
            &BROWSER_NAMES,
            &BROWSER_PLACES,
        ));
        let drivers = versioned(candidates(
            "PANELS_CHROMEDRIVER",
            &DRIVER_NAMES,
            &DRIVER_PLACES,
        ));
        pair(&browsers, &drivers)
    }
}

/// A program and its major version, where it tells one (Chrome on Windows does not).
type Versioned = (PathBuf, Option<u32>);

/// First browser with a driver of the same major version; other majors refuse to talk to each other.
fn pair(browsers: &[Versioned], drivers: &[Versioned]) -> Result<Browser, String> {
    for (chromium, browser_major) in browsers {
        for (chromedriver, driver_major) in drivers {
            if browser_major.is_none() || browser_major == driver_major {
                return Ok(Browser {
                    chromium: chromium.clone(),
                    chromedriver: chromedriver.clone(),
                });
            }
        }
    }
    Err(match (browsers.first(), drivers.first()) {
        (None, _) => "there is no Chromium or Chrome".to_owned(),
        (Some(_), None) => "there is no chromedriver".to_owned(),
        (Some((_, browser)), Some((_, driver))) => format!(
            "browser {} and chromedriver {} are of different major versions",
            browser.unwrap_or_default(),
            driver.unwrap_or_default()
        ),
    })
}

fn candidates(variable: &str, names: &[&str], places: &[&str]) -> Vec<PathBuf> {
    if let Some(chosen) = env::var_os(variable).filter(|value| !value.is_empty()) {
        return vec![chosen.into()];
    }
    let on_path = names.iter().filter_map(|name| paths::on_path(name));
    let known = places
        .iter()
        .map(PathBuf::from)
        .filter(|place| place.is_file());
    on_path.chain(known).collect()
}

fn versioned(programs: Vec<PathBuf>) -> Vec<Versioned> {
    programs
        .into_iter()
        .filter_map(|program| {
            if cfg!(windows) && !program.ends_with("chromedriver.exe") {
                return Some((program, None));
            }
            let major = major_version(&program)?;
            Some((program, Some(major)))
        })
        .collect()
}

fn major_version(program: &Path) -> Option<u32> {
    let text = process::output_of(Command::new(program).arg("--version"))?;
    version_in(&text)?.split('.').next()?.parse().ok()
}

fn may_use_apt() -> bool {
    paths::on_path("apt-get").is_some()
        && process::output_of(Command::new("id").arg("-u")).is_some_and(|id| id.trim() == "0")
}

fn apt(arguments: &[&str]) -> Result<(), TaskError> {
    let mut command = Command::new("apt-get");
    command
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive");
    process::run(&mut command).map_err(|error| no_browser(&error.to_string()))
}

fn no_browser(reason: &str) -> TaskError {
    TaskError::NoBrowser(format!(
        "the browser tests need Chromium or Chrome and the chromedriver of the same major version, and {reason}. Debian, Ubuntu: \
         `apt-get install chromium chromium-driver` (as root; `cargo verify` does it itself where it is root). macOS: `brew install \
         --cask google-chrome chromedriver`. Elsewhere: https://googlechromelabs.github.io/chrome-for-testing/. A pair in an unusual \
         place is named by PANELS_CHROMIUM and PANELS_CHROMEDRIVER"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(name: &str, major: Option<u32>) -> Versioned {
        (name.into(), major)
    }

    #[test]
    fn a_driver_is_paired_with_the_browser_of_its_own_major_version() {
        let browsers = [program("old", Some(108)), program("new", Some(156))];
        let found = pair(&browsers, &[program("driver", Some(156))]).unwrap();
        assert_eq!(found.chromium, PathBuf::from("new"));
    }

    #[test]
    fn what_is_missing_is_said() {
        let browser = [program("browser", Some(156))];
        let driver = [program("driver", Some(155))];
        let reasons = [
            pair(&[], &driver),
            pair(&browser, &[]),
            pair(&browser, &driver),
        ]
        .map(Result::unwrap_err);
        assert!(reasons[0].contains("no Chromium"));
        assert!(reasons[1].contains("no chromedriver"));
        assert!(reasons[2].contains("156") && reasons[2].contains("155"));
    }

    #[test]
    fn a_browser_that_tells_no_version_takes_any_driver() {
        assert!(pair(&[program("chrome", None)], &[program("driver", Some(155))]).is_ok());
    }
}
