//! Requests within a transaction. They start when they are built; a transaction ends by itself once none is left, so that
//! nothing else may be waited for in between.

use indexed_db_futures::{
    BuildPrimitive, KeyRange, error::Error, future::BasicRequest, internals::SystemRepr,
    query_source::QuerySource, transaction::Transaction,
};
use panels_core::cache::CacheFailure;
use wasm_bindgen::{JsCast, JsValue};

use super::failure;

/// Result of a request, with the failure of a store that is in use.
pub(super) fn checked<T>(result: Result<T, Error>) -> Result<T, CacheFailure> {
    result.map_err(|error| failure::of_use(&error))
}

/// Asks for a value.
pub(super) fn get(
    transaction: &Transaction<'_>,
    store: &str,
    key: &str,
) -> Result<BasicRequest<Option<JsValue>>, CacheFailure> {
    let store = checked(transaction.object_store(store))?;
    checked(store.get(key).primitive())
}

/// Adds or replaces a value.
pub(super) fn put(
    transaction: &Transaction<'_>,
    store: &str,
    key: &str,
    value: &JsValue,
) -> Result<(), CacheFailure> {
    let store = checked(transaction.object_store(store))?;
    let putting = store.put(value).with_key(key).without_key_type();
    checked(putting.primitive()).map(drop)
}

/// Asks for the first keys and values, or for the first after a key.
pub(super) async fn page(
    transaction: &Transaction<'_>,
    store: &str,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<(String, JsValue)>, CacheFailure> {
    let store = checked(transaction.object_store(store))?;
    // No key is empty, and every string comes after the empty one.
    let range = KeyRange::LowerBound(after.unwrap_or_default(), after.is_some());
    let keys = store.get_all_keys::<String>();
    let keys = keys.with_query::<&str, _>(range.clone());
    let values = store.get_all::<JsValue>().with_query::<&str, _>(range);
    let keys = checked(keys.with_limit(limit).primitive())?;
    let values = checked(values.with_limit(limit).primitive())?;
    let keys: Vec<String> = checked(checked(keys.await)?.collect())?;
    let values: Vec<JsValue> = checked(checked(values.await)?.collect())?;
    Ok(keys.into_iter().zip(values).collect())
}

/// Deletes all values of a store.
pub(super) fn clear(transaction: &Transaction<'_>, store: &str) -> Result<(), CacheFailure> {
    let store = checked(transaction.object_store(store))?;
    checked(store.clear()).map(drop)
}

/// Deletes a value.
pub(super) fn delete(
    transaction: &Transaction<'_>,
    store: &str,
    key: &str,
) -> Result<(), CacheFailure> {
    let store = checked(transaction.object_store(store))?;
    checked(store.delete(key).primitive()).map(drop)
}

/// Commits, and tells why if that fails.
pub(super) async fn commit(transaction: Transaction<'_>) -> Result<(), CacheFailure> {
    // The error of the crate does not say why a transaction was aborted; the browser's transaction does.
    let inner: web_sys::IdbTransaction = transaction.as_sys().clone().unchecked_into();
    transaction
        .commit()
        .await
        .map_err(|error| match inner.error() {
            Some(reason) => failure::named(&reason.name()),
            None => failure::of_use(&error),
        })
}
