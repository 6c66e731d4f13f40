//! Who works here, who can sign in, and what they may do.

use fastrand::Rng;
use serde_json::{Value, json};

use super::{
    Clinic, Referent, Ward,
    names::STAFF,
    people::{display_name, practitioner},
};
use crate::{
    NewAccount,
    outcome::Outcome,
    sandbox::{Millis, Sandbox},
};

/// Password of every demo account: these exist only in a sandbox.
pub const DEMO_PASSWORD: &str = "panels-demo";

/// An account to sign in with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoAccount {
    /// Sign-in address.
    pub email: String,
    /// Shown name.
    pub name: String,
    /// What it may do, in a few words.
    pub access: &'static str,
    /// Reference of its profile.
    pub profile: String,
}

/// The first of the staff have demo accounts.
const DEMO_ACCESS: &[&str] = &[
    "all patients and tasks",
    "all patients and tasks",
    "own tasks only, patients read-only",
];
/// Position of the restricted one among them.
const RESTRICTED: usize = 2;

/// Makes the project, the staff and the queue of unclaimed work.
pub(super) fn staff(sandbox: &mut Sandbox, rng: &mut Rng, at: Millis) -> Result<Clinic, Outcome> {
    let project = sandbox.create_project(at, "Demo clinic", &["websocket-subscriptions"]);
    let mut clinic = Clinic {
        project,
        accounts: Vec::new(),
        ward: Ward::default(),
        colleagues: Vec::new(),
    };
    for (index, (given, family, qualification)) in STAFF.iter().enumerate() {
        let profile = practitioner(given, family, qualification);
        let name = display_name(&profile);
        let email = format!("{}@example.com", given.to_lowercase());
        let demo = DEMO_ACCESS.get(index);
        // Nobody signs in as a simulated colleague.
        let password = if demo.is_some() {
            DEMO_PASSWORD.to_owned()
        } else {
            format!("{:032x}", rng.u128(..))
        };
        let policy = if index == RESTRICTED {
            restricted_policy()
        } else {
            clinician_policy()
        };
        let account = sandbox.create_account(
            at,
            &clinic.project,
            NewAccount {
                email: email.clone(),
                password,
                profile,
                policy: Some(policy),
                admin: false,
            },
        );
        clinic.ward.staff.push(Referent {
            reference: account.profile.clone(),
            display: name.clone(),
        });
        match demo {
            Some(access) => {
                clinic.accounts.push(DemoAccount {
                    email,
                    name,
                    access,
                    profile: account.profile,
                });
            }
            None => clinic.colleagues.push(account.actor),
        }
    }
    clinic.ward.queue = queue(sandbox, &clinic, at)?;
    Ok(clinic)
}

/// Unclaimed work belongs to a role rather than to a person.
fn queue(sandbox: &mut Sandbox, clinic: &Clinic, at: Millis) -> Result<Option<Referent>, Outcome> {
    let Some(actor) = clinic.colleagues.first() else {
        return Ok(None);
    };
    let role = json!({
        "resourceType": "PractitionerRole",
        "active": true,
        "code": [{"text": "Care coordination"}],
        "identifier": [{"system": "https://clinic.example/role", "value": "care-coordination"}],
    });
    let stored = sandbox.create_as(at, actor, role)?;
    let id = stored["id"].as_str().unwrap_or_default();
    Ok(Some(Referent {
        reference: format!("PractitionerRole/{id}"),
        display: "Care coordination".to_owned(),
    }))
}

/// A clinician: all work and all patients.
fn clinician_policy() -> Value {
    json!({
        "resourceType": "AccessPolicy",
        "name": "clinician",
        "resource": [
            {"resourceType": "Task"},
            {"resourceType": "Patient"},
            {"resourceType": "Practitioner"},
            {"resourceType": "PractitionerRole"},
            {"resourceType": "Basic"},
            {"resourceType": "AuditEvent"},
            {"resourceType": "Subscription", "criteria": "Subscription?type=websocket&author=%profile"},
        ],
    })
}

/// As user B of the recordings: only own work.
fn restricted_policy() -> Value {
    let read = json!(["search", "read", "history", "vread"]);
    json!({
        "resourceType": "AccessPolicy",
        "name": "own-tasks",
        "resource": [
            {"resourceType": "Task", "criteria": "Task?owner=%profile"},
            {"resourceType": "Patient", "interaction": read},
            {"resourceType": "Practitioner", "interaction": read},
            {"resourceType": "Subscription", "criteria": "Subscription?type=websocket&author=%profile"},
        ],
    })
}
