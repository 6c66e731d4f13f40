//! A column that is carried to another place by its name, or pulled by its edge. A finger scrolls the table instead of carrying: for it
//! there is the menu of columns.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::state::PanelStore;

/// How far a pointer moves until it is no click any longer, in CSS pixels.
const CLICK_SLACK_PX: i32 = 6;

/// See the module. One at a time.
#[derive(Clone, Copy)]
pub(super) struct ColumnDrag {
    store: StoredValue<PanelStore, LocalStorage>,
    held: StoredValue<Option<Held>>,
    /// The place before which it would be put.
    target: RwSignal<Option<usize>>,
    /// That the click which ends a drag is none.
    ended: StoredValue<bool>,
}

#[derive(Clone)]
struct Held {
    id: String,
    from_x: i32,
    by: Part,
}

#[derive(Clone, Copy)]
enum Part {
    Name { carried: bool },
    Edge { width_px: f64 },
}

impl ColumnDrag {
    pub(super) fn new(store: StoredValue<PanelStore, LocalStorage>) -> Self {
        Self {
            store,
            held: StoredValue::new(None),
            target: RwSignal::new(None),
            ended: StoredValue::new(false),
        }
    }

    /// A column is taken by its name.
    pub(super) fn take(self, id: &str, event: &web_sys::PointerEvent) {
        self.ended.set_value(false);
        if event.button() == 0 && event.pointer_type() != "touch" {
            self.hold(id, Part::Name { carried: false }, event);
        }
    }

    /// It is taken by its edge.
    pub(super) fn take_edge(self, id: &str, event: &web_sys::PointerEvent) {
        if let Some(width_px) = head_width(id).filter(|_| event.button() == 0) {
            event.prevent_default();
            self.hold(id, Part::Edge { width_px }, event);
        }
    }

    fn hold(self, id: &str, by: Part, event: &web_sys::PointerEvent) {
        let target = event.current_target();
        if let Some(element) = target.and_then(|target| target.dyn_into::<web_sys::Element>().ok())
        {
            // Without it the pointer is heard while it is over the head: less comfortable, not wrong.
            _ = element.set_pointer_capture(event.pointer_id());
        }
        self.held.set_value(Some(Held {
            id: id.to_owned(),
            from_x: event.client_x(),
            by,
        }));
    }

    /// The pointer moves with a column.
    pub(super) fn carry(self, event: &web_sys::PointerEvent) {
        let x = event.client_x();
        let carries = self.held.try_update_value(|held| {
            let held = held.as_mut()?;
            let Part::Name { carried } = &mut held.by else {
                return None;
            };
            *carried |= (x - held.from_x).abs() > CLICK_SLACK_PX;
            carried.then(|| held.id.clone())
        });
        if let Some(id) = carries.flatten() {
            self.target.set(Some(place_at(&id, f64::from(x))));
        }
    }

    /// The pointer moves with an edge.
    pub(super) fn pull_edge(self, event: &web_sys::PointerEvent) {
        let Some(held) = self.held.get_value() else {
            return;
        };
        if let Part::Edge { width_px } = held.by {
            let width = width_px + f64::from(event.client_x() - held.from_x);
            self.store.with_value(|store| {
                store.lay_out_columns(|layout| layout.resize(&held.id, width));
            });
        }
    }

    /// The column is put where it is; at which place, if it was carried there.
    pub(super) fn drop_here(self) -> Option<usize> {
        let held = self.held.get_value();
        let target = self.target.get_untracked();
        self.let_go();
        let (held, target) = (held?, target?);
        self.ended.set_value(true);
        self.store
            .with_value(|store| store.lay_out_columns(|layout| layout.move_to(&held.id, target)));
        Some(target)
    }

    /// Nothing is held any longer.
    pub(super) fn let_go(self) {
        self.held.set_value(None);
        self.target.set(None);
    }

    /// Whether the click that comes now is the end of a drag.
    pub(super) fn was_drag(self) -> bool {
        let was = self.ended.get_value();
        self.ended.set_value(false);
        was
    }

    /// Where the column would be put, seen from the one at a place.
    pub(super) fn drop_at(self, place: usize) -> Option<&'static str> {
        let target = self.target.get()?;
        let held = self.held.get_value()?;
        let columns = self.store.with_value(PanelStore::laid_out_untracked);
        let from = columns
            .iter()
            .position(|shown| shown.column.id == held.id)?;
        match (place == target, target < from) {
            (true, true) => Some("before"),
            (true, false) if target != from => Some("after"),
            _ => None,
        }
    }
}

/// Width of a column as it is drawn.
pub(super) fn head_width(id: &str) -> Option<f64> {
    let selector = format!("[role=columnheader][data-column=\"{id}\"]");
    let head = document().query_selector(&selector).ok()??;
    Some(head.get_bounding_client_rect().width())
}

/// The place among the others that a column has when it is dropped there.
fn place_at(id: &str, x: f64) -> usize {
    let first = document().query_selector("[role=columnheader]");
    let next = |head: &web_sys::Element| head.next_element_sibling();
    let others = std::iter::successors(first.ok().flatten(), next)
        .filter(|head| head.get_attribute("data-column").as_deref() != Some(id));
    let before = others.filter(|head| {
        let head = head.get_bounding_client_rect();
        head.left() + head.width() / 2.0 < x
    });
    before.count()
}
