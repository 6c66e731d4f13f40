//! The browser's developer tools by a socket of their own: WebDriver knows tabs only, and a shared worker is none.

use std::{path::Path, time::Duration};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};

use crate::Failure;

/// Written by Chromium into its profile: the port and the path of the socket.
const ADDRESS_FILE: &str = "DevToolsActivePort";
/// A page that crashed answers nothing, and the browser does not say so.
const CALL_MAX: Duration = Duration::from_secs(30);

/// A socket to the developer tools of one browser.
#[derive(Debug)]
pub struct DevTools {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    calls: u64,
}

/// A page or a worker that is listened to.
#[derive(Clone, Debug)]
pub struct Session(String);

/// Memory of one page or worker after a collection of garbage.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    /// Bytes of its WebAssembly memories. They never shrink: this is the peak of its life.
    pub wasm: u64,
    /// Bytes of live objects of JavaScript, and of what the browser keeps for them (the document).
    pub objects: u64,
}

impl Memory {
    /// Both together, in millions of bytes.
    pub fn mb(&self) -> f64 {
        (self.wasm + self.objects) as f64 / 1e6
    }
}

impl DevTools {
    /// Connects to the browser with this profile.
    ///
    /// # Errors
    /// If it does not listen.
    pub async fn connect(profile: &Path) -> Result<Self, Failure> {
        let file = profile.join(ADDRESS_FILE);
        let text = tokio::fs::read_to_string(&file)
            .await
            .map_err(Failure::io(file.display().to_string()))?;
        let mut lines = text.lines();
        let (port, path) = (lines.next(), lines.next());
        let address = format!(
            "ws://127.0.0.1:{}{}",
            port.unwrap_or_default(),
            path.unwrap_or_default()
        );
        let (socket, _) = connect_async(address).await.map_err(refused)?;
        Ok(Self { socket, calls: 0 })
    }

    /// Listens to the only target of a type: `page`, or `shared_worker`.
    ///
    /// # Errors
    /// If there is none, or more than one.
    pub async fn attach(&mut self, kind: &str) -> Result<Session, Failure> {
        let filter = json!({ "filter": [{}] });
        let targets = self.call(None, "Target.getTargets", filter).await?;
        let targets = targets["targetInfos"].as_array().into_iter().flatten();
        let ids: Vec<&Value> = targets
            .filter(|target| target["type"] == kind)
            .map(|target| &target["targetId"])
            .collect();
        let [id] = ids[..] else {
            let count = ids.len();
            return Err(Failure::Server(format!("{count} targets of type {kind}")));
        };
        let wanted = json!({ "targetId": id, "flatten": true });
        let attached = self.call(None, "Target.attachToTarget", wanted).await?;
        let session = attached["sessionId"].as_str().unwrap_or_default();
        Ok(Session(session.to_owned()))
    }

    /// Stops to listen: a worker that is listened to outlives its tabs.
    ///
    /// # Errors
    /// If it is gone.
    pub async fn detach(&mut self, session: Session) -> Result<(), Failure> {
        let Session(id) = session;
        let wanted = json!({ "sessionId": id });
        let detached = self.call(None, "Target.detachFromTarget", wanted).await;
        detached.map(drop)
    }

    /// Value of an expression.
    ///
    /// # Errors
    /// If it throws.
    pub async fn evaluate(
        &mut self,
        session: &Session,
        expression: &str,
    ) -> Result<Value, Failure> {
        let wanted = json!({ "expression": expression, "returnByValue": true });
        let answer = self.call(Some(session), "Runtime.evaluate", wanted).await?;
        Ok(answer["result"]["value"].clone())
    }

    /// Memory that it uses.
    ///
    /// # Errors
    /// If it cannot be asked.
    pub async fn memory(&mut self, session: &Session) -> Result<Memory, Failure> {
        const SUM: &str = "function () { return this.reduce((sum, memory) => sum + memory.buffer.byteLength, 0) }";
        let wanted = json!({ "expression": "WebAssembly.Memory.prototype" });
        let prototype = self.call(Some(session), "Runtime.evaluate", wanted).await?;
        // Collects garbage first.
        let wanted = json!({ "prototypeObjectId": prototype["result"]["objectId"] });
        let found = self
            .call(Some(session), "Runtime.queryObjects", wanted)
            .await?;
        let wanted = json!({
            "objectId": found["objects"]["objectId"],
            "functionDeclaration": SUM,
            "returnByValue": true,
        });
        let wasm = self
            .call(Some(session), "Runtime.callFunctionOn", wanted)
            .await?;
        let heap = self
            .call(Some(session), "Runtime.getHeapUsage", json!({}))
            .await?;
        let bytes = |value: &Value| value.as_f64().unwrap_or_default() as u64;
        Ok(Memory {
            wasm: bytes(&wasm["result"]["value"]),
            objects: bytes(&heap["usedSize"]) + bytes(&heap["embedderHeapUsedSize"]),
        })
    }

    async fn call(
        &mut self,
        session: Option<&Session>,
        method: &str,
        parameters: Value,
    ) -> Result<Value, Failure> {
        let answered = timeout(CALL_MAX, self.ask(session, method, parameters));
        let late = |_| refused(format!("{method} was not answered in time"));
        answered.await.map_err(late)?
    }

    async fn ask(
        &mut self,
        session: Option<&Session>,
        method: &str,
        parameters: Value,
    ) -> Result<Value, Failure> {
        self.calls += 1;
        let mut call = json!({ "id": self.calls, "method": method, "params": parameters });
        if let Some(Session(id)) = session {
            call["sessionId"] = json!(id);
        }
        let text = Message::text(call.to_string());
        self.socket.send(text).await.map_err(refused)?;
        while let Some(message) = self.socket.next().await {
            let text = message.map_err(refused)?.into_text().map_err(refused)?;
            let answer: Value = serde_json::from_str(&text)?;
            if answer["id"] == self.calls {
                let result = answer.get("result").cloned();
                return result.ok_or_else(|| refused(format!("{method}: {}", answer["error"])));
            }
        }
        Err(refused("the socket was closed"))
    }
}

fn refused(reason: impl std::fmt::Display) -> Failure {
    Failure::Driver(format!("developer tools: {reason}"))
}
