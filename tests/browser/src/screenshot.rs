//! Pictures for people: of a failure, and for the README.

use std::path::{Path, PathBuf};

use fantoccini::Client;

use crate::Failure;

/// Writes what the current tab shows to `target/screenshots/<name>.png`.
///
/// # Errors
/// If the browser cannot take it or the file cannot be written.
pub async fn take(client: &Client, name: &str) -> Result<PathBuf, Failure> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/screenshots");
    tokio::fs::create_dir_all(&folder)
        .await
        .map_err(Failure::io("folder for screenshots"))?;
    let path = folder.join(format!("{name}.png"));
    let bytes = client.screenshot().await?;
    tokio::fs::write(&path, bytes)
        .await
        .map_err(Failure::io("screenshot"))?;
    Ok(path)
}
