//! Replays of the recorded transcripts that are about HTTP: who is there besides the [`cast`](crate::sockets::cast), and what
//! the recordings name without ever showing it.

use std::collections::BTreeSet;

use base64::{Engine, engine::general_purpose::STANDARD};
use panels_sandbox::{
    NewAccount,
    sandbox::{HttpRequest, Millis},
    store::Actor,
    time::{instant, parse},
};
use serde_json::{Value, json};

use crate::sockets::{cast, replay::Replay};

const PASSWORD: &str = "correct-horse";
const SECRET: &str = "client-secret";
/// The example of RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A server with everybody who acts over HTTP, signed in.
pub fn stage(transcript: &Value) -> Result<Replay, String> {
    let mut replay = cast::stage()?;
    let now = replay.now;
    let admin = replay
        .sandbox
        .create_super_admin(now, "admin@example.com", PASSWORD);
    replay
        .bindings
        .bind("id:membership-super", &admin.membership);
    second_membership(&mut replay, now);
    let project = bound(&replay, "id:project");
    for name in ["client", "client2"] {
        let application = json!({
            "name": format!("{name} r1"), "secret": SECRET, "description": "simulated colleagues",
            "redirectUri": "http://localhost:8103/callback",
        });
        enrol(&mut replay, &project, name, application)?;
    }
    let short = json!({ "name": "short lived", "secret": SECRET, "accessTokenLifetime": "2s" });
    enrol(&mut replay, &project, "client-short", short)?;
    sign_in(&mut replay, "admin@example.com", "super", "openid")?;
    let scope = "openid profile email phone address";
    sign_in(
        &mut replay,
        "a-r1@example.com",
        "A (scope openid profile email phone address)",
        scope,
    )?;
    for (alias, header) in [
        ("garbage", "Bearer garbage"),
        ("garbage token", "Bearer garbage"),
        ("empty bearer", "Bearer "),
        ("wrong scheme", "Token abc"),
        ("garbage Basic", "Basic %%%"),
    ] {
        replay
            .authorizations
            .insert(alias.to_owned(), header.to_owned());
    }
    for (label, text) in [
        ("code-verifier", VERIFIER),
        ("code-challenge", CHALLENGE),
        ("code-verifier-2", VERIFIER),
        ("code-challenge-2", CHALLENGE),
        ("code-verifier-1", "another-verifier"),
        ("password-A", PASSWORD),
        ("password-D", PASSWORD),
        ("password-super", PASSWORD),
        ("password-1", "wrong-password"),
        ("client-secret-client", SECRET),
        ("client-secret-short", SECRET),
        ("client-secret-1", "wrong-secret"),
        ("app-base-url", "http://127.0.0.1:8080"),
        ("page-origin", "http://panels.example"),
        ("other-server", "http%3A%2F%2Fother.example"),
        ("ip", "127.0.0.1"),
    ] {
        replay.bindings.bind(label, text);
    }
    bind_the_unseen(&mut replay, transcript);
    // The recordings begin later than their cast was hired: the minute of the rate limits is over.
    replay.pass(200_000);
    Ok(replay)
}

/// D belongs to the first project too, and longer.
fn second_membership(replay: &mut Replay, now: Millis) {
    let project = bound(replay, "id:project");
    let account = NewAccount {
        email: "d-r1@example.com".to_owned(),
        password: PASSWORD.to_owned(),
        profile: json!({ "resourceType": "Practitioner", "name": [{ "given": ["Dora"], "family": "Double" }] }),
        policy: None,
        admin: false,
    };
    let account = replay.sandbox.create_account(now - 1000, &project, account);
    let id = account.profile.rsplit('/').next().unwrap_or_default();
    replay.bindings.bind("id:profile-D", id);
    replay.bindings.bind("id:membership-D", &account.membership);
}

fn enrol(replay: &mut Replay, project: &str, name: &str, application: Value) -> Result<(), String> {
    let account = replay
        .sandbox
        .create_client(replay.now, project, application);
    let id = account.profile.rsplit('/').next().unwrap_or_default();
    replay.bindings.bind(&format!("id:{name}"), id);
    if name == "client" {
        replay
            .bindings
            .bind("id:projectmembership1", &account.membership);
    }
    let basic = format!("Basic {}", STANDARD.encode(format!("{id}:{SECRET}")));
    replay.authorizations.insert(format!("Basic {name}"), basic);
    let form = format!("grant_type=client_credentials&client_id={id}&client_secret={SECRET}");
    let tokens = post(replay, "/oauth2/token", FORM, form)?;
    authorize(replay, name, &tokens)
}

/// Signs somebody in and keeps the access token under a name.
pub fn sign_in(replay: &mut Replay, email: &str, alias: &str, scope: &str) -> Result<(), String> {
    let login = json!({
        "email": email, "password": PASSWORD, "scope": scope, "codeChallenge": CHALLENGE, "codeChallengeMethod": "S256",
    });
    let answer = post(replay, "/auth/login", "application/json", login.to_string())?;
    let code = answer["code"]
        .as_str()
        .ok_or_else(|| format!("{email}: {answer}"))?;
    let form = format!("grant_type=authorization_code&code={code}&code_verifier={VERIFIER}");
    let tokens = post(replay, "/oauth2/token", FORM, form)?;
    if let Some(login) = answer["login"].as_str() {
        replay.bindings.bind(&format!("id:login {alias}"), login);
    }
    authorize(replay, alias, &tokens)
}

const FORM: &str = "application/x-www-form-urlencoded";

fn authorize(replay: &mut Replay, alias: &str, tokens: &Value) -> Result<(), String> {
    let token = tokens["access_token"]
        .as_str()
        .ok_or_else(|| format!("{alias}: {tokens}"))?;
    replay
        .authorizations
        .insert(alias.to_owned(), format!("Bearer {token}"));
    Ok(())
}

fn post(
    replay: &mut Replay,
    path: &str,
    content_type: &str,
    body: String,
) -> Result<Value, String> {
    let request = HttpRequest {
        method: "POST".to_owned(),
        path: path.to_owned(),
        headers: vec![("content-type".to_owned(), content_type.to_owned())],
        body: body.into_bytes(),
    };
    let answer = replay.sandbox.http(replay.now, &request);
    serde_json::from_slice(&answer.body).map_err(|error| format!("{path}: {error}"))
}

/// What a label stands for, or nothing.
pub fn bound(replay: &Replay, label: &str) -> String {
    replay.bindings.get(label).unwrap_or_default().to_owned()
}

/// Lets a name of the transcript act with a token that an answer showed.
pub fn act_with(replay: &mut Replay, alias: &str, label: &str) {
    let header = format!("Bearer {}", bound(replay, label));
    replay.authorizations.insert(alias.to_owned(), header);
}

/// Ids and codes that a request names before any answer has shown them: they exist nowhere.
fn bind_the_unseen(replay: &mut Replay, transcript: &Value) {
    let mut shown = BTreeSet::new();
    let mut count = 0;
    for step in transcript["steps"].as_array().into_iter().flatten() {
        let exchange = &step["http"];
        for label in labels(&exchange["request"].to_string()) {
            let kind = label.split([':', '-']).next().unwrap_or_default();
            if shown.contains(&label) || replay.bindings.get(&label).is_some() {
                continue;
            }
            if matches!(kind, "uuid" | "id" | "version" | "code") {
                count += 1;
                let uuid = format!("00000000-0000-4000-8000-{count:012}");
                replay.bindings.bind(&label, &uuid);
            }
        }
        shown.extend(labels(&exchange["response"].to_string()));
    }
}

fn labels(text: &str) -> Vec<String> {
    let parts = text.split('<').skip(1);
    parts
        .filter_map(|part| part.split_once('>'))
        .map(|(label, _)| label.to_owned())
        .collect()
}

/// Binds the times that a request names before any answer has shown them: just after the greatest earlier one.
pub fn bind_times(replay: &mut Replay, step: &Value) {
    for label in labels(&step["http"]["request"].to_string()) {
        let Some(rank) = label.strip_prefix("time:") else {
            continue;
        };
        if replay.bindings.get(&label).is_some() {
            continue;
        }
        let rank: u32 = rank.parse().unwrap_or(0);
        let earlier = (0..rank).rev().find_map(|rank| {
            let label = format!("time:{rank}");
            parse(replay.bindings.get(&label)?)
        });
        let at = earlier.map_or(replay.now - 100_000, |at| at + 1);
        replay.bindings.bind(&label, &instant(at));
    }
}

/// Somebody of the cast, to act without HTTP: for what the recordings did before they begin.
pub fn actor(replay: &Replay, who: &str) -> Actor {
    Actor {
        project: bound(replay, "id:project"),
        membership: bound(replay, &format!("id:membership-{who}")),
        profile: format!(
            "Practitioner/{}",
            bound(replay, &format!("id:profile-{who}"))
        ),
        admin: false,
        super_admin: who == "super",
        login: None,
        extended: false,
    }
}

/// Switches a feature of D's project on.
pub fn switch_on(replay: &mut Replay, feature: &str) -> Result<(), String> {
    let id = bound(replay, "id:project-other");
    let stored = replay.sandbox.read("Project", &id).cloned();
    let mut project = stored.ok_or("no such project")?;
    project["features"] = json!(["websocket-subscriptions", feature]);
    let actor = actor(replay, "super");
    let done = replay.sandbox.update_as(replay.now, &actor, project);
    done.map(|_| ())
        .map_err(|refusal| refusal.text().to_owned())
}

/// Sends a sign-in and returns the code and the cookie it sets.
pub fn sign_in_with_cookie(replay: &mut Replay) -> (String, String) {
    let client = bound(replay, "id:client");
    let login = json!({
        "email": "a-r1@example.com", "password": PASSWORD, "scope": "openid", "clientId": client,
        "codeChallenge": CHALLENGE, "codeChallengeMethod": "S256",
    });
    let request = HttpRequest {
        method: "POST".to_owned(),
        path: "/auth/login".to_owned(),
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: login.to_string().into_bytes(),
    };
    let answer = replay.sandbox.http(replay.now, &request);
    let header = answer.header("set-cookie").unwrap_or_default();
    let cookie = header
        .split(['=', ';'])
        .nth(1)
        .unwrap_or_default()
        .to_owned();
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    (body["code"].as_str().unwrap_or_default().to_owned(), cookie)
}

/// Exchanges a code.
pub fn exchange(replay: &mut Replay, code: &str) -> Result<Value, String> {
    let form = format!("grant_type=authorization_code&code={code}&code_verifier={VERIFIER}");
    post(replay, "/oauth2/token", FORM, form)
}

/// When a bound time was.
pub fn moment(replay: &Replay, label: &str) -> Millis {
    parse(&bound(replay, label)).unwrap_or_default()
}
