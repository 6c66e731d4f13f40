//! The saved views of a panel, as tabs above its table, and what can be done with the one that is shown.

use leptos::prelude::*;
use panels_core::{
    panel_edit::ViewEdit,
    protocol::{Audience, SavedView, ShelfState},
    view::{ActiveView, slice},
};

use super::panel_shelf::{DeletedPanel, PanelButton};
use crate::{
    address,
    state::{AppState, Ask, PanelStore},
    text,
};

/// The table.
type Store = StoredValue<PanelStore, LocalStorage>;

/// Saves what is shown now as a view.
#[component]
pub(crate) fn SaveViewButton(
    /// The panel.
    store: Store,
) -> impl IntoView {
    let state = AppState::here();
    let open = move |()| state.edit_view(store.with_value(view_of));
    view! { <PanelButton words=text::SAVE_AS_VIEW act=Callback::new(open)/> }
}

/// A new view of what is shown.
pub(super) fn view_of(store: &PanelStore) -> ViewEdit {
    let query = store.query_untracked();
    ViewEdit::out_of_table(store.view(), &query, &store.layout_untracked())
}

/// See the module. Not there while a panel has no view.
#[component]
pub(crate) fn ViewTabs(
    /// The panel.
    store: Store,
    /// Asks something else of the panel.
    ask: Ask,
) -> impl IntoView {
    let state = AppState::here();
    let path = store.with_value(|store| address::panel(store.panel()));
    let of = store.with_value(|store| store.panel().address().to_owned());
    let views = Memo::new(move |_| {
        state.shelf.view.with(|shelf| {
            let views = shelf.views.iter().filter(|view| view.draft.panel == of);
            views.cloned().collect::<Vec<SavedView>>()
        })
    });
    let active = Memo::new(move |_| store.with_value(PanelStore::active_view));
    let is_there = Memo::new(move |_| {
        views.with(|views| !views.is_empty()) || active.get() != ActiveView::All
    });
    let path = StoredValue::new(path);
    let tab = move |view: SavedView| {
        let href = path.with_value(|path| address::asking(path, &format!("view={}", view.id)));
        let personal = view.draft.audience == Audience::Personal;
        let id = view.id;
        view! {
            <li>
                <ViewLink href=href current=Signal::derive(move || active.with(|active| active.id() == Some(&id)))>
                    {view.draft.name.clone()}
                    {personal.then(|| view! { <span class="muted">" " {text::VIEW_MINE}</span> })}
                </ViewLink>
            </li>
        }
    };
    view! {
        <Show when=move || is_there.get()>
            <nav class="view-tabs" aria-label=text::VIEWS>
                <ul>
                    <li>
                        <ViewLink href=path.get_value() current=Signal::derive(move || active.with(|active| *active == ActiveView::All))>
                            {text::VIEW_ALL}
                        </ViewLink>
                    </li>
                    {move || views.get().into_iter().map(tab).collect_view()}
                </ul>
                <ViewActs store=store ask=ask active=active/>
            </nav>
        </Show>
        <ViewNotes store=store active=active/>
        <div class="view-gone"><DeletedPanel/></div>
    }
}

/// A link that is the current one by the view that it names: the router's own links go by the path alone.
#[component]
fn ViewLink(href: String, current: Signal<bool>, children: Children) -> impl IntoView {
    let href = address::based(&href);
    view! {
        <a class="view-tab" href=href aria-current=move || current.get().then_some("page")>
            {children()}
        </a>
    }
}

/// What can be done with the view that is shown.
#[component]
fn ViewActs(store: Store, ask: Ask, active: Memo<ActiveView>) -> impl IntoView {
    let state = AppState::here();
    let is_changed = Memo::new(move |_| store.with_value(PanelStore::is_changed));
    let change = move |()| {
        let edit = store.with_value(|store| {
            let active = active.get_untracked();
            let view = active.known()?;
            let query = store.query_untracked();
            let layout = store.layout_untracked();
            Some(ViewEdit::of_view(view, store.view(), &query, &layout))
        });
        edit.into_iter().for_each(|edit| state.edit_view(edit));
    };
    let delete = move |()| {
        if let Some(view) = active.get_untracked().known() {
            state.delete_saved(view.clone().widen());
        }
    };
    let reset = move |_| {
        store.with_value(PanelStore::reset_columns);
        ask.run(store.with_value(PanelStore::query_of_view));
    };
    let acts = move || {
        let known = active.with(|active| active.known().map(|view| view.draft.name.clone()));
        known.map(|name| {
            view! {
                <PanelButton words=text::CHANGE_VIEW quiet=true act=Callback::new(change)/>
                <PanelButton words=text::DELETE_VIEW label=text::delete_view(&name) quiet=true act=Callback::new(delete)/>
            }
        })
    };
    view! {
        <div class="view-acts">
            <Show when=move || is_changed.get()>
                <span class="muted" role="status">{text::VIEW_CHANGED}</span>
                <button class="button button-quiet" type="button" on:click=reset>{text::VIEW_RESET}</button>
            </Show>
            {acts}
        </div>
    }
}

/// What is wrong with the view that is shown.
#[component]
fn ViewNotes(store: Store, active: Memo<ActiveView>) -> impl IntoView {
    let state = AppState::here();
    let note = move || match active.get() {
        ActiveView::All => None,
        ActiveView::Missing(_) => match state.shelf.view.with(|shelf| shelf.state) {
            ShelfState::Reading => Some(text::VIEW_READING.to_owned()),
            ShelfState::Unavailable => Some(text::VIEW_UNAVAILABLE.to_owned()),
            _ => Some(text::VIEW_MISSING.to_owned()),
        },
        ActiveView::Known(view) => {
            let missing = store.with_value(|store| slice(&view.draft, store.view()).missing);
            (!missing.is_empty()).then(|| text::view_lacks(&missing))
        }
    };
    view! { <div role="status">{move || note().map(|note| view! { <p class="blind-spot">{note}</p> })}</div> }
}
