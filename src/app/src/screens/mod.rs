//! Whole screens.

mod home;
mod panel;
mod sign_in;

pub(crate) use home::Home;
pub(crate) use panel::{DrawerRoute, PanelScreen};
pub(crate) use sign_in::SignIn;
