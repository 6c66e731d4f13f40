//! The sandbox of one test, in this process: its faults are commanded and its truth is read without a detour.

use std::collections::BTreeMap;

use panels_judge::Write;
use panels_sandbox::{
    NewAccount,
    clinic::{ClinicOptions, DEMO_PASSWORD},
    server::{RunningServer, ServerOptions, start},
};
use serde_json::{Value, json};

use crate::Failure;

/// Longer than any scenario.
const AWAY_MS: u64 = 600_000;

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

    /// Ends as by a crash, and stays away until it is told to come back.
    ///
    /// # Errors
    /// If it is refused.
    pub fn go_away(&self) -> Result<(), Failure> {
        self.restart(AWAY_MS)
    }

    /// Comes back from wherever it was.
    ///
    /// # Errors
    /// If it is refused.
    pub fn come_back(&self) -> Result<(), Failure> {
        self.restart(0)
    }

    fn restart(&self, down_ms: u64) -> Result<(), Failure> {
        let command = json!({ "do": "restart", "how": "crash", "downMs": down_ms });
        self.command(&command).map(|_| ())
    }

    /// A figure of `GET /control/state`, by JSON pointer.
    pub fn figure(&self, pointer: &str) -> u64 {
        self.state()
            .pointer(pointer)
            .and_then(Value::as_u64)
            .unwrap_or_default()
    }

    /// The whole of `GET /control/state`.
    pub fn state(&self) -> Value {
        self.running
            .sandbox()
            .with(|sandbox, now| sandbox.state(now))
    }

    /// Gives a demo account a second membership, in another project with a ward of one task.
    pub fn join_second_project(&self, number: usize, name: &str) {
        let (email, password) = self.account(number);
        self.running.sandbox().with(|sandbox, now| {
            let project = sandbox.create_project(now, name, &["websocket-subscriptions"]);
            let account = NewAccount {
                email,
                password,
                profile: json!({ "resourceType": "Practitioner", "name": [{ "given": ["Ada"], "family": "Visiting" }] }),
                policy: None,
                admin: false,
            };
            let joined = sandbox.create_account(now, &project, account);
            let task = json!({ "resourceType": "Task", "status": "requested", "intent": "order", "code": { "text": "Only here" } });
            // A refusal shows in the scenario: the task is missing.
            let _ = sandbox.create_as(now, &joined.actor, task);
        });
    }

    /// From now on the access policy of a demo account hides these fields of resources of a type.
    ///
    /// # Errors
    /// If the account has no policy with a rule for the type.
    pub fn hide(&self, number: usize, kind: &str, fields: &[&str]) -> Result<(), Failure> {
        self.rule(number, kind, "hiddenFields", fields)
    }

    /// From now on it lets nobody of that account change them.
    ///
    /// # Errors
    /// As [`Self::hide`].
    pub fn protect(&self, number: usize, kind: &str, fields: &[&str]) -> Result<(), Failure> {
        self.rule(number, kind, "readonlyFields", fields)
    }

    fn rule(&self, number: usize, kind: &str, what: &str, fields: &[&str]) -> Result<(), Failure> {
        let changed = self
            .policy_of(number)
            .filter(|policy| policy["resource"].is_array());
        let mut policy = changed.unwrap_or_default();
        let mut rules = policy["resource"].as_array_mut().into_iter().flatten();
        let rule = rules.find(|rule| rule["resourceType"] == kind);
        let missing = || Failure::Server(format!("account {number} has no rule for {kind}"));
        rule.ok_or_else(missing)?[what] = json!(fields);
        let project = policy["meta"]["project"].as_str().map(str::to_owned);
        self.running.sandbox().with(|sandbox, now| {
            sandbox.write_as_server(now, project.as_deref(), policy);
        });
        Ok(())
    }

    fn policy_of(&self, number: usize) -> Option<Value> {
        let profile = self.profile(number);
        self.running.sandbox().with(|sandbox, _| {
            let store = sandbox.store();
            let mut members = store
                .by_time("ProjectMembership", i64::MIN, i64::MAX)
                .filter_map(|(id, _)| sandbox.read("ProjectMembership", id));
            let member = members.find(|member| member["profile"]["reference"] == profile)?;
            let reference = member["accessPolicy"]["reference"].as_str()?;
            let id = reference.strip_prefix("AccessPolicy/")?;
            sandbox.read("AccessPolicy", id).cloned()
        })
    }

    /// The tasks with work left that a demo account owns: version by id.
    ///
    /// # Errors
    /// If the sandbox refuses.
    pub fn open_tasks_of(&self, number: usize) -> Result<Versions, Failure> {
        let mut tasks = self.open_tasks()?;
        let profile = self.profile(number);
        self.running.sandbox().with(|sandbox, _| {
            tasks.retain(|id, _| {
                let task = sandbox.read("Task", id);
                task.is_some_and(|task| task["owner"]["reference"] == profile)
            });
        });
        Ok(tasks)
    }

    /// Reference of the profile of a demo account.
    pub fn profile(&self, number: usize) -> String {
        let account = self.running.clinic().accounts.get(number);
        account.map_or_else(String::new, |account| account.profile.clone())
    }

    /// An administrator ends every session of a demo account.
    pub fn revoke_sessions(&self, number: usize) {
        let profile = self.profile(number);
        self.running.sandbox().with(|sandbox, _| {
            let memberships = sandbox.iterate("ProjectMembership");
            let own =
                memberships.filter(|membership| membership["profile"]["reference"] == profile);
            let ids = own.filter_map(|membership| membership["id"].as_str().map(str::to_owned));
            for id in ids.collect::<Vec<_>>() {
                sandbox.revoke_sessions(&id);
            }
        });
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

    /// A resource as it is; null if it is not there.
    pub fn resource(&self, kind: &str, id: &str) -> Value {
        let sandbox = self.running.sandbox();
        sandbox.with(|sandbox, _| sandbox.read(kind, id).cloned().unwrap_or_default())
    }

    /// Every resource of a type as it is.
    pub fn all(&self, kind: &str) -> Vec<Value> {
        let sandbox = self.running.sandbox();
        sandbox.with(|sandbox, _| sandbox.iterate(kind).cloned().collect())
    }

    /// Id of some resource of a type.
    ///
    /// # Errors
    /// If there is none.
    pub fn any(&self, kind: &str) -> Result<String, Failure> {
        let found = self.running.sandbox().with(|sandbox, _| {
            let mut rows = sandbox.store().by_time(kind, i64::MIN, i64::MAX);
            rows.next().map(|(id, _)| id.to_owned())
        });
        found.ok_or_else(|| Failure::Server(format!("there is no {kind}")))
    }

    /// Everything that was ever written to the types that panels show, each resource in the order of writing.
    pub fn log(&self) -> Vec<Write> {
        self.running.sandbox().with(|sandbox, _| {
            let kinds = ["Patient", "Task"].into_iter();
            let rows = kinds.flat_map(|kind| {
                let rows = sandbox.store().by_time(kind, i64::MIN, i64::MAX);
                rows.map(move |(id, row)| (kind, id, row))
            });
            let writes = rows.flat_map(|(kind, id, row)| {
                row.versions.iter().map(move |version| Write {
                    at: version.written_at,
                    kind: kind.to_owned(),
                    id: id.to_owned(),
                    stamp: version.last_updated,
                    content: (!version.deleted).then(|| version.value.clone()),
                })
            });
            writes.collect()
        })
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
