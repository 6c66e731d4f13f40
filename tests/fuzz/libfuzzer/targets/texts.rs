//! See `panels_fuzz::texts`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| panels_fuzz::texts(data));
