//! See `panels_fuzz::engine`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| panels_fuzz::engine(data));
