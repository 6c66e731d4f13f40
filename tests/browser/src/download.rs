//! Files that the browser has stored, and what is in a table of them.

use std::path::Path;

use crate::{Failure, browser::Browser, wait};

/// Waits until there is one file, whole, and gives its name and text.
///
/// # Errors
/// If none comes, or more than one.
pub async fn expect_one(browser: &Browser) -> Result<(String, String), Failure> {
    let folder = browser.downloads();
    let name = wait::until("one downloaded file", async || {
        let names = names(&folder);
        // Chromium gives a file its name when it is whole.
        let is_whole = |name: &String| !name.ends_with(".crdownload") && !name.starts_with('.');
        Ok(match &names[..] {
            [name] if is_whole(name) => wait::Look::Found(name.clone()),
            _ => wait::Look::NotYet(format!("{names:?}")),
        })
    })
    .await?;
    let text = tokio::fs::read_to_string(folder.join(&name)).await;
    let text = text.map_err(Failure::io("downloaded file"))?;
    Ok((name, text))
}

/// Names of what was downloaded.
pub fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.collect()
}

/// The lines of a table (RFC 4180) with their fields, the heading first.
pub fn read_table(text: &str) -> Vec<Vec<String>> {
    let mut lines = vec![vec![String::new()]];
    let mut quoted = false;
    let mut letters = text.trim_start_matches('\u{feff}').chars().peekable();
    while let Some(letter) = letters.next() {
        let doubled = letter == '"' && letters.peek() == Some(&'"');
        match (letter, lines.last_mut()) {
            ('"', _) if !(quoted && doubled) => quoted = !quoted,
            (',', Some(line)) if !quoted => line.push(String::new()),
            ('\r', _) if !quoted => {}
            ('\n', _) if !quoted => lines.push(vec![String::new()]),
            (other, line) => {
                if doubled {
                    letters.next();
                }
                if let Some(field) = line.and_then(|line| line.last_mut()) {
                    field.push(other);
                }
            }
        }
    }
    // After the end of the last line there is nothing.
    lines.pop();
    lines
}
