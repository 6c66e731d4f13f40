//! The widths of a table as the tracks of a CSS grid: arithmetic only, it never touches a document.

use super::ShownColumn;
use crate::protocol::ColumnKind;

/// How much room the table has; the style sheet of the table knows the border between the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// As much as it wants.
    Wide,
    /// For example beside the drawer: due dates without their absolute part.
    Narrow,
}

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tracks {
    /// `grid-template-columns`.
    pub template: String,
    /// Narrower than this the table scrolls sideways.
    pub width_min_px: u32,
    /// How far from the edge each pinned column stays, in order; the first stays at the edge.
    pub pins_px: Vec<u32>,
}

/// The tracks of the columns that are shown. `mark_px` is room for the mark before a row, in the first of them.
pub fn tracks(shown: &[(ColumnKind, ShownColumn)], room: Room, mark_px: u32) -> Tracks {
    let last_pinned = shown.iter().rposition(|(_, column)| column.pinned);
    let mut tracks = Tracks::default();
    let mut template = Vec::new();
    let mut pinned_px = 0;
    for (place, (kind, column)) in shown.iter().enumerate() {
        let (least, share) = usual_width(*kind, room);
        let mark_px = if place == 0 { mark_px } else { 0 };
        let chosen = column.width_px.map(u32::from);
        let width = chosen.unwrap_or(least + mark_px);
        // Where a pinned column stays hangs on those before it: only the last may take what room is left.
        let may_grow = chosen.is_none() && (!column.pinned || Some(place) == last_pinned);
        template.push(match share {
            Some(share) if may_grow => format!("minmax({width}px, {share}fr)"),
            _ => format!("{width}px"),
        });
        tracks.width_min_px += width;
        if column.pinned {
            tracks.pins_px.push(pinned_px);
            pinned_px += width;
        }
    }
    // Columns that were all made narrow do not stretch the others, and the rows still reach the edge.
    tracks.template = template.join(" ");
    tracks
}

/// Least width in CSS pixels and share of what is left, by kind: what must not be cut has no share.
fn usual_width(kind: ColumnKind, room: Room) -> (u32, Option<f32>) {
    let (wide, narrow, share) = match kind {
        ColumnKind::Priority => (96, 88, None),
        ColumnKind::Age => (64, 54, None),
        ColumnKind::Changed => (108, 100, None),
        // A time of day is never cut before its AM or PM.
        ColumnKind::Due => (168, 104, None),
        ColumnKind::BirthDate => (150, 150, None),
        ColumnKind::Title => (180, 160, Some(1.4)),
        ColumnKind::Patient => (240, 214, Some(1.5)),
        ColumnKind::Status => (160, 130, Some(1.2)),
        ColumnKind::Person => (140, 122, Some(0.8)),
        ColumnKind::Workload => (220, 200, Some(1.0)),
        ColumnKind::Text => (100, 90, Some(0.8)),
        ColumnKind::Number => (90, 80, Some(0.4)),
        ColumnKind::Date => (104, 100, None),
        ColumnKind::DateTime => (150, 146, None),
        ColumnKind::Flag => (72, 64, None),
        ColumnKind::Tags => (140, 110, Some(0.8)),
        ColumnKind::Named => (140, 122, Some(0.8)),
    };
    (if room == Room::Wide { wide } else { narrow }, share)
}
