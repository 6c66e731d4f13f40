//! The list of panels with live counts.

use leptos::prelude::*;
use leptos_router::components::A;
use panels_core::{
    identity::ResourceType,
    protocol::{PanelCounts, PanelView},
};

use crate::{
    address,
    components::{
        BlindSpots, DeletedPanel, NewPanelButton, PanelItemActs, ShelfNotes, focus_first, is_lost,
    },
    state::AppState,
    text,
};

/// See the module.
#[component]
pub(crate) fn Home() -> impl IntoView {
    let state = AppState::here();
    document().set_title(&text::page_title(None));
    // Who came here by a command goes on with the first panel.
    Effect::new(move |_| {
        let is_here = state
            .arriving
            .with(|to| to.as_deref() == Some(address::HOME));
        if is_here && state.panels.with(Option::is_some) {
            state.arriving.set(None);
            request_animation_frame(|| _ = is_lost() && focus_first("#main a"));
        }
    });
    let list = move || match state.panels.get() {
        None => view! { <p class="muted" role="status">{text::LOADING}</p> }.into_any(),
        Some(panels) if panels.is_empty() => {
            view! { <p class="muted">{text::NO_PANELS}</p> }.into_any()
        }
        Some(panels) => {
            let items = panels
                .into_iter()
                .map(|panel| view! { <PanelItem panel=panel/> })
                .collect_view();
            view! { <ul class="panel-list">{items}</ul> }.into_any()
        }
    };
    view! {
        <main class="screen" id="main">
            <div class="home">
                <div class="home-head">
                    <h1>{text::PANELS}</h1>
                    <NewPanelButton/>
                </div>
                <DeletedPanel/>
                {list}
                <ShelfNotes/>
            </div>
        </main>
    }
}

#[component]
fn PanelItem(panel: PanelView) -> impl IntoView {
    let state = AppState::here();
    let id = panel.id.clone();
    let counts = Memo::new(move |_| state.counts.with(|counts| counts.get(&id).cloned()));
    let is_blind = panel.is_blind();
    let counts = Memo::new(move |_| counts.get().filter(|_| !is_blind));
    let blind_spots = view! { <BlindSpots view=&panel/> };
    let acts = view! { <PanelItemActs panel=panel.clone()/> };
    let is_task = panel.row_type == ResourceType::Task;
    view! {
        <li class="panel-item">
            <div>
                <h2><A href=address::panel(&panel.id)>{panel.name}</A></h2>
                <p class="muted">{panel.description}</p>
                {blind_spots}
                {acts}
            </div>
            <dl class="counts" title=move || counts.with(|counts| {
                counts.as_ref().is_some_and(|counts| counts.incomplete).then_some(text::INCOMPLETE)
            })>
                <Count label="Rows" counts=counts pick=|counts| Some(counts.rows) danger=false/>
                <Show when=move || is_task>
                    <Count label="Overdue" counts=counts pick=|counts| counts.overdue danger=true/>
                    <Count label="Urgent" counts=counts pick=|counts| counts.urgent danger=true/>
                    <Count label="Unassigned" counts=counts pick=|counts| counts.unassigned danger=false/>
                </Show>
            </dl>
        </li>
    }
}

#[component]
fn Count(
    label: &'static str,
    counts: Memo<Option<PanelCounts>>,
    pick: fn(&PanelCounts) -> Option<u32>,
    danger: bool,
) -> impl IntoView {
    // What is counted while rows are still on their way is too little, and looks like the truth. So is what is hidden.
    let value = Memo::new(move |_| {
        counts.with(|counts| {
            let counts = counts.as_ref().filter(|counts| !counts.loading)?;
            Some((pick(counts)?, counts.incomplete))
        })
    });
    let shown = move || match value.get() {
        None => "–".to_owned(),
        Some((value, false)) => text::number(value as usize),
        Some((value, true)) => format!("{}+", text::number(value as usize)),
    };
    view! {
        <div class="count" data-tone=danger.then_some("danger") data-zero=move || value.get().is_none_or(|(value, _)| value == 0).to_string()>
            <dt>{label}</dt>
            <dd>{shown}</dd>
        </div>
    }
}
