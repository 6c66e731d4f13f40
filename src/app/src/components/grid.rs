//! The table: a window of rows over a long list, moved through by keyboard, always saying how long the list is.

use std::time::Duration;

use leptos::{html::Div, leptos_dom::helpers::request_animation_frame, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use panels_core::{
    badge::BadgeWord,
    identity::{ResourceId, ResourceType},
    keys::{Command, Group},
    layout::{Room, Tracks, tracks},
    protocol::{EditField, TabMessage},
    query::Query,
    viewport::Move,
};
use wasm_bindgen::{JsCast, closure::Closure};

use super::{
    GridSkeleton, Icon, Shape, focus,
    grid_focus::{Place, arrive, focus_row, return_focus, show_row},
    grid_head::GridHead,
    grid_row::GridRow,
    row_holding::RowHolding,
    row_keys::edit_by_key,
    row_menu::{RowMenu, RowMenuAsk},
    row_selection::{select_by_click, select_by_key, select_on_the_way},
};
use crate::{
    address,
    state::{AppState, Ask, MountedRow, PanelPhase, PanelStore, report_what_is_seen},
    text,
};

/// Height of the sticky head in CSS pixels, as in grid.css.
const HEAD_HEIGHT: f64 = 32.0;

/// Rows of last time are there sooner: bones that only flash say nothing.
const SKELETON_AFTER: Duration = Duration::from_millis(150);

/// See the module.
#[component]
pub(crate) fn Grid(
    /// The panel.
    store: StoredValue<PanelStore, LocalStorage>,
    /// The record that is open in the drawer.
    #[prop(into)]
    open: Signal<Option<ResourceId>>,
    /// Asks something else of the panel.
    ask: Ask,
) -> impl IntoView {
    let state = AppState::here();
    let grid = NodeRef::<Div>::new();
    let active = RwSignal::new(None::<ResourceId>);
    let view = store.with_value(|store| store.view().clone());
    let laid_out = Memo::new(move |_| store.with_value(PanelStore::laid_out));
    let old =
        Memo::new(move |_| matches!(state.badge().word, BadgeWord::Stale | BadgeWord::Offline));
    let measure = move || {
        if let Some(grid) = grid.try_get_untracked().flatten() {
            let height = f64::from(grid.client_height()) - HEAD_HEIGHT;
            let top = f64::from(grid.scroll_top());
            _ = store.try_with_value(|store| store.look(top, height.max(0.0)));
        }
    };
    let on_scroll = once_per_frame(measure);
    observe_size(grid, measure);
    // The first row is the way in by keyboard until another one had the focus.
    let entry = Memo::new(move |_| {
        let window = store.with_value(PanelStore::window);
        active
            .get()
            .filter(|id| window.iter().any(|row| row.id == *id))
            .or_else(|| window.first().map(|row| row.id.clone()))
    });
    Effect::new(move |_| {
        let kept = [active.get(), open.get()].into_iter().flatten().collect();
        store.with_value(|store| store.keep(kept));
    });
    let holding = RowHolding::begin(grid, store, open);
    return_focus(grid, store, open);
    let place = Place::keep(grid, store, active);
    arrive(state, grid, store, entry);
    begin_at_the_top(grid, store);
    report_what_is_seen(state, store);
    let navigate = use_navigate();
    let panel = view.id.clone();
    let row_type = view.row_type.clone();
    let open_record = move |id: &ResourceId| {
        let options = NavigateOptions {
            scroll: false,
            ..NavigateOptions::default()
        };
        let asked = store.with_value(PanelStore::address);
        let path = address::record(&panel, &row_type, id);
        navigate(&address::asking(&path, &asked), options);
    };
    let open_by_key = open_record.clone();
    // Only tasks can be changed from a table.
    let selectable = view.row_type == ResourceType::Task;
    let go = move |id: &ResourceId, step: Move, extends: bool| {
        let target = store.with_value(|store| {
            let from = store.index_of(id)?;
            let to = step.target(from, store.total_untracked(), store.viewport().page_rows())?;
            let target = store.row_at(to)?;
            Some((to, target))
        });
        if let Some((index, target)) = target {
            if extends && selectable {
                store.with_value(|store| select_on_the_way(state, store, id, &target));
            }
            place.settles();
            active.set(Some(target.clone()));
            show_row(grid, store, index);
            focus_row(grid, &target);
        }
        true
    };
    let menu = RwSignal::new(None::<RowMenuAsk>);
    let on_key = move |event: web_sys::KeyboardEvent| {
        // A key may come before the focus has reached the row that the one before it led to.
        let on_row = row_of(event.target());
        let Some(id) = on_row.map(|id| active.get_untracked().unwrap_or(id)) else {
            return;
        };
        let Some(command) = focus::command(&[Group::Row, Group::Table], &event) else {
            return;
        };
        holding.use_keyboard();
        let taken = match command {
            Command::ApplyWaiting => {
                place.acts_on(&id);
                store.with_value(PanelStore::apply_waiting);
                true
            }
            Command::Go(step) => go(&id, step, false),
            Command::Extend(step) => go(&id, step, true),
            Command::Open => {
                open_by_key(&id);
                true
            }
            _ if !selectable => false,
            Command::AssignToMe | Command::Complete if place.is_sudden() => {
                state.say_of_rows(text::ROW_LEFT.to_owned());
                true
            }
            command if store.with_value(|store| command.changes_row() && store.has_left(&id)) => {
                state.say_of_rows(text::ROW_HAS_LEFT.to_owned());
                true
            }
            command => {
                place.acts_on(&id);
                match command {
                    Command::SetStatus => RowMenuAsk::of(&id, EditField::Status).show(menu),
                    Command::SetPriority => RowMenuAsk::of(&id, EditField::Priority).show(menu),
                    command => store.with_value(|store| {
                        select_by_key(state, store, &id, command)
                            || edit_by_key(state, store, &id, command)
                    }),
                }
            }
        };
        if taken {
            event.prevent_default();
        }
    };
    let on_click = move |event: web_sys::MouseEvent| {
        if let Some(id) = row_of(event.target()) {
            active.set(Some(id.clone()));
            let selects = |store: &PanelStore| select_by_click(state, store, &id, &event);
            if !selectable || !store.with_value(selects) {
                open_record(&id);
            }
        }
    };
    let on_focus = move |event: web_sys::FocusEvent| {
        if let Some(id) = row_of(event.target())
            && active.get_untracked().as_ref() != Some(&id)
        {
            active.set(Some(id));
        }
    };
    let row = move |MountedRow { id, .. }: MountedRow| {
        let handle = store.with_value(|store| store.handle(&id))?;
        let (own, same, chosen) = (id.clone(), id.clone(), id.clone());
        let selection = store.with_value(PanelStore::selection);
        let is_selected =
            Memo::new(move |_| selection.with(|selection| selection.contains(&chosen)));
        let is_active = Memo::new(move |_| entry.with(|entry| entry.as_ref() == Some(&own)));
        let is_open = Memo::new(move |_| open.with(|open| open.as_ref() == Some(&same)));
        Some(
            view! { <GridRow id=id handle=handle columns=laid_out active=is_active open=is_open selected=selectable.then_some(is_selected)/> },
        )
    };
    let tracks = move |room: Room| {
        let mark = if selectable { MARK_WIDTH } else { 0 };
        Memo::new(move |_| {
            let layout = store.with_value(PanelStore::layout);
            store.with_value(|store| {
                let view = store.view();
                let places = layout.places(view).into_iter();
                let shown = places.map(|(place, shown)| (view.columns[place].kind, shown));
                tracks(&shown.collect::<Vec<_>>(), room, mark)
            })
        })
    };
    let (wide, narrow) = (tracks(Room::Wide), tracks(Room::Narrow));
    let pin = |tracks: Memo<Tracks>, pin: usize| {
        move || tracks.with(|tracks| px(tracks.pins_px.get(pin).copied().unwrap_or(0)))
    };
    let is_blind = view.is_blind();
    let phase = Memo::new(move |_| store.with_value(PanelStore::phase));
    let is_slow = RwSignal::new(false);
    set_timeout(move || _ = is_slow.try_set(true), SKELETON_AFTER);
    view! {
        <div
            class="grid"
            role="grid"
            node_ref=grid
            aria-label=view.name.clone()
            aria-rowcount=move || (store.with_value(PanelStore::total) + 1).to_string()
            aria-colcount=move || laid_out.with(Vec::len).to_string()
            aria-multiselectable=selectable.then_some("true")
            data-selectable=selectable.then_some("true")
            aria-busy=move || (phase.get() == PanelPhase::Loading).to_string()
            data-old=move || old.get().then_some("true")
            style:--columns=move || wide.with(|tracks| tracks.template.clone())
            style:--columns-width-min=move || px(wide.with(|tracks| tracks.width_min_px))
            style:--columns-narrow=move || narrow.with(|tracks| tracks.template.clone())
            style:--columns-narrow-width-min=move || px(narrow.with(|tracks| tracks.width_min_px))
            style:--pin-1=pin(wide, 1)
            style:--pin-2=pin(wide, 2)
            style:--pin-1-narrow=pin(narrow, 1)
            style:--pin-2-narrow=pin(narrow, 2)
            on:scroll=move |_| on_scroll()
            on:keydown=on_key
            on:click=on_click
            on:focusin=move |event| {
                holding.on_focus_in(&event);
                on_focus(event);
            }
            on:focusout=move |event| holding.on_focus_out(&event)
            on:pointermove=move |event| holding.on_pointer_move(&event)
            on:pointerleave=move |_| holding.on_pointer_leave()
        >
            <GridHead store=store ask=ask/>
            <div
                class="grid-body"
                role="rowgroup"
                style:--rows=move || store.with_value(PanelStore::total).to_string()
            >
                <For each=move || store.with_value(PanelStore::window) key=Clone::clone children=row/>
            </div>
            <Show when=move || is_slow.get() && phase.get() == PanelPhase::Loading && !old.get()>
                <GridSkeleton/>
            </Show>
            <Show when=move || phase.get() == PanelPhase::Loading && old.get()>
                <GridFailure/>
            </Show>
            <Show when=move || phase.get() == PanelPhase::NoMatch>
                <div class="grid-empty">
                    <h2>{text::NO_MATCH_TITLE}</h2>
                    <p class="muted">{text::NO_MATCH_BODY}</p>
                    <button
                        class="button"
                        type="button"
                        on:click=move |_| ask.run(store.with_value(PanelStore::query_untracked).without_filters())
                    >
                        {text::SHOW_ALL_ROWS}
                    </button>
                </div>
            </Show>
            <Show when=move || phase.get() == PanelPhase::Empty>
                <div class="grid-empty">
                    <h2>{if is_blind { text::BLIND_TITLE } else { text::EMPTY_TITLE }}</h2>
                    {(!is_blind).then(|| view! { <p class="muted">{text::EMPTY_BODY}</p> })}
                </div>
            </Show>
        </div>
        <RowMenu grid=grid store=store asked=menu/>
    }
}

fn px(width: u32) -> String {
    format!("{width}px")
}

/// No row yet, and none on its way.
#[component]
fn GridFailure() -> impl IntoView {
    let state = AppState::here();
    let reason = move || text::badge_reason(&state.badge(), state.clock.second());
    view! {
        <div class="grid-empty">
            <Icon shape=Shape::Attention/>
            <h2>{text::NOTHING_LOADED}</h2>
            <p class="muted">{reason}</p>
            <button class="button" type="button" on:click=move |_| state.send(TabMessage::RetryNow)>
                {text::TRY_NOW}
            </button>
        </div>
    }
}

/// Room for the mark before a row in the first column, as in grid.css.
const MARK_WIDTH: u32 = 20;

/// What is asked for anew is looked at from its first row.
fn begin_at_the_top(grid: NodeRef<Div>, store: StoredValue<PanelStore, LocalStorage>) {
    Effect::new(move |before: Option<Query>| {
        let query = store.with_value(PanelStore::query);
        if before.is_some_and(|before| before != query)
            && let Some(grid) = grid.get_untracked()
        {
            grid.set_scroll_top(0);
        }
        query
    });
}

/// The row that an event is about.
pub(super) fn row_of(target: Option<web_sys::EventTarget>) -> Option<ResourceId> {
    let element = target?.dyn_into::<web_sys::Element>().ok()?;
    let row = element.closest("[data-id]").ok()??;
    row.get_attribute("data-id").map(ResourceId::new)
}

/// Many scroll events of one frame become one measurement.
fn once_per_frame(run: impl Fn() + Copy + 'static) -> impl Fn() + Copy + 'static {
    let waiting = StoredValue::new(false);
    move || {
        if waiting.get_value() {
            return;
        }
        waiting.set_value(true);
        request_animation_frame(move || {
            if waiting
                .try_update_value(|waiting| *waiting = false)
                .is_some()
            {
                run();
            }
        });
    }
}

fn observe_size(grid: NodeRef<Div>, measure: impl Fn() + Copy + 'static) {
    type Observed = (web_sys::ResizeObserver, Closure<dyn FnMut()>);
    let observer = StoredValue::new_local(None::<Observed>);
    Effect::new(move |_| {
        let Some(element) = grid.get() else { return };
        let callback = Closure::<dyn FnMut()>::new(measure);
        if let Ok(created) = web_sys::ResizeObserver::new(callback.as_ref().unchecked_ref()) {
            created.observe(&element);
            observer.set_value(Some((created, callback)));
        }
        measure();
    });
    on_cleanup(move || {
        _ = observer.try_update_value(|observer| {
            if let Some((observer, _)) = observer.take() {
                observer.disconnect();
            }
        });
    });
}
