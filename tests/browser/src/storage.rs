//! What the app has stored in the browser.

use crate::{Failure, browser::Browser, wait};

/// Waits until the cache of the user holds the rows of both types: how far they were read is stored with the last of them.
///
/// # Errors
/// If it does not.
pub async fn until_rows_are_stored(browser: &Browser) -> Result<(), Failure> {
    let wanted = [("segments", 1), ("cursors", 2), ("screens", 1)];
    until_stored(browser, "rows to be stored", &wanted).await
}

/// Waits until the cache of the user holds panels and views that people have made.
///
/// # Errors
/// If it does not.
pub async fn until_panels_are_stored(browser: &Browser) -> Result<(), Failure> {
    until_stored(browser, "panels to be stored", &[("panels", 1)]).await
}

async fn until_stored(
    browser: &Browser,
    what: &str,
    wanted: &[(&str, u64)],
) -> Result<(), Failure> {
    const COUNT: &str = "
        const done = arguments[0];
        (async () => {
            const known = (await indexedDB.databases()).find(({ name }) => name.startsWith('panels-cache'));
            if (!known) return {};
            const asked = (request) => new Promise((yes, no) => { request.onsuccess = () => yes(request.result); request.onerror = () => no(request.error); });
            const database = await asked(indexedDB.open(known.name));
            const counts = {};
            for (const store of ['segments', 'cursors', 'screens', 'panels']) {
                counts[store] = await asked(database.transaction(store).objectStore(store).count());
            }
            database.close();
            return counts;
        })().then(done, (error) => done(String(error)));";
    wait::until(what, async || {
        let counts = browser.client.execute_async(COUNT, vec![]).await?;
        let mut wanted = wanted.iter();
        let stored = wanted.all(|(store, least)| counts[store].as_u64() >= Some(*least));
        Ok(wait::Look::when(stored, (), counts.to_string()))
    })
    .await
}
