//! Bugs in what becomes of the engine's outputs on their way to sockets, storage and log.

use panels_core::{
    cache::{CacheChange, CacheStore},
    engine::{HttpMethod, HttpRequest, OutboxOrder, Output},
    limits,
    protocol::{Cell, PanelChanges, Secret, WorkerMessage},
};
use serde_json::Value;

use super::Bug;
use crate::world::World;

/// Rows of a page, small enough that there are several.
const PAGE_ROWS: &str = "_count=7";

impl World {
    /// What is carried out in place of an output.
    pub(crate) fn planted_output(&mut self, worker: usize, output: Output) -> Vec<Output> {
        let Some(bug) = self.planted.bug else {
            return vec![output];
        };
        if let Output::ToAll {
            message: WorkerMessage::Changes { panels, .. },
        } = &output
            && panels.iter().any(|panel| !panel.rows.is_empty())
        {
            self.planted.rows = panels.clone();
        }
        match (bug, output) {
            (Bug::SocketKept, Output::CloseSocket { .. })
            | (Bug::AbortsIgnored, Output::AbortHttp { .. })
            | (Bug::DatabaseLeft, Output::WipeCache) => Vec::new(),
            (Bug::NoSecondSocket, output @ Output::OpenSocket { .. }) => {
                let opened = self.planted.sockets.entry(worker).or_default();
                *opened += 1;
                if *opened == 1 {
                    vec![output]
                } else {
                    Vec::new()
                }
            }
            (Bug::RowsAfterSignOut, output @ Output::UseChannel { name: None }) => {
                let panels = std::mem::take(&mut self.planted.rows);
                let message = WorkerMessage::Changes {
                    sequence: u64::MAX,
                    panels,
                };
                vec![output, Output::ToAll { message }]
            }
            (Bug::LastPageLost, Output::Http(request)) => {
                let url = request.url.replace("_count=1000", PAGE_ROWS);
                vec![Output::Http(HttpRequest { url, ..request })]
            }
            (Bug::EditNotStored, Output::Outbox(OutboxOrder::Write { write, .. })) => {
                let changes = Vec::new();
                vec![Output::Outbox(OutboxOrder::Write { write, changes })]
            }
            (Bug::EditUntested, Output::Http(request)) if request.method == HttpMethod::Patch => {
                vec![Output::Http(super::edits::without_tests(&request))]
            }
            (Bug::EditsInherited, Output::Outbox(OutboxOrder::Open { name })) => {
                let profile = self.workers[worker].profile;
                let name = self.planted.outboxes.entry(profile).or_insert(name).clone();
                vec![Output::Outbox(OutboxOrder::Open { name })]
            }
            (Bug::NameInLog, Output::Log { level, text }) => {
                let name = patient_name(&self.planted.rows).unwrap_or_default();
                let text = format!("{text} ({name})");
                vec![Output::Log { level, text }]
            }
            (Bug::IdInKey, Output::WriteCache { write, mut changes }) => {
                let rows = self.planted.rows.iter().flat_map(|panel| &panel.rows);
                let id = rows.map(|row| row.id.as_str()).next().unwrap_or_default();
                for change in &mut changes {
                    if let CacheChange::Put(record) = change
                        && record.store == CacheStore::Recent
                    {
                        record.key = format!("{}-{id}", record.key);
                    }
                }
                vec![Output::WriteCache { write, changes }]
            }
            (Bug::CursorsWithoutRows, Output::WriteCache { write, mut changes }) => {
                let batches = self.planted.batches.entry(worker).or_default();
                *batches += 1;
                if *batches > 1 {
                    changes.retain(|change| {
                        !matches!(change, CacheChange::Put(record) if record.store == CacheStore::Segments)
                    });
                    claim_more(&mut changes);
                }
                vec![Output::WriteCache { write, changes }]
            }
            (_, output) => vec![output],
        }
    }
}

/// The next life reads the last minutes once more, whatever the cursor says: it has to claim more than that.
fn claim_more(changes: &mut [CacheChange]) {
    let again_ms = limits::ACCESS_PROOF_EVERY_MS + limits::ACCESS_LOOK_BACK_MIN_MS;
    for change in changes {
        let CacheChange::Put(record) = change else {
            continue;
        };
        let cursor = serde_json::from_str::<Value>(record.text.reveal());
        let Some(mut cursor) = cursor.ok().filter(|_| record.store == CacheStore::Cursors) else {
            continue;
        };
        if let Some(proven) = cursor.pointer_mut("/progress/proven")
            && let Some(claimed) = proven.as_i64()
        {
            *proven = (claimed + again_ms).into();
            record.text = Secret::new(cursor.to_string());
        }
    }
}

/// A name that stands in one of these rows.
fn patient_name(panels: &[PanelChanges]) -> Option<&str> {
    let rows = panels.iter().flat_map(|panel| &panel.rows);
    let mut cells = rows.flat_map(|row| &row.cells);
    cells.find_map(|cell| match cell {
        Cell::Patient { name, .. } => Some(name.as_str()),
        _ => None,
    })
}
