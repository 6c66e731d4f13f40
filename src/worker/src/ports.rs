//! Ports and channels to the tabs: text out, text in.

use std::{cell::Cell, collections::BTreeMap};

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
    /// Messages so far.
    said: Cell<u64>,
}

impl Ports {
    pub(crate) fn new(build: BuildId, instance: InstanceId) -> Self {
        Self {
            build,
            instance,
            tabs: BTreeMap::new(),
            channel: None,
            said: Cell::new(0),
        }
    }

    /// Remembers the port of a tab; tells whether the tab is new.
    pub(crate) fn add(&mut self, tab: TabId, port: MessagePort) -> bool {
        self.tabs.insert(tab, port).is_none()
    }

    /// Whether a tab has said hello and is not gone.
    pub(crate) fn knows(&self, tab: &TabId) -> bool {
        self.tabs.contains_key(tab)
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
    pub(crate) fn to_each(&self, message: WorkerMessage) {
        if let Some(text) = self.text(message) {
            self.post_to_each(&JsValue::from_str(&text));
        }
    }

    /// To all at once.
    pub(crate) fn to_all(&self, message: WorkerMessage) {
        let Some(text) = self.text(message) else {
            return;
        };
        let text = JsValue::from_str(&text);
        let channel = self.channel.as_ref();
        // Without a channel by the ports: it costs more, but no tab may miss a change without noticing.
        if channel.is_none_or(|channel| channel.post_message(&text).is_err()) {
            self.post_to_each(&text);
        }
    }

    fn post_to_each(&self, text: &JsValue) {
        for port in self.tabs.values() {
            // Fails only on a closed port; the lock tells of the tab's end.
            let _ = port.post_message(text);
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
        let number = self.said.get() + 1;
        self.said.set(number);
        let message = FromWorker {
            version: limits::PROTOCOL_VERSION_MAX,
            build: self.build.clone(),
            instance: self.instance.clone(),
            number,
            body,
        };
        serde_json::to_string(&message).ok()
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, rc::Rc};

    use panels_core::{
        identity::{BuildId, InstanceId, TabId},
        protocol::{RefusalReason, WorkerMessage},
    };
    use wasm_bindgen::prelude::*;
    use wasm_bindgen_test::wasm_bindgen_test;
    use web_sys::{BroadcastChannel, MessageChannel, MessageEvent};

    use super::Ports;
    use crate::browser::next_turn;

    type Heard = Rc<RefCell<Vec<String>>>;

    fn listener(heard: &Heard) -> Closure<dyn FnMut(MessageEvent)> {
        let heard = heard.clone();
        Closure::new(move |event: MessageEvent| {
            heard.borrow_mut().push(event.data().as_string().unwrap());
        })
    }

    /// A tab that listens to its port.
    fn tab(ports: &mut Ports, name: &str) -> (Heard, MessageChannel, impl Sized + use<>) {
        let (channel, heard) = (MessageChannel::new().unwrap(), Heard::default());
        let listener = listener(&heard);
        let theirs = channel.port2();
        theirs.set_onmessage(Some(listener.as_ref().unchecked_ref()));
        assert!(ports.add(TabId::new(name), channel.port1()));
        (heard, channel, listener)
    }

    fn ports() -> Ports {
        Ports::new(BuildId::new("build"), InstanceId::new("instance"))
    }

    fn message() -> WorkerMessage {
        WorkerMessage::Refused {
            reason: RefusalReason::Ending,
        }
    }

    async fn until_heard(heard: &Heard, count: usize) {
        while heard.borrow().len() < count {
            next_turn().await;
        }
    }

    #[wasm_bindgen_test]
    async fn without_a_channel_every_tab_hears_by_its_port() {
        let mut ports = ports();
        let (first, ..) = &tab(&mut ports, "first");
        let (second, ..) = &tab(&mut ports, "second");
        ports.to_all(message());
        until_heard(first, 1).await;
        until_heard(second, 1).await;
        assert_eq!(*first.borrow(), *second.borrow());
    }

    #[wasm_bindgen_test]
    async fn a_channel_carries_what_is_for_all_and_a_closed_one_is_gone_round() {
        let mut ports = ports();
        let (by_port, ..) = &tab(&mut ports, "first");
        let (channel, by_channel) = (BroadcastChannel::new("for-all").unwrap(), Heard::default());
        let listener = listener(&by_channel);
        channel.set_onmessage(Some(listener.as_ref().unchecked_ref()));
        ports.use_channel(Some("for-all"));
        ports.to_all(message());
        until_heard(&by_channel, 1).await;
        assert!(by_port.borrow().is_empty());
        // Closed by the browser.
        ports.channel.as_ref().unwrap().close();
        ports.to_all(message());
        until_heard(by_port, 1).await;
    }

    #[wasm_bindgen_test]
    fn a_tab_is_known_from_its_hello_to_its_end() {
        let mut ports = ports();
        let (_heard, channel, _listener) = tab(&mut ports, "tab");
        let name = TabId::new("tab");
        // It says hello again, by another port.
        assert!(!ports.add(name.clone(), channel.port1()));
        assert!(ports.knows(&name) && !ports.knows(&TabId::new("other")));
        ports.remove(&name);
        assert!(!ports.knows(&name));
    }
}
