//! Rows that stay where they are while somebody works on them, and what happened to rows while nobody could tell.

use panels_core::protocol::GoneReason;

use super::counted;
use crate::state::{CaughtUp, RowWait};

/// Name of the notice that tells what was missed. Part of the interface.
pub(crate) const CAUGHT_UP: &str = "Caught up";

/// What changed while the connection was away.
pub(crate) fn caught_up(told: CaughtUp) -> String {
    let changed = counted(
        told.changed,
        "row of this panel changed",
        "rows of this panel changed",
    );
    let gone = counted(told.gone, "row left", "rows left");
    let what = match (told.changed, told.gone) {
        (_, 0) => changed,
        (0, _) => gone,
        _ => format!("{changed} and {gone}"),
    };
    format!("{CAUGHT_UP}: {what} while the connection was away.")
}

/// Why rows wait.
pub(crate) const WAITING_ROWS_TITLE: &str = "Rows that you point at, have chosen or work on stay where they are. This puts them where they belong. Key: u";

/// A key was pressed on a row that is shown only so that people can see why it left.
pub(crate) const ROW_HAS_LEFT: &str =
    "Nothing was done: this row has left the panel. Open it to change it.";

/// How many rows wait, on the button that lets them.
pub(crate) fn waiting_rows(waiting: usize) -> String {
    format!("{}, apply", counted(waiting, "change", "changes"))
}

/// What a row waits to do.
pub(crate) fn row_wait(wait: &RowWait) -> String {
    match wait {
        RowWait::Moves => "Will move".to_owned(),
        RowWait::Mismatch => "No longer what was asked for".to_owned(),
        RowWait::Gone(GoneReason::LeftPanel { status, by }) => {
            let what = status.as_deref().unwrap_or("No longer in this panel");
            let by = by.as_ref().map(|by| format!(" by {by}"));
            // Who wrote the version of a row that is still open may have changed something else.
            let by = by.filter(|_| status.is_some()).unwrap_or_default();
            format!("{what}{by}")
        }
        RowWait::Gone(GoneReason::Deleted) => "Deleted".to_owned(),
        // Such a row is not shown at all.
        RowWait::Gone(GoneReason::AccessLost | GoneReason::Unreadable) => String::new(),
    }
}
