//! 10,000 changes at once: from frames to messages, and from messages to the table.

use panels_core::{
    identity::PanelId,
    live_table::LiveTable,
    protocol::{PanelChanges, TabMessage, WorkerMessage},
};

use super::table;
use crate::{
    client::Client,
    clinic::Texts,
    measure::{figure, once},
};

const CHANGES: u32 = 10_000;

pub(crate) fn run(_texts: &Texts) {
    let mut client = Client::new();
    client.sign_in();
    client.run(5_000);
    let panel = PanelId::new("open-tasks");
    client.messages = Vec::new();
    client.say(TabMessage::Watch {
        panel: panel.clone(),
    });
    let mut table = LiveTable::new(&table::definition().view);
    take(&mut table, &panel, std::mem::take(&mut client.messages));
    let command = serde_json::json!({ "do": "burst", "changes": CHANGES });
    let done = client
        .sandbox
        .command_text(client.now_ms, command.to_string().as_bytes());
    assert!(done.is_ok(), "{done:?}");
    client.reset_clock();
    client.settle();
    client.run(500);
    let messages = std::mem::take(&mut client.messages);
    let batches = messages
        .iter()
        .filter(|message| matches!(message, WorkerMessage::Changes { .. }))
        .count();
    figure!(
        "burst: {CHANGES} changes take the engine {:.0} ms, longest step {:.1} ms, {batches} batches",
        client.busy.as_secs_f64() * 1e3,
        client.longest.as_secs_f64() * 1e3
    );
    let (rows, took, _) = once(|| take(&mut table, &panel, messages));
    figure!(
        "burst: and the table {:.0} ms for {rows} rows",
        took.as_secs_f64() * 1e3
    );
}

fn take(table: &mut LiveTable, panel: &PanelId, messages: Vec<WorkerMessage>) -> usize {
    let mut rows = 0;
    for message in messages {
        let events = match message {
            WorkerMessage::Snapshot {
                panel: of,
                sequence,
                part,
                more,
                loading,
                rows,
            } if of == *panel => table.apply_snapshot(sequence, part, more, loading, rows),
            WorkerMessage::Changes { sequence, panels } => {
                let mine = panels
                    .into_iter()
                    .find(|part: &PanelChanges| part.panel == *panel);
                table.apply_changes(sequence, mine)
            }
            _ => continue,
        };
        assert!(!events.gap);
        rows += events.changed.len() + events.added.len();
    }
    rows
}
