//! The record drawer beside the table: opened by the address, live while open.

use leptos::{html::Div, prelude::*};
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};
use panels_core::{
    identity::{PanelId, ResourceKey},
    protocol::{RecordState, TabMessage},
};

use super::{
    Icon, Shape, focus::closes, pending_edits::RecordEdits, record_body::RecordBody,
    record_edit::RecordEdit, timeline::Timeline,
};
use crate::{address, state::AppState, text};

/// See the module.
#[component]
pub(crate) fn Drawer(
    /// The record.
    key: ResourceKey,
    /// The panel to go back to.
    panel: StoredValue<PanelId>,
) -> impl IntoView {
    let state = AppState::here();
    let wanted = StoredValue::new(key.clone());
    state.record.set(None);
    state.send(TabMessage::OpenRecord {
        record: key.clone(),
    });
    on_cleanup(move || state.send(TabMessage::CloseRecord));
    let record = Memo::new(move |_| {
        state
            .record
            .get()
            .filter(|record| wanted.with_value(|key| record.key == *key))
    });
    let content = Memo::new(move |_| record.with(|record| record.as_ref()?.content.clone()));
    let status = Memo::new(move |_| {
        record.with(|record| {
            record
                .as_ref()
                .map_or(RecordState::Loading, |record| record.state.clone())
        })
    });
    let title = Memo::new(move |_| {
        content.with(|content| {
            content
                .as_ref()
                .map_or_else(|| text::RECORD.to_owned(), |content| content.title.clone())
        })
    });
    let drawer = NodeRef::<Div>::new();
    Effect::new(move |_| {
        if let Some(drawer) = drawer.get() {
            _ = drawer.focus();
        }
    });
    let navigate = use_navigate();
    let asked = use_location().search;
    let close = move || {
        let options = NavigateOptions {
            scroll: false,
            ..NavigateOptions::default()
        };
        let path = panel.with_value(address::panel);
        navigate(&address::asking(&path, &asked.get_untracked()), options);
    };
    let close_by_key = close.clone();
    let on_key = move |event: web_sys::KeyboardEvent| {
        if closes(&event) {
            event.prevent_default();
            close_by_key();
        }
    };
    view! {
        <div
            class="drawer"
            class:drawer-gone=move || status.get() == RecordState::Deleted
            role="dialog"
            aria-label=move || title.get()
            tabindex="-1"
            node_ref=drawer
            on:keydown=on_key
        >
            <div class="drawer-bar">
                <span>{key.kind.as_str().to_owned()}</span>
                <button class="button button-quiet" type="button" aria-label=text::CLOSE title=text::CLOSE on:click=move |_| close()>
                    <Icon shape=Shape::Cross/>
                </button>
            </div>
            <div class="drawer-body">
                <StateLine status=status/>
                <Show when=move || content.with(Option::is_some)>
                    <h2>{move || title.get()}</h2>
                    <RecordEdits key=wanted.get_value()/>
                    <RecordBody content=content panel=panel/>
                    <RecordEdit key=wanted.get_value() content=content/>
                    <Timeline record=wanted.get_value()/>
                </Show>
            </div>
        </div>
    }
}

#[component]
fn StateLine(status: Memo<RecordState>) -> impl IntoView {
    move || {
        let (tone, text) = match status.get() {
            RecordState::Present => return None,
            RecordState::Loading => {
                return Some(
                    view! { <p class="muted" role="status">{text::RECORD_LOADING}</p> }.into_any(),
                );
            }
            RecordState::Deleted => ("danger", text::RECORD_DELETED),
            RecordState::NotFound => ("warning", text::RECORD_NOT_FOUND),
            RecordState::Invalid => ("danger", text::RECORD_INVALID),
            RecordState::Unavailable => ("warning", text::RECORD_UNAVAILABLE),
        };
        Some(view! { <p class="drawer-state" role="status" data-tone=tone>{text}</p> }.into_any())
    }
}
