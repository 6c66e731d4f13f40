//! The keys of the interface, in one table. What is pressed is looked up in it, and the sheet that explains the keys prints it:
//! neither can say what the other does not.

use crate::viewport::Move;

/// Where a key means something, as the sheet groups it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// On any row of a table, or in its head.
    Table,
    /// About the row that has the focus.
    Row,
    /// While a panel is shown, and nothing is typed.
    Panel,
    /// Always, except that a sign is a sign where something is typed.
    Everywhere,
}

impl Group {
    /// All, in the order of the sheet.
    pub const ALL: [Self; 4] = [Self::Table, Self::Row, Self::Panel, Self::Everywhere];
}

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// The focus goes to another row.
    Go(Move),
    /// The same, and rows on the way are chosen.
    Extend(Move),
    /// To the heading before.
    ColumnBefore,
    /// To the heading after.
    ColumnAfter,
    /// The column goes one place to the front.
    ColumnForward,
    /// The column goes one place to the end.
    ColumnBackward,
    /// The column becomes narrower.
    ColumnNarrower,
    /// The column becomes wider.
    ColumnWider,
    /// Rows that are held where they were go where they belong.
    ApplyWaiting,
    /// No row is chosen any longer.
    ChooseNone,
    /// Opens the record.
    Open,
    /// Chooses the row, or no longer.
    Choose,
    /// The task is the user's.
    AssignToMe,
    /// The task is done.
    Complete,
    /// Asks for a status.
    SetStatus,
    /// Asks for a priority.
    SetPriority,
    /// Into the search.
    Search,
    /// The list of commands.
    Palette,
    /// The list of keys.
    Shortcuts,
    /// Closes what is open.
    Close,
}

impl Command {
    /// Whether it is done to the row that has the focus.
    pub fn changes_row(self) -> bool {
        matches!(
            self,
            Self::Choose | Self::AssignToMe | Self::Complete | Self::SetStatus | Self::SetPriority
        )
    }

    /// Whether a key that is held asks for it again and again.
    fn may_repeat(self) -> bool {
        matches!(
            self,
            Self::Go(_)
                | Self::Extend(_)
                | Self::ColumnBefore
                | Self::ColumnAfter
                | Self::ColumnNarrower
                | Self::ColumnWider
        )
    }
}

/// What is held with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum With {
    /// Nothing.
    Nothing,
    /// Shift.
    Shift,
    /// Control, or the command key of a Mac.
    Control,
}

/// A key with what is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stroke {
    /// What is held.
    pub with: With,
    /// `KeyboardEvent.key`.
    pub key: &'static str,
}

/// One line of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding {
    /// Where.
    pub group: Group,
    /// What is pressed.
    pub stroke: Stroke,
    /// What it asks for.
    pub command: Command,
}

/// What was pressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Press<'a> {
    /// `KeyboardEvent.key`.
    pub key: &'a str,
    /// Shift is held.
    pub shift: bool,
    /// Control is held, or the command key of a Mac.
    pub control: bool,
    /// Alt is held.
    pub alt: bool,
    /// The key is held and says so again.
    pub repeat: bool,
}

const fn plain(group: Group, key: &'static str, command: Command) -> Binding {
    bind(group, With::Nothing, key, command)
}

const fn bind(group: Group, with: With, key: &'static str, command: Command) -> Binding {
    Binding {
        group,
        stroke: Stroke { with, key },
        command,
    }
}

/// See the module. Of several strokes for the same the first is the one to tell.
pub const KEYS: [Binding; 32] = [
    plain(Group::Table, "ArrowUp", Command::Go(Move::Up)),
    plain(Group::Table, "ArrowDown", Command::Go(Move::Down)),
    plain(Group::Table, "PageUp", Command::Go(Move::PageUp)),
    plain(Group::Table, "PageDown", Command::Go(Move::PageDown)),
    plain(Group::Table, "Home", Command::Go(Move::First)),
    plain(Group::Table, "End", Command::Go(Move::Last)),
    // As in other tables, whose Home and End go along a row.
    bind(
        Group::Table,
        With::Control,
        "Home",
        Command::Go(Move::First),
    ),
    bind(Group::Table, With::Control, "End", Command::Go(Move::Last)),
    bind(
        Group::Table,
        With::Shift,
        "ArrowUp",
        Command::Extend(Move::Up),
    ),
    bind(
        Group::Table,
        With::Shift,
        "ArrowDown",
        Command::Extend(Move::Down),
    ),
    bind(
        Group::Table,
        With::Shift,
        "PageUp",
        Command::Extend(Move::PageUp),
    ),
    bind(
        Group::Table,
        With::Shift,
        "PageDown",
        Command::Extend(Move::PageDown),
    ),
    bind(
        Group::Table,
        With::Shift,
        "Home",
        Command::Extend(Move::First),
    ),
    bind(
        Group::Table,
        With::Shift,
        "End",
        Command::Extend(Move::Last),
    ),
    plain(Group::Table, "u", Command::ApplyWaiting),
    plain(Group::Table, "Escape", Command::ChooseNone),
    plain(Group::Table, "ArrowLeft", Command::ColumnBefore),
    plain(Group::Table, "ArrowRight", Command::ColumnAfter),
    bind(
        Group::Table,
        With::Shift,
        "ArrowLeft",
        Command::ColumnForward,
    ),
    bind(
        Group::Table,
        With::Shift,
        "ArrowRight",
        Command::ColumnBackward,
    ),
    plain(Group::Table, "-", Command::ColumnNarrower),
    plain(Group::Table, "+", Command::ColumnWider),
    plain(Group::Row, "Enter", Command::Open),
    plain(Group::Row, " ", Command::Choose),
    plain(Group::Row, "a", Command::AssignToMe),
    plain(Group::Row, "c", Command::Complete),
    plain(Group::Row, "s", Command::SetStatus),
    plain(Group::Row, "p", Command::SetPriority),
    plain(Group::Panel, "/", Command::Search),
    bind(Group::Everywhere, With::Control, "k", Command::Palette),
    plain(Group::Everywhere, "?", Command::Shortcuts),
    plain(Group::Everywhere, "Escape", Command::Close),
];

/// What a press asks for in some groups.
pub fn command(groups: &[Group], press: &Press<'_>) -> Option<Command> {
    let of_groups = KEYS
        .iter()
        .filter(|binding| groups.contains(&binding.group));
    let found = of_groups
        .into_iter()
        .find(|binding| binding.stroke.fits(press))?;
    (!press.repeat || found.command.may_repeat()).then_some(found.command)
}

impl Stroke {
    fn fits(&self, press: &Press<'_>) -> bool {
        let mut characters = self.key.chars();
        let only = characters.next().filter(|_| characters.next().is_none());
        let is_letter = only.is_some_and(|only| only.is_ascii_alphabetic());
        // A sign needs Shift on some keyboards and not on others; a letter is the same one while capitals are locked.
        let is_sign = only.is_some() && !is_letter;
        let same = match is_letter {
            true => self.key.eq_ignore_ascii_case(press.key),
            false => self.key == press.key,
        };
        same && (press.shift == (self.with == With::Shift) || is_sign)
            && press.control == (self.with == With::Control)
            && !press.alt
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Groups that are asked together.
    const TOGETHER: [&[Group]; 3] = [
        &[Group::Row, Group::Table],
        &[Group::Panel],
        &[Group::Everywhere],
    ];

    fn press(stroke: Stroke) -> Press<'static> {
        Press {
            key: stroke.key,
            shift: stroke.with == With::Shift,
            control: stroke.with == With::Control,
            ..Press::default()
        }
    }

    fn key(key: &str) -> Press<'_> {
        Press {
            key,
            ..Press::default()
        }
    }

    #[test]
    fn every_line_of_the_table_does_what_it_says() {
        for binding in KEYS {
            let groups = TOGETHER
                .into_iter()
                .find(|groups| groups.contains(&binding.group))
                .unwrap();
            let found = command(groups, &press(binding.stroke));
            assert_eq!(found, Some(binding.command), "{binding:?}");
        }
    }

    #[test]
    fn every_group_has_lines_and_every_line_has_a_group_of_the_sheet() {
        for group in Group::ALL {
            assert!(KEYS.iter().any(|binding| binding.group == group));
        }
        assert!(
            KEYS.iter()
                .all(|binding| Group::ALL.contains(&binding.group))
        );
    }

    #[test]
    fn a_letter_with_something_held_is_no_command_and_with_locked_capitals_it_is() {
        let row = &[Group::Row];
        assert_eq!(command(row, &key("a")), Some(Command::AssignToMe));
        assert_eq!(command(row, &key("A")), Some(Command::AssignToMe));
        for held in [
            Press {
                shift: true,
                ..key("A")
            },
            Press {
                control: true,
                ..key("a")
            },
            Press {
                alt: true,
                ..key("a")
            },
        ] {
            assert_eq!(command(row, &held), None, "{held:?}");
        }
    }

    #[test]
    fn a_sign_is_the_same_with_shift_and_without() {
        for shift in [false, true] {
            let pressed = |key| Press {
                key,
                shift,
                ..Press::default()
            };
            let everywhere = command(&[Group::Everywhere], &pressed("?"));
            assert_eq!(everywhere, Some(Command::Shortcuts));
            assert_eq!(
                command(&[Group::Panel], &pressed("/")),
                Some(Command::Search)
            );
        }
    }

    #[test]
    fn a_key_that_is_held_moves_on_and_does_nothing_else_again() {
        let held = |key| Press {
            repeat: true,
            ..Press {
                key,
                ..Press::default()
            }
        };
        let both = &[Group::Row, Group::Table];
        assert_eq!(
            command(both, &held("ArrowDown")),
            Some(Command::Go(Move::Down))
        );
        for key in ["a", "c", "s", "p", " ", "Enter"] {
            assert_eq!(command(both, &held(key)), None, "{key}");
        }
    }
}
