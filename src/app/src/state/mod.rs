//! What the interface knows: signals, and the one place that turns the worker's messages into them.
//!
//! No markup in here, and no decision that the core could make.

mod announcer;
mod app_state;
mod catch_up;
mod clock;
mod demo;
mod dispatch;
mod drafts;
mod edits;
mod export;
mod jobs;
mod mounted_rows;
mod panel_address;
mod panel_edit;
mod panel_store;
mod settings;
mod update_queue;
mod viewing;
mod zone;

pub(crate) use announcer::Announcer;
pub(crate) use app_state::{AppState, Dialog, Gate, WorkerTrouble};
pub(crate) use catch_up::{CatchUp, CaughtUp};
pub(crate) use clock::{Clock, now};
pub(crate) use demo::Demo;
pub(crate) use dispatch::{catch_up, receive};
pub(crate) use edits::Edits;
pub(crate) use export::ExportAsk;
pub(crate) use jobs::OwnJob;
pub(crate) use mounted_rows::{MountedRow, RowHandle, RowWait, ShownCell};
pub(crate) use panel_address::{Ask, follow_address};
pub(crate) use panel_edit::PanelShelf;
pub(crate) use panel_store::{LaidOut, PanelPhase, PanelStore};
pub(crate) use settings::{SettingsState, follow_format, format};
pub(crate) use viewing::report_what_is_seen;
pub(crate) use zone::{browser_offset_minutes, browser_zone, zone_offset_minutes, zones};
