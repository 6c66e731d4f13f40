//! Messages between worker and tab: time and bytes of a large snapshot.

use panels_core::{
    identity::{BuildId, InstanceId, PanelId},
    protocol::{FromWorker, WorkerMessage},
};

use super::table;
use crate::{
    clinic::Texts,
    measure::{figure, mb, once},
};

pub(crate) fn run(texts: &Texts) {
    let rows = table::rows(texts);
    let messages: Vec<FromWorker> = rows
        .chunks(500)
        .map(|rows| FromWorker {
            version: 1,
            build: BuildId::new("bench"),
            instance: InstanceId::new("bench"),
            number: 1,
            body: WorkerMessage::Snapshot {
                panel: PanelId::new("open-tasks"),
                sequence: 0,
                part: 0,
                more: true,
                loading: false,
                rows: rows.to_vec(),
            },
        })
        .collect();
    let (written, took, _) = once(|| {
        messages
            .iter()
            .flat_map(serde_json::to_string)
            .collect::<Vec<String>>()
    });
    let bytes: usize = written.iter().map(String::len).sum();
    figure!(
        "protocol: writing {} messages takes {:.0} ms and {:.1} MB ({} bytes per row)",
        written.len(),
        took.as_secs_f64() * 1e3,
        mb(bytes),
        bytes / rows.len()
    );
    let (read, took, held) = once(|| {
        written
            .iter()
            .flat_map(|text| serde_json::from_str::<FromWorker>(text))
            .collect::<Vec<_>>()
    });
    figure!(
        "protocol: reading them takes {:.0} ms; {} messages hold {:.1} MB",
        took.as_secs_f64() * 1e3,
        read.len(),
        mb(held)
    );
}
