use panels_core::config::demo;
use serde_json::Value;

use super::*;

const NOW: f64 = 1_800_000_000_000.0;
const JSON: &str = "content-type:application/json";

fn server() -> DemoServer {
    DemoServer::open(demo::BASE_URL.to_owned(), NOW).unwrap()
}

/// Status and body.
fn post(server: &mut DemoServer, path: &str, headers: &str, body: &str) -> (u16, Value) {
    let (method, path) = ("POST".to_owned(), path.to_owned());
    let answer = server.request(NOW, method, path, headers, body.to_owned());
    let mut answer = answer.unwrap();
    let body = serde_json::from_str(&answer.body()).unwrap_or_default();
    (answer.status(), body)
}

fn token(server: &mut DemoServer) -> String {
    let login = serde_json::json!({
        "email": demo::EMAIL, "password": demo::PASSWORD, "scope": "openid offline",
        "codeChallengeMethod": "plain", "codeChallenge": "challenge",
    });
    let (status, login) = post(server, "/auth/login", JSON, &login.to_string());
    assert_eq!(status, 200, "{login}");
    let code = login["code"].as_str().unwrap();
    let form = format!("grant_type=authorization_code&code={code}&code_verifier=challenge");
    let headers = "content-type:application/x-www-form-urlencoded";
    let (status, tokens) = post(server, "/oauth2/token", headers, &form);
    assert_eq!(status, 200, "{tokens}");
    tokens["access_token"].as_str().unwrap().to_owned()
}

#[test]
fn the_account_that_the_sign_in_screen_names_can_sign_in_and_sees_work() {
    let mut server = server();
    let headers = format!("authorization:Bearer {}", token(&mut server));
    let path = "/fhir/R4/Task?_count=20&_total=accurate".to_owned();
    let answer = server.request(NOW, "GET".to_owned(), path, &headers, String::new());
    let mut answer = answer.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.header("ratelimit").is_some());
    let found: Value = serde_json::from_str(&answer.body()).unwrap();
    assert_eq!(found["entry"].as_array().unwrap().len(), 20);
    // It is handed over once.
    assert_eq!(answer.body(), "");
}

#[test]
fn colleagues_work_as_time_passes() {
    let mut server = server();
    let made = |server: &DemoServer| server.sandbox.colleagues().unwrap().counts().changes;
    assert_eq!(made(&server), 0);
    let mut now = NOW;
    while now < NOW + 10_000.0 {
        now = server.next_tick().unwrap();
        server.tick(now);
    }
    assert!((9..=11).contains(&made(&server)), "{}", made(&server));
}

#[test]
fn a_socket_is_answered_until_it_is_closed() {
    let mut server = server();
    let socket = server.open_socket(NOW, "/ws/subscriptions-r4").unwrap();
    server.frame(NOW, socket, r#"{"type":"ping"}"#);
    let mut news = server.poll_socket().unwrap();
    assert_eq!((news.socket(), news.code()), (socket, 0));
    assert_eq!(news.frame().as_deref(), Some(r#"{"type":"pong"}"#));
    assert!(server.poll_socket().is_none());
    server.close_socket(NOW, socket);
    server.frame(NOW, socket, r#"{"type":"ping"}"#);
    assert!(server.poll_socket().is_none());
    assert!(server.open_socket(NOW, "/nowhere").is_none());
}
