//! A choice that only the user can make: theirs beside mine, field by field. It decides nothing by itself, and closing it loses
//! nothing: the edit waits on.

use leptos::{html::Dialog, prelude::*};
use panels_core::{
    identity::{EditId, VersionId},
    protocol::{Choice, Conflict, ConflictField, EditState, FieldDecision, TabMessage},
};

use crate::{show, state::AppState, text};

/// What was chosen for each field, by its place.
type Choices = RwSignal<Vec<Option<Choice>>>;

/// The dialog of the conflict that is open.
#[component]
pub(crate) fn ConflictDialog() -> impl IntoView {
    let state = AppState::here();
    let shown = Memo::new(move |_| {
        let id = state.edits.deciding()?;
        state.edits.with(|list| {
            let edit = list.get(&id)?;
            match &edit.state {
                EditState::Conflict { conflict } => {
                    Some((id.clone(), edit.title.clone(), conflict.clone()))
                }
                _ => None,
            }
        })
    });
    // Another version of theirs is another choice: it starts from nothing.
    move || {
        let (id, title, conflict) = shown.get()?;
        Some(view! { <Decision id=id title=title conflict=conflict/> })
    }
}

#[component]
fn Decision(id: EditId, title: String, conflict: Conflict) -> impl IntoView {
    let state = AppState::here();
    let version = conflict.version.clone();
    let start = |field: &ConflictField| (!field.disputed).then_some(Choice::KeepMine);
    let choices: Choices = RwSignal::new(conflict.fields.iter().map(start).collect());
    let dialog = NodeRef::<Dialog>::new();
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get().filter(|dialog| !dialog.open()) {
            _ = dialog.show_modal();
        }
    });
    let whole = Memo::new(move |_| choices.with(|choices| choices.iter().all(Option::is_some)));
    let save = move |_| {
        if let Some(message) = decision(&id, &version, &choices.get_untracked()) {
            state.send(message);
            state.edits.decide(None);
        }
    };
    let lead = text::conflict_lead(conflict.why, conflict.by.as_deref());
    let fields = conflict.fields.into_iter().enumerate();
    let fields = fields
        .map(|(place, field)| view! { <FieldChoice place=place field=field choices=choices/> });
    view! {
        <dialog
            class="dialog conflict"
            role="alertdialog"
            aria-labelledby="conflict-title"
            aria-describedby="conflict-lead"
            node_ref=dialog
            on:close=move |_| state.edits.decide(None)
        >
            <h2 id="conflict-title">{text::conflict_title(&title)}</h2>
            <p id="conflict-lead">{lead} " " <time class="muted" datetime=conflict.at.to_iso()>{show::moment(conflict.at)}</time></p>
            {fields.collect_view()}
            <div class="dialog-buttons">
                <button class="button button-primary" type="button" disabled=move || !whole.get() on:click=save>
                    {text::SAVE_DECISION}
                </button>
                <button class="button" type="button" on:click=move |_| state.edits.decide(None)>{text::DECIDE_LATER}</button>
            </div>
        </dialog>
    }
}

fn decision(id: &EditId, version: &VersionId, choices: &[Option<Choice>]) -> Option<TabMessage> {
    let decided = choices.iter().enumerate().map(|(index, choice)| {
        Some(FieldDecision {
            index,
            choice: choice.clone()?,
        })
    });
    Some(TabMessage::DecideConflict {
        edit: id.clone(),
        version: version.clone(),
        decisions: decided.collect::<Option<Vec<_>>>()?,
    })
}

#[component]
fn FieldChoice(place: usize, field: ConflictField, choices: Choices) -> impl IntoView {
    let of = field.field;
    let name = format!("conflict-{place}");
    let choose = move |choice: Choice| {
        choices.update(|choices| {
            if let Some(slot) = choices.get_mut(place) {
                *slot = Some(choice);
            }
        });
    };
    let is = move |wanted: Choice| {
        choices.with(|choices| choices.get(place).and_then(Option::as_ref) == Some(&wanted))
    };
    let blocked = !field.mine_possible;
    view! {
        <fieldset class="conflict-field" data-disputed=field.disputed.to_string()>
            <legend>{text::field(of)}</legend>
            <p class="muted">{text::BEFORE} ": " {text::value(of, &field.seen)}</p>
            <label class="conflict-choice">
                <input
                    type="radio"
                    name=name.clone()
                    disabled=blocked
                    prop:checked=move || is(Choice::KeepMine)
                    on:change=move |_| choose(Choice::KeepMine)
                />
                <span>
                    <span class="strong">{text::KEEP_MINE}</span>
                    <span class="conflict-value">{text::value(of, &field.mine)}</span>
                    {blocked.then(|| view! { <span class="edit-bar">{text::CANNOT_FOLLOW}</span> })}
                </span>
            </label>
            <label class="conflict-choice">
                <input
                    type="radio"
                    name=name
                    prop:checked=move || is(Choice::TakeTheirs)
                    on:change=move |_| choose(Choice::TakeTheirs)
                />
                <span>
                    <span class="strong">{text::TAKE_THEIRS}</span>
                    <span class="conflict-value">{text::value(of, &field.theirs)}</span>
                </span>
            </label>
        </fieldset>
    }
}
