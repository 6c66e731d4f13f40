//! The storage of the browser, without any of our own code in between.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/storage/indexed_db/tests/raw.js")]
extern "C" {
    /// A value.
    pub(super) async fn raw_get(name: &str, store: &str, key: &str) -> JsValue;
    /// Replaces a value.
    pub(super) async fn raw_put(name: &str, store: &str, key: &str, value: &JsValue);
    /// Deletes a value.
    pub(super) async fn raw_delete(name: &str, store: &str, key: &str);
    /// A database of another shape, open.
    pub(super) async fn raw_create(name: &str, version: u8) -> JsValue;
    /// Closes a database that was created.
    pub(super) fn raw_close(database: &JsValue);
    /// Deletes a database.
    pub(super) async fn raw_remove(name: &str);
    /// Names of all databases, one a line.
    pub(super) async fn raw_names() -> JsValue;
    /// Whether a key can leave the browser.
    pub(super) async fn can_export(key: &JsValue) -> JsValue;

    fn refuse_puts(count: u32, name: &str) -> js_sys::Function;
    fn refuse_commits() -> js_sys::Function;
    fn refuse_opens(name: &str) -> js_sys::Function;
}

/// The browser misbehaves as long as this lives.
pub(super) struct Misbehaviour(js_sys::Function);

impl Misbehaviour {
    /// Puts fail from the `count`th on.
    pub(super) fn puts(count: u32, name: &str) -> Self {
        Self(refuse_puts(count, name))
    }

    /// Commits abort.
    pub(super) fn commits() -> Self {
        Self(refuse_commits())
    }

    /// Databases cannot be opened.
    pub(super) fn opens(name: &str) -> Self {
        Self(refuse_opens(name))
    }
}

impl Drop for Misbehaviour {
    fn drop(&mut self) {
        self.0.call0(&JsValue::NULL).expect("the way back");
    }
}
