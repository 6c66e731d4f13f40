//! A panel: its head, its table, its foot, and the drawer beside it.

use std::time::Duration;

use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*};
use leptos_router::{
    components::A,
    hooks::{use_location, use_params_map},
};
use panels_core::{
    identity::{PanelId, ResourceKey},
    protocol::{PanelView, ShelfState},
    settings::SettingsChange,
    time::Timestamp,
};

use crate::{
    address,
    components::{
        BlindSpots, BulkBar, Drawer, ExportButton, Grid, MessagePage, PanelFilters, PanelToolbar,
        SavePanelButton, SaveViewButton, SetAsideRecords, ViewTabs,
    },
    show,
    state::{AppState, PanelStore, follow_address},
    text,
};

/// How long nothing changes until a layout is kept.
const LAYOUT_SETTLES: Duration = Duration::from_millis(400);

/// The screen for the panel that the address names.
#[component]
pub(crate) fn PanelScreen() -> impl IntoView {
    let state = AppState::here();
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("panel").unwrap_or_default()));
    let view = Memo::new(move |_| state.panel_at(&id.get()));
    // One that a colleague made may not have been read yet.
    let missing = Memo::new(move |_| match state.shelf.view.with(|shelf| shelf.state) {
        // One that is there is drawn once, whatever becomes known of others.
        _ if view.with(Option::is_some) || state.panels.with(Option::is_none) => None,
        ShelfState::Reading => None,
        ShelfState::Unavailable => Some((text::PANELS_UNAVAILABLE, text::PANELS_UNAVAILABLE_BODY)),
        _ => Some((text::NOT_FOUND_TITLE, text::NOT_FOUND_BODY)),
    });
    move || {
        match (view.get(), missing.get()) {
        (Some(view), _) => view! { <PanelBody view=view/> }.into_any(),
        (None, None) => view! { <main class="screen" id="main"><p class="home muted" role="status">{text::LOADING}</p></main> }.into_any(),
        (None, Some((title, body))) => view! {
            <MessagePage title=title body=body>
                <A href="/" attr:class="button">{text::TO_PANELS}</A>
            </MessagePage>
        }
        .into_any(),
    }
    }
}

/// The drawer is part of [`PanelScreen`], so that opening a record leaves the table as it is.
#[component]
pub(crate) fn DrawerRoute() -> impl IntoView {}

#[component]
fn PanelBody(view: PanelView) -> impl IntoView {
    let state = AppState::here();
    document().set_title(&text::page_title(Some(&view.name)));
    let panel = StoredValue::new(view.id.clone());
    let row_height = state.settings.get_untracked().density.row_height_px();
    let own = state.settings.get_untracked().layouts;
    let own = own.get(view.id.address());
    let store = StoredValue::new_local(PanelStore::new(view.clone(), row_height, own));
    keep_layout(state, store);
    let path = use_location().pathname;
    let open = Memo::new(move |_| path.with(|path| open_record(path)));
    let ask = follow_address(state, store, open);
    state.watch(store.get_value(), ask);
    // What was for today is overdue some time, and today is not the same everywhere.
    Effect::new(move |_| {
        state.clock.slow();
        show::follow_format();
        _ = store.try_with_value(PanelStore::tick);
    });
    Effect::new(move |_| {
        let row_height = state.settings.get().density.row_height_px();
        _ = store.try_with_value(|store| store.set_row_height(row_height));
    });
    on_cleanup(move || panel.with_value(|panel| state.unwatch(panel)));
    let open_id = Memo::new(move |_| open.get().map(|key| key.id));
    let drawer = move || {
        open.get()
            .map(|key| view! { <Drawer key=key panel=panel/> })
    };
    view! {
        <main class="screen panel" id="main">
            <div class="panel-main">
                <div class="panel-head">
                    <h1>{view.name.clone()}</h1>
                    <p class="panel-description muted">{view.description.clone()}</p>
                    <PanelCountsLine panel=panel/>
                    <div class="panel-acts">
                        <SaveViewButton store=store/>
                        <SavePanelButton store=store/>
                        <ExportButton store=store/>
                    </div>
                </div>
                <ViewTabs store=store ask=ask/>
                <PanelFilters view=view.clone()/>
                <BlindSpots view=&view/>
                <PanelToolbar store=store ask=ask/>
                <Grid store=store open=open_id ask=ask/>
                <BulkBar store=store/>
                <PanelFoot store=store/>
            </div>
            {drawer}
        </main>
    }
}

/// How the user lays the table out is kept, a moment after it is so: an edge that is pulled asks for many widths. What another tab
/// keeps, or what is known only after the panel was opened, is shown here too.
fn keep_layout(state: AppState, store: StoredValue<PanelStore, LocalStorage>) {
    let panel = StoredValue::new(store.with_value(|store| store.panel().address().to_owned()));
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    Effect::new(move |_| {
        let settings = state.settings.get();
        if waiting.with_value(Option::is_none) {
            let own = panel.with_value(|panel| settings.layouts.get(panel));
            store.with_value(|store| store.take_own_layout(own));
        }
    });
    Effect::new(move |_| {
        let Some(columns) = store.with_value(PanelStore::layout_to_keep) else {
            return;
        };
        let panel = panel.get_value();
        let keep = move || {
            // The panel may be shown no longer; what was done to it is kept all the same.
            _ = waiting.try_set_value(None);
            state.choose(SettingsChange::Layout { panel, columns });
        };
        let before = waiting.get_value();
        before.into_iter().for_each(|before| before.clear());
        waiting.set_value(set_timeout_with_handle(keep, LAYOUT_SETTLES).ok());
    });
}

fn open_record(path: &str) -> Option<ResourceKey> {
    let (_, rest) = path.split_once("/panel/")?;
    let mut parts = rest.split('/').skip(1);
    address::parse_record(parts.next()?, parts.next()?)
}

#[component]
fn PanelCountsLine(panel: StoredValue<PanelId>) -> impl IntoView {
    let state = AppState::here();
    let counts = Memo::new(move |_| {
        panel.with_value(|panel| {
            state.counts.with(|counts| {
                let counts = counts.get(panel)?;
                // Too little while rows are still on their way.
                (!counts.loading).then(|| counts.clone())
            })
        })
    });
    let part = |count: Option<u32>, word: &str, class: &'static str| {
        count.filter(|count| *count > 0).map(|count| view! { <span class=class>{text::number(count as usize)} " " {word.to_owned()}</span> })
    };
    view! {
        <p class="panel-counts">
            {move || counts.get().map(|counts| view! {
                {part(counts.overdue, "overdue", "danger")}
                {part(counts.urgent, "urgent", "")}
                {part(counts.unassigned, "unassigned", "")}
            })}
        </p>
    }
}

#[component]
fn PanelFoot(store: StoredValue<PanelStore, LocalStorage>) -> impl IntoView {
    let state = AppState::here();
    let rows = move || {
        let tally = store.with_value(PanelStore::tally);
        let shown = store
            .with_value(PanelStore::total)
            .saturating_sub(tally.leaving);
        let here = tally.all;
        let total = state.counts.with(|counts| {
            store.with_value(|store| counts.get(store.panel()).map(|counts| counts.rows as usize))
        });
        let total = total.map_or(here, |total| total.max(here));
        let loading = store.with_value(PanelStore::is_loading);
        match total {
            total if total > shown => format!(
                "{} of {}",
                text::number(shown),
                text::counted(total, "row", "rows")
            ),
            _ if loading && shown == 0 => text::LOADING.to_owned(),
            _ if loading => format!("{}, loading", text::counted(shown, "row", "rows")),
            _ => text::counted(shown, "row", "rows"),
        }
    };
    let fresh = Memo::new(move |_| {
        state.panels_fresh.with(|panels| {
            store.with_value(|store| {
                panels
                    .iter()
                    .find(|fresh| fresh.panel == *store.panel())
                    .cloned()
            })
        })
    });
    let clock = |at: Timestamp| view! { <time datetime=at.to_iso()>{show::clock(at)}</time> };
    let sentence = move || {
        let fresh = fresh.get()?;
        let as_of = fresh.as_of.map(clock)?;
        let proven = fresh
            .proven
            .map(|proven| view! { {text::PANEL_PROVEN} " " {clock(proven)} });
        Some(view! { {text::PANEL_AS_OF} " " {as_of} {proven} })
    };
    let set_aside = Memo::new(move |_| {
        state.counts.with(|counts| {
            store.with_value(|store| {
                let counts = counts.get(store.panel());
                counts.map_or(0, |counts| counts.set_aside as usize)
            })
        })
    });
    let incomplete = Memo::new(move |_| {
        state.counts.with(|counts| {
            store.with_value(|store| {
                let counts = counts.get(store.panel());
                counts.is_some_and(|counts| counts.incomplete)
            })
        })
    });
    view! {
        <footer class="panel-foot">
            <span>{rows}</span>
            {move || incomplete.get().then(|| view! { <span class="danger">{text::INCOMPLETE}</span> })}
            <SetAsideRecords count=set_aside/>
            <span title=text::PANEL_FRESH_TITLE>{sentence}</span>
        </footer>
    }
}
