//! Web Locks (W3C), which web-sys has among its unstable interfaces only: held for life, so that the release is the proof of death.

use js_sys::{Promise, Reflect};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// `navigator.locks`.
    #[derive(Clone)]
    pub(super) type LockManager;

    #[wasm_bindgen(method)]
    fn request(this: &LockManager, name: &str, granted: &JsValue) -> Promise;
}

impl LockManager {
    /// That of the page; `None` where the browser has none, as outside https.
    pub(super) fn of(window: &web_sys::Window) -> Option<Self> {
        let locks = Reflect::get(&window.navigator(), &"locks".into()).ok()?;
        locks.is_object().then(|| locks.unchecked_into())
    }

    /// Holds a lock until the page ends.
    pub(super) fn hold(&self, name: &str, held: impl FnOnce() + 'static) {
        let granted = Closure::once_into_js(move || {
            held();
            // It is released when this is settled.
            Promise::new(&mut |_, _| {})
        });
        // It fails only where the page is on its way out.
        _ = self.request(name, &granted);
    }

    /// Calls back when nobody holds a lock.
    pub(super) fn await_release(&self, name: &str, released: impl FnOnce() + 'static) {
        let granted = Closure::once_into_js(released);
        _ = self.request(name, &granted);
    }
}
