//! What is said of settings.

use panels_core::settings::{ClockFormat, DateFormat, Density, ThemeChoice};

/// The dialog and what opens it.
pub(crate) const SETTINGS: &str = "Settings";
/// Under its title.
pub(crate) const SETTINGS_LEAD: &str =
    "They apply at once, in all your tabs, and are there at your next sign-in in this browser.";
/// The same where the browser stores nothing.
pub(crate) const SETTINGS_UNKEPT: &str =
    "They apply at once, in all your tabs, until the last one is closed: nothing is kept here.";
/// Above the densities.
pub(crate) const DENSITY: &str = "Rows";
/// Above the themes.
pub(crate) const THEME: &str = "Theme";
/// Above the forms of dates.
pub(crate) const DATES: &str = "Dates";
/// Above the forms of times of day.
pub(crate) const CLOCK: &str = "Time of day";
/// Beside the zones.
pub(crate) const ZONE: &str = "Time zone";
/// What a zone is for.
pub(crate) const ZONE_WHY: &str =
    "“Today”, “overdue” and all times go by it. Dates without a time do not change.";

/// A density in the form.
pub(crate) fn density_name(density: Density) -> &'static str {
    match density {
        Density::Compact => "Compact",
        Density::Normal => "Normal",
        Density::Comfortable => "Comfortable",
    }
}

/// A density as a command.
pub(crate) fn density(density: Density) -> String {
    format!("Density: {}", density_name(density).to_lowercase())
}

/// A theme in the form.
pub(crate) fn theme_name(theme: ThemeChoice) -> &'static str {
    match theme {
        ThemeChoice::Auto => "As the system",
        ThemeChoice::Light => "Light",
        ThemeChoice::Dark => "Dark",
    }
}

/// A theme as a command, and on the button that goes through them.
pub(crate) fn theme(theme: ThemeChoice) -> &'static str {
    match theme {
        ThemeChoice::Auto => "Theme: auto",
        ThemeChoice::Light => "Theme: light",
        ThemeChoice::Dark => "Theme: dark",
    }
}

/// A form of dates, with `today` written in it.
pub(crate) fn dates_name(dates: DateFormat, today: &str) -> String {
    match dates {
        DateFormat::Words => today.to_owned(),
        DateFormat::Iso => format!("{today} (year, month, day)"),
        DateFormat::DayFirst => format!("{today} (day, month, year)"),
        DateFormat::MonthFirst => format!("{today} (month, day, year)"),
    }
}

/// A form of times of day.
pub(crate) fn clock_name(clock: ClockFormat) -> &'static str {
    match clock {
        ClockFormat::Hours24 => "14:30",
        ClockFormat::Hours12 => "2:30 PM",
    }
}

/// The zone of the machine, in the list of zones.
pub(crate) fn zone_of_browser(name: Option<&str>) -> String {
    match name {
        Some(name) => format!("As this browser ({name})"),
        None => "As this browser".to_owned(),
    }
}

/// Whose times are shown, where they are not those of the machine.
pub(crate) fn zone_note(name: &str) -> String {
    format!("Times in {}", name.replace('_', " "))
}

/// That a zone which was chosen cannot be followed.
pub(crate) fn zone_unknown(name: &str) -> String {
    format!("This browser does not know {name}: times are its own")
}
