//! Tasks of the synthetic clinic, as FHIR resources without id and meta.

use fastrand::Rng;
use serde_json::{Value, json};

use super::people::pick;
use crate::{sandbox::Millis, time};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// Code system of the task codes: invented for this clinic.
const CODES: &str = "https://clinic.example/task-code";
/// Code system of the business status.
const BUSINESS: &str = "https://clinic.example/task-business-status";

/// What people do here: code, title.
const KINDS: &[(&str, &str)] = &[
    ("medication-reconciliation", "Medication reconciliation"),
    ("discharge-call", "Post-discharge call"),
    ("wound-check", "Wound check"),
    ("lab-review", "Review lab results"),
    ("referral", "Schedule referral"),
    ("blood-pressure", "Repeat blood pressure"),
    ("care-plan", "Update care plan"),
    ("prior-authorization", "Prior authorization"),
    ("refill", "Prescription refill"),
    ("fall-risk", "Fall risk assessment"),
    ("vaccination", "Vaccination due"),
    ("imaging-follow-up", "Follow up imaging report"),
    ("diabetes-education", "Diabetes education"),
    ("transport", "Arrange transport"),
    ("interpreter", "Book interpreter"),
    ("device-check", "Infusion pump check"),
    ("nutrition", "Nutrition screening"),
    ("family-meeting", "Family meeting"),
    ("consent", "Obtain consent"),
    ("outreach", "No-show outreach"),
];

/// Finer than the status: what the work waits for.
const BUSINESS_STATUS: &[(&str, &str)] = &[
    ("waiting-patient", "Waiting for patient"),
    ("waiting-lab", "Waiting for lab"),
    ("left-message", "Left message"),
    ("scheduled", "Scheduled"),
    ("needs-review", "Needs review"),
    ("with-pharmacy", "With pharmacy"),
];

const NOTES: &[&str] = &[
    "Left a message, will try again in the afternoon.",
    "Daughter asks to be called before any change.",
    "Prefers mornings.",
    "Results faxed, not yet in the chart.",
    "Needs an interpreter (Portuguese).",
    "Discussed at handover.",
    "Patient was at physiotherapy, come back later.",
    "Pharmacy confirms stock for Friday.",
];

/// A resource that others refer to.
#[derive(Clone, Debug)]
pub struct Referent {
    /// For example `Patient/<id>`.
    pub reference: String,
    /// Shown name.
    pub display: String,
}

impl Referent {
    /// As a FHIR Reference.
    pub fn to_json(&self) -> Value {
        json!({"reference": self.reference, "display": self.display})
    }
}

/// Whom tasks can be about and who can do them.
#[derive(Clone, Debug, Default)]
pub struct Ward {
    /// Patients.
    pub patients: Vec<Referent>,
    /// Practitioners.
    pub staff: Vec<Referent>,
    /// Where unclaimed work lies.
    pub queue: Option<Referent>,
}

/// A task and when it was created and last changed.
#[derive(Clone, Debug)]
pub(crate) struct SeededTask {
    pub(crate) resource: Value,
    pub(crate) changed_at: Millis,
}

/// An open task of the past days.
pub(crate) fn open_task(rng: &mut Rng, ward: &Ward, now: Millis) -> SeededTask {
    let authored_at = now - rng.i64(2 * MINUTE_MS..12 * DAY_MS);
    let status = open_status(rng);
    let mut resource = new_task(rng, ward, authored_at);
    resource["status"] = json!(status);
    set_owner(&mut resource, rng, ward, status);
    if let Some(due) = due(rng, now) {
        resource["restriction"] = json!({"period": {"end": due}});
    }
    if matches!(status, "in-progress" | "on-hold" | "accepted") && rng.u8(..2) == 0 {
        resource["businessStatus"] = business_status(rng);
    }
    for _ in 0..rng.u8(..3) {
        if rng.u8(..3) == 0 {
            add_note(&mut resource, rng, ward, authored_at);
        }
    }
    // A few have lost what others have: still valid FHIR.
    match rng.u16(..400) {
        0 => remove(&mut resource, "for"),
        1 => remove(&mut resource, "priority"),
        2 => remove(&mut resource, "code"),
        3 => remove(&mut resource, "authoredOn"),
        4 => resource["for"] = json!({"display": "Walk-in, not registered yet"}),
        _ => {}
    }
    let changed_at = rng.i64(authored_at..now.max(authored_at + 1));
    SeededTask {
        resource,
        changed_at,
    }
}

/// A task that was finished in the last two days.
pub(crate) fn closed_task(rng: &mut Rng, ward: &Ward, now: Millis) -> SeededTask {
    let mut task = open_task(rng, ward, now);
    let status = *pick(
        rng,
        &[
            "completed",
            "completed",
            "completed",
            "cancelled",
            "rejected",
            "failed",
        ],
    );
    task.resource["status"] = json!(status);
    task.changed_at = now - rng.i64(MINUTE_MS..2 * DAY_MS);
    task
}

/// A task as somebody files it: requested, in the queue, due some time after `authored_at`.
pub(crate) fn new_task(rng: &mut Rng, ward: &Ward, authored_at: Millis) -> Value {
    let (code, title) = *pick(rng, KINDS);
    let mut task = json!({
        "resourceType": "Task",
        "status": "requested",
        "intent": "order",
        "priority": priority(rng),
        "code": {"coding": [{"system": CODES, "code": code, "display": title}], "text": title},
        "authoredOn": time::instant(authored_at),
    });
    if !ward.patients.is_empty() {
        task["for"] = pick(rng, &ward.patients).to_json();
    }
    if rng.u8(..5) == 0 {
        task["description"] = json!(format!("{title}: see the note of the last visit"));
    }
    if !ward.staff.is_empty() {
        task["requester"] = pick(rng, &ward.staff).to_json();
    }
    if let Some(queue) = &ward.queue {
        task["owner"] = queue.to_json();
    }
    task
}

/// When new work is due.
pub(crate) fn due(rng: &mut Rng, now: Millis) -> Option<String> {
    let due_at = match rng.u8(..20) {
        0 => return None,
        1..=3 => now - rng.i64(20 * MINUTE_MS..3 * DAY_MS),
        4..=8 => now + rng.i64(20 * MINUTE_MS..14 * HOUR_MS),
        9..=15 => now + rng.i64(DAY_MS..7 * DAY_MS),
        _ => now + rng.i64(7 * DAY_MS..40 * DAY_MS),
    };
    // FHIR dateTime may stop at the day: then it has no zone.
    if rng.u8(..6) == 0 {
        Some(time::date(due_at))
    } else {
        Some(time::instant(due_at - due_at % (5 * MINUTE_MS)))
    }
}

/// A business status.
pub(crate) fn business_status(rng: &mut Rng) -> Value {
    let (code, text) = *pick(rng, BUSINESS_STATUS);
    json!({"coding": [{"system": BUSINESS, "code": code, "display": text}], "text": text})
}

/// Few are urgent: a list where everything is stat has no priority at all.
pub(crate) fn priority(rng: &mut Rng) -> &'static str {
    match rng.u8(..100) {
        0..=1 => "stat",
        2..=8 => "asap",
        9..=23 => "urgent",
        _ => "routine",
    }
}

/// A note as a FHIR Annotation.
pub(crate) fn note(rng: &mut Rng, author: Option<&Referent>, at: Millis) -> Value {
    let mut note = json!({"time": time::instant(at), "text": pick(rng, NOTES)});
    if let Some(author) = author {
        note["authorReference"] = author.to_json();
    }
    note
}

fn add_note(task: &mut Value, rng: &mut Rng, ward: &Ward, authored_at: Millis) {
    let author = if ward.staff.is_empty() {
        None
    } else {
        Some(pick(rng, &ward.staff))
    };
    let added = note(rng, author, authored_at + MINUTE_MS);
    match task["note"].as_array_mut() {
        Some(notes) => notes.push(added),
        None => task["note"] = json!([added]),
    }
}

fn open_status(rng: &mut Rng) -> &'static str {
    match rng.u8(..100) {
        0..=47 => "requested",
        48..=57 => "ready",
        58..=72 => "accepted",
        73..=87 => "in-progress",
        88..=94 => "on-hold",
        _ => "draft",
    }
}

/// Work that somebody has begun is theirs; the rest lies in the queue, with a person, or nowhere.
fn set_owner(task: &mut Value, rng: &mut Rng, ward: &Ward, status: &str) {
    let begun = matches!(status, "accepted" | "in-progress" | "on-hold");
    if ward.staff.is_empty() {
        return;
    }
    match (begun, rng.u8(..10)) {
        (true, _) | (false, 0..=2) => task["owner"] = pick(rng, &ward.staff).to_json(),
        (false, 3..=4) => remove(task, "owner"),
        (false, _) => {}
    }
}

fn remove(resource: &mut Value, field: &str) {
    if let Some(fields) = resource.as_object_mut() {
        fields.remove(field);
    }
}

/// Whether nobody has finished or dropped it.
pub(crate) fn is_open(task: &Value) -> bool {
    let closed = [
        "completed",
        "cancelled",
        "rejected",
        "failed",
        "entered-in-error",
    ];
    task["status"]
        .as_str()
        .is_some_and(|status| !closed.contains(&status))
}
