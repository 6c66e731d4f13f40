//! Canaries: names, notes, an address, passwords and tokens go through a whole day of somebody, and none of them may come out in
//! the audit trail, neither on the disk nor at the server.

use serde_json::json;

use super::{
    editing::{key, note, priority, with_priority},
    world::World,
};
use crate::{
    identity::ResourceKey,
    protocol::{Choice, Secret, TabMessage},
};

const CANARIES: [&str; 9] = [
    "Canaryname",
    "Canarygiven",
    "canary-note",
    "canary-title",
    "canary@x.org",
    "canary-password",
    "Canary street",
    "access-",
    "refresh-",
];

/// Everything of the trail that was ever on the disk here, or is now.
fn texts(world: &World) -> Vec<String> {
    let stored = world.audits.databases.values().flatten();
    let stored = stored.flat_map(|((_, key), text)| [key.clone(), text.clone()]);
    stored.chain(world.server.audits.bodies.clone()).collect()
}

#[test]
fn nothing_of_a_patient_and_no_secret_gets_into_the_trail() {
    let mut world = World::new();
    let patient = json!({
        "resourceType": "Patient", "id": "p1",
        "name": [{ "family": "Canaryname", "given": ["Canarygiven"] }],
        "address": [{ "line": ["Canary street 1"] }],
        "telecom": [{ "system": "email", "value": "canary@x.org" }],
    });
    world.server.write(world.now - 400_000, patient);
    let mut task = with_priority(1, "routine");
    task["code"] = json!({ "text": "canary-title" });
    task["description"] = json!("canary-title");
    task["for"]["display"] = json!("Canaryname, Canarygiven");
    task["note"] = json!([{ "text": "canary-note" }]);
    world.server.write(world.now - 300_000, task.clone());
    world.hello("a");
    let (email, password) = ("canary@x.org".into(), Secret::new("canary-password"));
    world.say("a", TabMessage::SignIn { email, password });
    world.run(2_000);
    world.watch("a");
    world.open_record("a", key(1));
    world.run(100);
    world.open_record("a", ResourceKey::from_reference("Patient/p1").unwrap());
    world.edit("a", "e1", 1, note("canary-note of mine"));
    world.run(1_000);
    let before = texts(&world);

    world.go_offline();
    world.edit("a", "e2", 1, priority(Some("routine"), "urgent"));
    world.run(1_000);
    world.server.faults.unreachable = false;
    task["priority"] = json!("stat");
    world.write(task);
    world.go_online();
    world.run(5_000);
    world.decide("a", "e2", vec![Choice::KeepMine]);
    world.server.faults.writes.refuse = Some((422, "canary-note is invalid, Canaryname"));
    world.edit("a", "e3", 1, note("canary-note, another"));
    world.run(5_000);
    world.say("a", TabMessage::SignOutDiscarding);
    world.run(5_000);

    let codes = world.server.audits.codes().join(" ");
    for code in [
        "view",
        "edit-applied",
        "edit-rolled-back",
        "edit-discarded",
        "sign-out",
    ] {
        assert!(codes.contains(code), "{code} of {codes}");
    }
    let mut all = texts(&world);
    all.extend(before);
    assert!(all.len() > 5);
    for text in &all {
        let found = CANARIES.iter().find(|canary| text.contains(**canary));
        assert_eq!(found, None, "{text}");
    }
    let memory = format!("{:?}", world.engine);
    assert!(!memory.contains("t1"), "nothing is left in memory");
}
