//! What is fuzzed: everything that comes from outside, read by the real core.
//!
//! [`texts`] gives bytes to every reader of the server's texts. [`engine`] puts a whole engine between a real sandbox and somebody
//! who changes what crosses: answers, frames, messages of tabs, what storage brings back. Nothing may panic, hang or grow without
//! bound, and what a tab is told holds no character that shows as something else.
//!
//! Both take plain bytes. The tests here feed them recorded and random ones, the same each time; the targets in `libfuzzer`, which
//! are a workspace of their own because libFuzzer needs a nightly compiler, let a fuzzer look for worse ones. What one
//! finds becomes a test of the part that it is about.

mod clean;
mod hostile;
mod session;
mod tape;
#[cfg(test)]
mod tests;
mod texts;

pub use session::engine;
pub use texts::texts;
