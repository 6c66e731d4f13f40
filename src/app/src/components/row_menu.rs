//! The menu of a row: what its status or its priority may become. It says whose row it is before anything is chosen, and what
//! cannot be chosen is there with the reason.

use leptos::{html::Div, prelude::*};
use panels_core::{
    identity::ResourceId,
    palette::{begins_with, step},
    protocol::{Column, EditField, FieldValue, Priority},
    row_choices::{RowChoice, row_choices},
    selection::column_of,
};
use wasm_bindgen::JsCast;

use super::{
    Shape,
    choice_line::{ChoiceLine, place_of},
    focus::{closes, is_lost},
    grid_focus::{Store, focus_later},
    grid_row::kind_name,
    row_keys::edit_row,
};
use crate::{
    state::{AppState, PanelStore, ShownCell},
    text,
};

/// Height of a choice and of what stands above them, as in menu.css: whether there is room below the row.
const CHOICE_HEIGHT: f64 = 28.0;
const HEAD_HEIGHT: f64 = 102.0;

/// What is asked about a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RowMenuAsk {
    id: ResourceId,
    field: EditField,
}

impl RowMenuAsk {
    /// About this row.
    pub(super) fn of(id: &ResourceId, field: EditField) -> Self {
        Self {
            id: id.clone(),
            field,
        }
    }

    /// Shows it.
    pub(super) fn show(self, asked: RwSignal<Option<Self>>) -> bool {
        asked.set(Some(self));
        true
    }
}

/// See the module.
#[component]
pub(super) fn RowMenu(
    /// The table.
    grid: NodeRef<Div>,
    /// The panel.
    store: Store,
    /// What is asked, while it is.
    asked: RwSignal<Option<RowMenuAsk>>,
) -> impl IntoView {
    move || view_of(grid, store, asked, asked.get()?)
}

/// Where it stands on the screen.
struct Spot {
    left: i32,
    edge: i32,
    is_above: bool,
}

impl Spot {
    /// Below the cell of the field, or above it where there is more room.
    fn beside(grid: NodeRef<Div>, id: &ResourceId, column: &Column, count: usize) -> Option<Self> {
        let kind = kind_name(column.kind);
        let selector = format!("[data-id=\"{id}\"] [data-kind={kind}]");
        // A column that is not shown has its menu beside the row.
        let first = format!("[data-id=\"{id}\"] [role=gridcell]");
        let grid = grid.get_untracked()?;
        let cell = grid.query_selector(&selector).ok()?;
        let cell = cell.or_else(|| grid.query_selector(&first).ok()?)?;
        let cell = cell.get_bounding_client_rect();
        let page = window().inner_height().ok()?.as_f64()?;
        let needed = HEAD_HEIGHT + CHOICE_HEIGHT * count as f64;
        let is_above = cell.bottom() + needed > page && cell.top() > page - cell.bottom();
        let edge = if is_above {
            page - cell.top()
        } else {
            cell.bottom()
        };
        // Whole pixels: what writes fractions is ten times as large as this menu.
        Some(Self {
            left: cell.left() as i32,
            edge: edge as i32,
            is_above,
        })
    }
}

/// A menu that is open.
#[derive(Clone, Copy)]
struct Open {
    state: AppState,
    grid: NodeRef<Div>,
    store: Store,
    asked: RwSignal<Option<RowMenuAsk>>,
    row: StoredValue<ResourceId>,
    field: EditField,
    /// The same ones whatever the row is, so that only what is said of them changes.
    choices: Memo<Vec<RowChoice>>,
    menu: NodeRef<Div>,
    /// The choice that has the focus.
    active: StoredValue<usize>,
}

impl Open {
    fn go(self, place: usize) {
        self.active.set_value(place);
        let selector = format!("[data-place=\"{place}\"]");
        let menu = self.menu.get_untracked();
        let found = menu.and_then(|menu| menu.query_selector(&selector).ok()?);
        let choice = found.and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok());
        if let Some(choice) = choice {
            _ = choice.focus();
        }
    }

    fn close(self) {
        self.asked.set(None);
        self.row
            .with_value(|row| focus_later(self.grid, row.clone()));
    }

    fn choose(self, place: usize) {
        let choice = self
            .choices
            .with_untracked(|choices| choices.get(place).cloned());
        if let Some(choice) = choice.filter(|choice| choice.closed.is_none()) {
            let wanted = FieldValue::Code(choice.code.to_owned());
            self.store.with_value(|store| {
                self.row
                    .with_value(|row| edit_row(self.state, store, row, self.field, &wanted));
            });
            self.close();
        }
    }

    fn on_key(self, event: &web_sys::KeyboardEvent) {
        let key = event.key();
        let from = self.active.get_value();
        let labels = self.choices.with_untracked(|choices| {
            let labels = choices.iter().map(|choice| choice.label);
            labels.collect::<Vec<_>>()
        });
        if closes(event) || key == "Tab" {
            self.close();
        } else if key == "Enter" || key == " " {
            self.choose(from);
        } else {
            let place = step(&key, from, labels.len());
            match place.or_else(|| begins_with(&labels, from, &key)) {
                Some(place) => self.go(place),
                None => return,
            }
        }
        event.prevent_default();
        event.stop_propagation();
    }

    /// A click elsewhere closes it, and the focus is where the click was. Told late, when it may be gone.
    fn on_toggle(self) {
        let Some(menu) = self.menu.try_get_untracked().flatten() else {
            return;
        };
        if menu.matches(":popover-open").unwrap_or(false) {
            return;
        }
        if is_lost() {
            self.close();
        } else {
            self.asked.set(None);
        }
    }

    fn line(self, place: usize, choice: &RowChoice) -> AnyView {
        let told = move || self.choices.with(|choices| choices.get(place).cloned());
        let shape = match self.field {
            EditField::Status => Some(Shape::of_status(choice.code)),
            _ => Priority::from_code(choice.code).map(Shape::of_priority),
        };
        let line = ChoiceLine {
            role: "menuitemradio",
            place,
            shape,
            name: choice.label.to_owned(),
            is_on: Signal::derive(move || told().is_some_and(|choice| choice.is_so)),
            is_closed: Signal::derive(move || told().is_some_and(|choice| choice.closed.is_some())),
            beside: Signal::derive(move || text::beside(&told()?)),
        };
        line.view()
    }
}

/// `None` where the row is not there, or does not show the field.
fn view_of(
    grid: NodeRef<Div>,
    store: Store,
    asked: RwSignal<Option<RowMenuAsk>>,
    ask: RowMenuAsk,
) -> Option<impl IntoView> {
    let RowMenuAsk { id, field } = ask;
    let (row, handle) = store.with_value(|store| Some((store.row(&id)?, store.handle(&id)?)))?;
    let view = store.with_value(|store| store.view().clone());
    let kind = column_of(field)?;
    let place = view.columns.iter().position(|column| column.kind == kind)?;
    let cell: ArcRwSignal<ShownCell> = handle.cells.get(place)?.clone();
    let bar = view.bar(field);
    let choices = Memo::new(move |_| cell.with(|shown| row_choices(field, &shown.cell, bar)));
    let known = choices.get_untracked();
    let spot = Spot::beside(grid, &id, view.columns.get(place)?, known.len())?;
    let (title, patient) = text::row_identity(&view, &row);
    let start = known.iter().position(|choice| choice.is_so).unwrap_or(0);
    let open = Open {
        state: AppState::here(),
        grid,
        store,
        asked,
        row: StoredValue::new(id),
        field,
        choices,
        menu: NodeRef::new(),
        active: StoredValue::new(start),
    };
    Effect::new(move |_| {
        if let Some(menu) = open.menu.get() {
            _ = menu.show_popover();
            open.go(start);
        }
    });
    // A row that leaves the table takes its menu with it.
    Effect::new(move |_| {
        let window = store.with_value(PanelStore::window);
        if !open
            .row
            .with_value(|row| window.iter().any(|shown| shown.id == *row))
        {
            asked.set(None);
        }
    });
    let on_click = move |event| {
        if let Some(place) = place_of(&event) {
            open.choose(place);
        }
    };
    let lines = known
        .iter()
        .enumerate()
        .map(|(place, choice)| open.line(place, choice));
    Some(view! {
        <div
            class="row-menu"
            popover="auto"
            node_ref=open.menu
            data-side=if spot.is_above { "above" } else { "below" }
            style:--left=format!("{}px", spot.left)
            style:--edge=format!("{}px", spot.edge)
            on:keydown=move |event| open.on_key(&event)
            on:toggle=move |_| open.on_toggle()
        >
            <p class="row-menu-head" id="row-menu-name">
                <span class="muted">{text::row_menu(field)}</span>
                <span class="strong">{title}</span>
                <span>{patient}</span>
                {bar.map(|bar| view! { <span class="danger">{text::bar(bar)}</span> })}
            </p>
            <div role="menu" aria-labelledby="row-menu-name" on:click=on_click>{lines.collect_view()}</div>
        </div>
    })
}
