//! Somebody else has changed the panel that is typed.

use leptos::prelude::*;
use panels_core::panel_edit::{PanelEdit, Stage, differences};

use super::{super::conflict_note::ConflictNote, Typed};
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
    let keep = move |()| {
        typed.change(PanelEdit::keep_mine);
        state.save_panel();
    };
    let take = move |()| typed.change(PanelEdit::take_theirs);
    view! { <ConflictNote theirs=theirs take=Callback::new(take) keep=Callback::new(keep)/> }
}
