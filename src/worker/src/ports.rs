//! Ports and channels to the tabs: text out, text in.

use std::collections::BTreeMap;

use panels_core::{
    identity::{BuildId, InstanceId, TabId},
    limits,
    protocol::{FromWorker, WorkerMessage},
};
use wasm_bindgen::JsValue;
use web_sys::{BroadcastChannel, MessagePort};

/// Everybody who listens.
pub(crate) struct Ports {
    build: BuildId,
    instance: InstanceId,
    tabs: BTreeMap<TabId, MessagePort>,
    channel: Option<BroadcastChannel>,
}

impl Ports {
    pub(crate) fn new(build: BuildId, instance: InstanceId) -> Self {
        Self {
            build,
            instance,
            tabs: BTreeMap::new(),
            channel: None,
        }
    }

    /// Remembers the port of a tab; tells whether the tab is new.
    pub(crate) fn add(&mut self, tab: TabId, port: MessagePort) -> bool {
        self.tabs.insert(tab, port).is_none()
    }

    pub(crate) fn remove(&mut self, tab: &TabId) {
        if let Some(port) = self.tabs.remove(tab) {
            port.close();
        }
    }

    /// By the port of one tab.
    pub(crate) fn to_tab(&self, tab: &TabId, message: WorkerMessage) {
        if let Some(port) = self.tabs.get(tab) {
            self.to_port(port, message);
        }
    }

    /// By a port whose tab is not admitted.
    pub(crate) fn to_port(&self, port: &MessagePort, message: WorkerMessage) {
        if let Some(text) = self.text(message) {
            // Fails only on a closed port; the lock tells of the tab's end.
            let _ = port.post_message(&JsValue::from_str(&text));
        }
    }

    /// To every tab by its port.
    pub(crate) fn to_each(&self, message: &WorkerMessage) {
        for port in self.tabs.values() {
            self.to_port(port, message.clone());
        }
    }

    /// To all at once.
    pub(crate) fn to_all(&self, message: WorkerMessage) {
        if let (Some(channel), Some(text)) = (&self.channel, self.text(message)) {
            // A message lost here leaves a gap in the numbers, and the tab asks for a snapshot.
            let _ = channel.post_message(&JsValue::from_str(&text));
        }
    }

    /// Changes the channel of the session.
    pub(crate) fn use_channel(&mut self, name: Option<&str>) {
        if let Some(old) = self.channel.take() {
            old.close();
        }
        self.channel = name.and_then(|name| BroadcastChannel::new(name).ok());
    }

    fn text(&self, body: WorkerMessage) -> Option<String> {
        let message = FromWorker {
            version: limits::PROTOCOL_VERSION_MAX,
            build: self.build.clone(),
            instance: self.instance.clone(),
            body,
        };
        serde_json::to_string(&message).ok()
    }
}
