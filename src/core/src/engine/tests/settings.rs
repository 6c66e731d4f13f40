//! Settings of a user: the same in every tab, there after a restart and after a sign-out, and nobody else's.

use super::world::{DISK_MS, Happening, World};
use crate::{
    cache::{CacheFailure, CacheStore},
    engine::{Input, OutboxOrder},
    layout::Layout,
    limits,
    panel::built_in,
    protocol::{SessionView, TabMessage, WorkerMessage},
    settings::{DateFormat, Density, Settings, SettingsChange, ThemeChoice},
};

impl World {
    pub(super) fn keep_settings(&mut self, order: OutboxOrder) {
        match order {
            OutboxOrder::Open { name } => {
                for event in self.settings.open(name) {
                    self.at(DISK_MS, Happening::Input(Input::Settings(event)));
                }
            }
            OutboxOrder::Write { write, changes } => {
                let event = self.settings.write(write, changes);
                self.at(DISK_MS, Happening::Input(Input::Settings(event)));
            }
            OutboxOrder::Close => self.settings.close(),
            OutboxOrder::Discard => self.settings.discard(),
        }
    }

    pub(super) fn choose(&mut self, tab: &str, change: SettingsChange) {
        self.say(tab, TabMessage::SetSettings(change));
    }
}

const COMPACT: SettingsChange = SettingsChange::Density(Density::Compact);
const ISO: SettingsChange = SettingsChange::Dates(DateFormat::Iso);

/// The settings that a tab was told last.
fn told(world: &World, tab: &str) -> Option<Settings> {
    let messages = world.screen(tab).messages.iter().rev();
    let mut settings = messages.filter_map(|message| match message {
        WorkerMessage::Settings(settings) => Some(settings.clone()),
        _ => None,
    });
    settings.next()
}

fn compact() -> Settings {
    Settings {
        density: Density::Compact,
        ..Settings::default()
    }
}

fn sign_out(world: &mut World) {
    world.say("a", TabMessage::SignOut);
    world.run(10_000);
    let session = world.screen("a").session.clone();
    assert!(matches!(session, Some(SessionView::SignedOut { .. })));
}

fn sign_in(world: &mut World) {
    world.sign_in("a");
    world.run(2_000);
    world.assert_live();
}

#[test]
fn what_one_tab_chooses_is_told_to_all_and_to_those_that_come() {
    let mut world = World::live(2);
    world.hello("b");
    assert_eq!(told(&world, "b"), Some(Settings::default()));
    world.choose("a", COMPACT);
    world.hello("c");
    for tab in ["a", "b", "c"] {
        assert_eq!(told(&world, tab), Some(compact()), "{tab}");
    }
}

#[test]
fn fields_that_two_tabs_choose_are_both_kept_and_of_one_field_the_last_counts() {
    let mut world = World::live(2);
    world.hello("b");
    world.choose("a", COMPACT);
    world.choose("b", ISO);
    world.choose("b", SettingsChange::Density(Density::Comfortable));
    let both = Settings {
        density: Density::Comfortable,
        dates: DateFormat::Iso,
        ..Settings::default()
    };
    assert_eq!(told(&world, "a"), Some(both));
}

#[test]
fn settings_are_there_after_a_restart_of_the_worker() {
    let mut world = World::live(2);
    world.choose("a", COMPACT);
    world.choose("a", ISO);
    world.run(1_000);
    world.next_life(5_000);
    world.hello("a");
    world.run(1_000);
    let dates = DateFormat::Iso;
    assert_eq!(told(&world, "a"), Some(Settings { dates, ..compact() }));
}

#[test]
fn settings_outlive_a_sign_out_and_are_nobody_elses() {
    let mut world = World::live(2);
    world.choose("a", COMPACT);
    world.run(1_000);
    sign_out(&mut world);
    world.server.faults.profile = Some("other");
    sign_in(&mut world);
    assert_eq!(told(&world, "a"), Some(Settings::default()));
    world.choose("a", SettingsChange::Theme(ThemeChoice::Dark));
    world.run(1_000);
    sign_out(&mut world);
    world.server.faults.profile = None;
    sign_in(&mut world);
    assert_eq!(told(&world, "a"), Some(compact()));
}

#[test]
fn nobody_chooses_who_is_not_signed_in() {
    let mut world = World::new();
    world.hello("a");
    world.choose("a", COMPACT);
    world.run(1_000);
    assert_eq!(told(&world, "a"), None);
    sign_in(&mut world);
    assert_eq!(told(&world, "a"), Some(Settings::default()));
}

#[test]
fn a_choice_that_comes_before_the_disk_has_answered_is_told_and_kept() {
    let mut world = World::live(2);
    world.choose("a", ISO);
    world.run(1_000);
    sign_out(&mut world);
    world.sign_in("a");
    while !matches!(
        world.screen("a").session,
        Some(SessionView::SignedIn { .. })
    ) {
        world.run(1);
    }
    world.choose("a", COMPACT);
    assert_eq!(told(&world, "a"), Some(compact()), "the disk is not read");
    world.run(2_000);
    let dates = DateFormat::Iso;
    assert_eq!(told(&world, "a"), Some(Settings { dates, ..compact() }));
    world.next_life(5_000);
    world.hello("a");
    world.run(1_000);
    assert_eq!(
        told(&world, "a").map(|kept| kept.density),
        Some(Density::Compact)
    );
}

#[test]
fn what_a_newer_build_has_stored_is_left_as_it_is() {
    let mut world = World::live(2);
    world.choose("a", COMPACT);
    world.run(1_000);
    let mut records = world.settings.databases.values_mut();
    let text = records.next().unwrap().values_mut().next().unwrap();
    *text = text.replace(
        r#""density":"compact""#,
        r#""density":"compact","theme":"sepia","sound":"off""#,
    );
    world.next_life(5_000);
    world.hello("a");
    world.run(1_000);
    assert_eq!(told(&world, "a"), Some(compact()));
    world.choose("a", ISO);
    world.run(1_000);
    let kept = world.settings.text();
    for part in [r#""theme":"sepia""#, r#""sound":"off""#, r#""dates":"iso""#] {
        assert!(kept.contains(part), "{kept}");
    }
}

#[test]
fn without_storage_settings_hold_while_the_worker_lives() {
    let mut world = World::new();
    world.settings.absent = true;
    world.hello("a");
    sign_in(&mut world);
    assert_eq!(told(&world, "a"), Some(Settings::default()));
    world.choose("a", COMPACT);
    world.run(1_000);
    world.hello("b");
    assert_eq!(told(&world, "b"), Some(compact()));
}

#[test]
fn a_disk_that_is_back_gets_all_that_was_chosen_with_the_next_choice() {
    let mut world = World::live(2);
    world.settings.failure = Some(CacheFailure::Full);
    world.choose("a", COMPACT);
    world.run(1_000);
    world.settings.failure = None;
    world.choose("a", ISO);
    world.run(1_000);
    world.next_life(5_000);
    world.hello("a");
    world.run(1_000);
    let dates = DateFormat::Iso;
    assert_eq!(told(&world, "a"), Some(Settings { dates, ..compact() }));
}

#[test]
fn who_was_not_here_for_longest_is_forgotten_first() {
    let mut world = World::live(2);
    for user in 0..=limits::SETTINGS_USERS_MAX {
        world.run(1_000);
        sign_out(&mut world);
        world.server.faults.profile = Some(format!("u{user}").leak());
        sign_in(&mut world);
        world.choose("a", COMPACT);
    }
    world.run(1_000);
    assert_eq!(
        world.settings.count(CacheStore::Settings),
        limits::SETTINGS_USERS_MAX
    );
    for (user, density) in [(1, Density::Compact), (0, Density::Normal)] {
        sign_out(&mut world);
        world.server.faults.profile = Some(format!("u{user}").leak());
        sign_in(&mut world);
        let kept = told(&world, "a").map(|kept| kept.density);
        assert_eq!(kept, Some(density), "u{user}");
    }
}

#[test]
fn nothing_on_the_disk_names_the_user() {
    let mut world = World::live(2);
    world.choose("a", COMPACT);
    world.run(1_000);
    let databases = format!("{:?}", world.settings.databases);
    assert!(!databases.contains("Practitioner") && databases.contains("compact"));
}

#[test]
fn no_more_layouts_are_kept_than_anybody_needs_and_one_that_is_given_up_makes_room() {
    let mut world = World::live(2);
    let layout = |panel: usize, columns| SettingsChange::Layout {
        panel: format!("p{panel}"),
        columns,
    };
    let some = || Some(Layout::usual(&built_in()[1].view));
    for panel in 0..=limits::LAYOUTS_MAX {
        world.choose("a", layout(panel, some()));
    }
    let last = format!("p{}", limits::LAYOUTS_MAX);
    let kept = |world: &World| told(world, "a").map(|settings| settings.layouts.len());
    let has_last =
        |world: &World| told(world, "a").map(|settings| settings.layouts.contains_key(&last));
    assert_eq!(kept(&world), Some(limits::LAYOUTS_MAX));
    assert_eq!(has_last(&world), Some(false));
    world.choose("a", layout(0, None));
    world.choose("a", layout(limits::LAYOUTS_MAX, some()));
    assert_eq!(kept(&world), Some(limits::LAYOUTS_MAX));
    assert_eq!(has_last(&world), Some(true));
    world.run(1_000);
    world.next_life(5_000);
    world.hello("a");
    world.run(1_000);
    assert_eq!(kept(&world), Some(limits::LAYOUTS_MAX));
}
