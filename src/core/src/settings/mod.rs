//! What a user has chosen of how things look: the same in every tab, and kept for the next start.
//!
//! A stored value that this build does not know counts as not chosen, and takes nothing else with it. It never decides about rows, and
//! never holds anything about a patient.

mod keeping;
#[cfg(test)]
mod tests;
mod wished;

use std::{collections::BTreeMap, mem::discriminant};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use serde_json::{Map, Value};

use crate::{layout::Layout, limits};
pub(crate) use keeping::SettingsKeeper;
pub use wished::WishedSettings;

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// How tables are laid out where no view says so, by what stands for their panel in an address; at most
    /// [`limits::LAYOUTS_MAX`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub layouts: BTreeMap<String, Layout>,
}

/// One of them, chosen.
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
    /// See [`Settings::layouts`].
    Layout {
        /// Of which panel.
        panel: String,
        /// The columns that are shown; `None` for those that the panel shows by itself.
        columns: Option<Layout>,
    },
}

/// Before the name of a panel in the name of a stored choice.
const LAYOUT_PREFIX: &str = "layout:";

impl SettingsChange {
    /// Whether another one takes its place.
    pub fn is_of_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Layout { panel, .. }, Self::Layout { panel: same, .. }) => panel == same,
            (one, other) => discriminant(one) == discriminant(other),
        }
    }

    /// Name and value of the choice as it is stored.
    pub(crate) fn stored(&self) -> (String, Value) {
        let (name, value) = match self {
            Self::Density(density) => ("density", density.word()),
            Self::Theme(theme) => ("theme", theme.word()),
            Self::Zone(zone) => ("zone", zone.word()),
            Self::Dates(dates) => ("dates", dates.word()),
            Self::Clock(clock) => ("clock", clock.word()),
            Self::Layout { panel, columns } => {
                // By the code that writes and reads messages, which is there anyway.
                let columns = serde_json::to_string(columns).unwrap_or_default();
                let columns = serde_json::from_str(&columns).unwrap_or_default();
                return (format!("{LAYOUT_PREFIX}{panel}"), columns);
            }
        };
        (name.to_owned(), value.into())
    }
}

/// A choice is one word, in messages and on the disk.
macro_rules! as_word {
    ($name:ident) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.word())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = String::deserialize(deserializer)?;
                Self::of_word(&word).ok_or_else(|| D::Error::custom("no such choice"))
            }
        }
    };
}

macro_rules! choices {
    ($($(#[$doc:meta])* $name:ident { $($(#[$mark:meta])* $choice:ident = $word:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub enum $name {
            $($(#[$mark])* $choice,)*
        }

        impl $name {
            /// All of them, in the order of a form.
            pub const ALL: &[Self] = &[$(Self::$choice,)*];

            /// The word for it.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$choice => $word,)*
                }
            }

            fn of_word(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$choice),)*
                    _ => None,
                }
            }
        }

        as_word!($name);
    )*};
}

choices! {
    /// How high the rows of a table are.
    Density {
        /// As many rows as can be told apart.
        Compact = "compact",
        /// Between the two.
        #[default]
        Normal = "normal",
        /// For fingers, and for eyes that are tired.
        Comfortable = "comfortable",
    }
    /// Light or dark.
    ThemeChoice {
        /// As the system says.
        #[default]
        Auto = "auto",
        /// Always light.
        Light = "light",
        /// Always dark.
        Dark = "dark",
    }
    /// How days are written.
    DateFormat {
        /// `12 Mar 2026`, which nobody takes for another day.
        #[default]
        Words = "words",
        /// `2026-03-12`.
        Iso = "iso",
        /// `12/03/2026`.
        DayFirst = "dayFirst",
        /// `03/12/2026`.
        MonthFirst = "monthFirst",
    }
    /// How times of day are written.
    ClockFormat {
        /// `14:30`.
        #[default]
        Hours24 = "hours24",
        /// `2:30 PM`.
        Hours12 = "hours12",
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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ZoneChoice {
    /// Those of the machine.
    #[default]
    Browser,
    /// Those of a place.
    Named(ZoneName),
}

/// The word for the zone of the browser: no place is called so.
const BROWSER: &str = "browser";

impl ZoneChoice {
    /// The word for it.
    pub fn word(&self) -> &str {
        match self {
            Self::Browser => BROWSER,
            Self::Named(name) => name.as_str(),
        }
    }

    fn of_word(word: &str) -> Option<Self> {
        match word {
            BROWSER => Some(Self::Browser),
            name => ZoneName::parse(name).map(Self::Named),
        }
    }
}

as_word!(ZoneChoice);

/// The IANA name of a time zone, like `Europe/Paris`. Whether a browser knows it is another question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneName(Box<str>);

impl ZoneName {
    /// Takes a name; `None` for what cannot be one.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = |sign: u8| sign.is_ascii_alphanumeric() || b"/_+-".contains(&sign);
        let is_name = !text.is_empty() && text.bytes().all(fits);
        (is_name && text.len() <= limits::ZONE_NAME_BYTES_MAX).then(|| Self(text.into()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Settings {
    /// What a stored record says, whatever build has written it: what is missing or not known is as nobody chose.
    pub(crate) fn of(record: &Map<String, Value>) -> Self {
        let word = |name| record.get(name).and_then(Value::as_str);
        let layout = |(name, value): (&String, &Value)| {
            let panel = name.strip_prefix(LAYOUT_PREFIX)?;
            let columns = serde_json::from_str(&value.to_string()).ok()?;
            Some((panel.to_owned(), columns))
        };
        let layouts = record.iter().filter_map(layout);
        Self {
            layouts: layouts.take(limits::LAYOUTS_MAX).collect(),
            density: word("density")
                .and_then(Density::of_word)
                .unwrap_or_default(),
            theme: word("theme")
                .and_then(ThemeChoice::of_word)
                .unwrap_or_default(),
            zone: word("zone")
                .and_then(ZoneChoice::of_word)
                .unwrap_or_default(),
            dates: word("dates")
                .and_then(DateFormat::of_word)
                .unwrap_or_default(),
            clock: word("clock")
                .and_then(ClockFormat::of_word)
                .unwrap_or_default(),
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
            SettingsChange::Layout { panel, columns } => match columns {
                None => _ = self.layouts.remove(&panel),
                Some(columns) => _ = self.layouts.insert(panel, columns),
            },
        }
    }
}
