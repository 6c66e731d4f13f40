//! Settings of a user as they travel.

use super::*;
use crate::{
    layout::Layout,
    settings::{
        ClockFormat, DateFormat, Density, Settings, SettingsChange, ThemeChoice, ZoneChoice,
        ZoneName,
    },
};

fn paris() -> ZoneChoice {
    ZoneChoice::Named(ZoneName::parse("Europe/Paris").unwrap())
}

#[test]
fn what_a_tab_says_of_settings() {
    let changes = [
        SettingsChange::Density(Density::Compact),
        SettingsChange::Theme(ThemeChoice::Dark),
        SettingsChange::Zone(ZoneChoice::Browser),
        SettingsChange::Zone(paris()),
        SettingsChange::Dates(DateFormat::DayFirst),
        SettingsChange::Clock(ClockFormat::Hours12),
        SettingsChange::Layout {
            panel: "open-tasks".into(),
            columns: Some(Layout::default()),
        },
        SettingsChange::Layout {
            panel: "open-tasks".into(),
            columns: None,
        },
    ];
    let messages = changes.map(TabMessage::SetSettings);
    insta::assert_json_snapshot!(messages);
    let text = serde_json::to_string(&messages).unwrap();
    let back: Vec<TabMessage> = serde_json::from_str(&text).unwrap();
    assert_eq!(back, messages);
}

#[test]
fn what_the_worker_says_of_settings() {
    let settings = Settings {
        zone: paris(),
        ..Settings::default()
    };
    let message = WorkerMessage::Settings(settings);
    insta::assert_json_snapshot!(message);
    let text = serde_json::to_string(&message).unwrap();
    assert_eq!(
        serde_json::from_str::<WorkerMessage>(&text).unwrap(),
        message
    );
}
