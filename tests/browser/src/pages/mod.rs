//! Page objects: what a person does on each screen, in their words.

mod badge;
pub mod keyboard;
mod palette;
mod panel;
mod panel_form;
mod record;
mod row_menu;
mod settings;
mod sign_in;
mod toolbar;
mod view_page;

pub use badge::{Badge, expect_badge, expect_badge_other_than, read_badge};
pub use keyboard::Keyboard;
pub use palette::{ListedCommand, Palette};
pub use panel::{Click, PanelPage, RowSeen};
pub use panel_form::{PanelForm, expect_columns};
pub use record::RecordPage;
pub use row_menu::{MenuChoice, RowMenu};
pub use settings::{SettingsPage, expect_due, expect_row_height};
pub use sign_in::SignInPage;
pub use toolbar::Toolbar;
pub use view_page::ViewPage;
