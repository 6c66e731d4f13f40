//! What the worker answers a tab that wants to write rows to a file.

use serde::{Deserialize, Serialize};

/// Whether the file may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ExportVerdict {
    /// It is written down, and may be made.
    Allowed {
        /// Of how many rows, at most: as many as are written down.
        rows: u32,
    },
    /// It may not be made.
    Refused {
        /// Why.
        reason: ExportRefusal,
    },
}

/// Why rows may not be written to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ExportRefusal {
    /// `limits.export` of config.json says so.
    Forbidden,
    /// Nobody is signed in, or not any longer.
    NotSignedIn,
    /// There is no such panel, or not any longer.
    PanelUnknown,
    /// What the access policy hides decides which rows belong to the panel: nobody can tell what the file would be.
    PanelBlind,
    /// It could not be written down: the audit trail is full.
    NotWrittenDown,
}
