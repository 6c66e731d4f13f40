//! Tools that the commands need: found where they are in the right version, else installed once for all clones.

pub(crate) mod browser;
mod cargo_tool;
mod rust;

use std::{env, ffi::OsString, fs, path::PathBuf, process::Command};

use self::cargo_tool::CargoTool;
use crate::{error::TaskError, paths};

/// Builds the wasm and serves it while developing. 0.22 asks for a newer compiler than `stable` had when this was chosen.
const TRUNK_VERSION: &str = "0.21.14";

/// What is ready to be used.
pub(crate) struct Tools {
    path: OsString,
}

impl Tools {
    /// Makes sure that everything needed to build the app is there.
    pub(crate) fn ensure() -> Result<Self, TaskError> {
        rust::ensure_wasm_target()?;
        let lock = paths::workspace().join("Cargo.lock");
        let text = fs::read_to_string(&lock).map_err(TaskError::file(&lock))?;
        let bindgen =
            locked_version(&text, "wasm-bindgen").ok_or(TaskError::NotInLock("wasm-bindgen"))?;
        let tools = [
            CargoTool {
                package: "trunk",
                program: "trunk",
                version: TRUNK_VERSION.to_owned(),
                // rustls: no OpenSSL headers needed. Without its default features it does not look for updates.
                options: &["--no-default-features", "--features", "rustls"],
            },
            CargoTool {
                package: "wasm-bindgen-cli",
                program: "wasm-bindgen",
                // The command must equal the library to the last digit, so the lock file decides.
                version: bindgen,
                options: &[],
            },
        ];
        let mut folders = Vec::new();
        for tool in &tools {
            folders.extend(tool.ensure()?);
        }
        Ok(Self {
            path: with_path(folders)?,
        })
    }

    /// PATH with the tools in front.
    pub(crate) fn path(&self) -> &OsString {
        &self.path
    }

    /// A command that runs in the workspace and finds the tools.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(paths::workspace())
            .env("PATH", &self.path);
        command
    }
}

/// rustfmt and clippy, which a minimal installation lacks.
pub(crate) fn ensure_rust_components() -> Result<(), TaskError> {
    rust::ensure_components()
}

fn with_path(mut folders: Vec<PathBuf>) -> Result<OsString, TaskError> {
    folders.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    env::join_paths(folders)
        .map_err(|error| TaskError::Check(format!("PATH cannot be extended: {error}")))
}

/// Version of a package in the text of a Cargo.lock.
fn locked_version(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines();
    lines.find(|line| line.trim() == name)?;
    let version = lines.next()?.trim().strip_prefix("version = \"")?;
    version.strip_suffix('"').map(str::to_owned)
}

/// First word that starts with a digit: `wasm-bindgen 0.2.130 (abc)` has 0.2.130.
fn version_in(text: &str) -> Option<&str> {
    text.split_whitespace()
        .find(|word| word.starts_with(|first: char| first.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_file_tells_the_version_of_exactly_that_package() {
        let lock = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.80\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\nsource = \"x\"\n";
        assert_eq!(
            locked_version(lock, "wasm-bindgen").as_deref(),
            Some("0.2.130")
        );
        assert_eq!(locked_version(lock, "wasm"), None);
    }

    #[test]
    fn versions_are_read_from_what_tools_print() {
        let printed = [
            "trunk 0.21.14\n",
            "wasm-bindgen 0.2.130 (1a2b 2026-01-01)",
            "Chromium 156.0.7000.1 built on Debian GNU/Linux 12 (bookworm)",
            "ChromeDriver 156.0.7000.1 (abc-refs/heads/x)",
            "command not found",
        ];
        let versions = printed.map(version_in);
        assert_eq!(
            versions,
            [
                Some("0.21.14"),
                Some("0.2.130"),
                Some("156.0.7000.1"),
                Some("156.0.7000.1"),
                None
            ]
        );
    }
}
