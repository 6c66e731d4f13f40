//! Which rows of a long table are in the document: arithmetic only, it never touches a document.
//!
//! All rows have one height, so a window is two divisions. Rows a little outside the visible part are kept too, so that a
//! scroll by a few rows shows content in the same frame.

use std::ops::Range;

/// A scrolled table with rows of one height. All lengths are CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Viewport {
    /// How far the table is scrolled down.
    pub scroll_top: f64,
    /// Height of the visible part without the sticky head.
    pub height: f64,
    /// Height of one row; more than zero.
    pub row_height: f64,
}

/// Rows kept above and below the visible part: a wheel notch is about three rows, a page is re-drawn anyway.
const OVERSCAN_ROWS: usize = 6;

impl Viewport {
    /// The rows to keep in the document, of `total`.
    pub fn window(&self, total: usize) -> Range<usize> {
        if self.row_height <= 0.0 || total == 0 {
            return 0..0;
        }
        let seen = self.visible(total);
        seen.start.saturating_sub(OVERSCAN_ROWS)..(seen.end + OVERSCAN_ROWS).min(total)
    }

    /// The rows that can be seen, of `total`, if only in part.
    pub fn visible(&self, total: usize) -> Range<usize> {
        if self.row_height <= 0.0 {
            return 0..0;
        }
        let first = to_row(self.scroll_top / self.row_height).min(total);
        let last = to_row(((self.scroll_top + self.height) / self.row_height).ceil()).min(total);
        first..last
    }

    /// Rows that are visible as a whole, at least one: the step of Page Up and Page Down.
    pub fn page_rows(&self) -> usize {
        if self.row_height <= 0.0 {
            return 1;
        }
        to_row((self.height / self.row_height).floor()).max(1)
    }

    /// The same rows in the same place, each of another height.
    pub fn with_row_height(self, row_height: f64) -> Self {
        if self.row_height <= 0.0 {
            return Self { row_height, ..self };
        }
        Self {
            scroll_top: self.scroll_top / self.row_height * row_height,
            row_height,
            ..self
        }
    }

    /// Where to scroll so that `row` is visible as a whole; `None` if it already is.
    pub fn scroll_to_show(&self, row: usize) -> Option<f64> {
        let top = row as f64 * self.row_height;
        let bottom = top + self.row_height;
        if top < self.scroll_top {
            Some(top)
        } else if bottom > self.scroll_top + self.height {
            Some((bottom - self.height).max(0.0))
        } else {
            None
        }
    }
}

/// How the focus moves in a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// One row up.
    Up,
    /// One row down.
    Down,
    /// One page up.
    PageUp,
    /// One page down.
    PageDown,
    /// To the first row.
    First,
    /// To the last row.
    Last,
}

impl Move {
    /// The row reached from `row` in a table of `total` rows, `page_rows` of which are visible; `None` without rows.
    pub fn target(self, row: usize, total: usize, page_rows: usize) -> Option<usize> {
        let last = total.checked_sub(1)?;
        Some(match self {
            Self::Up => row.saturating_sub(1),
            Self::Down => (row + 1).min(last),
            Self::PageUp => row.saturating_sub(page_rows),
            Self::PageDown => (row + page_rows).min(last),
            Self::First => 0,
            Self::Last => last,
        })
    }
}

/// Bounces of an elastic scroll make the position negative: that is the first row.
fn to_row(rows: f64) -> usize {
    if rows.is_finite() && rows > 0.0 {
        rows as usize
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn viewport(scroll_top: f64) -> Viewport {
        Viewport {
            scroll_top,
            height: 720.0,
            row_height: 36.0,
        }
    }

    #[test]
    fn at_the_top_the_window_is_the_visible_rows_and_the_overscan_below() {
        assert_eq!(viewport(0.0).window(2_000), 0..26);
    }

    #[test]
    fn in_the_middle_the_window_has_overscan_on_both_sides() {
        assert_eq!(viewport(3_600.0).window(2_000), 94..126);
    }

    #[test]
    fn rows_that_are_seen_in_part_are_seen() {
        assert_eq!(viewport(3_610.0).visible(2_000), 100..121);
        assert_eq!(viewport(0.0).visible(3), 0..3);
        assert_eq!(viewport(1e12).visible(3), 3..3);
    }

    #[test]
    fn the_window_never_passes_the_last_row() {
        assert_eq!(viewport(2_000.0 * 36.0).window(2_000), 1_994..2_000);
        assert_eq!(viewport(1e12).window(3), 0..3);
    }

    #[test]
    fn an_elastic_bounce_above_the_top_is_the_top() {
        assert_eq!(viewport(-80.0).window(2_000).start, 0);
    }

    #[test]
    fn an_empty_table_and_a_height_not_yet_known_have_a_window() {
        assert_eq!(viewport(0.0).window(0), 0..0);
        let unmeasured = Viewport {
            height: 0.0,
            ..viewport(0.0)
        };
        assert_eq!(unmeasured.window(10), 0..6);
    }

    #[test]
    fn showing_a_row_scrolls_by_no_more_than_needed() {
        let view = viewport(3_600.0);
        assert_eq!(view.scroll_to_show(100), None);
        assert_eq!(view.scroll_to_show(119), None);
        assert_eq!(view.scroll_to_show(99), Some(3_564.0));
        assert_eq!(view.scroll_to_show(120), Some(3_636.0));
    }

    #[test]
    fn rows_of_another_height_leave_the_first_visible_row_where_it_is() {
        let before = viewport(3_618.0);
        let after = before.with_row_height(44.0);
        assert_eq!(after.visible(2_000).start, before.visible(2_000).start);
        assert_eq!((after.scroll_top, after.row_height), (4_422.0, 44.0));
        assert_eq!(after.with_row_height(36.0).scroll_top, before.scroll_top);
        assert_eq!(viewport(0.0).with_row_height(28.0).scroll_top, 0.0);
    }

    #[test]
    fn moves_stop_at_both_ends() {
        assert_eq!(Move::Up.target(0, 10, 5), Some(0));
        assert_eq!(Move::Down.target(9, 10, 5), Some(9));
        assert_eq!(Move::PageDown.target(7, 10, 5), Some(9));
        assert_eq!(Move::PageUp.target(7, 10, 5), Some(2));
        assert_eq!(Move::Last.target(3, 10, 5), Some(9));
        assert_eq!(Move::Down.target(0, 0, 5), None);
    }
}
