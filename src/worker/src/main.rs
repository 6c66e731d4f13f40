//! The SharedWorker: socket, fetch, locks and channels around one core engine. Wiring only.

mod admission;
mod browser;
mod demo;
mod http;
mod log;
mod ports;
mod runner;
mod socket;
mod storage;
mod transport;

use panels_core::identity::BuildId;
use wasm_bindgen::JsCast;
use web_sys::SharedWorkerGlobalScope;

// The browser tests run where the worker runs.
#[cfg(test)]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_shared_worker);

/// Memory that is asked for in one go, in bytes: what a start with some thousand rows comes to. Asked for as it is needed it would
/// grow by 64 KiB each time, which takes Chromium 148 half a millisecond.
const START_BYTES: usize = 8 << 20;

fn main() {
    // Given back at once, and kept for what comes.
    drop(std::hint::black_box(Vec::<u8>::with_capacity(START_BYTES)));
    log::set_up();
    let Ok(scope) = js_sys::global().dyn_into::<SharedWorkerGlobalScope>() else {
        return tracing::error!("this is not a shared worker");
    };
    let closing = scope.clone();
    // After a panic the memory may be broken: end, and let the tabs start a new life when the lock is released. Nothing is
    // said to them before: whoever connects at once gets the worker that is about to end (Chromium 156).
    std::panic::set_hook(Box::new(move |info| {
        closing.close();
        log::panicked(info);
    }));
    let mut entropy = [0; 32];
    let random = scope
        .crypto()
        .and_then(|crypto| crypto.get_random_values_with_u8_array(&mut entropy));
    if random.is_err() {
        return tracing::error!("the browser has no secure randomness");
    }
    admission::Admission::new(scope, BuildId::new(env!("PANELS_BUILD_ID")), entropy).open();
}
