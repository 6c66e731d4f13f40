//! How things look to whoever is signed in, as signals; what is in force is on the root element, for the styles.
//!
//! The worker keeps it. A copy in localStorage is for the first paint only: it goes when nobody is signed in, so that the next
//! user finds the browser as it is.

use std::cell::Cell;

use leptos::{prelude::*, reactive::graph::Observer};
use panels_core::{
    protocol::TabMessage,
    settings::{Density, Settings, SettingsChange, ThemeChoice, WishedSettings},
    show::Format,
};

use super::{
    AppState,
    zone::{go_by, zone_offset_minutes},
};
use crate::link::surroundings;

const STORAGE_KEY: &str = "panels-settings";

thread_local! {
    /// For whoever writes a date: it is done in too many places to hand it down.
    static SHOWN: Cell<Option<RwSignal<WishedSettings>>> = const { Cell::new(None) };
}

/// See the module.
#[derive(Clone, Copy)]
pub(crate) struct SettingsState {
    settings: RwSignal<WishedSettings>,
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
        let state = Self {
            settings: RwSignal::new(WishedSettings::default()),
            zone_known: RwSignal::new(true),
            ask_again: StoredValue::new(false),
        };
        SHOWN.set(Some(state.settings));
        state.change(|settings| settings.hear(stored.unwrap_or_default()));
        state
    }

    /// What is in force.
    pub(crate) fn get(self) -> Settings {
        self.settings.with(|settings| settings.shown().clone())
    }

    /// The same, without being told of changes.
    pub(crate) fn get_untracked(self) -> Settings {
        self.settings
            .with_untracked(|settings| settings.shown().clone())
    }

    /// Whether the browser knows the zone that was chosen.
    pub(crate) fn is_zone_known(self) -> bool {
        self.zone_known.get()
    }

    /// Changes them, and puts in force what comes of it.
    fn change(self, change: impl FnOnce(&mut WishedSettings)) {
        let before = self.get_untracked();
        let mut settings = self.settings.get_untracked();
        change(&mut settings);
        let now = settings.shown().clone();
        if now.zone != before.zone {
            self.zone_known.set(go_by(&now.zone));
        }
        if now.density != before.density {
            mark(
                "data-density",
                now.density == Density::default(),
                now.density.word(),
            );
        }
        if now.theme != before.theme {
            mark(
                "data-theme",
                now.theme == ThemeChoice::default(),
                now.theme.word(),
            );
        }
        match now == before {
            true => self.settings.update_untracked(|known| *known = settings),
            false => self.settings.set(settings),
        }
    }
}

impl AppState {
    /// The user has chosen: it holds at once, and the worker tells the other tabs.
    pub(crate) fn choose(self, change: SettingsChange) {
        self.send(TabMessage::SetSettings(change.clone()));
        self.settings.change(|settings| settings.choose(change));
        self.remember_settings();
    }

    /// The worker has told what whoever is signed in has chosen.
    pub(super) fn take_settings(self, told: Settings) {
        let state = self.settings;
        state.change(|settings| settings.hear(told));
        if state.ask_again.get_value() {
            state.ask_again.set_value(false);
            let lost = state
                .settings
                .with_untracked(|settings| settings.wishes().to_vec());
            for change in lost {
                self.send(TabMessage::SetSettings(change));
            }
        }
        self.remember_settings();
    }

    /// Another worker has come.
    pub(super) fn lose_settings(self) {
        self.settings.ask_again.set_value(true);
    }

    /// Nobody is signed in: the browser is as it is.
    pub(super) fn forget_settings(self) {
        self.settings
            .change(|settings| *settings = WishedSettings::default());
        self.remember_settings();
    }

    /// For the first paint of the next start. Storage may be full or forbidden: then that is of the browser as it is.
    fn remember_settings(self) {
        // A demonstration must not change anything for those who come to the real thing.
        let Some(storage) = storage().filter(|_| !self.demo.get_value().is_on()) else {
            return;
        };
        let settings = self.settings.get_untracked();
        _ = match serde_json::to_string(&settings) {
            Ok(text) if settings != Settings::default() => storage.set_item(STORAGE_KEY, &text),
            _ => storage.remove_item(STORAGE_KEY),
        };
    }

    /// Tells the worker when the offset of the user's zone becomes another one: by choice, or because summer ends.
    pub(crate) fn follow_zone(self) {
        Effect::new(move |told: Option<i32>| {
            self.settings.settings.track();
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
    let chosen = |settings: &WishedSettings| (settings.shown().dates, settings.shown().clock);
    let chosen = SHOWN.get().map(|shown| shown.with_untracked(chosen));
    let (dates, clock) = chosen.unwrap_or_default();
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
        && let Some(shown) = SHOWN.get()
    {
        shown.track();
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

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}
