//! How a table is laid out: which columns of a panel are shown, in which order, how wide, and which of them stay while the rest
//! scrolls sideways. Must never change what a panel is: a column that is not shown is still there to be filtered and ordered by.

#[cfg(test)]
mod tests;
mod tracks;

use serde::{Deserialize, Serialize};

use crate::{
    limits,
    protocol::{Column, ColumnKind, PanelView},
};
pub use tracks::{Room, Tracks, tracks};

/// See the module: the columns that are shown, in order. Never empty for a panel that has a column.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Layout(Vec<ShownColumn>);

/// A column that is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ShownColumn {
    /// Its stable name.
    pub id: String,
    /// Its width in CSS pixels, where somebody has chosen one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width_px: Option<u16>,
    /// Whether it stays while the rest scrolls sideways.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pinned: bool,
}

impl ShownColumn {
    fn usual(column: &Column) -> Self {
        Self {
            id: column.id.clone(),
            width_px: None,
            // Which row it is stays in sight.
            pinned: column.kind == ColumnKind::Title,
        }
    }

    /// The same within the limits.
    fn bounded(self) -> Self {
        let range = limits::COLUMN_WIDTH_MIN_PX..=limits::COLUMN_WIDTH_MAX_PX;
        let width = self.width_px;
        Self {
            width_px: width.map(|width| width.clamp(*range.start(), *range.end())),
            ..self
        }
    }
}

impl Layout {
    /// That of a panel which nobody has laid out otherwise: all its columns.
    pub fn usual(view: &PanelView) -> Self {
        Self(view.columns.iter().map(ShownColumn::usual).collect())
    }

    /// As much of this as a panel has, within the limits; that of the panel where nothing is left.
    #[must_use]
    pub fn fitted(&self, view: &PanelView) -> Self {
        let mut fitted = Vec::<ShownColumn>::new();
        let mut pinned = 0;
        for column in &self.0 {
            let is_known = view.columns.iter().any(|known| known.id == column.id);
            if !is_known || fitted.iter().any(|other| other.id == column.id) {
                continue;
            }
            let mut column = column.clone().bounded();
            pinned += usize::from(column.pinned);
            column.pinned &= pinned <= limits::PINNED_COLUMNS_MAX;
            fitted.push(column);
        }
        match fitted.is_empty() {
            true => Self::usual(view),
            false => Self(fitted),
        }
    }

    /// The columns, in order.
    pub fn columns(&self) -> &[ShownColumn] {
        &self.0
    }

    /// A column, where it is shown.
    pub fn column(&self, id: &str) -> Option<&ShownColumn> {
        self.0.iter().find(|column| column.id == id)
    }

    /// The place of a column, from 0.
    pub fn place(&self, id: &str) -> Option<usize> {
        self.0.iter().position(|column| column.id == id)
    }

    /// What is shown, with the place of its cells in a row.
    pub fn places(&self, view: &PanelView) -> Vec<(usize, ShownColumn)> {
        let place = |column: &ShownColumn| {
            let mut known = view.columns.iter();
            let place = known.position(|known| known.id == column.id)?;
            Some((place, column.clone()))
        };
        self.0.iter().filter_map(place).collect()
    }

    /// Shows a column as the last one, or no longer. The last that is shown stays.
    pub fn show(&mut self, column: &Column, on: bool) {
        match (self.place(&column.id), on) {
            (None, true) => self.0.push(ShownColumn {
                pinned: false,
                ..ShownColumn::usual(column)
            }),
            (Some(place), false) if self.0.len() > 1 => {
                self.0.remove(place);
            }
            _ => {}
        }
    }

    /// Moves a column to a place; beyond the last one is the last one.
    pub fn move_to(&mut self, id: &str, place: usize) {
        if let Some(from) = self.place(id) {
            let column = self.0.remove(from);
            self.0.insert(place.min(self.0.len()), column);
        }
    }

    /// Moves a column by one place, to the front or to the end.
    pub fn shift(&mut self, id: &str, to_front: bool) {
        if let Some(from) = self.place(id) {
            let to = match to_front {
                true => from.saturating_sub(1),
                false => from + 1,
            };
            self.move_to(id, to);
        }
    }

    /// Makes a column so wide, within the limits.
    pub fn resize(&mut self, id: &str, width_px: f64) {
        let width = width_px.clamp(
            f64::from(limits::COLUMN_WIDTH_MIN_PX),
            f64::from(limits::COLUMN_WIDTH_MAX_PX),
        );
        // Within the limits, so it fits.
        self.set_width(id, Some(width.round() as u16));
    }

    /// Gives a column the width that it has by itself.
    pub fn reset_width(&mut self, id: &str) {
        self.set_width(id, None);
    }

    fn set_width(&mut self, id: &str, width_px: Option<u16>) {
        if let Some(column) = self.0.iter_mut().find(|column| column.id == id) {
            column.width_px = width_px;
        }
    }

    /// Whether one more column can stay while the rest scrolls.
    pub fn can_pin(&self) -> bool {
        self.0.iter().filter(|column| column.pinned).count() < limits::PINNED_COLUMNS_MAX
    }

    /// Lets a column stay while the rest scrolls, or no longer.
    pub fn pin(&mut self, id: &str, on: bool) {
        if on && !self.can_pin() {
            return;
        }
        if let Some(column) = self.0.iter_mut().find(|column| column.id == id) {
            column.pinned = on;
        }
    }
}
