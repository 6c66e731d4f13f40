//! Settings as they are stored and told, and how choices meet.

use serde_json::json;

use super::*;

fn zone(name: &str) -> ZoneChoice {
    ZoneChoice::Named(ZoneName::parse(name).unwrap())
}

fn of(record: Value) -> Settings {
    Settings::of(record.as_object().unwrap())
}

/// A layout with a width.
fn wide() -> Layout {
    let view = &crate::panel::built_in()[1].view;
    let mut layout = Layout::usual(view);
    layout.resize("due", 300.0);
    for column in &view.columns[3..] {
        layout.show(column, false);
    }
    layout
}

fn laid_out(panel: &str, columns: Option<Layout>) -> SettingsChange {
    SettingsChange::Layout {
        panel: panel.to_owned(),
        columns,
    }
}

#[test]
fn settings_as_they_travel_and_are_stored() {
    let settings = Settings {
        density: Density::Compact,
        theme: ThemeChoice::Dark,
        zone: zone("Europe/Paris"),
        dates: DateFormat::DayFirst,
        clock: ClockFormat::Hours12,
        layouts: BTreeMap::from([("open-tasks".to_owned(), wide())]),
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
fn a_choice_is_read_back_as_it_was_stored() {
    let changes = [
        SettingsChange::Density(Density::Comfortable),
        SettingsChange::Theme(ThemeChoice::Light),
        SettingsChange::Zone(zone("Asia/Kathmandu")),
        SettingsChange::Dates(DateFormat::MonthFirst),
        SettingsChange::Clock(ClockFormat::Hours12),
        laid_out("open-tasks", Some(wide())),
        laid_out("patients", Some(wide())),
        laid_out("patients", None),
    ];
    let mut taken = Settings::default();
    let mut merged = Map::new();
    for change in changes {
        taken.take(change.clone());
        let (name, value) = change.stored();
        merged.insert(name, value);
    }
    assert_eq!(Settings::of(&merged), taken);
    assert_ne!(taken.density, Density::default());
    assert_eq!(taken.layouts.len(), 1);
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

#[test]
fn how_one_table_is_laid_out_says_nothing_of_another() {
    let mut settings = WishedSettings::default();
    settings.choose(laid_out("open-tasks", Some(wide())));
    settings.choose(laid_out("patients", Some(wide())));
    assert_eq!(settings.wishes().len(), 2);
    settings.choose(laid_out("patients", None));
    assert_eq!(settings.wishes().len(), 2);
    let layouts = &settings.shown().layouts;
    assert_eq!(layouts.keys().collect::<Vec<_>>(), ["open-tasks"]);
}

#[test]
fn a_layout_that_cannot_be_read_is_as_nobody_chose() {
    let settings = of(json!({ "layout:patients": [{ "id": 7 }], "layout:open-tasks": [] }));
    let layouts = &settings.layouts;
    assert_eq!(layouts.keys().collect::<Vec<_>>(), ["open-tasks"]);
}
