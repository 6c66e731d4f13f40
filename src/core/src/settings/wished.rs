//! The settings of a tab: as the worker told them, with what the user of this tab has chosen since on top, so that a choice is
//! seen at once and stays seen while the word of an earlier one comes back.

use super::{Settings, SettingsChange};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct WishedSettings {
    shown: Settings,
    wishes: Vec<SettingsChange>,
}

impl WishedSettings {
    /// What is in force in this tab.
    pub fn shown(&self) -> &Settings {
        &self.shown
    }

    /// The user has chosen. Of a field the last choice counts.
    pub fn choose(&mut self, change: SettingsChange) {
        self.wishes.retain(|wish| !wish.is_of_same(&change));
        self.shown.take(change.clone());
        self.wishes.push(change);
    }

    /// The worker has told them.
    pub fn hear(&mut self, told: Settings) {
        self.shown = told;
        let shown = &mut self.shown;
        self.wishes.retain(|wish| {
            let before = shown.clone();
            shown.take(wish.clone());
            *shown != before
        });
    }

    /// What a new worker has to be asked for again.
    pub fn wishes(&self) -> &[SettingsChange] {
        &self.wishes
    }
}
