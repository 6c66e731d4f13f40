//! A dialog above everything: the rest of the page waits, and the focus goes back to where it was.
//!
//! Closing is all that it does by itself; what that means is for whoever shows it.

use leptos::{html::Dialog, prelude::*};

use super::focus::{focused, give_back};

/// See the module.
#[component]
pub(crate) fn Modal(
    /// `dialog`, or `alertdialog` where the user has to answer.
    role: &'static str,
    /// Id of the element that names it.
    labelled_by: &'static str,
    /// Id of the element that describes it.
    #[prop(optional)]
    described_by: Option<&'static str>,
    /// It was closed: by Escape, or by whoever asked for it.
    on_close: Callback<()>,
    /// What follows once it is gone and the focus is back.
    #[prop(optional)]
    after: Option<Callback<()>>,
    /// How it looks, where it is no question. A click beside it closes it then.
    #[prop(optional)]
    class: Option<&'static str>,
    children: Children,
) -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    // Taken before the dialog takes the focus.
    let before = StoredValue::new_local(focused());
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get().filter(|dialog| !dialog.open()) {
            _ = dialog.show_modal();
        }
    });
    on_cleanup(move || {
        let before = before.try_with_value(Clone::clone).flatten();
        // An element that leaves the page takes the focus with it: what had it before gets it after that.
        request_animation_frame(move || {
            give_back(before);
            if let Some(after) = after {
                // Whoever wanted it may be gone too.
                _ = after.try_run(());
            }
        });
    });
    view! {
        <dialog
            class=class.unwrap_or("dialog")
            closedby=class.map(|_| "any")
            role=role
            aria-labelledby=labelled_by
            aria-describedby=described_by
            node_ref=dialog
            on:close=move |_| _ = on_close.try_run(())
        >
            {children()}
        </dialog>
    }
}
