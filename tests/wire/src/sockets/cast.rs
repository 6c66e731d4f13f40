//! The people of the transcripts: who they are, what they may do, and that they are signed in.

use base64::{Engine, engine::general_purpose::STANDARD};
use panels_sandbox::{
    NewAccount, Sandbox,
    options::Options,
    sandbox::{HttpRequest, Millis},
};
use serde_json::{Value, json};

use super::replay::Replay;

/// When the replays begin.
const START: Millis = 1_795_341_600_000;
/// What `<run>` stands for.
const RUN: &str = "r1";
const PASSWORD: &str = "correct-horse";
const SECRET: &str = "client-secret";
/// PKCE with method `plain`: challenge and verifier are the same.
const VERIFIER: &str = "a-verifier-of-more-than-forty-three-characters-for-pkce";

/// A server with everybody signed in, as the recordings begin.
pub fn stage() -> Result<Replay, String> {
    let base_url = "http://localhost:8103/".to_owned();
    let mut sandbox = Sandbox::new(
        Options {
            base_url,
            ..Options::default()
        },
        START,
    );
    let features = ["websocket-subscriptions"];
    let project = sandbox.create_project(START, &format!("Panels {RUN}"), &features);
    let other = sandbox.create_project(START, &format!("Other {RUN}"), &features);
    let plain = sandbox.create_project(START, &format!("Plain {RUN}"), &[]);
    let mut replay = Replay::new(sandbox, START);
    replay.bindings.bind("run", RUN);
    replay.bindings.bind("id:project", &project);
    replay.bindings.bind("id:project-other", &other);

    replay.hire("A", &project, practitioner("Ada", "Nurse"), None, false)?;
    replay.hire(
        "B",
        &project,
        practitioner("Ben", "Limited"),
        Some(own_tasks()),
        false,
    )?;
    replay.hire(
        "C",
        &project,
        practitioner("Cora", "Reader"),
        Some(no_subscriptions()),
        false,
    )?;
    replay.hire(
        "H",
        &project,
        practitioner("Hal", "Hidden"),
        Some(hidden_fields()),
        false,
    )?;
    replay.hire("admin", &project, practitioner("Pat", "Admin"), None, true)?;
    replay.hire("D", &other, practitioner("Dora", "Double"), None, false)?;
    replay.hire("N", &plain, practitioner("Nils", "Nofeature"), None, false)?;
    replay.enrol_client(&project)?;
    replay
        .sandbox
        .create_super_admin(START, &email("super"), PASSWORD);
    replay.sign_in_as("super", "super", None)?;
    replay.sign_in_as("A", "A (second sign-in)", None)?;
    Ok(replay)
}

fn practitioner(given: &str, family: &str) -> Value {
    json!({"resourceType": "Practitioner", "name": [{"given": [given], "family": family}]})
}

fn read_only() -> Value {
    json!(["search", "read", "history", "vread"])
}

fn own_tasks() -> Value {
    json!({
        "resourceType": "AccessPolicy",
        "name": "own-tasks",
        "resource": [
            {"resourceType": "Task", "criteria": "Task?owner=%profile"},
            {"resourceType": "Patient", "interaction": read_only()},
            {"resourceType": "Practitioner", "interaction": read_only()},
            {"resourceType": "Subscription", "criteria": "Subscription?type=websocket&author=%profile"},
        ],
    })
}

fn no_subscriptions() -> Value {
    json!({"resourceType": "AccessPolicy", "name": "no-subscriptions", "resource": [{"resourceType": "Task"}]})
}

fn hidden_fields() -> Value {
    json!({
        "resourceType": "AccessPolicy",
        "name": "hidden-fields",
        "resource": [
            {"resourceType": "Task", "hiddenFields": ["note"], "readonlyFields": ["description"]},
            {"resourceType": "Patient", "hiddenFields": ["telecom"], "readonlyFields": ["birthDate"]},
            {"resourceType": "Subscription"},
        ],
    })
}

fn email(who: &str) -> String {
    format!("{}-{RUN}@example.com", who.to_lowercase())
}

impl Replay {
    fn hire(
        &mut self,
        who: &str,
        project: &str,
        profile: Value,
        policy: Option<Value>,
        admin: bool,
    ) -> Result<(), String> {
        let account = NewAccount {
            email: email(who),
            password: PASSWORD.to_owned(),
            profile,
            policy,
            admin,
        };
        let account = self.sandbox.create_account(self.now, project, account);
        let id = account.profile.rsplit('/').next().unwrap_or_default();
        self.bindings.bind(&format!("id:profile-{who}"), id);
        self.bindings
            .bind(&format!("id:membership-{who}"), &account.membership);
        if who == "D" {
            self.bindings.bind("id:profile-D-other", id);
            self.bindings
                .bind("id:membership-D-other", &account.membership);
        }
        if who == "B"
            && let Some(policy) = &account.policy
        {
            self.bindings.bind("id:policy-own-tasks", policy);
        }
        self.sign_in_as(who, who, None)
    }

    fn enrol_client(&mut self, project: &str) -> Result<(), String> {
        for (name, lifetime) in [("client", None), ("client-short", Some("60s"))] {
            let mut application = json!({"name": format!("{name} {RUN}"), "secret": SECRET});
            if let Some(lifetime) = lifetime {
                application["accessTokenLifetime"] = json!(lifetime);
            }
            let account = self.sandbox.create_client(self.now, project, application);
            let id = account
                .profile
                .rsplit('/')
                .next()
                .unwrap_or_default()
                .to_owned();
            self.bindings.bind(&format!("id:{name}"), &id);
            if lifetime.is_some() {
                self.sign_in_as("A", "A (via client-short)", Some(&id))?;
            }
        }
        let id = self.bindings.get("id:client").unwrap_or_default();
        let basic = format!("Basic {}", STANDARD.encode(format!("{id}:{SECRET}")));
        self.authorizations.insert("Basic client".to_owned(), basic);
        self.sign_in_client()?;
        Ok(())
    }

    /// Gets a token for the client application of the simulated colleagues.
    pub fn sign_in_client(&mut self) -> Result<(), String> {
        let id = self
            .bindings
            .get("id:client")
            .unwrap_or_default()
            .to_owned();
        let form = format!("grant_type=client_credentials&client_id={id}&client_secret={SECRET}");
        let tokens = self.tokens(&form)?;
        self.authorize("client", &tokens)
    }

    /// Signs `who` in with e-mail and password and keeps the token under the name `alias`.
    pub fn sign_in_as(
        &mut self,
        who: &str,
        alias: &str,
        client: Option<&str>,
    ) -> Result<(), String> {
        let mut login = json!({
            "email": email(who),
            "password": PASSWORD,
            "scope": "openid offline_access",
            "codeChallenge": VERIFIER,
            "codeChallengeMethod": "plain",
        });
        if let Some(client) = client {
            login["clientId"] = json!(client);
        }
        let answer = self.post("/auth/login", "application/json", login.to_string())?;
        let code = answer["code"]
            .as_str()
            .ok_or_else(|| format!("{who} cannot sign in: {answer}"))?;
        let client = client
            .map(|client| format!("&client_id={client}"))
            .unwrap_or_default();
        let tokens = self.tokens(&format!(
            "grant_type=authorization_code&code={code}&code_verifier={VERIFIER}{client}"
        ))?;
        if let Some(refresh) = tokens["refresh_token"].as_str() {
            self.bindings
                .bind(&format!("refresh-token-{alias}"), refresh);
        }
        self.authorize(alias, &tokens)
    }

    fn authorize(&mut self, alias: &str, tokens: &Value) -> Result<(), String> {
        let access = tokens["access_token"]
            .as_str()
            .ok_or_else(|| format!("no token for {alias}: {tokens}"))?;
        self.bindings.bind(&format!("access-token-{alias}"), access);
        self.authorizations
            .insert(alias.to_owned(), format!("Bearer {access}"));
        Ok(())
    }

    fn tokens(&mut self, form: &str) -> Result<Value, String> {
        self.post(
            "/oauth2/token",
            "application/x-www-form-urlencoded",
            form.to_owned(),
        )
    }

    fn post(&mut self, path: &str, content_type: &str, body: String) -> Result<Value, String> {
        let request = HttpRequest {
            method: "POST".to_owned(),
            path: path.to_owned(),
            headers: vec![("content-type".to_owned(), content_type.to_owned())],
            body: body.into_bytes(),
        };
        let answer = self.sandbox.http(self.now, &request);
        serde_json::from_slice(&answer.body)
            .map_err(|error| format!("{path} answered {}: {error}", answer.status))
    }
}
