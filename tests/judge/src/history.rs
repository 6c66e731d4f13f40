//! The history of one row of one panel: which version it should show from when on.

use crate::Millis;

/// What a row should show from a moment on; without a stamp it should not be there.
#[derive(Clone, Copy, Debug)]
struct Expected {
    from: Millis,
    stamp: Option<Millis>,
}

/// How what is shown compares with what should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It is right.
    Right,
    /// It was right until then.
    Behind(Millis),
    /// It never was right.
    Never,
}

/// See the module. Grows as the replay goes on: what is not written yet cannot be missed.
#[derive(Clone, Debug, Default)]
pub(crate) struct RowHistory(Vec<Expected>);

impl RowHistory {
    /// From now on the row should show this.
    pub(crate) fn expect(&mut self, from: Millis, stamp: Option<Millis>) {
        if self.0.is_empty() {
            // Before it was created it was shown nowhere.
            let stamp = None;
            self.0.push(Expected {
                from: Millis::MIN,
                stamp,
            });
        }
        // Two versions of one millisecond look alike: only what can be told apart can be missed.
        if self.0.last().map(|last| last.stamp) != Some(stamp) {
            self.0.push(Expected { from, stamp });
        }
    }

    /// Compares with what is shown, which may be the latest moment of the history that looks so.
    pub(crate) fn standing(&self, shown: Option<Millis>) -> Standing {
        match self.0.iter().rposition(|expected| expected.stamp == shown) {
            Some(place) => match self.0.get(place + 1) {
                Some(missing) => Standing::Behind(missing.from),
                None => Standing::Right,
            },
            None if shown.is_none() => Standing::Right,
            None => Standing::Never,
        }
    }
}
