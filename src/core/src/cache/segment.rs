//! Segments: rows in batches, appended. A later one wins over an earlier one, row by row.
//!
//! A row is its resource, as it came; what left is its key. Appending costs what changed, and loading is a few large
//! reads. What has been superseded goes when all rows are written anew (see [`super::Segments`]).

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{identity::ResourceKey, limits};

/// A segment that is being written.
#[derive(Debug, Default)]
pub(super) struct SegmentWriter {
    rows: String,
    gone: String,
    entries: usize,
}

impl SegmentWriter {
    /// Adds a row.
    pub(super) fn row(&mut self, raw: &str) {
        separate(&mut self.rows);
        self.rows.push_str(raw);
        self.entries += 1;
    }

    /// Adds a row that left.
    pub(super) fn gone(&mut self, key: &ResourceKey) {
        separate(&mut self.gone);
        // Type and id are of letters, digits, `-` and `.`: nothing to escape.
        self.gone.push('"');
        self.gone.push_str(&key.to_string());
        self.gone.push('"');
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
        format!(r#"{{"gone":[{}],"rows":[{}]}}"#, self.gone, self.rows)
    }
}

fn separate(list: &mut String) {
    if !list.is_empty() {
        list.push(',');
    }
}

/// A segment that was read.
#[derive(Debug)]
pub(crate) struct Segment<'a> {
    /// Rows that left.
    pub(crate) gone: Vec<ResourceKey>,
    /// Rows, as text.
    pub(crate) rows: Vec<&'a str>,
}

impl<'a> Segment<'a> {
    /// Reads a segment; `None` if it is not one.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        #[derive(Deserialize)]
        struct Wire<'a> {
            gone: Vec<String>,
            #[serde(borrow)]
            rows: Vec<&'a RawValue>,
        }
        let wire: Wire<'a> = serde_json::from_str(text).ok()?;
        let gone = wire.gone.iter();
        Some(Self {
            gone: gone
                .map(|key| ResourceKey::from_reference(key))
                .collect::<Option<_>>()?,
            rows: wire.rows.into_iter().map(RawValue::get).collect(),
        })
    }

    /// Rows and departures in it.
    pub(crate) fn entries(&self) -> usize {
        self.gone.len() + self.rows.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::{ResourceId, ResourceType};

    #[test]
    fn what_was_written_is_read() {
        let mut writer = SegmentWriter::default();
        let key = ResourceKey::new(ResourceType::Task, ResourceId::new("t-1"));
        writer.row(r#"{"resourceType":"Task","id":"a"}"#);
        writer.row(r#"{"resourceType":"Patient","id":"b","note":"\u0022\n"}"#);
        writer.gone(&key);
        assert_eq!(writer.entries(), 3);
        let text = writer.finish();
        insta::assert_snapshot!(text);
        let segment = Segment::parse(&text).unwrap();
        assert_eq!(segment.gone, [key]);
        assert_eq!(segment.rows.len(), 2);
        assert_eq!(segment.rows[0], r#"{"resourceType":"Task","id":"a"}"#);
    }

    #[test]
    fn a_damaged_segment_is_none() {
        for text in [
            "",
            "{}",
            r#"{"gone":["nonsense"],"rows":[]}"#,
            r#"{"gone":[],"rows":[{]}"#,
        ] {
            assert!(Segment::parse(text).is_none(), "{text}");
        }
    }
}
