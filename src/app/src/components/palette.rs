//! The list of commands: type a part of one, choose it, and it is done. What cannot be done is there with the reason. Nothing
//! about a patient is in it.

mod acts;

use leptos::{
    html::{Div, Input},
    prelude::*,
};
use panels_core::{
    keys::{Command, Group},
    palette::{rank, step},
};

use self::acts::{Act, Entry, entries};
use super::{
    choice_line::{ChoiceLine, line_id, place_of},
    focus::command,
    modal::Modal,
};
use crate::{
    state::{AppState, Dialog},
    text,
};

/// Ids of elements that name each other.
const TITLE: &str = "palette-title";
const LIST: &str = "palette-list";

/// See the module.
#[component]
pub(crate) fn Palette() -> impl IntoView {
    let state = AppState::here();
    let run = acts::runner(state);
    let chosen = StoredValue::new(None::<Act>);
    // Once the palette is gone and the focus is back: what a command opens gives it back to the same place.
    let after = Callback::new(move |()| {
        if let Some(act) = chosen.try_update_value(Option::take).flatten() {
            run.run(act);
        }
    });
    view! {
        <Show when=move || state.dialog.get() == Some(Dialog::Palette)>
            <Modal
                role="dialog"
                labelled_by=TITLE
                class="palette"
                after=after
                on_close=Callback::new(move |()| state.close(Dialog::Palette))
            >
                <Search state=state chosen=chosen/>
            </Modal>
        </Show>
    }
}

#[component]
fn Search(state: AppState, chosen: StoredValue<Option<Act>>) -> impl IntoView {
    let input = NodeRef::<Input>::new();
    let list = NodeRef::<Div>::new();
    let typed = RwSignal::new(String::new());
    let active = RwSignal::new(0_usize);
    // Things may change while it is open.
    let found = Memo::new(move |_| {
        let entries = entries(state);
        let labels = entries.iter().map(|entry| &*entry.label);
        let places = typed.with(|typed| rank(typed, labels));
        let found = places.into_iter().map(|place| entries[place].clone());
        found.collect::<Vec<Entry>>()
    });
    Effect::new(move |_| {
        if let Some(input) = input.get() {
            _ = input.focus();
        }
    });
    let choose = move |place: usize| {
        let act = found.with_untracked(|found| {
            let entry = found.get(place)?;
            entry.closed.is_none().then(|| entry.act.clone())
        });
        if act.is_some() {
            chosen.set_value(act);
            state.close(Dialog::Palette);
        }
    };
    let go = move |place: usize| {
        active.set(place);
        let options = web_sys::ScrollIntoViewOptions::new();
        options.set_block(web_sys::ScrollLogicalPosition::Nearest);
        let list = list.get_untracked();
        let option = list.and_then(|list| list.children().item(place as u32));
        if let Some(option) = option {
            option.scroll_into_view_with_scroll_into_view_options(&options);
        }
    };
    let on_key = move |event: web_sys::KeyboardEvent| {
        let key = event.key();
        let count = found.with_untracked(Vec::len);
        if command(&[Group::Everywhere], &event) == Some(Command::Palette) {
            state.close(Dialog::Palette);
        } else if key == "Enter" && !event.is_composing() {
            choose(active.get_untracked());
        } else if matches!(&*key, "ArrowUp" | "ArrowDown") {
            let place = step(&key, active.get_untracked(), count);
            go(place.unwrap_or_default());
        } else {
            return;
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let on_input = move |event| {
        typed.set(event_target_value(&event));
        go(0);
    };
    let on_click = move |event| {
        if let Some(place) = place_of(&event) {
            choose(place);
        }
    };
    let option = move |(place, entry): (usize, Entry)| {
        let line = ChoiceLine {
            role: "option",
            place,
            shape: None,
            name: entry.label,
            is_on: Signal::derive(move || active.get() == place),
            is_closed: Signal::stored(entry.closed.is_some()),
            beside: Signal::stored(entry.closed.map(str::to_owned)),
        };
        line.view()
    };
    let options = move || {
        found
            .get()
            .into_iter()
            .enumerate()
            .map(option)
            .collect_view()
    };
    let count = move || found.with(Vec::len);
    view! {
        <h2 class="unseen" id=TITLE>{text::COMMANDS}</h2>
        <input
            class="palette-input"
            type="text"
            role="combobox"
            aria-label=text::COMMANDS
            aria-expanded="true"
            aria-controls=LIST
            aria-autocomplete="list"
            aria-activedescendant=move || (count() > 0).then(|| line_id(active.get()))
            placeholder=text::COMMANDS_HINT
            autocomplete="off"
            spellcheck="false"
            node_ref=input
            on:input=on_input
            on:keydown=on_key
        />
        <div class="commands" role="listbox" id=LIST aria-label=text::COMMANDS node_ref=list on:click=on_click>{options}</div>
        <p class="palette-none" role="status" class:unseen=move || count() != 0>{move || text::commands_found(count())}</p>
    }
}
