//! The menu of columns: which are shown, in which order, how wide, and which stay while the rest scrolls sideways.

use leptos::prelude::*;
use panels_core::{layout::Layout, limits, protocol::Column, view::ActiveView};

use super::{Icon, Shape, column_drag::head_width, menu_button::MenuButton};
use crate::{state::PanelStore, text};

/// The table.
type Store = StoredValue<PanelStore, LocalStorage>;

/// See the module. A choice counts at once.
#[component]
pub(super) fn ColumnsMenu(
    /// The panel.
    store: Store,
) -> impl IntoView {
    // Those that are shown first, in their order.
    let columns = Memo::new(move |_| {
        let shown = store.with_value(PanelStore::laid_out).into_iter();
        let shown: Vec<Column> = shown.map(|shown| shown.column).collect();
        let all = store.with_value(|store| store.view().columns.clone());
        let rest = all.into_iter().filter(|column| !shown.contains(column));
        let rest: Vec<Column> = rest.collect();
        [shown, rest].concat()
    });
    let hint = move || match store.with_value(PanelStore::active_view) {
        ActiveView::All => text::COLUMNS_KEPT,
        _ => text::COLUMNS_OF_VIEW,
    };
    let reset = move |_| store.with_value(PanelStore::reset_columns);
    view! {
        <MenuButton words=text::COLUMNS name=text::COLUMNS_MENU narrow=true count=0>
            <ul class="columns-menu">
                <For each=move || columns.get() key=|column| column.id.clone() let:column>
                    <ColumnLine column=column store=store/>
                </For>
            </ul>
            <p class="panel-note">{hint}</p>
            <button class="button" type="button" on:click=reset>{text::COLUMNS_RESET}</button>
        </MenuButton>
    }
}

#[component]
fn ColumnLine(column: Column, store: Store) -> impl IntoView {
    let title = column.title.clone();
    let id = StoredValue::new(column.id.clone());
    let column = StoredValue::new(column);
    let change = move |change: &dyn Fn(&mut Layout, &str)| {
        store.with_value(|store| {
            store.lay_out_columns(|layout| id.with_value(|id| change(layout, id)));
        });
    };
    let is_shown = Memo::new(move |_| {
        let layout = store.with_value(PanelStore::layout);
        id.with_value(|id| layout.place(id).is_some())
    });
    let is_pinned = Memo::new(move |_| {
        let layout = store.with_value(PanelStore::layout);
        id.with_value(|id| layout.column(id).is_some_and(|column| column.pinned))
    });
    let can_pin =
        Memo::new(move |_| is_pinned.get() || store.with_value(PanelStore::layout).can_pin());
    let show = move |event: web_sys::Event| {
        let on = event_target_checked(&event);
        store.with_value(|store| {
            store.lay_out_columns(|layout| column.with_value(|column| layout.show(column, on)));
        });
    };
    let resize = move |by: f64| {
        if let Some(width) = id.with_value(|id| head_width(id)) {
            change(&|layout, id| layout.resize(id, width + by));
        }
    };
    let step = f64::from(limits::COLUMN_WIDTH_STEP_PX) * 2.0;
    let act = move |label: String, content: AnyView, act: Callback<()>| {
        view! {
            <button class="button button-quiet" type="button" aria-label=label.clone() title=label on:click=move |_| act.run(())>
                {content}
            </button>
        }
    };
    let arrow = |class: &'static str| {
        view! { <span class=class><Icon shape=Shape::Arrow/></span> }.into_any()
    };
    let acts = {
        let title = title.clone();
        move || {
            let mover = move |to_front: bool| {
                Callback::new(move |()| change(&|layout, id| layout.shift(id, to_front)))
            };
            let pin_label = text::pin_column(&title);
            view! {
                {act(text::move_column(&title, true), arrow("icon-up"), mover(true))}
                {act(text::move_column(&title, false), arrow("icon-down"), mover(false))}
                {act(text::resize_column(&title, false), "−".into_any(), Callback::new(move |()| resize(-step)))}
                {act(text::resize_column(&title, true), "+".into_any(), Callback::new(move |()| resize(step)))}
                <button
                    class="button button-quiet column-pin"
                    type="button"
                    aria-label=pin_label
                    aria-pressed=move || is_pinned.get().to_string()
                    disabled=move || !can_pin.get()
                    title=move || if can_pin.get() { text::PIN_HINT } else { text::PIN_FULL }
                    on:click=move |_| {
                        let on = !is_pinned.get_untracked();
                        change(&|layout, id| layout.pin(id, on));
                    }
                >
                    {text::PIN}
                </button>
            }
        }
    };
    view! {
        <li class="panel-column" data-shown=move || is_shown.get().to_string()>
            <label class="choice">
                <input type="checkbox" prop:checked=move || is_shown.get() on:change=show/>
                <span>{title}</span>
            </label>
            {move || is_shown.get().then(&acts)}
        </li>
    }
}
