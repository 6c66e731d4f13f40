//! What the status or the priority of one row may become: all choices, and for each that is closed the reason.

use crate::{
    edit::{transitions, typing},
    protocol::{Cell, EditBar, EditField, FieldValue},
    text::status_label,
};

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowChoice {
    /// Its code.
    pub code: &'static str,
    /// What people call it.
    pub label: &'static str,
    /// The row is so already.
    pub is_so: bool,
    /// Why it cannot be chosen.
    pub closed: Option<Closed>,
}

/// Why something cannot be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Closed {
    /// What it is now is not known here, because it is hidden or has no form that can be read.
    Unseen,
    /// No task goes there from where this one is.
    NoStep {
        /// Label of where it is.
        from: String,
    },
    /// The access policy forbids it.
    Barred(EditBar),
}

/// The choices for a field as its cell shows it, always the same and in the same order; none for fields that are not chosen from
/// codes. `bar`: what keeps the user from editing it.
pub fn row_choices(field: EditField, cell: &Cell, bar: Option<EditBar>) -> Vec<RowChoice> {
    let labels = match field {
        EditField::Status => transitions::ALL
            .map(|code| (code, status_label(code)))
            .to_vec(),
        EditField::Priority => typing::choices(field, ""),
        _ => Vec::new(),
    };
    let now = match FieldValue::from_cell(field, cell) {
        Some(FieldValue::Code(code)) => Some(code),
        Some(FieldValue::Absent) => Some(String::new()),
        _ => None,
    };
    let choice = |(code, label): (&'static str, &'static str)| {
        let is_so = now.as_deref() == Some(code);
        let closed = match now.as_deref() {
            _ if bar.is_some() => bar.map(Closed::Barred),
            None => Some(Closed::Unseen),
            Some(from)
                if field == EditField::Status && !is_so && !transitions::may_follow(from, code) =>
            {
                Some(Closed::NoStep {
                    from: status_label(from).to_owned(),
                })
            }
            Some(_) => None,
        };
        RowChoice {
            code,
            label,
            is_so,
            closed,
        }
    };
    labels.into_iter().map(choice).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Hiding, Priority};

    fn status(code: &str) -> Cell {
        Cell::Status {
            code: code.to_owned(),
            label: status_label(code).to_owned(),
            business: None,
        }
    }

    fn open(choices: &[RowChoice]) -> Vec<&str> {
        let open = choices.iter().filter(|choice| choice.closed.is_none());
        open.map(|choice| choice.code).collect()
    }

    #[test]
    fn a_status_offers_where_a_task_may_go_and_says_why_not_elsewhere() {
        let choices = row_choices(EditField::Status, &status("completed"), None);
        assert_eq!(open(&choices), ["completed", "entered-in-error"]);
        assert_eq!(choices.len(), transitions::ALL.len());
        let from = "Completed".to_owned();
        assert_eq!(choices[0].closed, Some(Closed::NoStep { from }));
        let so = choices.iter().filter(|choice| choice.is_so);
        assert_eq!(
            so.map(|choice| choice.code).collect::<Vec<_>>(),
            ["completed"]
        );
    }

    #[test]
    fn a_priority_may_always_be_chosen_also_where_there_is_none_yet() {
        let cell = Cell::Priority(Priority::Stat);
        assert_eq!(
            open(&row_choices(EditField::Priority, &cell, None)).len(),
            4
        );
        let none = row_choices(EditField::Priority, &Cell::Empty, None);
        assert_eq!(open(&none).len(), 4);
        assert!(none.iter().all(|choice| !choice.is_so));
    }

    #[test]
    fn nothing_is_chosen_over_what_cannot_be_seen() {
        let hidden = Cell::Hidden(Hiding::Always);
        for field in [EditField::Status, EditField::Priority] {
            let choices = row_choices(field, &hidden, None);
            assert!(open(&choices).is_empty() && !choices.is_empty());
        }
    }

    #[test]
    fn nothing_is_chosen_that_the_access_policy_forbids_and_each_choice_says_so() {
        let bar = EditBar::FieldReadOnly;
        let choices = row_choices(EditField::Status, &status("requested"), Some(bar));
        let closed = choices.iter().map(|choice| choice.closed.clone());
        assert!(closed.clone().count() > 0);
        assert!(
            closed
                .into_iter()
                .all(|closed| closed == Some(Closed::Barred(bar)))
        );
    }

    #[test]
    fn the_choices_are_the_same_ones_whatever_the_row_is() {
        let codes = |code: &str| {
            let choices = row_choices(EditField::Status, &status(code), None).into_iter();
            choices.map(|choice| choice.code).collect::<Vec<_>>()
        };
        assert_eq!(codes("draft"), codes("nonsense"));
        assert!(open(&row_choices(EditField::Status, &status("nonsense"), None)).is_empty());
    }
}
