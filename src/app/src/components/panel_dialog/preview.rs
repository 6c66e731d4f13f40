//! Some rows of the panel that is typed, a moment after the last letter.

use std::time::Duration;

use leptos::prelude::*;
use panels_core::{
    limits,
    panel::saved::check,
    protocol::{DraftProblem, PanelDraft, Row},
};

use super::{super::cell::CellValue, Typed};
use crate::{state::AppState, text};

/// Id of the heading.
const TITLE: &str = "panel-preview-title";

/// See the module. What was shown stays until there is something else.
#[component]
pub(super) fn Preview(typed: Typed) -> impl IntoView {
    let state = AppState::here();
    // That of another panel.
    state.shelf.preview.set(None);
    on_cleanup(move || state.shelf.preview.set(None));
    let draft = previewed(typed);
    ask_when_quiet(draft);
    let shown = move || {
        if let Some(problem) = draft.with(|draft| problem_of(draft.as_ref()?)) {
            return note(text::no_preview(&problem));
        }
        match state.shelf.preview.get() {
            None => note(text::PREVIEW_LOADING.to_owned()),
            Some((_, preview)) if preview.rows.is_empty() => note(text::preview_of(&preview)),
            Some((draft, preview)) => {
                let said = note(text::preview_of(&preview));
                view! { {table(&draft, preview.rows)} {said} }.into_any()
            }
        }
    };
    view! {
        <section class="panel-preview" aria-labelledby=TITLE>
            <h3 id=TITLE>{text::PREVIEW}</h3>
            {shown}
        </section>
    }
}

fn note(words: String) -> AnyView {
    view! { <p class="panel-note">{words}</p> }.into_any()
}

/// What keeps it from being shown. It need not have a name yet.
fn problem_of(draft: &PanelDraft) -> Option<DraftProblem> {
    let name = text::PREVIEW.to_owned();
    let draft = PanelDraft {
        name,
        ..draft.clone()
    };
    check(draft).err()
}

fn table(draft: &PanelDraft, rows: Vec<Row>) -> AnyView {
    let columns = draft.shown_columns();
    let heads = columns
        .iter()
        .map(|column| view! { <th scope="col">{column.title.clone()}</th> });
    let heads = heads.collect_view();
    let rows = rows.into_iter().map(|row| {
        let cells = row.cells.into_iter().zip(&columns).map(|(cell, column)| {
            view! { <td><span class="cell"><CellValue cell=cell kind=column.kind/></span></td> }
        });
        view! { <tr>{cells.collect_view()}</tr> }
    });
    view! {
        // It scrolls, by keyboard too.
        <div class="preview-scroll" role="region" aria-labelledby=TITLE tabindex="0">
            <table>
                <thead><tr>{heads}</tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// The panel as it is typed, whatever it is called.
fn previewed(typed: Typed) -> Memo<Option<PanelDraft>> {
    Memo::new(move |_| {
        typed.read(|edit| {
            let mut draft = edit.previewed();
            draft.name.clear();
            draft.description.clear();
            Some(draft)
        })
    })
}

/// Asks of each worker anew, and when another panel is typed.
fn ask_when_quiet(draft: Memo<Option<PanelDraft>>) {
    let state = AppState::here();
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let stop = move || {
        if let Some(Some(before)) = waiting.try_update_value(Option::take) {
            before.clear();
        }
    };
    Effect::new(move |_| {
        state.shelf.worker.track();
        let Some(draft) = draft.get() else { return };
        stop();
        let wait = Duration::from_millis(limits::PREVIEW_AFTER_MS);
        let later = set_timeout_with_handle(move || state.ask_preview(draft), wait);
        waiting.set_value(later.ok());
    });
    on_cleanup(stop);
}
