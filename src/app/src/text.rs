//! Every sentence that people read, in one place: plain, short, and free of patient data.

mod bulk;
mod demo;
mod edits;
mod export;
mod holding;
mod keys;
mod panels;
mod query;
mod settings;
mod timeline;
mod views;

use panels_core::{
    badge::{Badge, BadgeReason, BadgeWord},
    fhir::Invalid,
    protocol::{
        BlindSpot, CatchUpReason, Hiding, PollingReason, RefusalReason, SignInFailure,
        SignedOutReason, StaleReason, StorageProblem,
    },
    time::Timestamp,
};

pub(crate) use bulk::*;
pub(crate) use demo::*;
pub(crate) use edits::*;
pub(crate) use export::*;
pub(crate) use holding::*;
pub(crate) use keys::*;
pub(crate) use panels::*;
pub(crate) use panels_core::text::hidden_label as hidden;
pub(crate) use query::*;
pub(crate) use settings::*;
pub(crate) use timeline::*;
pub(crate) use views::*;

/// Name of the product.
pub(crate) const PRODUCT: &str = "Panels";

/// First word of the badge. Part of the interface: tests and screen readers rely on it.
pub(crate) fn badge_word(word: BadgeWord) -> &'static str {
    match word {
        BadgeWord::Live => "Live",
        BadgeWord::CatchingUp => "Catching up",
        BadgeWord::Polling => "Polling",
        BadgeWord::Stale => "Stale",
        BadgeWord::Offline => "Offline",
        BadgeWord::SignedOut => "Signed out",
    }
}

/// Why the badge says so; empty where there is nothing to explain.
pub(crate) fn badge_reason(badge: &Badge, now: Timestamp) -> String {
    let reason = match badge.reason {
        BadgeReason::None if badge.word == BadgeWord::Offline => "no network".to_owned(),
        BadgeReason::None => String::new(),
        BadgeReason::CatchUp(reason) => catch_up(reason).to_owned(),
        BadgeReason::Polling { every_ms, reason } => {
            format!("every {} s, {}", every_ms.div_ceil(1_000), polling(reason))
        }
        BadgeReason::Stale(reason) => stale(reason).to_owned(),
        BadgeReason::WorkerLost => "the background worker stopped, starting a new one".to_owned(),
        BadgeReason::WorkerSilent => "the background worker does not answer".to_owned(),
        BadgeReason::SignedOut(reason) => signed_out(reason).to_owned(),
    };
    match badge.retry_at.map(|at| at.since_ms(now)) {
        Some(wait_ms) if wait_ms > 0 => {
            format!("{reason}, next try in {} s", (wait_ms + 999) / 1_000)
        }
        Some(_) => format!("{reason}, trying now"),
        None => reason,
    }
}

fn catch_up(reason: CatchUpReason) -> &'static str {
    match reason {
        CatchUpReason::FirstLoad => "first load",
        CatchUpReason::Restored => "rows of your last visit; reading what changed since",
        CatchUpReason::Reconnected => "reading what was missed",
        CatchUpReason::Doubt => "checking that nothing was missed",
    }
}

fn polling(reason: PollingReason) -> &'static str {
    match reason {
        PollingReason::FeatureOff => "live updates are off in this project",
        PollingReason::NotPermitted => "this account may not subscribe",
        PollingReason::CapReached => "too many subscriptions",
        PollingReason::SocketsBlocked => "the network blocks live connections",
    }
}

fn stale(reason: StaleReason) -> &'static str {
    match reason {
        StaleReason::Connecting => "connecting",
        StaleReason::SocketClosed => "connection lost",
        StaleReason::SocketSilent => "connection went silent",
        StaleReason::ServerRestarting => "the server restarts",
        StaleReason::SocketRefused => "the live connection was refused",
        StaleReason::ServerError => "the server reports errors",
        StaleReason::RateLimited => "the server asks to slow down",
        StaleReason::ServerUnreachable => "the server does not answer",
    }
}

/// Why nobody is signed in.
pub(crate) fn signed_out(reason: SignedOutReason) -> &'static str {
    match reason {
        SignedOutReason::NotYet => "not signed in",
        SignedOutReason::UserSignedOut => "you signed out",
        SignedOutReason::SessionEnded => "the session ended",
        SignedOutReason::AccessRemoved => "this account has no access any longer",
    }
}

/// The sentence above the sign-in form; `None` where none is needed.
pub(crate) fn sign_in_lead(reason: SignedOutReason) -> Option<&'static str> {
    match reason {
        SignedOutReason::NotYet => None,
        SignedOutReason::UserSignedOut => Some("You are signed out in all tabs."),
        SignedOutReason::SessionEnded => {
            Some("The server ended your session. Sign in again to go on where you were.")
        }
        SignedOutReason::AccessRemoved => Some(
            "This account is no longer a member of the project. Ask whoever manages it, or sign in with another one.",
        ),
    }
}

/// Why a sign-in failed, and what to do.
pub(crate) fn sign_in_failure(failure: &SignInFailure, server: &str) -> String {
    match failure {
        SignInFailure::WrongCredentials => {
            "Email or password is not right. Check both and try again.".to_owned()
        }
        SignInFailure::ServerUnreachable => format!(
            "The server at {server} does not answer. Check the network; if it works elsewhere, \
             the server may be down or may not allow this page's address."
        ),
        SignInFailure::NotMedplum => format!(
            "What answers at {server} is not a Medplum server. The address in config.json may be wrong."
        ),
        SignInFailure::UnknownClient => {
            "The server does not know this application. The client id in config.json may be wrong."
                .to_owned()
        }
        SignInFailure::TooManyAttempts { retry_after_s } if *retry_after_s > 0 => {
            format!("Too many attempts. Try again in {retry_after_s} seconds.")
        }
        SignInFailure::TooManyAttempts { .. } => {
            "Too many attempts. Wait a minute and try again.".to_owned()
        }
        SignInFailure::Unsupported { step } => format!(
            "This account needs a step that Panels does not have yet ({step}). Ask your administrator."
        ),
        SignInFailure::Refused { message } => {
            format!("The server refused the sign-in: {message}")
        }
    }
}

/// Why this tab is not served, for the person at the screen.
pub(crate) fn refusal(reason: &RefusalReason) -> String {
    match reason {
        RefusalReason::ProtocolMismatch => {
            "A newer version of Panels is running. Reload this page.".to_owned()
        }
        RefusalReason::TooManyTabs => {
            "Too many tabs of Panels are open. Close some, then reload this page.".to_owned()
        }
        RefusalReason::ConfigInvalid { message } => {
            format!("The configuration is not accepted: {message}")
        }
        RefusalReason::InstanceChanged | RefusalReason::Ending => {
            "The background worker is being replaced.".to_owned()
        }
    }
}

/// `1 row`, `2,000 rows`.
pub(crate) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

/// Records that the server holds and that cannot be shown.
pub(crate) fn set_aside(count: usize) -> String {
    let records = counted(count, "record", "records");
    format!("{records} could not be read and cannot be shown")
}

/// Title of the list of them.
pub(crate) const SET_ASIDE_TITLE: &str = "Records that cannot be shown";
/// What they are.
pub(crate) const SET_ASIDE_BODY: &str = "The server holds these records, but what is in them could not be read. They are in no table. Tell \
     the people who run the server.";
/// One that does not say which it is.
pub(crate) const SET_ASIDE_UNNAMED: &str = "A record without a name";
/// When it came.
pub(crate) const SET_ASIDE_LAST: &str = "Last received at";

/// Why one of them could not be read.
pub(crate) fn set_aside_why(why: Invalid) -> &'static str {
    match why {
        Invalid::TooLarge { .. } => "it is too large",
        Invalid::TooDeep => "it is nested too deeply",
        Invalid::Malformed => "it is not well formed",
        Invalid::Type => "its type is missing or none",
        Invalid::Id => "its id is missing or none",
        Invalid::Version => "its version is missing or none",
        Invalid::Updated => "the time of its last change is missing or none",
    }
}

/// A number with a separator between thousands.
pub(crate) fn number(count: usize) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Name of the badge. Part of the interface.
pub(crate) const CONNECTION: &str = "Connection";
/// Button. Part of the interface.
pub(crate) const SIGN_IN: &str = "Sign in";
/// Button. Part of the interface.
pub(crate) const SIGN_OUT: &str = "Sign out";
/// Field. Part of the interface.
pub(crate) const EMAIL: &str = "Email";
/// Field. Part of the interface.
pub(crate) const PASSWORD: &str = "Password";
/// While a sign-in is on its way.
pub(crate) const SIGNING_IN: &str = "Signing in…";
/// Above the choice of a membership.
pub(crate) const CHOOSE_PROJECT: &str = "Choose a project";
/// Heading of the home screen, name of the navigation.
pub(crate) const PANELS: &str = "Panels";
/// Name of the live region.
pub(crate) const UPDATES: &str = "Updates";
/// Name of a notice.
pub(crate) const NOTICE: &str = "Notice";
/// Foot of a panel, before a time.
pub(crate) const PANEL_AS_OF: &str = "Complete up to";
/// Foot of a panel, before a time.
pub(crate) const PANEL_PROVEN: &str = ", checked at";
/// Explains the time in the foot of a panel.
pub(crate) const PANEL_FRESH_TITLE: &str = "The first time is what the live stream tells; the second is when a search last proved that nothing was missed.";
/// Button.
pub(crate) const DISMISS: &str = "Dismiss";
/// Name of the strip about the connection.
pub(crate) const CONNECTION_NOTICE: &str = "About the connection";
/// Button.
pub(crate) const TRY_NOW: &str = "Try now";
/// Button.
pub(crate) const RELOAD: &str = "Reload";
/// Skip link.
pub(crate) const SKIP: &str = "Skip to content";
/// A newer version is there.
pub(crate) const RELOAD_NEEDED: &str =
    "A newer version of Panels is installed. Reload this page to go on with it.";
/// Said at once.
pub(crate) const CONNECTION_LOST: &str = "Connection lost. What is shown may be old.";
/// Said calmly.
pub(crate) const CONNECTION_BACK: &str = "Connection is back. What is shown is live.";
/// Said calmly; also the strip under the bar.
pub(crate) const CONNECTION_POLLING: &str = "Updates come in steps, not live";
/// While nothing is known.
pub(crate) const LOADING: &str = "Loading…";
/// Empty panel.
pub(crate) const EMPTY_TITLE: &str = "Nothing here";
/// Empty panel.
pub(crate) const EMPTY_BODY: &str =
    "No row matches this panel right now. New ones appear here by themselves.";
/// Panel whose rows cannot be told, and has none.
pub(crate) const BLIND_TITLE: &str = "What belongs here cannot be told";
/// Explains [`hidden`].
pub(crate) fn hidden_reason(hiding: Hiding) -> &'static str {
    match hiding {
        Hiding::Always => "Your access policy hides this from you.",
        Hiding::Sometimes => {
            "Your access policy hides this in some records, so nobody can tell whether there is one here."
        }
    }
}
/// Something that a panel goes by and the user may not see.
pub(crate) fn blind_spot(spot: &BlindSpot) -> String {
    match spot.hiding {
        Hiding::Always => format!(
            "Your access policy hides {} from you, so this panel cannot tell which rows belong to it.",
            spot.label
        ),
        Hiding::Sometimes => format!(
            "Your access policy hides {} in some records, so this panel may list too few or too many.",
            spot.label
        ),
    }
}
/// Banner, where it cannot be told whether the patient lives.
pub(crate) const DECEASED_HIDDEN: &str =
    "Whether the patient has died may be hidden from you by your access policy.";
/// A panel whose first rows do not come.
pub(crate) const NOTHING_LOADED: &str = "Nothing could be loaded yet";
/// No panel at all.
pub(crate) const NO_PANELS: &str =
    "Your account has no panels yet. Ask your administrator for access.";
/// Unknown address.
pub(crate) const NOT_FOUND_TITLE: &str = "There is no such page";
/// Unknown address.
pub(crate) const NOT_FOUND_BODY: &str = "The address may be mistyped, or the panel was removed.";
/// Link.
pub(crate) const TO_PANELS: &str = "To all panels";
/// Screen.
pub(crate) const CONFIG_TITLE: &str = "Panels is not set up correctly";
/// Screen.
pub(crate) const CONFIG_BODY: &str =
    "The file config.json beside this page is missing or not valid. Correct it, then reload.";
/// Screen.
pub(crate) const WORKER_TITLE: &str = "Panels cannot run here";
/// Screen.
pub(crate) const WORKER_BODY: &str = "Panels needs a current browser (Chrome, Edge, Firefox or Safari) that allows shared \
     workers, outside of private mode and over https. Close other tabs of Panels and reload, or use another browser.";
/// Button of the drawer.
pub(crate) const CLOSE: &str = "Close";
/// Name of the drawer before its record is known.
pub(crate) const RECORD: &str = "Record";
/// Drawer.
pub(crate) const NOTES: &str = "Notes";
/// Drawer.
pub(crate) const OTHER_TASKS: &str = "Other open tasks of this patient";
/// Drawer.
pub(crate) const RECORD_LOADING: &str = "Loading the record…";
/// Drawer.
pub(crate) const RECORD_DELETED: &str = "Deleted by a colleague. What you see is how it was last.";
/// Drawer.
pub(crate) const RECORD_NOT_FOUND: &str = "This record does not exist, or you may not read it.";
/// Drawer.
pub(crate) const RECORD_INVALID: &str =
    "This record came in a form that cannot be shown safely. Open it in another system.";
/// Drawer.
pub(crate) const RECORD_UNAVAILABLE: &str = "This record cannot be read right now. Trying again.";
/// Cell.
pub(crate) const UNASSIGNED: &str = "Unassigned";
/// Cell.
pub(crate) const YOU: &str = "you";
/// Cell.
pub(crate) const OVERDUE: &str = "Overdue";
/// Banner.
pub(crate) const BORN: &str = "Born";
/// Banner.
pub(crate) const SEX: &str = "Sex";
/// Banner.
pub(crate) const MRN: &str = "MRN";
/// Banner.
pub(crate) const NOT_KNOWN: &str = "not known";
/// Whether there is something is not known yet, or not told to this user.
pub(crate) const NOT_LOADED: &str = "not loaded";

/// What the badge's time means.
pub(crate) fn complete_until(time: &str) -> String {
    format!("Everything up to {time} is shown")
}

/// The time in the badge: for states that are not live it must not look like "now".
pub(crate) fn badge_time(word: BadgeWord, time: &str) -> String {
    match word {
        BadgeWord::Live => format!(" · {time}"),
        _ => format!(" · as of {time}"),
    }
}

/// That rows are not kept, and why.
pub(crate) fn memory_only(reason: StorageProblem) -> String {
    let reason = match reason {
        StorageProblem::Unavailable => "storage is not available, for example in private mode",
        StorageProblem::Blocked => "another page holds the storage",
        StorageProblem::Full => "storage is full",
        StorageProblem::Closed => "storage was closed",
        StorageProblem::Unreadable => "what was stored cannot be read",
    };
    format!("This browser does not keep data between visits: {reason}.")
}

/// That rows are old; `time` is what they are of.
pub(crate) fn old_rows(word: BadgeWord, time: Option<&str>) -> String {
    match (word, time) {
        (BadgeWord::Polling, _) => CONNECTION_POLLING.to_owned(),
        (BadgeWord::Offline, Some(time)) => {
            format!("Offline. Rows are as of {time} and may be old")
        }
        (BadgeWord::Offline, None) => "Offline. Nothing has been loaded yet".to_owned(),
        (_, Some(time)) => format!("Rows are as of {time} and may be old"),
        (_, None) => "Nothing has been loaded yet".to_owned(),
    }
}

/// Deceased state in the banner.
pub(crate) fn deceased(date: Option<&str>) -> String {
    date.map_or_else(|| "Deceased".to_owned(), |date| format!("Deceased {date}"))
}

/// Title of the page: never anything about a patient.
pub(crate) fn page_title(panel: Option<&str>) -> String {
    panel.map_or_else(|| PRODUCT.to_owned(), |name| format!("{name} · {PRODUCT}"))
}

/// Rows of a panel are missing because of a limit of this installation.
pub(crate) const INCOMPLETE: &str =
    "Not all rows: there are more than this installation allows (limits.resourcesMax)";
