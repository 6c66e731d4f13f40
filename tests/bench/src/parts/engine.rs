//! The whole engine: loading a clinic, what it holds afterwards, one change, and the start with stored rows.

use panels_core::{
    identity::PanelId,
    protocol::{TabMessage, WorkerMessage},
};
use serde_json::json;

use crate::{
    ALLOCATED,
    client::Client,
    clinic::Texts,
    measure::{figure, mb, median, once},
};

pub(crate) fn run(_texts: &Texts) {
    let mut client = Client::new();
    let before = ALLOCATED.current_usage();
    ALLOCATED.reset_peak_usage();
    client.sign_in();
    client.run(3_000);
    let rows = client.messages.len();
    client.messages = Vec::new();
    figure!(
        "engine: load took {:.0} ms, longest step {:.1} ms; {:.1} MB held, {:.1} MB at the peak (with the requests of the sandbox; {rows} messages)",
        client.busy.as_secs_f64() * 1e3,
        client.longest.as_secs_f64() * 1e3,
        mb(ALLOCATED.current_usage() - before - disk_bytes(&client)),
        mb(ALLOCATED.peak_usage() - before),
    );
    client.reset_clock();
    client.run(120_000);
    client.messages = Vec::new();
    figure!(
        "engine: two minutes later: {:.1} MB held; {:.1} MB stored; {:.0} ms of work, longest step {:.1} ms",
        mb(ALLOCATED.current_usage() - before - disk_bytes(&client)),
        mb(disk_bytes(&client)),
        client.busy.as_secs_f64() * 1e3,
        client.longest.as_secs_f64() * 1e3,
    );
    watch(&mut client);
    one_change(&mut client);
    warm_start(&mut client);
}

fn watch(client: &mut Client) {
    client.reset_clock();
    let panel = PanelId::new("open-tasks");
    let ((), took, _) = once(|| client.say(TabMessage::Watch { panel }));
    let rows: usize = snapshot_rows(client);
    client.messages = Vec::new();
    figure!(
        "engine: a snapshot of {rows} rows takes {:.0} ms",
        took.as_secs_f64() * 1e3
    );
}

fn one_change(client: &mut Client) {
    let actor = client.clinic.colleagues[0].clone();
    let task = client
        .sandbox
        .iterate("Task")
        .next()
        .map(|task| task["id"].as_str().unwrap_or_default().to_owned());
    let reference = format!("Task/{}", task.unwrap_or_default());
    client.reset_clock();
    let mut times = Vec::new();
    median(51, |run| {
        client.run(1_000);
        client.reset_clock();
        let priority = if run % 2 == 0 { "stat" } else { "routine" };
        let patch = json!([{ "op": "replace", "path": "/priority", "value": priority }]);
        let patched = client
            .sandbox
            .patch_as(client.now_ms, &actor, &reference, &patch);
        assert!(patched.is_ok(), "{patched:?}");
        client.settle();
        times.push(client.busy);
    });
    times.sort_unstable();
    figure!(
        "engine: one changed row takes {:.0} us from frame to message",
        times[25].as_secs_f64() * 1e6
    );
    client.messages = Vec::new();
}

fn warm_start(client: &mut Client) {
    client.run(20_000);
    let disk = disk_bytes(client);
    client.reset_clock();
    client.restart();
    figure!(
        "engine: {:.1} MB come back from the storage in {:.0} ms, longest step {:.1} ms; {} messages",
        mb(disk),
        client.busy.as_secs_f64() * 1e3,
        client.longest.as_secs_f64() * 1e3,
        client.messages.len(),
    );
    client.messages = Vec::new();
}

fn disk_bytes(client: &Client) -> usize {
    client.disk.values().map(String::len).sum()
}

fn snapshot_rows(client: &Client) -> usize {
    let parts = client.messages.iter().filter_map(|message| match message {
        WorkerMessage::Snapshot { rows, .. } => Some(rows.len()),
        _ => None,
    });
    parts.sum()
}
