//! Somebody else has changed what is typed, a panel or a view: theirs, or mine over theirs. What was typed is still in the fields below.

use leptos::prelude::*;

use crate::text;

/// See the module.
#[component]
pub(super) fn ConflictNote(
    /// Who did, and in what theirs differs; nothing is shown without.
    #[prop(into)]
    theirs: Signal<Option<(String, String)>>,
    /// Theirs shall be.
    take: Callback<()>,
    /// Mine shall be in place of theirs.
    keep: Callback<()>,
) -> impl IntoView {
    move || {
        theirs.get().map(|(what, theirs)| {
            view! {
                <section class="panel-conflict" role="alert">
                    <p>{what}</p>
                    <p>{theirs}</p>
                    <div class="dialog-buttons">
                        <button class="button" type="button" on:click=move |_| take.run(())>{text::TAKE_THEIRS_PANEL}</button>
                        <button class="button button-primary" type="button" on:click=move |_| keep.run(())>{text::KEEP_MINE_PANEL}</button>
                    </div>
                </section>
            }
        })
    }
}
