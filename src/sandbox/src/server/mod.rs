//! The server shell: puts TCP, HTTP and sockets around a [`Sandbox`], and the time.
//!
//! All decisions are the sandbox's; this only carries them out: answer, wait, break a connection, be down. It must never
//! change a request or an answer.

mod clock;
mod http;
mod listener;
mod shared;
mod sockets;

use std::{io, net::SocketAddr};

use thiserror::Error;
use tokio::{net::TcpListener, task::JoinHandle};

pub use self::{clock::system_now, shared::SandboxHandle};
use self::{listener::SandboxListener, shared::Shared};
use crate::{
    clinic::{Clinic, ClinicOptions},
    colleagues::ColleagueOptions,
    options::Options,
    outcome::Outcome,
    sandbox::Sandbox,
};

/// What to serve, and where.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    /// Address to listen on; port 0 picks a free one.
    pub address: SocketAddr,
    /// Options of the sandbox. Its base address is replaced by the one that is listened on.
    pub sandbox: Options,
    /// The clinic to open.
    pub clinic: ClinicOptions,
    /// The simulated colleagues.
    pub colleagues: ColleagueOptions,
    /// Whether `/control` answers.
    pub control: bool,
}

impl Default for ServerOptions {
    /// Any free port on loopback, the default clinic, quiet colleagues, no control endpoint.
    fn default() -> Self {
        Self {
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            sandbox: Options::default(),
            clinic: ClinicOptions::default(),
            colleagues: ColleagueOptions::default(),
            control: false,
        }
    }
}

/// Why a server did not start.
#[derive(Debug, Error)]
pub enum ServerError {
    /// The port is taken.
    #[error("{0} is already in use: stop the other server or choose another --address")]
    Busy(SocketAddr),
    /// Anything else about the address.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The clinic could not be filled: a mistake in the sandbox itself.
    #[error("cannot open the clinic: {}", .0.text())]
    Clinic(Outcome),
}

/// A server at work. Dropping it leaves the server running until the runtime ends; [`RunningServer::stop`] ends it.
#[derive(Debug)]
pub struct RunningServer {
    address: SocketAddr,
    clinic: Clinic,
    handle: SandboxHandle,
    tasks: Vec<JoinHandle<()>>,
}

/// Starts a server.
pub async fn start(options: ServerOptions) -> Result<RunningServer, ServerError> {
    let listener =
        TcpListener::bind(options.address)
            .await
            .map_err(|source| match source.kind() {
                io::ErrorKind::AddrInUse => ServerError::Busy(options.address),
                _ => ServerError::Listen {
                    address: options.address,
                    source,
                },
            })?;
    let address = listener
        .local_addr()
        .map_err(|source| ServerError::Listen {
            address: options.address,
            source,
        })?;
    let now = system_now();
    let base_url = format!("http://{address}/");
    let mut sandbox = Sandbox::new(
        Options {
            base_url,
            ..options.sandbox
        },
        now,
    );
    let clinic = Clinic::open(&mut sandbox, options.clinic, now).map_err(ServerError::Clinic)?;
    sandbox.employ(&clinic, options.colleagues, now);
    sandbox.set_control(options.control);
    let shared = Shared::new(sandbox);
    let handle = SandboxHandle::new(shared.clone());
    let serving = {
        let connections = shared.connections().clone();
        let listener = SandboxListener::new(listener, address, shared.is_down(), connections);
        let router = http::router(shared.clone());
        tokio::spawn(async move {
            let service = router.into_make_service_with_connect_info::<listener::Connection>();
            // It only ends with its task.
            let _ = axum::serve(listener, service).await;
        })
    };
    let ticking = tokio::spawn(clock::run(shared));
    Ok(RunningServer {
        address,
        clinic,
        handle,
        tasks: vec![serving, ticking],
    })
}

impl RunningServer {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its clinic with the demo accounts.
    pub fn clinic(&self) -> &Clinic {
        &self.clinic
    }

    /// Access to the sandbox inside.
    pub fn sandbox(&self) -> &SandboxHandle {
        &self.handle
    }

    /// Ends it: every connection breaks, the port is free afterwards.
    pub async fn stop(self) {
        self.handle.break_connections();
        for task in self.tasks {
            task.abort();
            // An aborted task has no result worth looking at.
            let _ = task.await;
        }
    }
}
