//! What happened in a run, one line per event. Nothing is written unless somebody will read it.

use std::fmt::Write as _;

use crate::queue::Millis;

/// Who a line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// A step of the plan: a fault, a person, a colleague's write.
    Plan,
    /// The server.
    Server,
    /// A browser profile.
    Profile(usize),
    /// A worker.
    Worker(usize),
    /// A tab.
    Tab(usize),
    /// A checker.
    Check,
}

/// Explains the lines.
pub(crate) const LEGEND: &str = "\
seconds since the start, then who:
  plan  a step of the plan: a fault, what a person does, a colleague's write
  srv   the server            p<n>  a browser profile (one user's machine)
  w<n>  a worker (engine)     t<n>  a tab
  CHECK what was violated
then what: `>` goes out, `<` comes in, `=` a change of state";

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    enabled: bool,
    start: Millis,
    text: String,
}

impl Trace {
    pub(crate) fn new(enabled: bool, start: Millis) -> Self {
        Self {
            enabled,
            start,
            text: String::new(),
        }
    }

    /// Adds a line; `what` is called only if somebody will read it.
    pub(crate) fn line(&mut self, now: Millis, who: Who, what: impl FnOnce() -> String) {
        if !self.enabled {
            return;
        }
        let seconds = (now - self.start) as f64 / 1000.0;
        let who = match who {
            Who::Plan => "plan".to_owned(),
            Who::Server => "srv".to_owned(),
            Who::Profile(index) => format!("p{index}"),
            Who::Worker(index) => format!("w{index}"),
            Who::Tab(index) => format!("t{index}"),
            Who::Check => "CHECK".to_owned(),
        };
        // Writing to a String cannot fail.
        let _ = writeln!(self.text, "{seconds:>10.3} {who:<5} {}", what());
    }

    /// Everything so far.
    pub(crate) fn take(&mut self) -> String {
        std::mem::take(&mut self.text)
    }
}
