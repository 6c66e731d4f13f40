//! Browser tests: the built app in a real Chromium, against a sandbox, through WebDriver.
//!
//! Here are the stage (sandbox, static site, browser) and the page objects; the scenarios are in `tests/`. Things are found
//! as people and screen readers find them, by role and accessible name, never by class or position. Nothing here sleeps for
//! a fixed time to let something happen: what is awaited is asked for until a deadline.

pub mod accessibility;
pub mod browser;
pub mod clinician;
pub mod devtools;
pub mod download;
pub mod driver;
pub mod failure;
pub mod pages;
pub mod screenshot;
pub mod server;
pub mod site;
pub mod stage;
pub mod storage;
pub mod wait;
pub mod watcher;

pub use failure::Failure;
pub use stage::{Stage, StageOptions};
