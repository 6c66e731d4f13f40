//! The server of a demonstration, as the worker calls it.

use panels_sandbox::{
    Sandbox,
    clinic::{Clinic, ClinicOptions},
    colleagues::ColleagueOptions,
    faults::Served,
    options::Options,
    sandbox::{HttpRequest, HttpResponse, SocketId, SocketOutput},
};
use wasm_bindgen::prelude::*;

/// Changes per second by simulated colleagues: one sees something happen, and can still read.
const CHANGES_PER_SECOND: f64 = 1.0;
/// Always the same people and the same ids: an address that was kept leads to the same record in the next demonstration.
const SEED: u64 = 1;
/// Code of a connection that just broke (RFC 6455 7.4.1).
const ABNORMAL_CLOSURE: u16 = 1006;

/// A clinic with its server.
///
/// Contract: call one method with the time in milliseconds since 1970, then drain [`DemoServer::poll_socket`]. Call
/// [`DemoServer::tick`] when [`DemoServer::next_tick`] has come; ticking too often is harmless.
#[wasm_bindgen]
#[derive(Debug)]
pub struct DemoServer {
    sandbox: Sandbox,
}

/// What it answers to a request.
#[wasm_bindgen]
#[derive(Debug)]
pub struct DemoAnswer(HttpResponse);

/// Something that happens to a socket.
#[wasm_bindgen]
#[derive(Debug)]
pub struct DemoSocketNews {
    socket: f64,
    frame: Option<String>,
    code: u16,
}

#[wasm_bindgen]
impl DemoServer {
    /// Opens the clinic; `base_url` is the address that clients use, ending in `/`.
    ///
    /// # Errors
    /// If it cannot be filled: a mistake in the sandbox itself.
    pub fn open(base_url: String, now: f64) -> Result<DemoServer, String> {
        let now = now as i64;
        let options = Options {
            seed: SEED,
            base_url,
            ..Options::default()
        };
        let mut sandbox = Sandbox::new(options, now);
        let size = ClinicOptions {
            seed: SEED,
            ..ClinicOptions::default()
        };
        let clinic = Clinic::open(&mut sandbox, size, now);
        let clinic = clinic.map_err(|refusal| refusal.text().to_owned())?;
        let busy = ColleagueOptions {
            rate: CHANGES_PER_SECOND,
            seed: SEED,
            ..ColleagueOptions::default()
        };
        sandbox.employ(&clinic, busy, now);
        Ok(Self { sandbox })
    }

    /// Answers a request. `path` is with the query; `headers` are lines of a name in lower case, a colon and a value.
    /// Nothing if the connection breaks.
    pub fn request(
        &mut self,
        now: f64,
        method: String,
        path: String,
        headers: &str,
        body: String,
    ) -> Option<DemoAnswer> {
        let headers = headers.lines().filter_map(|line| line.split_once(':'));
        let request = HttpRequest {
            method,
            path,
            headers: headers
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            body: body.into_bytes(),
        };
        match self.sandbox.serve(now as i64, &request) {
            Served::Answer { response, .. } => Some(DemoAnswer(response)),
            Served::Drop => None,
        }
    }

    /// Opens a socket; its number, or nothing if it is refused.
    pub fn open_socket(&mut self, now: f64, path: &str) -> Option<f64> {
        let socket = self.sandbox.socket_open(now as i64, path).ok()?;
        Some(socket.0 as f64)
    }

    /// A frame of the client.
    pub fn frame(&mut self, now: f64, socket: f64, text: &str) {
        let socket = SocketId(socket as u64);
        self.sandbox.socket_frame(now as i64, socket, text);
    }

    /// The client has closed a socket.
    pub fn close_socket(&mut self, now: f64, socket: f64) {
        let socket = SocketId(socket as u64);
        self.sandbox.socket_closed(now as i64, socket);
    }

    /// Lets time pass: colleagues work, sockets beat.
    pub fn tick(&mut self, now: f64) {
        self.sandbox.tick(now as i64);
    }

    /// When to tick next.
    pub fn next_tick(&self) -> Option<f64> {
        self.sandbox.next_tick().map(|at| at as f64)
    }

    /// What happens to sockets, oldest first.
    pub fn poll_socket(&mut self) -> Option<DemoSocketNews> {
        let (socket, frame, code) = match self.sandbox.poll_socket()? {
            SocketOutput::Send(socket, text) => (socket, Some(text), 0),
            SocketOutput::Close(socket, code) => (socket, None, code),
            SocketOutput::Terminate(socket) => (socket, None, ABNORMAL_CLOSURE),
        };
        let socket = socket.0 as f64;
        Some(DemoSocketNews {
            socket,
            frame,
            code,
        })
    }
}

#[wasm_bindgen]
impl DemoAnswer {
    /// Its status.
    pub fn status(&self) -> u16 {
        self.0.status
    }

    /// The value of a header; the name in lower case.
    pub fn header(&self, name: &str) -> Option<String> {
        self.0.header(name).map(str::to_owned)
    }

    /// Its body. Once: it is handed over.
    pub fn body(&mut self) -> String {
        let body = std::mem::take(&mut self.0.body);
        String::from_utf8(body).unwrap_or_default()
    }
}

#[wasm_bindgen]
impl DemoSocketNews {
    /// To which.
    pub fn socket(&self) -> f64 {
        self.socket
    }

    /// A text frame of the server; nothing if it has closed the socket.
    pub fn frame(&mut self) -> Option<String> {
        self.frame.take()
    }

    /// With which code it was closed.
    pub fn code(&self) -> u16 {
        self.code
    }
}

#[cfg(test)]
mod tests;
