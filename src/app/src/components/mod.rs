//! Pieces of the interface, one per file. They read signals and send messages; they decide nothing.

mod cell;
mod conflict_dialog;
mod drawer;
mod edit_messages;
mod edit_values;
mod freshness_badge;
mod grid;
mod grid_head;
mod grid_row;
mod grid_skeleton;
mod icon;
mod live_region;
mod message_page;
mod modal;
mod notices;
mod patient_banner;
mod pending_edits;
mod record_body;
mod record_edit;
mod row_keys;
mod theme_toggle;
mod top_bar;

pub(crate) use conflict_dialog::ConflictDialog;
pub(crate) use drawer::Drawer;
pub(crate) use edit_messages::{EditToast, SignOutWarning};
pub(crate) use grid::Grid;
pub(crate) use grid_skeleton::GridSkeleton;
pub(crate) use icon::{Icon, IconSprite, Shape};
pub(crate) use live_region::LiveRegion;
pub(crate) use message_page::MessagePage;
pub(crate) use notices::Notices;
pub(crate) use top_bar::TopBar;
