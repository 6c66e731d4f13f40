//! Sentences about the demonstration.

/// Always in sight. Part of the interface: tests and people rely on it.
pub(crate) const DEMO_MARK: &str = "Demo: made-up data, nothing is saved";
/// After it.
pub(crate) const DEMO_LIFE: &str = "It runs in this browser only, the same in all its tabs, and begins anew when the last of them is closed or reloaded.";
/// Name of the strip.
pub(crate) const DEMO: &str = "Demo";
/// Link.
pub(crate) const DEMO_TAB: &str = "Open another tab";
/// Button.
pub(crate) const DEMO_LEAVE: &str = "Leave the demo";
/// Button on the sign-in screen, where the server does not answer.
pub(crate) const DEMO_TRY: &str = "Try the demo instead";
/// Before that button.
pub(crate) const DEMO_OFFER: &str =
    "Meanwhile you can look around in a made-up clinic that needs no server.";
/// Button on the sign-in screen of the demonstration.
pub(crate) const DEMO_OPEN: &str = "Open the demo";
/// In the place of a server's address.
pub(crate) const DEMO_PLACE: &str = "A made-up clinic inside this browser";
/// Its file did not come.
pub(crate) const DEMO_NOT_LOADED: &str =
    "The demo could not be loaded. Check the network and try again.";

/// On the sign-in screen of the demonstration.
pub(crate) fn demo_account(email: &str, password: &str) -> String {
    format!(
        "A made-up clinic: nobody in it is real, and colleagues keep changing things. You are {email}, the password is {password}."
    )
}
