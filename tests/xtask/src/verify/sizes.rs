//! What a first visit costs: the wasm of app and worker, as a browser receives it.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use crate::error::TaskError;

/// Both wasm files together, brotli, in KiB. Ward networks are slow, and this is sent before the first row shows. The goal
/// is 300. 527 were measured before people could edit; editing, its outbox and the audit trail added 183, to say what is hidden
/// and to keep what is half typed in any field 10, tags and what is remembered of edits that have ended 9, to write rows to a
/// file 12, most of it the dialog, to ask a panel for words, filters, bands and orders 31, most of it the menu, the menus of a
/// row, the sheet of keys and the list of commands 20, to hold rows where they are and to tell what was missed 16, panels that
/// people make 60. Formatting and panic text are in both. No wasm-opt: version 132 with -Oz took 9 % off the files, but 0.4 % off what is sent. A reader of
/// our own for messages would save 40 and was not taken: serde_json is kept well by others.
const BROTLI_KIB_MAX: f64 = 880.0;
/// As static servers compress once at deployment.
const BROTLI_QUALITY: u32 = 11;
/// The window of the format's default.
const BROTLI_WINDOW: u32 = 22;
const BUFFER_BYTES: usize = 64 * 1024;

/// Prints the sizes of a release build and refuses one that is too large.
pub(crate) fn check(dist: &Path) -> Result<(), TaskError> {
    let mut total_kib = 0.0;
    println!("{:<44}{:>12}{:>12}", "file", "raw KiB", "brotli KiB");
    for path in wasm_files(dist)? {
        let bytes = fs::read(&path).map_err(TaskError::file(&path))?;
        let compressed_kib = kib(brotli_length(&bytes).map_err(TaskError::file(&path))?);
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        println!("{name:<44}{:>12.1}{compressed_kib:>12.1}", kib(bytes.len()));
        total_kib += compressed_kib;
    }
    println!(
        "{:<44}{:>12}{total_kib:>12.1}  (budget {BROTLI_KIB_MAX:.0})",
        "together", ""
    );
    if total_kib > BROTLI_KIB_MAX {
        return Err(TaskError::Check(format!(
            "app and worker are {total_kib:.1} KiB compressed, the budget is {BROTLI_KIB_MAX:.0}: see what grew with \
             `cargo tree --target wasm32-unknown-unknown` or twiggy"
        )));
    }
    Ok(())
}

fn wasm_files(dist: &Path) -> Result<Vec<PathBuf>, TaskError> {
    let mut files: Vec<PathBuf> = fs::read_dir(dist)
        .map_err(TaskError::file(dist))?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "wasm")
        })
        .collect();
    files.sort();
    if files.len() < 2 {
        return Err(TaskError::Check(format!(
            "{} should hold two wasm files (app and worker), but holds {}",
            dist.display(),
            files.len()
        )));
    }
    Ok(files)
}

fn brotli_length(bytes: &[u8]) -> std::io::Result<usize> {
    let mut writer =
        brotli::CompressorWriter::new(Vec::new(), BUFFER_BYTES, BROTLI_QUALITY, BROTLI_WINDOW);
    writer.write_all(bytes)?;
    writer.flush()?;
    Ok(writer.into_inner().len())
}

#[expect(
    clippy::cast_precision_loss,
    reason = "sizes of files are far below 2^52"
)]
fn kib(bytes: usize) -> f64 {
    bytes as f64 / 1024.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetition_compresses_to_almost_nothing() {
        let length = brotli_length(&[7; 100_000]).unwrap();
        assert!((1..200).contains(&length), "{length}");
    }
}
