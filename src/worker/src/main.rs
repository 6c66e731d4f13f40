//! The SharedWorker.

fn main() {}
