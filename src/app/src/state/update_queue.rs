//! Batches of rows, and what is claimed about them, on their way to the document: at once in a quiet moment, else once per
//! frame, and slowly in a tab that nobody sees. The order stays, so that no claim is shown before the rows it speaks of. It
//! never looks into a message.

use std::{cell::Cell, rc::Rc};

use gloo_timers::callback::Timeout;
use leptos::{leptos_dom::helpers::AnimationFrameRequestHandle, prelude::*};
use panels_core::protocol::WorkerMessage;
use web_sys::VisibilityState;

/// Less than this since the last batch means that the stream is busy: one frame at 60 Hz.
const QUIET_MS: f64 = 16.0;
/// A hidden tab does not need to be right at once, only soon after it is shown; timers there run once a second at best.
const HIDDEN_DELAY_MS: u32 = 1_000;
/// A window that is covered may count as visible and still get no frames.
const FRAME_OVERDUE_MS: u32 = 250;

/// See the module.
#[derive(Clone, Copy)]
pub(super) struct UpdateQueue {
    messages: StoredValue<Vec<WorkerMessage>>,
    flush: StoredValue<Option<Flush>, LocalStorage>,
    last_flush_ms: StoredValue<f64>,
}

/// The next flush; dropping it takes it back.
struct Flush {
    _timer: Timeout,
    frame: Option<AnimationFrameRequestHandle>,
}

impl Drop for Flush {
    fn drop(&mut self) {
        if let Some(frame) = self.frame.take() {
            frame.cancel();
        }
    }
}

impl UpdateQueue {
    pub(super) fn new() -> Self {
        Self {
            messages: StoredValue::new(Vec::new()),
            flush: StoredValue::new_local(None),
            last_flush_ms: StoredValue::new(0.0),
        }
    }

    /// Adds a message; `apply` receives all that came, in order, when it is time.
    pub(super) fn push(
        self,
        message: WorkerMessage,
        apply: impl Fn(Vec<WorkerMessage>) + Clone + 'static,
    ) {
        self.messages
            .update_value(|messages| messages.push(message));
        if self.flush.with_value(Option::is_some) {
            return;
        }
        let hidden = document().visibility_state() == VisibilityState::Hidden;
        if !hidden && monotonic_ms() - self.last_flush_ms.get_value() > QUIET_MS {
            self.run(&apply);
        } else {
            self.schedule(hidden, apply);
        }
    }

    /// Applies what waits now, for example because the tab became visible.
    pub(super) fn run(self, apply: &impl Fn(Vec<WorkerMessage>)) {
        self.flush.set_value(None);
        self.last_flush_ms.set_value(monotonic_ms());
        let mut messages = Vec::new();
        self.messages
            .update_value(|waiting| messages = std::mem::take(waiting));
        if !messages.is_empty() {
            apply(messages);
        }
    }

    /// Drops what waits and does not fit.
    pub(super) fn retain(self, fits: impl Fn(&WorkerMessage) -> bool) {
        self.messages.update_value(|messages| messages.retain(fits));
    }

    fn schedule(self, hidden: bool, apply: impl Fn(Vec<WorkerMessage>) + Clone + 'static) {
        let done = Rc::new(Cell::new(false));
        let once = move || {
            if !done.replace(true) {
                self.run(&apply);
            }
        };
        let frame = if hidden {
            None
        } else {
            request_animation_frame_with_handle(once.clone()).ok()
        };
        let delay_ms = if hidden {
            HIDDEN_DELAY_MS
        } else {
            FRAME_OVERDUE_MS
        };
        self.flush.set_value(Some(Flush {
            _timer: Timeout::new(delay_ms, once),
            frame,
        }));
    }
}

fn monotonic_ms() -> f64 {
    window().performance().map_or(0.0, |clock| clock.now())
}
