//! The words of the keys.

/// A key was pressed just as its row left.
pub(crate) const ROW_LEFT: &str =
    "Nothing was done: the row that you were at has just left. Press the key again for this one.";
