//! Page objects: what a person does on each screen, in their words.

mod badge;
mod panel;
mod record;
mod sign_in;
mod toolbar;

pub use badge::{Badge, expect_badge, expect_badge_other_than, read_badge};
pub use panel::{Click, PanelPage, RowSeen};
pub use record::RecordPage;
pub use sign_in::SignInPage;
pub use toolbar::Toolbar;
