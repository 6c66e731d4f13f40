//! The sandbox of one test, in this process: its faults are commanded and its truth is read without a detour.

use std::collections::BTreeMap;

use panels_sandbox::{
    clinic::{ClinicOptions, DEMO_PASSWORD},
    server::{RunningServer, ServerOptions, start},
};
use serde_json::{Value, json};

use crate::Failure;

/// A running sandbox.
#[derive(Debug)]
pub struct Server {
    running: RunningServer,
}

/// What the server holds: version by id.
pub type Versions = BTreeMap<String, String>;

impl Server {
    /// Starts one with a clinic of this size.
    ///
    /// # Errors
    /// If it does not start.
    pub async fn start(patients: usize, tasks: usize) -> Result<Self, Failure> {
        let options = ServerOptions {
            clinic: ClinicOptions {
                patients,
                tasks,
                ..ClinicOptions::default()
            },
            ..ServerOptions::default()
        };
        let running = start(options)
            .await
            .map_err(|error| Failure::Server(error.to_string()))?;
        Ok(Self { running })
    }

    /// Its address, ending in `/`.
    pub fn url(&self) -> String {
        format!("http://{}/", self.running.address())
    }

    /// A demo account: e-mail and password. 0 and 1 may see everything, 2 only its own tasks.
    pub fn account(&self, number: usize) -> (String, String) {
        let email = self
            .running
            .clinic()
            .accounts
            .get(number)
            .map(|account| account.email.clone());
        (email.unwrap_or_default(), DEMO_PASSWORD.to_owned())
    }

    /// Carries out a command of the control endpoint.
    ///
    /// # Errors
    /// If it is refused.
    pub fn command(&self, command: &Value) -> Result<Value, Failure> {
        self.running
            .sandbox()
            .with(|sandbox, now| sandbox.command_text(now, command.to_string().as_bytes()))
            .map_err(|error| Failure::Server(format!("{command}: {error}")))
    }

    /// A figure of `GET /control/state`, by JSON pointer.
    pub fn figure(&self, pointer: &str) -> u64 {
        let state = self
            .running
            .sandbox()
            .with(|sandbox, now| sandbox.state(now));
        state
            .pointer(pointer)
            .and_then(Value::as_u64)
            .unwrap_or_default()
    }

    /// Sockets open now.
    pub fn sockets(&self) -> u64 {
        self.figure("/live/sockets")
    }

    /// Versions of all tasks that are not closed: what the panel of all open tasks shows.
    ///
    /// # Errors
    /// If the sandbox refuses.
    pub fn open_tasks(&self) -> Result<Versions, Failure> {
        const CLOSED: [&str; 5] = [
            "completed",
            "cancelled",
            "rejected",
            "failed",
            "entered-in-error",
        ];
        let truth = self.command(&json!({ "do": "truth", "type": "Task" }))?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Ok(truth["rows"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|row| !CLOSED.contains(&row["status"].as_str().unwrap_or_default()))
            .map(|row| (text(&row["id"]), text(&row["versionId"])))
            .collect())
    }

    /// A colleague deletes a resource.
    ///
    /// # Errors
    /// If the sandbox refuses.
    pub fn delete(&self, reference: &str) -> Result<(), Failure> {
        self.command(&json!({ "do": "write", "delete": reference }))
            .map(|_| ())
    }

    /// A colleague changes a resource.
    ///
    /// # Errors
    /// If the sandbox refuses.
    pub fn patch(&self, reference: &str, operations: &Value) -> Result<(), Failure> {
        self.command(&json!({ "do": "write", "patch": [reference, operations] }))
            .map(|_| ())
    }
}
