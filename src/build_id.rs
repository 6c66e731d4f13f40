//! Build script of the app and of the worker: both get the same `PANELS_BUILD_ID`, a hash of every source file that either
//! is made from. Equal ids mean "built from the same sources"; the id names the worker and is in every message, so that a
//! tab never talks to a worker of another build. A hash instead of a time, so that the same sources give the same bytes.

use std::{
    fs,
    path::{Path, PathBuf},
};

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

fn main() {
    let mut files = Vec::new();
    for part in ["../core", "../worker", "../app"] {
        println!("cargo::rerun-if-changed={part}");
        collect(Path::new(part), &mut files);
    }
    files.push(PathBuf::from("../../Cargo.lock"));
    println!("cargo::rerun-if-changed=../../Cargo.lock");
    files.sort();
    let mut hash = FNV_OFFSET;
    for file in &files {
        for byte in fs::read(file).unwrap_or_default() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(FNV_PRIME);
        }
    }
    println!("cargo::rustc-env=PANELS_BUILD_ID={hash:016x}");
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}
