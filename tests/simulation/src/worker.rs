//! A virtual SharedWorker: what `panels-worker` holds around the engine (admission, ports, requests, the socket).

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use panels_core::{
    engine::Engine,
    identity::{BuildId, InstanceId, RequestId, TabId},
    protocol::FromTab,
};

use crate::{checkers::WorkerChecks, queue::Millis};

/// Number of a port: a tab has a new one after each connect.
pub(crate) type PortNo = u64;

/// See the module.
#[derive(Debug)]
pub(crate) struct Worker {
    pub(crate) profile: usize,
    pub(crate) build: u32,
    pub(crate) build_id: BuildId,
    pub(crate) instance: InstanceId,
    pub(crate) alive: bool,
    /// Its script has run; messages that came before wait.
    pub(crate) ready: bool,
    pub(crate) backlog: VecDeque<(usize, PortNo, FromTab)>,
    pub(crate) engine: Option<Engine>,
    /// Tabs that are admitted: number of the tab, and its port.
    pub(crate) ports: BTreeMap<TabId, (usize, PortNo)>,
    pub(crate) channel: Option<String>,
    /// Numbers alarms, so that a replaced one does nothing.
    pub(crate) alarm: u64,
    /// The connection in use.
    pub(crate) conn: Option<usize>,
    /// Requests that are answered if they are still in here.
    pub(crate) requests: BTreeSet<RequestId>,
    /// Those of them that edit.
    pub(crate) patches: BTreeSet<RequestId>,
    /// Which opening of the cache its events belong to.
    pub(crate) cache_openings: u64,
    /// Messages to tabs so far.
    pub(crate) said: u64,
    /// The same of the outbox.
    pub(crate) outbox_openings: u64,
    /// Commands of a dead worker that its storage still carries out.
    pub(crate) storage_commands_left: u32,
    pub(crate) started_at: Millis,
    pub(crate) checks: WorkerChecks,
}

/// Name of a build.
pub(crate) fn build_id(build: u32) -> BuildId {
    BuildId::new(format!("build-{build}"))
}
