//! A file while it is made, a slice in each frame, and how the browser gets it. It must never be begun before the worker has
//! said that the export is written down.

use std::time::Duration;

use leptos::prelude::*;
use panels_core::{
    export::{Form, Sheet, file_name},
    identity::ResourceId,
};
use wasm_bindgen::{JsCast, JsValue};

use crate::state::{PanelStore, now, zone_offset_minutes};

/// What a slice may take of a frame (16 ms), so that the page stays as quick as it was.
const SLICE_MS: f64 = 4.0;
/// Rows between two looks at the clock.
const ROWS_BETWEEN_LOOKS: usize = 16;
/// The browser has begun to read the file long before; until then the address must be good.
const ADDRESS_KEPT: Duration = Duration::from_secs(30);

/// See the module.
pub(crate) struct ExportFile {
    store: PanelStore,
    rows: std::vec::IntoIter<ResourceId>,
    seen: usize,
    sheet: Sheet,
    form: Form,
    /// What is to be pasted.
    text: String,
    /// One for each slice: to hand all of the text to the browser at the end would block the page once, for long.
    parts: js_sys::Array,
    /// The browser refused one.
    broken: bool,
}

impl ExportFile {
    /// One of these rows, in this order, with the columns that are shown.
    pub(crate) fn new(store: PanelStore, rows: Vec<ResourceId>, form: Form) -> Self {
        let columns = store.laid_out_untracked().into_iter();
        let columns: Vec<_> = columns.map(|shown| (shown.place, shown.column)).collect();
        Self {
            sheet: Sheet::new(form, &columns),
            form,
            text: String::new(),
            store,
            rows: rows.into_iter(),
            seen: 0,
            parts: js_sys::Array::new(),
            broken: false,
        }
    }

    /// Adds rows for a part of a frame; tells whether all are in it. A row that has left the panel meanwhile is left out.
    pub(crate) fn step(&mut self) -> bool {
        let until = clock_ms() + SLICE_MS;
        let mut left = true;
        while left && clock_ms() < until {
            for _ in 0..ROWS_BETWEEN_LOOKS {
                let Some(id) = self.rows.next() else {
                    left = false;
                    break;
                };
                self.seen += 1;
                self.store
                    .with_row(&id, |row| self.sheet.push(row, zone_offset_minutes));
            }
        }
        let text = self.sheet.take();
        match self.form {
            Form::Text => self.text.push_str(&text),
            Form::Csv => self.add_part(&text),
        }
        !left
    }

    fn add_part(&mut self, text: &str) {
        let text = js_sys::Array::of1(&JsValue::from_str(text));
        match web_sys::Blob::new_with_str_sequence(&text) {
            Ok(part) => _ = self.parts.push(&part),
            Err(_) => self.broken = true,
        }
    }

    /// For what it is made.
    pub(crate) fn form(&self) -> Form {
        self.form
    }

    /// Puts the text where it can be pasted from. Whether the browser did: it refuses outside of https, and where the user's click
    /// is long ago.
    pub(crate) async fn copy(self) -> bool {
        let Ok(clipboard) = js_sys::Reflect::get(&window().navigator(), &"clipboard".into()) else {
            return false;
        };
        // Not there outside of https, whatever its type says.
        let Some(clipboard) = clipboard.dyn_ref::<web_sys::Clipboard>() else {
            return false;
        };
        let written = clipboard.write_text(&self.text);
        wasm_bindgen_futures::JsFuture::from(written).await.is_ok()
    }

    /// How many of the rows were looked at.
    pub(crate) fn seen(&self) -> usize {
        self.seen
    }

    /// How many of them are in it.
    pub(crate) fn rows(&self) -> usize {
        self.sheet.rows()
    }

    /// Hands it to the browser, which stores it as it stores downloads. Returns its name; `None` if the browser refused.
    pub(crate) fn save(&self) -> Option<String> {
        if self.broken {
            return None;
        }
        let time = now();
        let today = time.local_day(zone_offset_minutes(time));
        let name = file_name(self.store.panel(), today);
        let kind = web_sys::BlobPropertyBag::new();
        kind.set_type("text/csv;charset=utf-8");
        let blob = web_sys::Blob::new_with_blob_sequence_and_options(&self.parts, &kind).ok()?;
        let address = web_sys::Url::create_object_url_with_blob(&blob).ok()?;
        let link: Option<web_sys::HtmlAnchorElement> = document()
            .create_element("a")
            .ok()
            .and_then(|element| element.dyn_into().ok());
        if let Some(link) = &link {
            link.set_href(&address);
            link.set_download(&name);
            link.click();
        }
        set_timeout(
            move || _ = web_sys::Url::revoke_object_url(&address),
            ADDRESS_KEPT,
        );
        link.map(|_| name)
    }
}

fn clock_ms() -> f64 {
    window()
        .performance()
        .map_or_else(js_sys::Date::now, |clock| clock.now())
}
