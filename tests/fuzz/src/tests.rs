//! Recorded and random bytes, the same each time.

use std::{fs, path::Path};

use panels_core::protocol::Freshness;
use serde_json::Value;

use crate::{engine, session::Session, texts};

const RANDOM_RUNS: u64 = 300;
/// Changed copies of each recorded text.
const COPIES: usize = 40;

/// Runs something and says with which seed it failed.
fn with_seed(seed: u64, run: impl FnOnce(&mut fastrand::Rng)) {
    println!("seed {seed}");
    run(&mut fastrand::Rng::with_seed(seed));
}

/// Bytes as a fuzzer makes them: mostly low ones, which change nothing, and now and then a piece of JSON.
fn tape(rng: &mut fastrand::Rng) -> Vec<u8> {
    const PIECES: [&str; 8] = [
        "\"\u{202e}\"",
        "null",
        "{\"resourceType\":\"Task\",\"id\":\"x\"}",
        "-1e400",
        "[[[[]]]]",
        "\\u0000",
        "{\"undoEdit\":{\"edit\":\"tab:1\"}}",
        "\"9999-99-99T99:99:99Z\"",
    ];
    let mut bytes = Vec::new();
    for _ in 0..rng.usize(50..1_500) {
        match rng.u8(0..20) {
            0 => {
                let piece = PIECES[rng.usize(..PIECES.len())].as_bytes();
                bytes.push(u8::try_from(piece.len()).unwrap());
                bytes.extend(piece);
            }
            1..=6 => bytes.push(rng.u8(160..)),
            _ => bytes.push(rng.u8(..160)),
        }
    }
    bytes
}

/// Every body of the transcripts of a real server.
fn recorded() -> Vec<String> {
    fn collect(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                for (name, field) in fields {
                    if name == "body" {
                        found.push(field.to_string());
                    }
                    collect(field, found);
                }
            }
            Value::Array(elements) => elements.iter().for_each(|element| collect(element, found)),
            _ => {}
        }
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wire/transcripts");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let mut found = Vec::new();
    for file in files {
        let text = fs::read_to_string(file).unwrap();
        collect(&serde_json::from_str(&text).unwrap(), &mut found);
    }
    found
}

/// A text with some of its bytes changed, left out or doubled.
fn changed(rng: &mut fastrand::Rng, text: &str) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..rng.usize(1..6) {
        if bytes.is_empty() {
            break;
        }
        let at = rng.usize(..bytes.len());
        match rng.u8(0..4) {
            0 => bytes[at] = rng.u8(..),
            1 => drop(bytes.remove(at)),
            2 => bytes.insert(at, b"[]{}\",:\\0-e"[rng.usize(..11)]),
            _ => {
                let end = (at + rng.usize(1..40)).min(bytes.len());
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
        }
    }
    bytes
}

#[test]
fn no_recorded_text_with_bytes_changed_stops_a_reader() {
    let recorded = recorded();
    assert!(recorded.len() > 100, "{} texts", recorded.len());
    with_seed(1, |rng| {
        for text in &recorded {
            texts(text.as_bytes());
            for _ in 0..COPIES {
                texts(&changed(rng, text));
            }
        }
    });
}

#[test]
fn what_is_fuzzed_is_an_engine_at_work() {
    let session = Session::at_work();
    assert!(
        matches!(session.freshness, Some(Freshness::Live { .. })),
        "{:?}",
        session.freshness
    );
    assert!(session.rows > 0);
}

#[test]
fn nobody_between_the_server_and_the_engine_can_stop_it_or_have_it_show_what_misleads() {
    for seed in 0..RANDOM_RUNS {
        with_seed(seed, |rng| engine(&tape(rng)));
    }
}
