//! Waiting for something to become true, with a deadline and a report of what was there instead.

use std::time::{Duration, Instant};

use crate::Failure;

/// Long enough for a loaded machine with two cores; a scenario that measures time says its own limit.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// Between two looks. Each look is a round trip to the browser, so this is not what limits accuracy.
const POLL: Duration = Duration::from_millis(25);

/// What one look found.
pub enum Look<T> {
    /// It is there.
    Found(T),
    /// Not yet; this is there instead.
    NotYet(String),
}

impl<T> Look<T> {
    /// `value` if the condition holds, else a description of what is there.
    pub fn when(condition: bool, value: T, otherwise: impl Into<String>) -> Self {
        if condition {
            Self::Found(value)
        } else {
            Self::NotYet(otherwise.into())
        }
    }
}

/// Looks until it is found.
///
/// # Errors
/// [`Failure::Timeout`] after [`PATIENCE`], or the failure of a look.
pub async fn until<T>(
    what: &str,
    look: impl AsyncFnMut() -> Result<Look<T>, Failure>,
) -> Result<T, Failure> {
    until_within(what, PATIENCE, look).await
}

/// Like [`until`], with a limit of its own.
///
/// # Errors
/// [`Failure::Timeout`] after `limit`, or the failure of a look.
pub async fn until_within<T>(
    what: &str,
    limit: Duration,
    mut look: impl AsyncFnMut() -> Result<Look<T>, Failure>,
) -> Result<T, Failure> {
    let started = Instant::now();
    loop {
        let last = match look().await? {
            Look::Found(value) => return Ok(value),
            Look::NotYet(last) => last,
        };
        if started.elapsed() > limit {
            return Err(Failure::Timeout {
                what: what.to_owned(),
                waited: limit,
                last,
            });
        }
        tokio::time::sleep(POLL).await;
    }
}
