//! What web-sys has only behind an unstable flag, or not at all: connections before wasm was ready, Web Locks, and turns of
//! the event loop.

use wasm_bindgen::prelude::*;
use web_sys::MessagePort;

#[wasm_bindgen]
extern "C" {
    /// Hands over every message of every port, those that came before too. It is in the worker's script.
    #[wasm_bindgen(js_name = panels_take_messages)]
    pub(crate) fn take_messages(callback: &Closure<dyn FnMut(MessagePort, JsValue)>);
}

#[wasm_bindgen(module = "/src/locks.js")]
extern "C" {
    /// Takes a lock for life; `held` is called when it is ours.
    pub(crate) fn hold_lock(name: &str, held: &JsValue);
    /// Calls `released` when nobody holds the lock any more.
    pub(crate) fn await_release(name: &str, released: &JsValue);
}

#[wasm_bindgen(module = "/src/turn.js")]
extern "C" {
    /// Waits until everything that is due has had its turn.
    pub(crate) async fn next_turn();
}
