//! At rest a tab equals the server: the same rows in the same order, each with its newest version and the right texts.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{
    Millis, Panel, Write,
    panel::{cells, place, stored},
};

/// One row as the table shows it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SeenRow {
    /// Id of the resource.
    pub id: String,
    /// `lastUpdated` of the version that is shown.
    pub stamp: Millis,
    /// The texts of each kind of cell, piece by piece.
    pub cells: BTreeMap<String, Vec<String>>,
}

/// What differs from the server, in words; nothing if all is right.
pub fn compare_at_rest(log: &[Write], panel: &Panel, seen: &[SeenRow]) -> Vec<String> {
    let stored = stored(log);
    let mut expected: Vec<_> = stored
        .values()
        .filter(|write| write.kind == panel.kind())
        .filter_map(|write| Some((*write, write.content.as_deref()?)))
        .filter(|(_, content)| panel.shows(content))
        .collect();
    expected.sort_by_cached_key(|(_, content)| place(panel, content));
    let mut differences = Vec::new();
    let shown: BTreeMap<&str, &SeenRow> = seen.iter().map(|row| (row.id.as_str(), row)).collect();
    if shown.len() != seen.len() {
        differences.push(format!("{} rows are shown twice", seen.len() - shown.len()));
    }
    for (write, content) in &expected {
        let Some(row) = shown.get(write.id.as_str()) else {
            differences.push(format!("{} is missing", write.id));
            continue;
        };
        if row.stamp != write.stamp {
            let behind_ms = write.stamp - row.stamp;
            differences.push(format!(
                "{} shows a version {behind_ms} ms older than the newest",
                row.id
            ));
            continue;
        }
        for (kind, texts) in cells(panel, content, &stored) {
            let cell = row.cells.get(kind).map_or(&[][..], Vec::as_slice);
            let lacking = texts.iter().filter(|text| !cell.contains(text));
            differences.extend(
                lacking.map(|text| format!("{}: {kind} is {cell:?} and not {text:?}", row.id)),
            );
        }
    }
    let ids: BTreeMap<&str, usize> = expected
        .iter()
        .enumerate()
        .map(|(index, (write, _))| (write.id.as_str(), index))
        .collect();
    let too_many = seen.iter().filter(|row| !ids.contains_key(row.id.as_str()));
    differences.extend(too_many.map(|row| format!("{} does not belong there", row.id)));
    let places: Vec<usize> = seen
        .iter()
        .filter_map(|row| ids.get(row.id.as_str()).copied())
        .collect();
    if let Some(pair) = places.windows(2).find(|pair| pair[0] > pair[1]) {
        let name = |index: usize| expected[index].0.id.as_str();
        differences.push(format!("{} is above {}", name(pair[0]), name(pair[1])));
    }
    differences
}
