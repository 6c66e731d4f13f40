//! One socket: what is bound to it, in which order, and what waits while it is frozen.

use std::collections::VecDeque;

use crate::sandbox::Millis;

/// Frames kept per direction while frozen. A real network buffers far less; this only bounds a forgotten freeze.
const HELD_FRAMES_MAX: usize = 100_000;

/// What was proven by the token of a bind. It is looked at again at every delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Binding {
    pub(super) login: String,
    /// Seconds since 1970, as in the token.
    pub(super) expires_s: i64,
}

/// A socket's state.
#[derive(Clone, Debug, Default)]
pub(super) struct Socket {
    /// In order of first bind: heartbeats list them so.
    bindings: Vec<(String, Binding)>,
    last_bound: Option<String>,
    frozen: Option<Frozen>,
}

#[derive(Clone, Debug)]
struct Frozen {
    thaws_at: Option<Millis>,
    outgoing: VecDeque<String>,
    incoming: VecDeque<String>,
}

impl Socket {
    pub(super) fn bind(&mut self, id: &str, binding: Binding) {
        self.last_bound = Some(id.to_owned());
        match self.bindings.iter_mut().find(|(bound, _)| bound == id) {
            Some((_, old)) => *old = binding,
            None => self.bindings.push((id.to_owned(), binding)),
        }
    }

    pub(super) fn unbind(&mut self, id: &str) {
        self.bindings.retain(|(bound, _)| bound != id);
    }

    pub(super) fn is_bound(&self, id: &str) -> bool {
        self.binding(id).is_some()
    }

    pub(super) fn binding(&self, id: &str) -> Option<&Binding> {
        self.bindings
            .iter()
            .find(|(bound, _)| bound == id)
            .map(|(_, binding)| binding)
    }

    pub(super) fn bound_ids(&self) -> impl Iterator<Item = &str> {
        self.bindings.iter().map(|(id, _)| id.as_str())
    }

    pub(super) fn last_bound(&self) -> Option<&str> {
        self.last_bound.as_deref()
    }

    /// Nothing passes in either direction until the thaw; TCP stays open (`04e-half-open.json`).
    pub(super) fn freeze(&mut self, thaws_at: Option<Millis>) {
        match &mut self.frozen {
            Some(frozen) => frozen.thaws_at = thaws_at,
            None => {
                self.frozen = Some(Frozen {
                    thaws_at,
                    outgoing: VecDeque::new(),
                    incoming: VecDeque::new(),
                });
            }
        }
    }

    pub(super) fn thaws_at(&self) -> Option<Millis> {
        self.frozen.as_ref().and_then(|frozen| frozen.thaws_at)
    }

    pub(super) fn thaws_by(&self, now: Millis) -> bool {
        self.thaws_at().is_some_and(|at| at <= now)
    }

    /// Ends a freeze: what was to go out, and what came in meanwhile.
    pub(super) fn thaw(&mut self) -> (VecDeque<String>, VecDeque<String>) {
        self.frozen.take().map_or_else(Default::default, |frozen| {
            (frozen.outgoing, frozen.incoming)
        })
    }

    /// The frame, if it may go out now.
    pub(super) fn pass(&mut self, text: String) -> Option<String> {
        let Some(frozen) = &mut self.frozen else {
            return Some(text);
        };
        if frozen.outgoing.len() < HELD_FRAMES_MAX {
            frozen.outgoing.push_back(text);
        }
        None
    }

    /// The frame, if it may come in now.
    pub(super) fn admit(&mut self, text: String) -> Option<String> {
        let Some(frozen) = &mut self.frozen else {
            return Some(text);
        };
        if frozen.incoming.len() < HELD_FRAMES_MAX {
            frozen.incoming.push_back(text);
        }
        None
    }
}
