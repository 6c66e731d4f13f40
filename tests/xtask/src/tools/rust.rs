//! What rustup gives: the wasm target, rustfmt, clippy.

use std::process::Command;

use crate::{error::TaskError, paths, process, progress::Progress};

const TARGET: &str = "wasm32-unknown-unknown";

/// Adds the wasm target if it is missing.
pub(crate) fn ensure_wasm_target() -> Result<(), TaskError> {
    if in_sysroot() {
        return Ok(());
    }
    if paths::on_path("rustup").is_none() {
        return Err(TaskError::NoWasmTarget);
    }
    let progress = Progress::start("adding the target wasm32-unknown-unknown");
    process::run(
        Command::new("rustup")
            .current_dir(paths::workspace())
            .args(["target", "add", TARGET]),
    )
    .map_err(rustup_hint)?;
    progress.done("ok");
    Ok(())
}

/// The standard library of the target lies beside the compiler, whoever installed it.
fn in_sysroot() -> bool {
    process::output_of(
        Command::new("rustc")
            .current_dir(paths::workspace())
            .args(["--print", "sysroot"]),
    )
    .is_some_and(|sysroot| {
        std::path::Path::new(sysroot.trim())
            .join("lib/rustlib")
            .join(TARGET)
            .join("lib")
            .is_dir()
    })
}

/// Adds rustfmt and clippy if they are missing.
pub(crate) fn ensure_components() -> Result<(), TaskError> {
    for (component, command) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        let present = process::output_of(
            Command::new("cargo")
                .current_dir(paths::workspace())
                .args([command, "--version"]),
        )
        .is_some();
        if present {
            continue;
        }
        if paths::on_path("rustup").is_none() {
            return Err(TaskError::Check(format!(
                "{component} is missing and there is no rustup to add it: install the package {component} of your system"
            )));
        }
        let progress = Progress::start(&format!("adding {component}"));
        process::run(
            Command::new("rustup")
                .current_dir(paths::workspace())
                .args(["component", "add", component]),
        )
        .map_err(rustup_hint)?;
        progress.done("ok");
    }
    Ok(())
}

fn rustup_hint(error: TaskError) -> TaskError {
    match error {
        TaskError::Failed { command, status, .. } => TaskError::Failed {
            command,
            status,
            hint: ": it needs the network (static.rust-lang.org); connect, or run it once where there is one".to_owned(),
        },
        other => other,
    }
}
