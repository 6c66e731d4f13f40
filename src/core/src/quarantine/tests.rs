use serde_json::json;

use super::*;
use crate::identity::ResourceId;

fn key(id: &str) -> ResourceKey {
    ResourceKey::new(ResourceType::Task, ResourceId::new(id))
}

fn task(id: &str) -> String {
    json!({ "resourceType": "Task", "id": id }).to_string()
}

#[test]
fn a_resource_that_comes_again_is_one_resource() {
    let mut quarantine = Quarantine::default();
    assert!(quarantine.set_aside(&task("t"), Invalid::Version, Timestamp(1)));
    assert!(!quarantine.set_aside(&task("t"), Invalid::Updated, Timestamp(2)));
    let list = quarantine.list();
    assert_eq!(list.len(), 1);
    assert_eq!((list[0].count, list[0].why), (2, Invalid::Updated));
    assert_eq!(list[0].key, Some(key("t")));
}

#[test]
fn what_does_not_say_which_it_is_is_listed_and_not_counted() {
    let mut quarantine = Quarantine::default();
    quarantine.set_aside("{}", Invalid::Type, Timestamp(1));
    quarantine.set_aside("[", Invalid::Malformed, Timestamp(1));
    quarantine.set_aside(&task("t"), Invalid::Version, Timestamp(1));
    assert_eq!(quarantine.list().len(), 3);
    assert_eq!(quarantine.count(&ResourceType::Task), 1);
    assert_eq!(quarantine.count(&ResourceType::Patient), 0);
}

#[test]
fn a_version_that_can_be_taken_ends_it() {
    let mut quarantine = Quarantine::default();
    quarantine.set_aside(&task("t"), Invalid::Version, Timestamp(1));
    assert!(!quarantine.release(&key("u")));
    assert!(quarantine.release(&key("t")));
    assert_eq!(quarantine.count(&ResourceType::Task), 0);
}

#[test]
fn what_is_too_large_or_too_deep_still_says_which_it_is_and_nothing_of_it_is_kept() {
    let mut quarantine = Quarantine::default();
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let text =
        format!(r#"{{"resourceType":"Task","id":"t","description":"Canary","note":{deep}}}"#);
    quarantine.set_aside(&text, Invalid::TooDeep, Timestamp(1));
    assert_eq!(quarantine.list()[0].key, Some(key("t")));
    assert!(!format!("{quarantine:?}").contains("Canary"));
}

#[test]
fn a_flood_of_bad_resources_is_bounded() {
    let mut quarantine = Quarantine::default();
    for number in 0..limits::QUARANTINE_MAX * 2 {
        quarantine.set_aside(&task(&format!("t{number}")), Invalid::Version, Timestamp(1));
    }
    assert_eq!(quarantine.list().len(), limits::QUARANTINE_MAX);
}
