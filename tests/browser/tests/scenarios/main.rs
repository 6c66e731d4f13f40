//! The main job in a real browser. One test is one scenario; its name is the promise that it keeps.

mod accessible;
mod demo;
mod drafts;
mod editing;
mod export;
mod faults;
mod holding;
mod hostile;
mod keyboard_only;
mod keys;
mod live;
mod offline;
mod outage;
mod panels;
mod pictures;
mod queries;
mod repaint;
mod restricted;
mod scale;
mod session;
mod stage_itself;
mod start;
mod storage;
mod tags;
mod two_users;
mod warm;
