//! A field of the dialog for one line of text. All are of one type, so that they are compiled once.

use leptos::prelude::*;

/// What is said below a field.
#[derive(Clone, Copy)]
pub(super) struct Said {
    /// Its id.
    pub id: &'static str,
    /// What is wrong with what is typed.
    pub words: Signal<Option<String>>,
}

/// See the module.
#[component]
pub(super) fn Field(
    /// Its name.
    label: &'static str,
    /// What is in it.
    value: Signal<String>,
    /// Takes what is typed.
    on_type: Callback<String>,
    /// Characters that it takes.
    chars_max: usize,
    /// Whether it must not be left empty.
    #[prop(optional)]
    required: bool,
    /// What is said below it.
    #[prop(optional)]
    said: Option<Said>,
    /// Id of a list of suggestions: then it is for code.
    #[prop(optional)]
    suggested: Option<&'static str>,
) -> impl IntoView {
    let invalid = move || said.map(|said| said.words.with(Option::is_some).to_string());
    view! {
        <label>
            <span>{label}</span>
            <input
                type="text"
                class=suggested.map(|_| "path-input")
                autocomplete="off"
                spellcheck=suggested.map(|_| "false")
                required=required
                list=suggested
                maxlength=chars_max
                aria-describedby=said.map(|said| said.id)
                aria-invalid=invalid
                prop:value=value
                on:input=move |event| on_type.run(event_target_value(&event))
            />
        </label>
        {said.map(|said| view! { <p id=said.id class="panel-said" aria-live="polite">{said.words}</p> })}
    }
}
