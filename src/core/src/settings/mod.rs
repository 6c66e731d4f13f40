//! What a user has chosen of how things look: the same in every tab, and kept for the next start.
//!
//! A value that this build does not know counts as not chosen, and takes nothing else with it. It never decides about rows, and
//! never holds anything about a patient.

mod keeping;
#[cfg(test)]
mod tests;
mod wished;

use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::limits;
pub(crate) use keeping::SettingsKeeper;
pub use wished::WishedSettings;

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// How high the rows of a table are.
    pub density: Density,
    /// Light or dark.
    pub theme: ThemeChoice,
    /// Whose clocks are meant by "today" and "14:30".
    pub zone: ZoneChoice,
    /// How days are written.
    pub dates: DateFormat,
    /// How times of day are written.
    pub clock: ClockFormat,
}

/// One of them, chosen. Its form is that of one field of [`Settings`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SettingsChange {
    /// See [`Settings::density`].
    Density(Density),
    /// See [`Settings::theme`].
    Theme(ThemeChoice),
    /// See [`Settings::zone`].
    Zone(ZoneChoice),
    /// See [`Settings::dates`].
    Dates(DateFormat),
    /// See [`Settings::clock`].
    Clock(ClockFormat),
}

macro_rules! choices {
    ($($(#[$doc:meta])* $name:ident { $($(#[$mark:meta])* $choice:ident,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase")]
        pub enum $name {
            $($(#[$mark])* $choice,)*
        }

        impl $name {
            /// All of them, in the order of a form.
            pub const ALL: &[Self] = &[$(Self::$choice,)*];
        }
    )*};
}

choices! {
    /// How high the rows of a table are.
    Density {
        /// As many rows as can be told apart.
        Compact,
        /// Between the two.
        #[default]
        Normal,
        /// For fingers, and for eyes that are tired.
        Comfortable,
    }
    /// Light or dark.
    ThemeChoice {
        /// As the system says.
        #[default]
        Auto,
        /// Always light.
        Light,
        /// Always dark.
        Dark,
    }
    /// How days are written.
    DateFormat {
        /// `12 Mar 2026`, which nobody takes for another day.
        #[default]
        Words,
        /// `2026-03-12`.
        Iso,
        /// `12/03/2026`.
        DayFirst,
        /// `03/12/2026`.
        MonthFirst,
    }
    /// How times of day are written.
    ClockFormat {
        /// `14:30`.
        #[default]
        Hours24,
        /// `2:30 PM`.
        Hours12,
    }
}

impl Density {
    /// Height of a row in CSS pixels, as in tokens.css.
    pub fn row_height_px(self) -> f64 {
        match self {
            Self::Compact => 28.0,
            Self::Normal => 36.0,
            Self::Comfortable => 44.0,
        }
    }
}

/// Whose clocks are meant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ZoneChoice {
    /// Those of the machine.
    #[default]
    Browser,
    /// Those of a place.
    Named(ZoneName),
}

/// The IANA name of a time zone, like `Europe/Paris`. Whether a browser knows it is another question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ZoneName(Box<str>);

impl ZoneName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Not the name of a time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a time zone is named by an area and a place, like Europe/Paris")]
pub struct NoZoneName;

impl TryFrom<String> for ZoneName {
    type Error = NoZoneName;

    fn try_from(text: String) -> Result<Self, NoZoneName> {
        let fits = |sign: u8| sign.is_ascii_alphanumeric() || b"/_+-".contains(&sign);
        let is_name = !text.is_empty() && text.bytes().all(fits);
        match is_name && text.len() <= limits::ZONE_NAME_BYTES_MAX {
            true => Ok(Self(text.into())),
            false => Err(NoZoneName),
        }
    }
}

impl From<ZoneName> for String {
    fn from(name: ZoneName) -> Self {
        name.0.into()
    }
}

impl Settings {
    /// What a stored record says, whatever build has written it.
    pub fn of(record: &Map<String, Value>) -> Self {
        Self {
            density: field(record, "density"),
            theme: field(record, "theme"),
            zone: field(record, "zone"),
            dates: field(record, "dates"),
            clock: field(record, "clock"),
        }
    }

    /// Makes a choice.
    pub fn take(&mut self, change: SettingsChange) {
        match change {
            SettingsChange::Density(density) => self.density = density,
            SettingsChange::Theme(theme) => self.theme = theme,
            SettingsChange::Zone(zone) => self.zone = zone,
            SettingsChange::Dates(dates) => self.dates = dates,
            SettingsChange::Clock(clock) => self.clock = clock,
        }
    }
}

impl<'de> Deserialize<'de> for Settings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Map::deserialize(deserializer).map(|record| Self::of(&record))
    }
}

/// A value of a record; what is missing or not known is as nobody chose.
fn field<T: DeserializeOwned + Default>(record: &Map<String, Value>, name: &str) -> T {
    let value = record.get(name).map(T::deserialize);
    value.and_then(Result::ok).unwrap_or_default()
}
