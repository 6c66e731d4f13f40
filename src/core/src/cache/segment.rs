//! Segments: rows in batches, appended. A later one wins over an earlier one, row by row.
//!
//! First the keys of what left, then the rows (see [`super::row`]). Appending costs what changed, and loading is a few large
//! reads. What has been superseded goes when all rows are written anew (see [`super::Segments`]).

use super::row::{self, FIELD, ROW};
use crate::{fhir::Resource, identity::ResourceKey, limits};

/// A segment that is being written.
#[derive(Debug, Default)]
pub(super) struct SegmentWriter {
    rows: String,
    gone: String,
    entries: usize,
}

impl SegmentWriter {
    /// Adds a row.
    pub(super) fn row(&mut self, resource: &Resource) {
        self.rows.push(ROW);
        row::write(resource, &mut self.rows);
        self.entries += 1;
    }

    /// Adds a row that left.
    pub(super) fn gone(&mut self, key: &ResourceKey) {
        if !self.gone.is_empty() {
            self.gone.push(FIELD);
        }
        self.gone.push_str(&key.to_string());
        self.entries += 1;
    }

    /// Whether nothing more should be added.
    pub(super) fn is_full(&self) -> bool {
        self.rows.len() + self.gone.len() >= limits::CACHE_SEGMENT_BYTES
            || self.entries >= limits::CACHE_SEGMENT_ROWS_MAX
    }

    /// Rows and departures in it.
    pub(super) fn entries(&self) -> usize {
        self.entries
    }

    /// The text.
    pub(super) fn finish(self) -> String {
        self.gone + &self.rows
    }
}

/// A segment that was read. Nothing of it is parsed before it is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segment<'a> {
    gone: &'a str,
    rows: &'a str,
}

impl<'a> Segment<'a> {
    /// The segment with this text.
    pub(crate) fn of(text: &'a str) -> Self {
        let (gone, rows) = text.split_at(text.find(ROW).unwrap_or(text.len()));
        Self { gone, rows }
    }

    /// Rows that left; a key that cannot be read is left out.
    pub(crate) fn gone(self) -> impl Iterator<Item = ResourceKey> + use<'a> {
        let keys = self.gone.split(FIELD).filter(|key| !key.is_empty());
        keys.filter_map(ResourceKey::from_reference)
    }

    /// Rows, each to be given to [`row::read`].
    pub(crate) fn rows(self) -> impl Iterator<Item = &'a str> {
        self.rows.split(ROW).skip(1)
    }

    /// Rows and departures in it.
    pub(crate) fn entries(self) -> usize {
        self.gone().count() + self.rows().count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        fhir,
        identity::{ResourceId, ResourceType},
    };

    #[test]
    fn what_was_written_is_read() {
        let mut writer = SegmentWriter::default();
        let key = ResourceKey::new(ResourceType::Task, ResourceId::new("t-1"));
        let text = r#"{"resourceType":"Patient","id":"b","meta":{"versionId":"1","lastUpdated":"2026-11-22T10:00:00Z"}}"#;
        let resource = fhir::parse(text).unwrap();
        writer.row(&resource);
        writer.gone(&key);
        writer.row(&resource);
        assert_eq!(writer.entries(), 3);
        let text = writer.finish();
        insta::assert_snapshot!(text.replace(FIELD, "|").replace(ROW, "\n"));
        let segment = Segment::of(&text);
        assert_eq!(segment.gone().collect::<Vec<_>>(), [key]);
        assert_eq!(segment.entries(), 3);
        let read = |row| row::read(row, &mut fhir::SharedTexts::default());
        for row in segment.rows() {
            assert_eq!(read(row).as_ref(), Some(&resource));
        }
    }

    #[test]
    fn of_a_damaged_segment_what_cannot_be_read_is_left_out() {
        for text in ["", "nonsense", "\u{1f}\u{1f}"] {
            assert_eq!(Segment::of(text).entries(), 0, "{text}");
        }
        let row = Segment::of("\u{1e}Task\u{1f}id").rows().next().unwrap();
        assert_eq!(row::read(row, &mut fhir::SharedTexts::default()), None);
    }
}
