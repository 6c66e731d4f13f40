//! Words of panels that people make.

use panels_core::{
    panel_edit::{Obstacle, Part, Unkept},
    path::PathFault,
    protocol::{
        Audience, Draft, DraftProblem, PanelPreview, PanelProblem, PanelRefusal, PanelRows,
        PathFormat, ViewDraft,
    },
};

use super::{counted, number};

/// Makes a panel.
pub(crate) const NEW_PANEL: &str = "New panel";
/// Makes a panel of what is shown.
pub(crate) const SAVE_AS_PANEL: &str = "Save as panel";
/// Changes the panel that is shown.
pub(crate) const CHANGE_PANEL: &str = "Change panel";
/// In the dialog of a known panel: leaves that one as it is.
pub(crate) const SAVE_AS_NEW: &str = "Save as a new panel";
/// On a button of the list, short.
pub(crate) const CHANGE_SHORT: &str = "Change";
/// On a button of the list, short.
pub(crate) const DUPLICATE: &str = "Duplicate";
/// On a button of the list, short.
pub(crate) const DELETE: &str = "Delete";
/// While it is on its way.
pub(crate) const SAVING: &str = "Saving…";
/// It is saved.
pub(crate) const PANEL_SAVED: &str = "Panel saved";
/// Field.
pub(crate) const PANEL_NAME: &str = "Name";
/// Field.
pub(crate) const PANEL_DESCRIPTION: &str = "Description";
/// Field.
pub(crate) const PANEL_ROWS: &str = "Rows";
/// Group.
pub(crate) const PANEL_COLUMNS: &str = "Columns";
/// Group.
pub(crate) const PANEL_FILTERS: &str = "Always filtered by";
/// What to do for a filter.
pub(crate) const PANEL_FILTERS_HINT: &str =
    "To add a filter, close this, filter the table, and open it again.";
/// Begins a column.
pub(crate) const ADD_PATH: &str = "Add a column from a path";
/// Group.
pub(crate) const PATH_COLUMN: &str = "Column from a path";
/// Field.
pub(crate) const PATH_TITLE: &str = "Heading";
/// Field.
pub(crate) const PATH: &str = "Path in the record";
/// What is typed there.
pub(crate) const PATH_HINT: &str = "For example identifier.where(system = 'urn:x').value, extension('urn:y').value or note.count(). The list shows paths that records have.";
/// Field.
pub(crate) const PATH_FORMAT: &str = "Shown as";
/// Takes a column into the panel.
pub(crate) const ADD_COLUMN: &str = "Add column";
/// Takes what was changed of a column into the panel.
pub(crate) const KEEP_COLUMN: &str = "Take over";
/// On a button of a line, short.
pub(crate) const REMOVE_SHORT: &str = "Remove";
/// Heading.
pub(crate) const PREVIEW: &str = "Preview";
/// Below it, until it is there.
pub(crate) const PREVIEW_LOADING: &str = "Rows are still being read.";
/// Before the filters of a panel.
pub(crate) const ALWAYS: &str = "Always";
/// Why no panel can be made.
pub(crate) const PANELS_OFF: &str = "Panels cannot be saved here: sharedPanels is off";
/// Why no panel can be made.
pub(crate) const PANELS_READ_ONLY: &str = "Your access does not allow you to save panels";
/// The list of panels is not certain.
pub(crate) const PANELS_OLD: &str =
    "Saved panels could not be read again; a colleague may have changed them.";
/// The list of panels is not there.
pub(crate) const PANELS_UNAVAILABLE: &str = "Saved panels could not be read yet.";
/// What that means for an address.
pub(crate) const PANELS_UNAVAILABLE_BODY: &str =
    "This address may be that of one of them. It is tried again every few seconds.";
/// They are on their way.
pub(crate) const PANELS_READING: &str = "Reading saved panels…";
/// Heading.
pub(crate) const PANELS_UNUSABLE: &str = "Panels that cannot be shown";
/// A panel without a name.
pub(crate) const PANEL_UNNAMED: &str = "A panel without a name";
/// In a conflict.
pub(crate) const KEEP_MINE_PANEL: &str = "Save mine over theirs";
/// In a conflict.
pub(crate) const TAKE_THEIRS_PANEL: &str = "Take theirs";

/// On the button that changes a panel.
pub(crate) fn change_panel(name: &str) -> String {
    format!("Change {name}")
}

/// On the button that copies a panel.
pub(crate) fn duplicate_panel(name: &str) -> String {
    format!("Duplicate {name}")
}

/// On the button that deletes a panel.
pub(crate) fn delete_panel(name: &str) -> String {
    format!("Delete {name}")
}

/// Name of a copy.
pub(crate) fn copy_name(name: &str) -> String {
    format!("{name} (copy)")
}

/// A panel is on its way to be deleted.
pub(crate) fn deleting(name: &str) -> String {
    format!("Deleting “{name}”…")
}

/// It is gone.
pub(crate) fn deleted(what: &Draft) -> String {
    match what {
        Draft::View(ViewDraft {
            name,
            audience: Audience::Personal,
            ..
        }) => format!("“{name}” was deleted."),
        other => format!("“{}” was deleted for everybody.", other.name()),
    }
}

/// It comes back.
pub(crate) fn restoring(name: &str) -> String {
    format!("Bringing “{name}” back…")
}

/// It is still there.
pub(crate) fn not_deleted(name: &str, why: &Obstacle) -> String {
    format!("“{name}” was not deleted: {}", obstacle(why))
}

/// It is still gone.
pub(crate) fn not_restored(name: &str, why: &Obstacle) -> String {
    format!("“{name}” did not come back: {}", obstacle(why))
}

fn obstacle(why: &Obstacle) -> String {
    match why {
        Obstacle::Refused(reason) => panel_refusal(reason),
        Obstacle::Changed { author } => {
            let who = author.as_deref().unwrap_or("somebody else");
            format!("{who} has changed it meanwhile, and it is there as they made it.")
        }
    }
}

/// What somebody else did meanwhile.
pub(crate) fn panel_conflict(author: Option<&str>) -> String {
    let who = author.unwrap_or("Somebody else");
    format!("{who} has changed this panel since you opened it. Nothing was written over.")
}

/// What they made of it.
pub(crate) fn theirs(name: &str, parts: &[Part]) -> String {
    let parts: Vec<&str> = parts.iter().map(|part| panel_part(*part)).collect();
    format!(
        "Theirs is called “{name}” and differs from yours in: {}.",
        parts.join(", ")
    )
}

fn panel_part(part: Part) -> &'static str {
    match part {
        Part::Name => "name",
        Part::Description => "description",
        Part::Rows => "rows",
        Part::Columns => "columns",
        Part::Filters => "filters",
        Part::Order => "order",
        Part::Audience => "who sees it",
    }
}

/// Rows of a panel.
pub(crate) fn panel_rows(rows: PanelRows) -> &'static str {
    match rows {
        PanelRows::OpenTasks => "All open tasks",
        PanelRows::MyTasks => "Open tasks of whoever looks at it",
        PanelRows::Patients => "Active patients",
    }
}

/// What cannot be kept in a panel.
pub(crate) fn unkept(what: &Unkept) -> String {
    match what {
        Unkept::Search => "What is searched for is not saved: it may be a name.".to_owned(),
        Unkept::Band => "The part by due date is not saved; filter by Due for that.".to_owned(),
        Unkept::Filter { column } => format!("The filter of {column} is not saved."),
    }
}

/// On the button that moves a column.
pub(crate) fn move_column(title: &str, to_front: bool) -> String {
    let to = if to_front { "earlier" } else { "later" };
    format!("{title} {to}")
}

/// Why a change was not made.
pub(crate) fn panel_refusal(reason: &PanelRefusal) -> String {
    match reason {
        PanelRefusal::NotSignedIn => "nobody is signed in.".to_owned(),
        PanelRefusal::Forbidden => "your access does not allow it.".to_owned(),
        PanelRefusal::Gone => "it was deleted meanwhile.".to_owned(),
        PanelRefusal::NotReadable => {
            "it was made by another version of Panels, and is left as it is.".to_owned()
        }
        PanelRefusal::Draft(problem) => draft_problem(problem),
        PanelRefusal::TooMany => "there are too many saved panels; delete one first.".to_owned(),
        PanelRefusal::Invalid { message } => format!("the server refused it ({message})."),
        PanelRefusal::NoAnswer => "the server did not answer. It is safe to try again.".to_owned(),
    }
}

/// The same where it was to be saved.
pub(crate) fn not_saved(reason: &PanelRefusal) -> String {
    format!("Not saved: {}", panel_refusal(reason))
}

/// What is wrong with a draft.
pub(crate) fn draft_problem(problem: &DraftProblem) -> String {
    match problem {
        DraftProblem::NameMissing => "it needs a name.".to_owned(),
        DraftProblem::NameTooLong => "the name is too long.".to_owned(),
        DraftProblem::DescriptionTooLong => "the description is too long.".to_owned(),
        DraftProblem::NoColumns => "it needs a column.".to_owned(),
        DraftProblem::Column { id } => format!("the column {id} is not known or there twice."),
        DraftProblem::Filter { column } => format!("the filter of {column} cannot be kept."),
        DraftProblem::Sort { column } => {
            format!("it is ordered by {column}, which is not shown.")
        }
        DraftProblem::PathName { id } => format!("a column cannot be called {id}."),
        DraftProblem::PathTitleMissing => "the column needs a heading.".to_owned(),
        DraftProblem::PathTitleTooLong => "the heading of the column is too long.".to_owned(),
        DraftProblem::Path { title } => format!("the path of {title} cannot be read."),
        DraftProblem::TooManyPaths => "there are too many columns from paths.".to_owned(),
    }
}

/// What is wrong with a path that is typed.
pub(crate) fn path_fault(fault: &PathFault) -> String {
    format!("Not a path yet: {fault}.")
}

/// Why a column is not added yet.
pub(crate) fn not_added(problem: &DraftProblem) -> String {
    format!("Not added: {}", draft_problem(problem))
}

/// Name of a format.
pub(crate) fn path_format(format: PathFormat) -> &'static str {
    match format {
        PathFormat::Text => "Text",
        PathFormat::Number => "Number",
        PathFormat::Date => "Date",
        PathFormat::DateTime => "Date and time",
        PathFormat::Boolean => "Yes or no",
        PathFormat::Tags => "Tags",
        PathFormat::Person => "Person",
    }
}

/// On the button that changes a column.
pub(crate) fn change_column(title: &str) -> String {
    format!("Change column {title}")
}

/// On the button that takes a column away.
pub(crate) fn remove_column(title: &str) -> String {
    format!("Remove column {title}")
}

/// Below a preview.
pub(crate) fn preview_of(preview: &PanelPreview) -> String {
    match (preview.rows.len(), preview.total) {
        _ if preview.loading => PREVIEW_LOADING.to_owned(),
        (0, _) => "No row belongs to this panel now.".to_owned(),
        (rows, Some(total)) => {
            let all = counted(total as usize, "row", "rows");
            format!("The first {} of {all} as of now.", number(rows))
        }
        (rows, None) => format!("{} of its rows as of now.", number(rows)),
    }
}

/// There is no preview.
pub(crate) fn no_preview(problem: &DraftProblem) -> String {
    format!("No preview: {}", draft_problem(problem))
}

/// Why a panel cannot be shown.
pub(crate) fn panel_problem(problem: &PanelProblem) -> String {
    match problem {
        PanelProblem::Newer => "Saved by a newer version of Panels. Reload to use it.".to_owned(),
        PanelProblem::Unreadable => {
            "Its definition cannot be read. It is left as it is.".to_owned()
        }
        PanelProblem::Resource(invalid) => format!("Not a valid resource: {invalid}."),
        PanelProblem::Draft(problem) => {
            format!("Its definition is not valid: {}", draft_problem(problem))
        }
        PanelProblem::OverLimit => "There are more saved panels than can be shown.".to_owned(),
    }
}
