//! The main job in a real browser. One test is one scenario; its name is the promise that it keeps.

#![cfg_attr(not(feature = "unproven"), allow(dead_code, unused_imports))]

mod faults;
mod hostile;
mod live;
mod outage;
mod pictures;
mod session;
mod stage_itself;
mod start;
