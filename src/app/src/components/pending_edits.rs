//! Edits that are not at their end: of one record in the drawer, and all that wait for the user behind a button of the bar.

use leptos::prelude::*;
use panels_core::{
    identity::{EditId, ResourceKey},
    protocol::{EditState, EditView, TabMessage},
};

use super::{Icon, Shape, modal::Modal};
use crate::{
    state::{AppState, Dialog},
    text,
};

/// The edits of a record.
#[component]
pub(crate) fn RecordEdits(key: ResourceKey) -> impl IntoView {
    let state = AppState::here();
    let edits = Memo::new(move |_| {
        state
            .edits
            .with(|list| list.of(&key).into_iter().cloned().collect::<Vec<_>>())
    });
    view! {
        <Show when=move || edits.with(|edits| !edits.is_empty())>
            <ul class="pending" aria-label=text::OWN_EDITS>
                {move || edits.get().into_iter().map(|edit| view! { <PendingEdit edit=edit titled=false/> }).collect_view()}
            </ul>
        </Show>
    }
}

/// What waits for the user: a button that counts, and a list behind it.
#[component]
pub(crate) fn Inbox() -> impl IntoView {
    let state = AppState::here();
    let label = Memo::new(move |_| {
        state.edits.with(|list| {
            let summary = list.summary()?;
            (summary.conflicts + summary.rolled_back > 0).then(|| text::to_decide(summary))
        })
    });
    let unsent = Memo::new(move |_| {
        state.edits.with(|list| {
            let summary = list.summary()?;
            (summary.unsent > 0).then(|| text::unsent(summary))
        })
    });
    let edits = Memo::new(move |_| {
        state.edits.with(|list| {
            let waiting = list.conflicts().into_iter().chain(list.rolled_back());
            waiting.cloned().collect::<Vec<_>>()
        })
    });
    // Where nothing is left to decide there is nothing to look at.
    Effect::new(move |_| {
        if edits.with(Vec::is_empty) {
            state.close(Dialog::Inbox);
        }
    });
    view! {
        {move || unsent.get().map(|unsent| view! { <span class="unsent muted">{unsent}</span> })}
        {move || label.get().map(|label| view! {
            <button class="button inbox-button" type="button" on:click=move |_| state.dialog.set(Some(Dialog::Inbox))>
                <Icon shape=Shape::Attention/>
                {label}
            </button>
        })}
        <Show when=move || state.dialog.get() == Some(Dialog::Inbox)>
            <Modal role="dialog" labelled_by="inbox-title" on_close=Callback::new(move |()| state.close(Dialog::Inbox))>
                <h2 id="inbox-title">{text::OWN_EDITS}</h2>
                <ul class="pending">
                    {move || edits.get().into_iter().map(|edit| view! { <PendingEdit edit=edit titled=true/> }).collect_view()}
                </ul>
                <form method="dialog"><button class="button">{text::CLOSE}</button></form>
            </Modal>
        </Show>
    }
}

#[component]
fn PendingEdit(edit: EditView, titled: bool) -> impl IntoView {
    let state = AppState::here();
    let changes = edit
        .changes
        .iter()
        .map(|change| view! { <p>{text::change(change)}</p> });
    let changes = changes.collect_view();
    let title = titled.then(|| {
        let patient = edit.patient.as_ref().map(text::identifiers);
        view! { <h3>{edit.title.clone()}</h3> <p class="muted">{patient}</p> }
    });
    let (tone, words) = match &edit.state {
        EditState::Waiting => (
            "calm",
            text::pending(panels_core::protocol::PendingState::Waiting).to_owned(),
        ),
        EditState::Sending => (
            "calm",
            text::pending(panels_core::protocol::PendingState::Sending).to_owned(),
        ),
        EditState::Conflict { .. } => ("warning", text::edit_stopped(&edit)),
        EditState::RolledBack { .. } => ("danger", text::edit_stopped(&edit)),
    };
    let lost = (!edit.kept).then(|| format!(", {}", text::NOT_KEPT));
    let buttons = buttons(state, edit.id.clone(), &edit.state);
    view! {
        <li class="pending-edit" data-tone=tone>
            {title}
            {changes}
            <p class="pending-words">{words} {lost}</p>
            <span class="edit-buttons">{buttons}</span>
        </li>
    }
}

fn buttons(state: AppState, id: EditId, at: &EditState) -> AnyView {
    let discard = {
        let id = id.clone();
        move |_| state.send(TabMessage::DiscardEdit { edit: id.clone() })
    };
    let discard =
        view! { <button class="button" type="button" on:click=discard>{text::DISCARD}</button> };
    match at {
        EditState::Waiting => discard.into_any(),
        EditState::Sending => ().into_any(),
        EditState::Conflict { .. } => {
            let decide = move |_| state.edits.decide(Some(id.clone()));
            view! { <button class="button button-primary" type="button" on:click=decide>{text::DECIDE}</button> }.into_any()
        }
        EditState::RolledBack { .. } => {
            let again = move |_| state.send(TabMessage::RetryEdit { edit: id.clone() });
            view! { <button class="button" type="button" on:click=again>{text::SEND_AGAIN}</button> {discard} }.into_any()
        }
    }
}
