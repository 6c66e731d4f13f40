//! What the browser's errors mean. No error of the browser gets past this border.

use indexed_db_futures::error::{DomException, Error, OpenDbError};
use panels_core::cache::CacheFailure;
use wasm_bindgen::{JsCast, JsValue};

/// Name of the error that a database of a newer version gives (IndexedDB 3.0, 5.1).
pub(super) const VERSION_ERROR: &str = "VersionError";
/// Name of the error that means that there is no room (IndexedDB 3.0, 3.1.9).
const QUOTA_EXCEEDED: &str = "QuotaExceededError";

/// Name of the browser's error; `None` if it is none of the browser's.
pub(super) fn name(error: &Error) -> Option<String> {
    let Error::DomException(exception) = error else {
        return None;
    };
    Some(of_exception(exception))
}

fn of_exception(exception: &DomException) -> String {
    let value: &JsValue = exception.as_ref();
    value.unchecked_ref::<web_sys::DomException>().name()
}

/// A failure of an open database: it is full, or it cannot be relied on any longer.
pub(super) fn of_use(error: &Error) -> CacheFailure {
    named(name(error).as_deref().unwrap_or_default())
}

/// See [`of_use`].
pub(super) fn named(name: &str) -> CacheFailure {
    if name == QUOTA_EXCEEDED {
        CacheFailure::Full
    } else {
        CacheFailure::Closed
    }
}

/// A database that cannot be opened: it is full, or the browser does not want to.
pub(super) fn of_open(error: &OpenDbError) -> CacheFailure {
    let full = matches!(error, OpenDbError::Base(error) if of_use(error) == CacheFailure::Full);
    if full {
        CacheFailure::Full
    } else {
        CacheFailure::Unavailable
    }
}
