//! How things look to whoever is signed in, as signals; what is in force is on the root element, for the styles.
//!
//! The worker keeps it. A copy in localStorage is for the first paint only: it goes when nobody is signed in, so that the next
//! user finds the browser as it is.

use std::cell::Cell;

use leptos::{prelude::*, reactive::graph::Observer};
use panels_core::{
    protocol::TabMessage,
    settings::{
        ClockFormat, DateFormat, Density, Settings, SettingsChange, ThemeChoice, WishedSettings,
        ZoneChoice,
    },
    show::Format,
};

use super::{
    AppState,
    zone::{go_by, zone_offset_minutes},
};
use crate::link::surroundings;

const STORAGE_KEY: &str = "panels-settings";

/// What dates and times are written by.
#[derive(Clone, Debug, Default, PartialEq)]
struct Form {
    dates: DateFormat,
    clock: ClockFormat,
    zone: ZoneChoice,
}

thread_local! {
    /// For whoever writes a date: it is done in too many places to hand it down.
    static FORM: Cell<Option<RwSignal<Form>>> = const { Cell::new(None) };
}

/// See the module.
#[derive(Clone, Copy)]
pub(crate) struct SettingsState {
    wished: StoredValue<WishedSettings>,
    shown: RwSignal<Settings>,
    form: RwSignal<Form>,
    /// Whether the browser knows the zone that was chosen.
    zone_known: RwSignal<bool>,
    /// Another worker has come: what it does not know yet was lost with the one before.
    ask_again: StoredValue<bool>,
}

impl SettingsState {
    /// Reads what was in force last and puts it in force, before anything is painted.
    pub(crate) fn restore() -> Self {
        let stored = storage().and_then(|storage| storage.get_item(STORAGE_KEY).ok().flatten());
        let stored = stored.and_then(|text| serde_json::from_str::<Settings>(&text).ok());
        let settings = stored.unwrap_or_default();
        let state = Self {
            wished: StoredValue::new(WishedSettings::remembered(settings.clone())),
            shown: RwSignal::new(Settings::default()),
            form: RwSignal::default(),
            zone_known: RwSignal::new(true),
            ask_again: StoredValue::new(false),
        };
        FORM.set(Some(state.form));
        state.put_in_force(settings);
        state
    }

    /// What is in force.
    pub(crate) fn get(self) -> Settings {
        self.shown.get()
    }

    /// The density alone.
    pub(crate) fn density(self) -> Density {
        self.shown.with(|settings| settings.density)
    }

    /// The same, without being told of changes.
    pub(crate) fn density_untracked(self) -> Density {
        self.shown.with_untracked(|settings| settings.density)
    }

    /// The zone that was chosen, and whether the browser knows it.
    pub(crate) fn zone(self) -> (ZoneChoice, bool) {
        (
            self.form.with(|form| form.zone.clone()),
            self.zone_known.get(),
        )
    }

    fn put_in_force(self, settings: Settings) {
        let form = Form {
            dates: settings.dates,
            clock: settings.clock,
            zone: settings.zone.clone(),
        };
        let before = self.form.get_untracked();
        if form.zone != before.zone {
            self.zone_known.set(go_by(&form.zone));
        }
        if form != before {
            self.form.set(form);
        }
        self.shown.maybe_update(|shown| {
            let (density, theme) = (settings.density, settings.theme);
            if shown.density != density {
                mark(
                    "data-density",
                    density == Density::default(),
                    density_name(density),
                );
            }
            if shown.theme != theme {
                mark(
                    "data-theme",
                    theme == ThemeChoice::default(),
                    theme_name(theme),
                );
            }
            let changes = *shown != settings;
            *shown = settings;
            changes
        });
    }
}

impl AppState {
    /// The user has chosen: it holds at once, and the worker tells the other tabs.
    pub(crate) fn choose(self, change: SettingsChange) {
        self.settings
            .wished
            .update_value(|wished| wished.choose(change.clone()));
        self.send(TabMessage::SetSettings(change));
        self.show_settings();
    }

    /// The worker has told what whoever is signed in has chosen.
    pub(super) fn take_settings(self, told: Settings) {
        let state = self.settings;
        state.wished.update_value(|wished| wished.hear(told));
        if state.ask_again.get_value() {
            state.ask_again.set_value(false);
            let lost = state.wished.with_value(|wished| wished.wishes().to_vec());
            for change in lost {
                self.send(TabMessage::SetSettings(change));
            }
        }
        self.show_settings();
    }

    /// Another worker has come.
    pub(super) fn lose_settings(self) {
        self.settings.ask_again.set_value(true);
    }

    /// Nobody is signed in: the browser is as it is.
    pub(super) fn forget_settings(self) {
        let none = WishedSettings::default();
        self.settings.wished.set_value(none);
        self.remember(None);
        self.settings.put_in_force(Settings::default());
    }

    fn show_settings(self) {
        let state = self.settings;
        let settings = state.wished.with_value(WishedSettings::shown);
        self.remember(Some(&settings));
        state.put_in_force(settings);
    }

    /// For the first paint of the next start. Storage may be full or forbidden: then that is of the browser as it is.
    fn remember(self, settings: Option<&Settings>) {
        // A demonstration must not change anything for those who come to the real thing.
        let Some(storage) = storage().filter(|_| !self.demo.get_value().is_on()) else {
            return;
        };
        _ = match settings.map(serde_json::to_string) {
            Some(Ok(text)) => storage.set_item(STORAGE_KEY, &text),
            _ => storage.remove_item(STORAGE_KEY),
        };
    }

    /// Tells the worker when the offset of the user's zone becomes another one: by choice, or because summer ends.
    pub(crate) fn follow_zone(self) {
        Effect::new(move |told: Option<i32>| {
            self.settings.form.track();
            let offset = zone_offset_minutes(self.clock.slow());
            if told.is_some_and(|told| told != offset) {
                self.send(TabMessage::Surroundings(surroundings(false)));
            }
            offset
        });
    }
}

/// How dates and times are written now. What runs again when signals change does so when this changes.
pub(crate) fn format() -> Format {
    follow_format();
    let form = FORM.get().map(|form| form.get_untracked());
    let Form { dates, clock, .. } = form.unwrap_or_default();
    Format {
        dates,
        clock,
        offset_minutes: zone_offset_minutes,
    }
}

/// For what draws components with dates in them: they do not run again by themselves.
pub(crate) fn follow_format() {
    // Elsewhere nothing can be told of changes, and there is no harm in that.
    if Observer::get().is_some()
        && let Some(form) = FORM.get()
    {
        form.track();
    }
}

fn mark(attribute: &str, is_default: bool, value: &str) {
    let Some(root) = document().document_element() else {
        return;
    };
    _ = match is_default {
        true => root.remove_attribute(attribute),
        false => root.set_attribute(attribute, value),
    };
}

/// As tokens.css knows it.
fn density_name(density: Density) -> &'static str {
    match density {
        Density::Compact => "compact",
        Density::Normal => "normal",
        Density::Comfortable => "comfortable",
    }
}

/// As tokens.css knows it.
fn theme_name(theme: ThemeChoice) -> &'static str {
    match theme {
        ThemeChoice::Auto => "auto",
        ThemeChoice::Light => "light",
        ThemeChoice::Dark => "dark",
    }
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}
