//! What each panel should show: written down a second time, from the words of the panels and not from their code.

use std::collections::HashMap;

use serde_json::Value;

use crate::Write;

/// Task states without work left (<https://hl7.org/fhir/R4/task.html#statemachine>).
const CLOSED: [&str; 5] = [
    "completed",
    "cancelled",
    "rejected",
    "failed",
    "entered-in-error",
];

/// A built-in panel, as one user sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Panel {
    /// Open tasks of the user.
    MyWork {
        /// Reference of the user's profile.
        me: String,
    },
    /// Open tasks.
    OpenTasks,
    /// Active patients.
    Patients,
}

impl Panel {
    /// Type of its rows.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::MyWork { .. } | Self::OpenTasks => "Task",
            Self::Patients => "Patient",
        }
    }

    /// Its name on the home screen.
    pub fn name(&self) -> &'static str {
        match self {
            Self::MyWork { .. } => "My work",
            Self::OpenTasks => "All open tasks",
            Self::Patients => "Patients",
        }
    }

    /// Whether a resource of its type is a row of it.
    pub(crate) fn shows(&self, content: &Value) -> bool {
        match self {
            Self::MyWork { me } => is_open(content) && content["owner"]["reference"] == me.as_str(),
            Self::OpenTasks => is_open(content),
            Self::Patients => content["active"] != false,
        }
    }
}

/// Whether a task has work left to do.
pub(crate) fn is_open(task: &Value) -> bool {
    let status = task["status"].as_str();
    status.is_some_and(|status| !CLOSED.contains(&status))
}

/// The newest content of everything that exists, by type and id.
pub(crate) type Stored<'a> = HashMap<(&'a str, &'a str), &'a Write>;

/// What is stored after all writes.
pub(crate) fn stored(log: &[Write]) -> Stored<'_> {
    let mut stored = Stored::new();
    for write in log {
        let key = (write.kind.as_str(), write.id.as_str());
        match write.content {
            Some(_) => stored.insert(key, write),
            None => stored.remove(&key),
        };
    }
    stored
}

/// What a row must show: kind of cell, and every text that must be in it.
pub(crate) type Cells = Vec<(&'static str, Vec<String>)>;

/// The texts of a row.
pub(crate) fn cells(panel: &Panel, content: &Value, stored: &Stored<'_>) -> Cells {
    match panel {
        Panel::Patients => patient_cells(content, stored),
        Panel::MyWork { .. } | Panel::OpenTasks => task_cells(content, stored),
    }
}

fn task_cells(task: &Value, stored: &Stored<'_>) -> Cells {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let title = text(&task["code"]["text"])
        .or_else(|| text(&task["description"]))
        .unwrap_or_else(|| "Untitled task".to_owned());
    let status = task["status"].as_str().map(status_label);
    let status = status
        .into_iter()
        .chain(text(&task["businessStatus"]["text"]));
    let owner = text(&task["owner"]["display"]).unwrap_or_else(|| "Unassigned".to_owned());
    let patient = task["for"]["reference"].as_str();
    let patient = patient
        .and_then(|reference| reference.split_once('/'))
        .and_then(|key| stored.get(&key)?.content.as_deref())
        .map_or_else(
            || text(&task["for"]["display"]),
            |patient| Some(patient_name(patient)),
        );
    let mut cells = vec![
        ("title", vec![title]),
        ("status", status.collect()),
        ("person", vec![owner]),
        ("patient", patient.into_iter().collect()),
    ];
    if let Some(label) = task["priority"].as_str().map(priority_label) {
        cells.push(("priority", vec![label]));
    }
    cells
}

fn patient_cells(patient: &Value, stored: &Stored<'_>) -> Cells {
    let id = patient["id"].as_str().unwrap_or_default();
    let reference = format!("Patient/{id}");
    let open = stored.values().filter(|write| {
        let task = write.content.as_deref().filter(|_| write.kind == "Task");
        task.is_some_and(|task| is_open(task) && task["for"]["reference"] == reference.as_str())
    });
    let open = open.count().to_string();
    vec![
        ("title", vec![patient_name(patient)]),
        ("workload", vec![open]),
    ]
}

/// `FAMILY, Given Given`.
fn patient_name(patient: &Value) -> String {
    let name = &patient["name"][0];
    let given = name["given"].as_array().into_iter().flatten();
    let given: Vec<&str> = given.filter_map(Value::as_str).collect();
    let family = name["family"].as_str().map(str::to_uppercase);
    match (family, given.is_empty()) {
        (Some(family), false) => format!("{family}, {}", given.join(" ")),
        (Some(family), true) => family,
        (None, false) => given.join(" "),
        (None, true) => "Name not recorded".to_owned(),
    }
}

fn status_label(code: &str) -> String {
    let words = code.replace('-', " ");
    let mut chars = words.chars();
    let first = chars.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}

fn priority_label(code: &str) -> String {
    match code {
        "asap" => "ASAP".to_owned(),
        other => status_label(other),
    }
}

/// What two rows of a panel are ordered by; the smaller one is above.
pub(crate) fn place(panel: &Panel, content: &Value) -> (u8, String, String, String) {
    let id = content["id"].as_str().unwrap_or_default().to_owned();
    // Nothing comes last. A day is before every moment of it: FHIR writes both as text that sorts so.
    let or_last = |text: &Value| text.as_str().unwrap_or("~").to_owned();
    match panel {
        Panel::Patients => {
            let name = patient_name(content).to_lowercase();
            (0, name, String::new(), id)
        }
        Panel::MyWork { .. } | Panel::OpenTasks => {
            let rank = match content["priority"].as_str() {
                Some("stat") => 0,
                Some("asap") => 1,
                Some("urgent") => 2,
                Some("routine") => 3,
                Some(_) => 4,
                None => 5,
            };
            let due = or_last(&content["restriction"]["period"]["end"]);
            (rank, due, or_last(&content["authoredOn"]), id)
        }
    }
}
