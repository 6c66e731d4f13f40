//! Developer tools that are built from crates.io, once per user and version.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::Duration,
};

use super::version_in;
use crate::{
    error::TaskError,
    paths,
    process::{self, QuietFailure},
    progress::Progress,
};

/// How often another clone's installation is looked at.
const LOCK_POLL: Duration = Duration::from_millis(500);

/// The packages' own release profiles are tuned for speed at run time (fat LTO: over ten minutes of build on two cores).
/// A tool that runs for seconds wants a quick build.
const QUICK_PROFILE: [(&str, &str); 5] = [
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1"),
    ("CARGO_PROFILE_RELEASE_DEBUG", "0"),
    ("CARGO_PROFILE_RELEASE_STRIP", "symbols"),
];

/// One tool.
pub(super) struct CargoTool {
    /// Package on crates.io.
    pub(super) package: &'static str,
    /// Program that tells its version.
    pub(super) program: &'static str,
    /// Exactly this version.
    pub(super) version: String,
    /// Further options of `cargo install`.
    pub(super) options: &'static [&'static str],
}

impl CargoTool {
    /// The folder to put in front of PATH; `None` where PATH already has the right version.
    pub(super) fn ensure(&self) -> Result<Option<PathBuf>, TaskError> {
        if self.has_right_version(Path::new(self.program)) {
            return Ok(None);
        }
        let cache = paths::tool_cache()?;
        let root = cache.join(format!("{}-{}", self.package, self.version));
        if !self.is_in(&root) {
            self.install_once(&cache, &root)?;
        }
        Ok(Some(root.join("bin")))
    }

    fn is_in(&self, root: &Path) -> bool {
        let file = format!("{}{}", self.program, std::env::consts::EXE_SUFFIX);
        self.has_right_version(&root.join("bin").join(file))
    }

    fn has_right_version(&self, program: &Path) -> bool {
        process::output_of(Command::new(program).arg("--version"))
            .is_some_and(|text| version_in(&text) == Some(self.version.as_str()))
    }

    /// Two clones that start at once: the second waits for the first. The system frees the lock if its holder dies.
    fn install_once(&self, cache: &Path, root: &Path) -> Result<(), TaskError> {
        fs::create_dir_all(cache).map_err(TaskError::file(cache))?;
        let lock_path = cache.join("install.lock");
        let lock = File::create(&lock_path).map_err(TaskError::file(&lock_path))?;
        if lock.try_lock().is_err() {
            let mut progress = Progress::start("waiting for another installation");
            while lock.try_lock().is_err() {
                progress.tick("another clone installs tools");
                thread::sleep(LOCK_POLL);
            }
            progress.done("ok");
        }
        if self.is_in(root) {
            return Ok(());
        }
        self.install(cache, root)
    }

    fn install(&self, cache: &Path, root: &Path) -> Result<(), TaskError> {
        let build = cache.join(format!("build-{}", self.package));
        let mut progress = Progress::start(&format!(
            "installing {} {} for all clones (first time only; some minutes)",
            self.package, self.version
        ));
        // The package's own lock first; it can name versions that a mirror does not have yet.
        let mut outcome = self.cargo_install(root, &build, true, &mut progress);
        if let Err(QuietFailure::Ended(_)) = outcome {
            progress.tick("again, with newer or older dependencies than its lock file names");
            outcome = self.cargo_install(root, &build, false, &mut progress);
        }
        // Hundreds of megabytes that nobody needs any more; if they stay, nothing breaks.
        let _ = fs::remove_dir_all(&build);
        match outcome {
            Ok(()) if self.is_in(root) => {
                progress.done("ok");
                Ok(())
            }
            Ok(()) => Err(self.install_error(
                "the installed program does not tell the wanted version".to_owned(),
            )),
            Err(QuietFailure::Start(error)) => Err(error),
            Err(QuietFailure::Ended(output)) => Err(self.install_error(output)),
        }
    }

    fn cargo_install(
        &self,
        root: &Path,
        build: &Path,
        locked: bool,
        progress: &mut Progress,
    ) -> Result<(), QuietFailure> {
        let mut command = Command::new("cargo");
        command
            .args([
                "install",
                self.package,
                "--version",
                &self.version,
                "--force",
                "--root",
            ])
            .arg(root)
            .args(self.options)
            .env("CARGO_TARGET_DIR", build)
            .envs(QUICK_PROFILE);
        if locked {
            command.arg("--locked");
        }
        process::run_quietly(&mut command, progress)
    }

    fn install_error(&self, output: String) -> TaskError {
        TaskError::Install {
            tool: self.package.to_owned(),
            version: self.version.clone(),
            output,
        }
    }
}
