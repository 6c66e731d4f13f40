//! What a first visit costs: the wasm of app and worker, as a browser receives it; and what a demonstration adds.

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
/// people make 60, the history of a record 20, the ways into a demonstration and its mark 7, without the demonstration itself, what
/// people choose of how things look 13, half of it the dialog, columns from a path 25, of which the worker has a third and the fields
/// and the preview of the dialog most of the rest, views and columns that can be moved, resized, pinned and hidden 38, what the
/// access policy closes in a table and panels that are kept in the browser 3, of which fewer effects in a cell gave 2 back.
/// Formatting and panic text are in both. No wasm-opt: version 132 with -Oz took 9 % off the files, but 0.4 % off what is sent. A
/// reader of our own for messages would save 40 and was not taken: serde_json is kept well by others.
const BROTLI_KIB_MAX: f64 = 988.0;
/// The file of the demonstration, brotli, in KiB: the whole sandbox, fetched by nobody else. 245 were measured, without the curve
/// of the signatures, which nobody verifies there.
const DEMO_BROTLI_KIB_MAX: f64 = 256.0;
/// How its name starts.
const DEMO_FILE: &str = "panels-demo";

/// Files that count together.
struct Budget {
    what: &'static str,
    is_demo: bool,
    files: usize,
    kib_max: f64,
}

const BUDGETS: [Budget; 2] = [
    Budget {
        what: "app and worker together",
        is_demo: false,
        files: 2,
        kib_max: BROTLI_KIB_MAX,
    },
    Budget {
        what: "the demonstration, where it is asked for",
        is_demo: true,
        files: 1,
        kib_max: DEMO_BROTLI_KIB_MAX,
    },
];
/// As static servers compress once at deployment.
const BROTLI_QUALITY: u32 = 11;
/// The window of the format's default.
const BROTLI_WINDOW: u32 = 22;
const BUFFER_BYTES: usize = 64 * 1024;

/// Prints the sizes of a release build and refuses one that is too large.
pub(crate) fn check(dist: &Path) -> Result<(), TaskError> {
    let files = wasm_files(dist)?;
    println!("{:<44}{:>12}{:>12}", "file", "raw KiB", "brotli KiB");
    for budget in BUDGETS {
        let of_budget = files
            .iter()
            .filter(|(name, _)| is_demo(name) == budget.is_demo);
        let mut sizes_kib = Vec::new();
        for (name, path) in of_budget {
            sizes_kib.push(print_size(name, path)?);
        }
        check_budget(dist, &budget, &sizes_kib)?;
    }
    Ok(())
}

fn is_demo(name: &str) -> bool {
    name.starts_with(DEMO_FILE)
}

fn check_budget(dist: &Path, budget: &Budget, sizes_kib: &[f64]) -> Result<(), TaskError> {
    let Budget {
        what,
        files,
        kib_max,
        ..
    } = budget;
    let total_kib: f64 = sizes_kib.iter().sum();
    println!(
        "{what:<44}{:>12}{total_kib:>12.1}  (budget {kib_max:.0})",
        ""
    );
    if sizes_kib.len() != *files {
        return Err(TaskError::Check(format!(
            "{} should hold {files} wasm files for {what}, but holds {}",
            dist.display(),
            sizes_kib.len()
        )));
    }
    if total_kib > *kib_max {
        return Err(TaskError::Check(format!(
            "{what}: {total_kib:.1} KiB compressed, the budget is {kib_max:.0}: see what grew with \
             `cargo tree --target wasm32-unknown-unknown` or twiggy"
        )));
    }
    Ok(())
}

/// Its compressed size in KiB.
fn print_size(name: &str, path: &Path) -> Result<f64, TaskError> {
    let bytes = fs::read(path).map_err(TaskError::file(path))?;
    let compressed_kib = kib(brotli_length(&bytes).map_err(TaskError::file(path))?);
    println!("{name:<44}{:>12.1}{compressed_kib:>12.1}", kib(bytes.len()));
    Ok(compressed_kib)
}

/// Names and paths, in the order of the names.
fn wasm_files(dist: &Path) -> Result<Vec<(String, PathBuf)>, TaskError> {
    let mut files: Vec<_> = fs::read_dir(dist)
        .map_err(TaskError::file(dist))?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "wasm")
        })
        .map(|path| {
            let name = path.file_name().unwrap_or_default();
            (name.to_string_lossy().into_owned(), path)
        })
        .collect();
    files.sort();
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

    fn budget(sizes_kib: &[f64]) -> Result<(), String> {
        check_budget(Path::new("dist"), &BUDGETS[1], sizes_kib).map_err(|error| error.to_string())
    }

    #[test]
    fn a_file_too_large_and_one_too_many_are_refused() {
        assert_eq!(budget(&[DEMO_BROTLI_KIB_MAX]), Ok(()));
        assert!(
            budget(&[DEMO_BROTLI_KIB_MAX + 0.1])
                .unwrap_err()
                .contains("the budget is")
        );
        assert!(budget(&[]).unwrap_err().contains("but holds 0"));
        assert!(budget(&[1.0, 1.0]).unwrap_err().contains("but holds 2"));
    }

    #[test]
    fn the_demonstration_is_not_counted_with_the_rest() {
        assert!(is_demo("panels-demo_bg.wasm"));
        assert!(!is_demo("panels-worker_bg.wasm") && !is_demo("panels-app-1f_bg.wasm"));
    }

    #[test]
    fn repetition_compresses_to_almost_nothing() {
        let length = brotli_length(&[7; 100_000]).unwrap();
        assert!((1..200).contains(&length), "{length}");
    }
}
