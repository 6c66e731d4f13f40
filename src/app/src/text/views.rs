//! Words of saved views, and of how a table is laid out.

use panels_core::protocol::Audience;

/// Name of the tabs.
pub(crate) const VIEWS: &str = "Views";
/// The first tab: what the panel shows by itself.
pub(crate) const VIEW_ALL: &str = "All";
/// Beside the name of a personal view.
pub(crate) const VIEW_MINE: &str = "(mine)";
/// Button.
pub(crate) const SAVE_AS_VIEW: &str = "Save as view";
/// Heading.
pub(crate) const NEW_VIEW: &str = "New view";
/// Button and heading.
pub(crate) const CHANGE_VIEW: &str = "Change view";
/// Button.
pub(crate) const DELETE_VIEW: &str = "Delete view";
/// Button: leaves the known one as it is.
pub(crate) const VIEW_AS_NEW: &str = "Save as a new view";
/// Something else is shown than was saved.
pub(crate) const VIEW_CHANGED: &str = "Changed";
/// Button: shows what was saved.
pub(crate) const VIEW_RESET: &str = "Reset";
/// It is saved.
pub(crate) const VIEW_SAVED: &str = "View saved";
/// What it is made of.
pub(crate) const VIEW_HOLDS: &str =
    "A view keeps what the table shows now: its filters, its order, and its columns.";
/// Group.
pub(crate) const VIEW_AUDIENCE: &str = "Who sees it";
/// It is not there.
pub(crate) const VIEW_MISSING: &str =
    "The view that this address names is not there any longer. All rows of the panel are shown.";
/// It is not known yet.
pub(crate) const VIEW_READING: &str = "Reading the view… All rows are shown until then.";
/// It cannot be read.
pub(crate) const VIEW_UNAVAILABLE: &str =
    "Saved views could not be read yet. All rows are shown until then.";
/// Button of the toolbar.
pub(crate) const COLUMNS: &str = "Columns";
/// Name of its menu.
pub(crate) const COLUMNS_MENU: &str = "Columns of this table";
/// What becomes of it.
pub(crate) const COLUMNS_KEPT: &str = "Kept for you on this computer.";
/// What becomes of it.
pub(crate) const COLUMNS_OF_VIEW: &str = "To keep this, change the view.";
/// Button.
pub(crate) const COLUMNS_RESET: &str = "As before";
/// Button, short.
pub(crate) const PIN: &str = "Pin";
/// What it does.
pub(crate) const PIN_HINT: &str = "Stays while the table scrolls sideways";
/// Why it cannot be pressed.
pub(crate) const PIN_FULL: &str = "More columns that stay would leave no room for the rest";

/// Who sees a view.
pub(crate) fn audience(audience: Audience) -> &'static str {
    match audience {
        Audience::Personal => "Only me",
        Audience::Shared => "Everybody who sees this panel",
    }
}

/// Name of the button that deletes a view.
pub(crate) fn delete_view(name: &str) -> String {
    format!("{DELETE_VIEW} {name}")
}

/// Columns that a view goes by and the panel no longer has.
pub(crate) fn view_lacks(columns: &[String]) -> String {
    format!(
        "This view also goes by {}, which the panel no longer has: more rows may be shown than it was made for.",
        columns.join(", ")
    )
}

/// What somebody else did meanwhile.
pub(crate) fn view_conflict(author: Option<&str>) -> String {
    let who = author.unwrap_or("Somebody else");
    format!("{who} has changed this view since you opened it. Nothing was written over.")
}

/// On the button that pins a column.
pub(crate) fn pin_column(title: &str) -> String {
    format!("Pin {title}")
}

/// On the button that makes a column wider or narrower.
pub(crate) fn resize_column(title: &str, wider: bool) -> String {
    let to = if wider { "wider" } else { "narrower" };
    format!("{title} {to}")
}

/// A column was moved.
pub(crate) fn column_place(title: &str, place: usize, count: usize) -> String {
    format!("{title} is column {place} of {count}")
}

/// A column was made wider or narrower.
pub(crate) fn column_width(title: &str, width_px: u16) -> String {
    format!("{title} is {width_px} pixels wide")
}
