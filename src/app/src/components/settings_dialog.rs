//! The dialog of settings. What is chosen holds at once, so there is nothing to save and nothing to give up.

use leptos::{html::Select, prelude::*};
use panels_core::{
    protocol::StorageView,
    settings::{
        ClockFormat, DateFormat, Density, Settings, SettingsChange, ThemeChoice, ZoneChoice,
        ZoneName,
    },
    show::Format,
};

use super::{Icon, Shape, modal::Modal};
use crate::{
    state::{AppState, Dialog, browser_zone, now, zone_offset_minutes, zones},
    text,
};

/// Id of the heading.
const TITLE: &str = "settings-title";

/// Opens the dialog.
#[component]
pub(super) fn SettingsButton() -> impl IntoView {
    let dialog = AppState::here().dialog;
    view! {
        <button
            class="button button-quiet"
            type="button"
            aria-label=text::SETTINGS
            title=text::SETTINGS
            on:click=move |_| dialog.set(Some(Dialog::Settings))
        >
            <Icon shape=Shape::Settings/>
        </button>
    }
}

/// See the module.
#[component]
pub(crate) fn SettingsDialog() -> impl IntoView {
    let state = AppState::here();
    view! {
        <Show when=move || state.dialog.get() == Some(Dialog::Settings)>
            <Modal
                role="dialog"
                labelled_by=TITLE
                on_close=Callback::new(move |()| state.close(Dialog::Settings))
            >
                <Form state=state/>
            </Modal>
        </Show>
    }
}

#[component]
fn Form(state: AppState) -> impl IntoView {
    let lead = move || {
        let unkept = matches!(state.storage.get(), StorageView::MemoryOnly { .. });
        match unkept || state.demo.get_value().is_on() {
            true => text::SETTINGS_UNKEPT,
            false => text::SETTINGS_LEAD,
        }
    };
    let dates = |dates: &DateFormat| {
        let format = Format {
            dates: *dates,
            clock: ClockFormat::Hours24,
            offset_minutes: zone_offset_minutes,
        };
        text::dates_name(*dates, &format.day(now()))
    };
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let densities: Vec<_> = Density::ALL
        .iter()
        .map(|one| text::density_name(*one))
        .collect();
    let themes: Vec<_> = ThemeChoice::ALL
        .iter()
        .map(|one| text::theme_name(*one))
        .collect();
    let clocks: Vec<_> = ClockFormat::ALL
        .iter()
        .map(|one| text::clock_name(*one))
        .collect();
    view! {
        <form class="settings" method="dialog">
            <h2 id=TITLE>{text::SETTINGS}</h2>
            <p class="muted">{lead}</p>
            <Choices
                name="density"
                legend=text::DENSITY
                labels=names(&densities)
                chosen=|settings| Density::ALL.iter().position(|one| *one == settings.density)
                change=|place| Density::ALL.get(place).map(|one| SettingsChange::Density(*one))
            />
            <Choices
                name="theme"
                legend=text::THEME
                labels=names(&themes)
                chosen=|settings| ThemeChoice::ALL.iter().position(|one| *one == settings.theme)
                change=|place| ThemeChoice::ALL.get(place).map(|one| SettingsChange::Theme(*one))
            />
            <Choices
                name="dates"
                legend=text::DATES
                labels=DateFormat::ALL.iter().map(dates).collect()
                chosen=|settings| DateFormat::ALL.iter().position(|one| *one == settings.dates)
                change=|place| DateFormat::ALL.get(place).map(|one| SettingsChange::Dates(*one))
            />
            <Choices
                name="clock"
                legend=text::CLOCK
                labels=names(&clocks)
                chosen=|settings| ClockFormat::ALL.iter().position(|one| *one == settings.clock)
                change=|place| ClockFormat::ALL.get(place).map(|one| SettingsChange::Clock(*one))
            />
            <Zone state=state/>
            <div class="dialog-buttons"><button class="button">{text::CLOSE}</button></div>
        </form>
    }
}

/// One of several, all of which can be seen.
#[component]
fn Choices(
    name: &'static str,
    legend: &'static str,
    labels: Vec<String>,
    chosen: fn(&Settings) -> Option<usize>,
    change: fn(usize) -> Option<SettingsChange>,
) -> impl IntoView {
    let state = AppState::here();
    let choice = move |(place, label): (usize, String)| {
        let choose = move |_| {
            if let Some(change) = change(place) {
                state.choose(change);
            }
        };
        view! {
            <label class="setting-choice">
                <input type="radio" name=name autofocus=chosen(&state.settings.get_untracked()) == Some(place) prop:checked=move || chosen(&state.settings.get()) == Some(place) on:change=choose/>
                <span>{label}</span>
            </label>
        }
    };
    view! {
        <fieldset class="setting">
            <legend>{legend}</legend>
            <div class="setting-choices">{labels.into_iter().enumerate().map(choice).collect_view()}</div>
        </fieldset>
    }
}

#[component]
fn Zone(state: AppState) -> impl IntoView {
    let chosen = Memo::new(move |_| match state.settings.get().zone {
        ZoneChoice::Browser => String::new(),
        ZoneChoice::Named(name) => name.as_str().to_owned(),
    });
    let mut names = zones();
    // Another browser of this user may know more of them.
    let here = chosen.get_untracked();
    if !here.is_empty() && !names.contains(&here) {
        names.insert(0, here);
    }
    let option = |name: String| {
        let value = name.clone();
        view! { <option value=value>{name}</option> }
    };
    // Once the options are there.
    let select = NodeRef::<Select>::new();
    Effect::new(move |_| {
        if let Some(select) = select.get() {
            select.set_value(&chosen.get());
        }
    });
    let choose = move |event: web_sys::Event| {
        let zone = ZoneName::parse(&event_target_value(&event));
        let zone = zone.map_or(ZoneChoice::Browser, ZoneChoice::Named);
        state.choose(SettingsChange::Zone(zone));
    };
    view! {
        <div class="setting">
            <label>
                <span class="setting-name">{text::ZONE}</span>
                <select aria-describedby="settings-zone" node_ref=select on:change=choose>
                    <option value="">{text::zone_of_browser(browser_zone().as_deref())}</option>
                    {names.into_iter().map(option).collect_view()}
                </select>
            </label>
            <p class="setting-why" id="settings-zone">{text::ZONE_WHY}</p>
        </div>
    }
}
