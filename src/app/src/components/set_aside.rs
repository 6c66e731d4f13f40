//! Records that the server holds and that cannot be shown: their number in the foot of a panel, and a list behind it.
//!
//! Type and id only: nothing of what is in them was understood.

use leptos::prelude::*;
use panels_core::{protocol::TabMessage, quarantine::SetAside};

use super::modal::Modal;
use crate::{show, state::AppState, text};

/// See the module.
#[component]
pub(crate) fn SetAsideRecords(
    /// How many there are of the panel's type.
    count: Memo<usize>,
) -> impl IntoView {
    let state = AppState::here();
    let open = RwSignal::new(false);
    // Asked for when it is opened, and again when their number changes while it is.
    Effect::new(move |_| {
        if open.get() {
            count.track();
            state.send(TabMessage::ListSetAside);
        }
    });
    view! {
        <Show when=move || { count.get() > 0 }>
            <button class="button button-quiet" type="button" on:click=move |_| open.set(true)>
                {move || text::set_aside(count.get())}
            </button>
        </Show>
        <Show when=move || open.get()>
            <Modal role="dialog" labelled_by="set-aside-title" on_close=Callback::new(move |()| open.set(false))>
                <h2 id="set-aside-title">{text::SET_ASIDE_TITLE}</h2>
                <p>{text::SET_ASIDE_BODY}</p>
                <ul class="dialog-list">
                    {move || state.set_aside.get().iter().map(item).collect_view()}
                </ul>
                <form method="dialog"><button class="button">{text::CLOSE}</button></form>
            </Modal>
        </Show>
    }
}

fn item(record: &SetAside) -> impl IntoView + use<> {
    let name = record
        .key
        .as_ref()
        .map_or_else(|| text::SET_ASIDE_UNNAMED.to_owned(), ToString::to_string);
    let why = text::set_aside_why(record.why);
    let times = text::counted(record.count as usize, "time", "times");
    view! {
        <li>
            <code>{name}</code>
            ": " {why} ". " {text::SET_ASIDE_LAST} " "
            <time datetime=record.at.to_iso()>{show::clock(record.at)}</time>
            ", " {times} "."
        </li>
    }
}
