//! Where things are.

use std::{
    env,
    path::{Path, PathBuf},
};

use crate::error::TaskError;

/// The top folder of the workspace. Cargo tells at run time; the value of build time serves when started by hand.
pub(crate) fn workspace() -> PathBuf {
    let package = env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    package
        .ancestors()
        .nth(2)
        .unwrap_or(Path::new("."))
        .to_path_buf()
}

/// Cargo's target folder: this program lies in `<target>/debug`.
pub(crate) fn target() -> PathBuf {
    env::current_exe()
        .ok()
        .and_then(|program| program.ancestors().nth(2).map(Path::to_path_buf))
        .unwrap_or_else(|| workspace().join("target"))
}

/// Folder for tools that all clones share.
pub(crate) fn tool_cache() -> Result<PathBuf, TaskError> {
    cache_root(|name| env::var_os(name).filter(|value| !value.is_empty()))
        .map(|root| root.join("panels-dev"))
        .ok_or(TaskError::NoCacheDirectory)
}

/// The user's cache folder by the custom of each system.
fn cache_root(variable: impl Fn(&str) -> Option<std::ffi::OsString>) -> Option<PathBuf> {
    if let Some(folder) = variable("XDG_CACHE_HOME") {
        return Some(folder.into());
    }
    if cfg!(windows) {
        return variable("LOCALAPPDATA").map(PathBuf::from);
    }
    let home = PathBuf::from(variable("HOME")?);
    Some(if cfg!(target_os = "macos") {
        home.join("Library/Caches")
    } else {
        home.join(".cache")
    })
}

/// First file of this name on PATH.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(&file))
        .find(|candidate| candidate.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_folder_honours_xdg_before_home() {
        let both = |name: &str| match name {
            "XDG_CACHE_HOME" => Some("/elsewhere".into()),
            "HOME" => Some("/home/someone".into()),
            _ => None,
        };
        assert_eq!(cache_root(both), Some("/elsewhere".into()));
    }

    #[test]
    fn no_variable_at_all_gives_no_cache_folder() {
        assert_eq!(cache_root(|_| None), None);
    }

    #[test]
    fn the_workspace_holds_the_lock_file() {
        assert!(workspace().join("Cargo.lock").is_file());
    }
}
