//! House rules that no compiler checks.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{error::TaskError, paths};

/// One file, one concern: longer ones have two.
const LINES_MAX: usize = 500;
/// Folders with text of our own.
const FOLDERS: [&str; 4] = ["src", "tests", "style", "public"];
/// Recorded or generated text is not ours to rule, nor what others wrote, nor what a fuzzer leaves beside its targets.
const NOT_OURS: [&str; 6] = [
    "transcripts",
    "snapshots",
    "target",
    "corpus",
    "artifacts",
    "vendor",
];
/// The only things that may lie at the top, besides dot-files and what git ignores.
const TOP: [&str; 11] = [
    "Cargo.toml",
    "Cargo.lock",
    "Trunk.toml",
    "index.html",
    "src",
    "style",
    "public",
    "tests",
    "README.md",
    "LICENSE",
    "target",
];
/// Built, ignored by git.
const TOP_BUILT: [&str; 1] = ["dist"];

/// A pattern that must not appear, and why. Split in two so that this file does not find itself.
struct Rule {
    pattern: (&'static str, &'static str),
    why: &'static str,
    in_tests_too: bool,
}

const RULES: [Rule; 9] = [
    Rule {
        pattern: ("/wo", "rk/"),
        why: "a path of one machine",
        in_tests_too: true,
    },
    Rule {
        pattern: ("/ro", "ot/"),
        why: "a path of one machine",
        in_tests_too: true,
    },
    Rule {
        pattern: ("FACTS", ".md"),
        why: "a file that is not in the repository; name the transcript or `Medplum 5.0.10`",
        in_tests_too: true,
    },
    Rule {
        pattern: ("#[ign", "ore"),
        why: "no test is switched off",
        in_tests_too: true,
    },
    Rule {
        pattern: ("inner_", "html"),
        why: "text of others must never become markup",
        in_tests_too: false,
    },
    Rule {
        pattern: (".unw", "rap()"),
        why: "only in tests",
        in_tests_too: false,
    },
    Rule {
        pattern: (".exp", "ect(\""),
        why: "only in tests",
        in_tests_too: false,
    },
    Rule {
        pattern: ("console::", "log"),
        why: "log through the logger, which redacts",
        in_tests_too: false,
    },
    Rule {
        pattern: ("HA", "CK"),
        why: "say what is wrong and what would be right",
        in_tests_too: true,
    },
];

/// Checks the whole workspace and tells every finding at once.
pub(crate) fn check() -> Result<(), TaskError> {
    let workspace = paths::workspace();
    let mut findings = top_level(&workspace)?;
    let mut files = Vec::new();
    for folder in FOLDERS {
        collect(&workspace.join(folder), &mut files)?;
    }
    for path in &files {
        // What is not text (icons, screenshots) has no lines.
        let Ok(text) = fs::read_to_string(path) else {
            continue;
        };
        let name = path
            .strip_prefix(&workspace)
            .unwrap_or(path)
            .to_string_lossy()
            .replace('\\', "/");
        findings.extend(check_text(&name, &text));
    }
    println!("{} files looked at", files.len());
    if findings.is_empty() {
        return Ok(());
    }
    Err(TaskError::Check(format!(
        "house rules:\n  {}",
        findings.join("\n  ")
    )))
}

fn top_level(workspace: &Path) -> Result<Vec<String>, TaskError> {
    let entries = fs::read_dir(workspace).map_err(TaskError::file(workspace))?;
    Ok(entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| {
            !name.starts_with('.')
                && !TOP.contains(&name.as_str())
                && !TOP_BUILT.contains(&name.as_str())
        })
        .map(|name| format!("{name}: does not belong to the top level"))
        .collect())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), TaskError> {
    for entry in fs::read_dir(folder)
        .map_err(TaskError::file(folder))?
        .flatten()
    {
        let path = entry.path();
        if path.is_dir() {
            if !NOT_OURS.contains(&entry.file_name().to_string_lossy().as_ref()) {
                collect(&path, files)?;
            }
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// Findings in one file.
fn check_text(name: &str, text: &str) -> Vec<String> {
    let mut findings = Vec::new();
    let lines = text.lines().count();
    let is_rust = name.ends_with(".rs");
    if lines > LINES_MAX && (is_rust || name.ends_with(".css")) {
        findings.push(format!(
            "{name}: {lines} lines, at most {LINES_MAX}: split it by concern"
        ));
    }
    // A `tests.rs` is explained by the module that it tests.
    if is_rust && !text.starts_with("//!") && !name.ends_with("/tests.rs") {
        findings.push(format!(
            "{name}: starts without saying what it is for (`//!`)"
        ));
    }
    let mut in_tests = is_test_file(name);
    for (index, line) in text.lines().enumerate() {
        in_tests |= line.trim_start().starts_with("#[cfg(test)]")
            || line.trim_start().starts_with("#[cfg(all(test");
        let broken = RULES
            .iter()
            .filter(|rule| rule.in_tests_too || (is_rust && !in_tests));
        for rule in broken {
            let pattern = format!("{}{}", rule.pattern.0, rule.pattern.1);
            if line.contains(&pattern) && !name.ends_with("verify/tidy.rs") {
                findings.push(format!("{name}:{}: `{pattern}`: {}", index + 1, rule.why));
            }
        }
    }
    findings
}

/// Everything under `tests` but the developer commands, and modules that hold tests only.
fn is_test_file(name: &str) -> bool {
    (name.starts_with("tests/") && !name.starts_with("tests/xtask/"))
        || name.ends_with("/tests.rs")
        || name.contains("/tests/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_is_a_finding() {
        let text = format!("//! Long.\n{}", "\n".repeat(LINES_MAX));
        assert_eq!(check_text("src/a.rs", &text).len(), 1);
    }

    #[test]
    fn unwrap_is_for_tests_only() {
        let call = ["let x = y", ".unwrap();"].concat();
        let outside = format!("//! X.\n{call}\n");
        let inside = format!("//! X.\n#[cfg(test)]\nmod tests {{\n{call}\n}}\n");
        assert_eq!(check_text("src/a.rs", &outside).len(), 1);
        assert_eq!(check_text("src/a.rs", &inside), Vec::<String>::new());
        assert_eq!(
            check_text("tests/browser/tests/a.rs", &outside),
            Vec::<String>::new()
        );
    }

    #[test]
    fn a_module_says_what_it_is_for() {
        assert_eq!(check_text("src/a.rs", "fn main() {}\n").len(), 1);
    }

    #[test]
    fn paths_of_one_machine_are_found_in_any_text() {
        let text = ["see /wo", "rk/shared\n"].concat();
        assert_eq!(check_text("style/a.css", &text).len(), 1);
    }
}
