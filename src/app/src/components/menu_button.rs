//! A button that opens a small dialog below it. Closed by Escape, and when the focus goes elsewhere.

use leptos::{html::Div, prelude::*};
use wasm_bindgen::JsCast;

use super::focus::closes;

/// See the module.
#[component]
pub(super) fn MenuButton(
    /// What the button says.
    words: &'static str,
    /// Name of the dialog.
    name: &'static str,
    /// Whether it is one list, not groups side by side.
    #[prop(optional)]
    narrow: bool,
    /// How much of it is in force; nothing is said of none.
    #[prop(into)]
    count: Signal<usize>,
    /// What is in it.
    children: ChildrenFn,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let menu = NodeRef::<Div>::new();
    let button = NodeRef::<leptos::html::Button>::new();
    Effect::new(move |_| {
        if let Some(menu) = menu.get() {
            _ = menu.focus();
        }
    });
    let on_key = move |event: web_sys::KeyboardEvent| {
        if closes(&event) && open.get_untracked() {
            event.prevent_default();
            open.set(false);
            if let Some(button) = button.get_untracked() {
                _ = button.focus();
            }
        }
    };
    let on_leave = move |event: web_sys::FocusEvent| {
        let to = event
            .related_target()
            .and_then(|to| to.dyn_into::<web_sys::Node>().ok());
        let stays = |node: &web_sys::Node| {
            let menu = menu
                .get_untracked()
                .is_some_and(|menu| menu.contains(Some(node)));
            menu || button
                .get_untracked()
                .is_some_and(|button| button.contains(Some(node)))
        };
        if to.as_ref().is_some_and(|to| !stays(to)) || to.is_none() && !document_has_lost_focus() {
            open.set(false);
        }
    };
    let children = StoredValue::new(children);
    view! {
        <div class="menu-anchor" on:keydown=on_key on:focusout=on_leave>
            <button
                class="button"
                type="button"
                node_ref=button
                aria-haspopup="dialog"
                aria-expanded=move || open.get().to_string()
                on:click=move |_| open.update(|open| *open = !*open)
            >
                {words}
                {move || (count.get() > 0).then(|| view! { <span class="badge-count">{count.get()}</span> })}
            </button>
            <Show when=move || open.get()>
                <div class="menu" class:menu-narrow=narrow role="dialog" aria-label=name tabindex="-1" node_ref=menu>
                    {children.with_value(|children| children())}
                </div>
            </Show>
        </div>
    }
}

/// Whether another window has the focus: then it will come back to where it was.
fn document_has_lost_focus() -> bool {
    !document().has_focus().unwrap_or(true)
}
