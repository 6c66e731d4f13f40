//! Figures of time and memory at the size of a large clinic: 10,000 patients and 50,000 open tasks, natively.
//!
//! `cargo bench -p panels-bench` prints one line per figure; words after `--` choose the parts. It asserts nothing: times
//! depend on the machine, and what must hold is asserted by tests that count. Bytes are those of a 64-bit machine; in wasm
//! pointers are half as long.

mod client;
mod clinic;
mod measure;
mod parts;

use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

type Part = (&'static str, fn(&clinic::Texts));

const PARTS: [Part; 5] = [
    ("parse", parts::parse::run),
    ("engine", parts::engine::run),
    ("table", parts::table::run),
    ("protocol", parts::protocol::run),
    ("burst", parts::burst::run),
];

fn main() {
    let chosen: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let texts = clinic::Texts::new();
    for (name, run) in PARTS {
        if chosen.is_empty() || chosen.iter().any(|word| word == name) {
            run(&texts);
        }
    }
}
