//! What is said about own edits without being asked: that one was saved, with its undo, and what a sign-out would lose.

use leptos::prelude::*;
use panels_core::protocol::TabMessage;

use super::{focus::give_back_later, modal::Modal};
use crate::{state::AppState, text};

/// The message about the last own edit.
#[component]
pub(crate) fn EditToast() -> impl IntoView {
    let state = AppState::here();
    let toast = Memo::new(move |_| state.edits.toast());
    move || {
        let toast = toast.get()?;
        let undo = toast.undo.map(|edit| {
            view! {
                <button class="button" type="button" on:click=move |_| {
                    state.undo(edit.clone());
                    give_back_later();
                }>{text::UNDO}</button>
            }
        });
        Some(view! {
            <section class="toast" aria-label=text::OWN_EDITS>
                <span>{toast.text}</span>
                {undo}
                <button class="button button-quiet" type="button" on:click=move |_| {
                    state.edits.dismiss_toast();
                    give_back_later();
                }>
                    {text::DISMISS}
                </button>
            </section>
        })
    }
}

/// The question before a sign-out that would lose edits.
#[component]
pub(crate) fn SignOutWarning() -> impl IntoView {
    let state = AppState::here();
    let summary = Memo::new(move |_| state.edits.warning());
    let leave = move |_| {
        state.edits.dismiss_warning();
        state.send(TabMessage::SignOutDiscarding);
    };
    move || {
        summary.get().map(|summary| {
            let waiting =
                (summary.conflicts + summary.rolled_back > 0).then(|| text::to_decide(&summary));
            let unsent = (summary.unsent > 0).then(|| text::unsent(&summary));
            let drafts = (summary.drafts > 0).then(|| text::drafts(&summary));
            view! {
                <Modal
                    role="alertdialog"
                    labelled_by="sign-out-title"
                    described_by="sign-out-body"
                    on_close=Callback::new(move |()| state.edits.dismiss_warning())
                >
                    <h2 id="sign-out-title">{text::UNSENT_TITLE}</h2>
                    <p id="sign-out-body">{text::UNSENT_BODY}</p>
                    <ul class="dialog-list">
                        {unsent.map(|words| view! { <li>{words}</li> })}
                        {waiting.map(|words| view! { <li>{words}</li> })}
                        {drafts.map(|words| view! { <li>{words}</li> })}
                    </ul>
                    <div class="dialog-buttons">
                        <button class="button button-primary" type="button" on:click=move |_| state.edits.dismiss_warning()>
                            {text::STAY}
                        </button>
                        <button class="button" type="button" on:click=leave>{text::SIGN_OUT_DISCARDING}</button>
                    </div>
                </Modal>
            }
        })
    }
}
