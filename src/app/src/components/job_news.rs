//! How far the changes of many rows are, and what became of each that could not be made.

use leptos::prelude::*;
use panels_core::protocol::JobView;

use super::focus::give_back_later;
use crate::{
    state::{AppState, OwnJob},
    text,
};

/// See the module.
#[component]
pub(crate) fn JobNews() -> impl IntoView {
    let state = AppState::here();
    let jobs = Memo::new(move |_| state.edits.jobs());
    view! {
        <For each=move || jobs.get() key=|job| job.id.clone() let:job>
            <Job job=job/>
        </For>
    }
}

#[component]
fn Job(job: OwnJob) -> impl IntoView {
    let state = AppState::here();
    let id = job.id.clone();
    let view = Memo::new(move |_| state.edits.with(|list| list.job(&id).cloned()));
    let is_over = Memo::new(move |_| view.with(|view| view.as_ref().is_some_and(is_over)));
    let may_undo =
        move || is_over.get() && view.with(|view| view.as_ref().is_some_and(|view| view.undoable));
    let words = move || view.with(|view| view.as_ref().map(text::job_progress));
    let said = StoredValue::new(job.what.clone());
    Effect::new(move |_| {
        if is_over.get()
            && let Some(words) = untrack(words)
        {
            let what = said.get_value();
            state.announcer.say(&format!("{what}: {words}"));
        }
    });
    let done = move || view.with(|view| view.as_ref().map_or(0, |view| view.total - view.waiting));
    let total = move || view.with(|view| view.as_ref().map_or(1, |view| view.total));
    let names = job.names.clone();
    let refused = move || {
        let rows = view.with(|view| {
            view.as_ref()
                .map_or_else(Vec::new, |view| view.refused.clone())
        });
        let rows = rows.into_iter().map(|row| {
            let name = names.get(&row.resource).cloned().unwrap_or_default();
            view! { <li>{name} ": " {text::edit_refused(&row.reason)}</li> }
        });
        let rows: Vec<_> = rows.collect();
        (!rows.is_empty()).then(|| view! { <ul class="dialog-list job-refused">{rows}</ul> })
    };
    let (undo, dismiss) = (job.clone(), job.id.clone());
    view! {
        <section class="toast job" aria-label=job.what>
            <span class="strong">{said.get_value()}</span>
            <progress max=move || total().to_string() value=move || done().to_string() aria-label=text::PROGRESS></progress>
            <span>{words}</span>
            {refused}
            <Show when=may_undo>
                <button class="button" type="button" on:click={
                    let undo = undo.clone();
                    move |_| {
                        state.undo_job(&undo);
                        give_back_later();
                    }
                }>{text::UNDO}</button>
            </Show>
            <button class="button button-quiet" type="button" on:click=move |_| {
                state.dismiss_job(&dismiss);
                give_back_later();
            }>
                {text::DISMISS}
            </button>
        </section>
    }
}

fn is_over(job: &JobView) -> bool {
    job.waiting == 0
}
