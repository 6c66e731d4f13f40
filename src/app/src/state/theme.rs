//! Light, dark, or as the system says; remembered for this browser.

use leptos::prelude::*;

const STORAGE_KEY: &str = "panels-theme";
const ATTRIBUTE: &str = "data-theme";

/// What the user chose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Theme {
    /// As the system says.
    #[default]
    Auto,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// All choices.
    pub(crate) const ALL: [Self; 3] = [Self::Auto, Self::Light, Self::Dark];

    /// The word that is stored and shown.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The choice after this one.
    pub(crate) fn next(self) -> Self {
        match self {
            Self::Auto => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::Auto,
        }
    }

    fn from_word(word: &str) -> Self {
        match word {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::Auto,
        }
    }
}

/// The choice as a signal, kept on the root element and in localStorage.
#[derive(Clone, Copy)]
pub(crate) struct ThemeState(RwSignal<Theme>);

impl ThemeState {
    /// Reads what was remembered and shows it.
    pub(crate) fn restore() -> Self {
        let stored = storage().and_then(|storage| storage.get_item(STORAGE_KEY).ok().flatten());
        let theme = stored.as_deref().map_or(Theme::Auto, Theme::from_word);
        show(theme);
        Self(RwSignal::new(theme))
    }

    /// The current choice.
    pub(crate) fn get(self) -> Theme {
        self.0.get()
    }

    /// Goes on to the next choice.
    pub(crate) fn advance(self) {
        self.choose(self.0.get_untracked().next());
    }

    /// Makes a choice.
    pub(crate) fn choose(self, theme: Theme) {
        self.0.set(theme);
        show(theme);
        if let Some(storage) = storage() {
            // Storage may be full or forbidden: then the choice lasts as long as the page.
            _ = storage.set_item(STORAGE_KEY, theme.word());
        }
    }
}

fn show(theme: Theme) {
    let Some(root) = document().document_element() else {
        return;
    };
    _ = match theme {
        Theme::Auto => root.remove_attribute(ATTRIBUTE),
        Theme::Light | Theme::Dark => root.set_attribute(ATTRIBUTE, theme.word()),
    };
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}
