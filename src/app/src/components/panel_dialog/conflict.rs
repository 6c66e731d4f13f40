//! Somebody else has changed the panel that is typed.

use leptos::prelude::*;
use panels_core::panel_edit::{PanelEdit, Stage, differences};

use super::Typed;
use crate::{state::AppState, text};

/// See the module. What was typed is still in the fields below.
#[component]
pub(super) fn PanelConflict(typed: Typed) -> impl IntoView {
    let state = AppState::here();
    let theirs = Memo::new(move |_| {
        typed.read(|edit| match &edit.stage {
            Stage::Conflict { theirs, author } => Some((
                text::panel_conflict(author.as_deref()),
                text::theirs(&theirs.draft.name, &differences(&edit.draft, &theirs.draft)),
            )),
            _ => None,
        })
    });
    let keep = move |_| {
        typed.change(PanelEdit::keep_mine);
        state.save_panel();
    };
    let take = move |_| typed.change(PanelEdit::take_theirs);
    let shown = move || {
        theirs.get().map(|(what, theirs)| {
            view! {
                <section class="panel-conflict" role="alert">
                    <p>{what}</p>
                    <p>{theirs}</p>
                    <div class="dialog-buttons">
                        <button class="button" type="button" on:click=take>{text::TAKE_THEIRS_PANEL}</button>
                        <button class="button button-primary" type="button" on:click=keep>{text::KEEP_MINE_PANEL}</button>
                    </div>
                </section>
            }
        })
    };
    view! { {shown} }
}
