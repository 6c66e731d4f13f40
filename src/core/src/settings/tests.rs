//! Settings as they are stored and told, and how choices meet.

use serde_json::json;

use super::*;

fn zone(name: &str) -> ZoneChoice {
    ZoneChoice::Named(ZoneName::parse(name).unwrap())
}

fn of(record: Value) -> Settings {
    Settings::of(record.as_object().unwrap())
}

#[test]
fn settings_as_they_travel_and_are_stored() {
    let settings = Settings {
        density: Density::Compact,
        theme: ThemeChoice::Dark,
        zone: zone("Europe/Paris"),
        dates: DateFormat::DayFirst,
        clock: ClockFormat::Hours12,
    };
    insta::assert_json_snapshot!([&Settings::default(), &settings]);
    let text = serde_json::to_string(&settings).unwrap();
    assert_eq!(serde_json::from_str::<Settings>(&text).unwrap(), settings);
}

#[test]
fn what_is_missing_is_as_nobody_chose() {
    let settings = of(json!({ "dates": "iso" }));
    let expected = Settings {
        dates: DateFormat::Iso,
        ..Settings::default()
    };
    assert_eq!(settings, expected);
    assert_eq!(of(json!({})), Settings::default());
}

#[test]
fn a_value_of_a_newer_build_takes_nothing_else_with_it() {
    let settings = of(json!({
        "density": "tiny", "theme": { "named": "sepia" }, "zone": "<b>", "dates": 7,
        "clock": "hours12", "sound": "off",
    }));
    let expected = Settings {
        clock: ClockFormat::Hours12,
        ..Settings::default()
    };
    assert_eq!(settings, expected);
}

#[test]
fn a_choice_has_the_form_of_the_field_that_it_changes() {
    let changes = [
        SettingsChange::Density(Density::Comfortable),
        SettingsChange::Theme(ThemeChoice::Light),
        SettingsChange::Zone(zone("Asia/Kathmandu")),
        SettingsChange::Dates(DateFormat::MonthFirst),
        SettingsChange::Clock(ClockFormat::Hours12),
    ];
    let mut taken = Settings::default();
    let mut merged = Map::new();
    for change in changes {
        taken.take(change.clone());
        let Ok(Value::Object(field)) = serde_json::to_value(&change) else {
            panic!("{change:?}");
        };
        merged.extend(field);
    }
    assert_eq!(Settings::of(&merged), taken);
    assert_ne!(taken.density, Density::default());
}

#[test]
fn a_zone_is_named_and_nothing_else() {
    for name in [
        "Europe/Paris",
        "America/Argentina/Buenos_Aires",
        "Etc/GMT+1",
        "UTC",
    ] {
        assert!(ZoneName::parse(name).is_some(), "{name}");
    }
    let long = "a".repeat(limits::ZONE_NAME_BYTES_MAX + 1);
    for name in ["", "Europe Paris", "<b>", "Zürich", &*long] {
        assert!(ZoneName::parse(name).is_none(), "{name}");
    }
}

#[test]
fn rows_have_the_height_of_their_density() {
    let heights: Vec<_> = Density::ALL.iter().map(|one| one.row_height_px()).collect();
    assert_eq!(heights, [28.0, 36.0, 44.0]);
}

#[test]
fn a_choice_is_seen_at_once_and_the_word_of_an_earlier_one_does_not_undo_it() {
    let mut settings = WishedSettings::default();
    settings.choose(SettingsChange::Density(Density::Compact));
    settings.choose(SettingsChange::Density(Density::Comfortable));
    let told = |density| Settings {
        density,
        ..Settings::default()
    };
    settings.hear(told(Density::Compact));
    assert_eq!(settings.shown().density, Density::Comfortable);
    assert_eq!(settings.wishes().len(), 1);
    settings.hear(told(Density::Comfortable));
    assert!(settings.wishes().is_empty());
    settings.hear(told(Density::Normal));
    assert_eq!(settings.shown().density, Density::Normal, "of another tab");
}

#[test]
fn what_another_tab_chose_of_another_field_stays() {
    let mut settings = WishedSettings::default();
    settings.choose(SettingsChange::Theme(ThemeChoice::Dark));
    settings.hear(Settings {
        dates: DateFormat::Iso,
        ..Settings::default()
    });
    let shown = settings.shown();
    assert_eq!(
        (shown.theme, shown.dates),
        (ThemeChoice::Dark, DateFormat::Iso)
    );
}
