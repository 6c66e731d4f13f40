//! What the app has stored in the browser.

use crate::{Failure, browser::Browser, wait};

/// Waits until the cache of the user holds the rows of both types: how far they were read is stored with the last of them.
///
/// # Errors
/// If it does not.
pub async fn until_rows_are_stored(browser: &Browser) -> Result<(), Failure> {
    const COUNT: &str = "
        const done = arguments[0];
        (async () => {
            const known = (await indexedDB.databases()).find(({ name }) => name.startsWith('panels-cache'));
            if (!known) return {};
            const asked = (request) => new Promise((yes, no) => { request.onsuccess = () => yes(request.result); request.onerror = () => no(request.error); });
            const database = await asked(indexedDB.open(known.name));
            const counts = {};
            for (const store of ['segments', 'cursors', 'screens']) {
                counts[store] = await asked(database.transaction(store).objectStore(store).count());
            }
            database.close();
            return counts;
        })().then(done, (error) => done(String(error)));";
    wait::until("rows to be stored", async || {
        let counts = browser.client.execute_async(COUNT, vec![]).await?;
        let at_least = |store: &str, least: u64| counts[store].as_u64() >= Some(least);
        let stored = at_least("segments", 1) && at_least("cursors", 2) && at_least("screens", 1);
        Ok(wait::Look::when(stored, (), counts.to_string()))
    })
    .await
}
