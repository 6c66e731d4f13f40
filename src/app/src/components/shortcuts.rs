//! The sheet of keys, printed from the table that keys are looked up in; and what listens for the keys that work everywhere.

use leptos::prelude::*;
use panels_core::keys::{Command, Group, KEYS, With};

use super::{
    Icon, Shape,
    focus::{command, is_typing, is_waiting},
    modal::Modal,
};
use crate::{
    state::{AppState, Dialog},
    text,
};

/// Opens the sheet.
#[component]
pub(super) fn ShortcutsButton() -> impl IntoView {
    let dialog = AppState::here().dialog;
    view! {
        <button
            class="button button-quiet"
            type="button"
            aria-label=text::SHORTCUTS
            title=text::SHORTCUTS
            on:click=move |_| dialog.set(Some(Dialog::Shortcuts))
        >
            <Icon shape=Shape::Keys/>
        </button>
    }
}

/// See the module.
#[component]
pub(crate) fn Shortcuts() -> impl IntoView {
    let state = AppState::here();
    let listening = window_event_listener(leptos::ev::keydown, move |event| {
        let open = match command(&[Group::Everywhere], &event) {
            Some(Command::Palette) => Dialog::Palette,
            Some(Command::Shortcuts) if !is_typing(&event) => Dialog::Shortcuts,
            _ => return,
        };
        if !is_waiting() {
            event.prevent_default();
            state.dialog.set(Some(open));
        }
    });
    on_cleanup(move || listening.remove());
    view! {
        <Show when=move || state.dialog.get() == Some(Dialog::Shortcuts)>
            <Modal
                role="dialog"
                labelled_by="keys-title"
                class="keys"
                on_close=Callback::new(move |()| state.close(Dialog::Shortcuts))
            >
                <h2 id="keys-title">{text::SHORTCUTS}</h2>
                <div class="key-groups">{Group::ALL.map(group).collect_view()}</div>
                <form method="dialog"><button class="button">{text::CLOSE}</button></form>
            </Modal>
        </Show>
    }
}

fn group(group: Group) -> impl IntoView {
    let name = text::key_group(group);
    let mac = window()
        .navigator()
        .platform()
        .is_ok_and(|platform| platform.starts_with("Mac"));
    let lines = lines(group).into_iter().map(|line| {
        let held = text::held_key(line.with, mac).map(str::to_owned);
        let keys = held.into_iter().chain(line.keys);
        let keys = keys.map(|key| view! { <kbd>{key}</kbd> }).collect_view();
        view! { <div class="key-line"><dt>{keys}</dt><dd>{line.does}</dd></div> }
    });
    view! {
        <section class="key-group" aria-label=name>
            <h3>{name}</h3>
            <dl>{lines.collect_view()}</dl>
        </section>
    }
}

/// A line of the sheet.
struct Line {
    with: With,
    keys: Vec<String>,
    does: &'static str,
}

/// What the keys of a group do. Of several for the same command the first is told.
fn lines(group: Group) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut told: Vec<Command> = Vec::new();
    for binding in KEYS.iter().filter(|binding| binding.group == group) {
        if told.contains(&binding.command) {
            continue;
        }
        told.push(binding.command);
        let with = binding.stroke.with;
        let (does, key) = (
            text::key_command(binding.command),
            text::key_name(binding.stroke),
        );
        match lines.last_mut() {
            Some(line) if line.does == does && line.with == with => line.keys.push(key),
            _ => lines.push(Line {
                with,
                keys: vec![key],
                does,
            }),
        }
    }
    lines
}
