//! A choice that only the user can make: theirs beside mine, field by field. It decides nothing by itself, and closing it loses
//! nothing: the edit waits on.

use leptos::prelude::*;
use panels_core::{
    edit::typing,
    identity::{EditId, ResourceKey, VersionId},
    protocol::{
        Choice, Conflict, ConflictField, DraftOf, EditField, EditState, FieldDecision, FieldValue,
        PatientBanner, TabMessage,
    },
};

use super::{day_input::DayInput, modal::Modal, patient_banner::Banner};
use crate::{show, state::AppState, text};

/// What was chosen for each field, by its place.
type Choices = RwSignal<Vec<Option<Choice>>>;

/// A conflict as it is shown.
#[derive(Clone, PartialEq)]
struct Open {
    id: EditId,
    record: ResourceKey,
    title: String,
    patient: Option<PatientBanner>,
    conflict: Conflict,
}

/// The dialog of the conflict that is open.
#[component]
pub(crate) fn ConflictDialog() -> impl IntoView {
    let state = AppState::here();
    let shown = Memo::new(move |_| {
        let id = state.edits.deciding()?;
        state.edits.with(|list| {
            let edit = list.get(&id)?;
            let EditState::Conflict { conflict } = &edit.state else {
                return None;
            };
            Some(Open {
                id: id.clone(),
                record: edit.resource.clone(),
                title: edit.title.clone(),
                patient: edit.patient.clone(),
                conflict: conflict.clone(),
            })
        })
    });
    let is_open = Memo::new(move |_| shown.with(Option::is_some));
    move || {
        is_open.get().then(|| {
            view! {
                <Modal
                    role="alertdialog"
                    labelled_by="conflict-title"
                    described_by="conflict-lead"
                    on_close=Callback::new(move |()| state.edits.decide(None))
                >
                    // Another version of theirs is another choice: it starts from nothing.
                    {move || shown.get().map(|open| view! { <Decision open=open/> })}
                </Modal>
            }
        })
    }
}

#[component]
fn Decision(open: Open) -> impl IntoView {
    let state = AppState::here();
    let Open {
        id,
        record,
        title,
        patient,
        conflict,
    } = open;
    let third = |field: &ConflictField| Third {
        state,
        record: record.clone(),
        of: DraftOf {
            field: field.field,
            seen: field.seen.clone(),
        },
    };
    let thirds = StoredValue::new(conflict.fields.iter().map(third).collect::<Vec<_>>());
    let version = conflict.version.clone();
    let start = |field: &ConflictField| (!field.disputed).then_some(Choice::KeepMine);
    let choices: Choices = RwSignal::new(conflict.fields.iter().map(start).collect());
    let whole = Memo::new(move |_| choices.with(|choices| choices.iter().all(Option::is_some)));
    let save = move |_| {
        if let Some(message) = decision(&id, &version, &choices.get_untracked()) {
            state.send(message);
            thirds.with_value(|thirds| thirds.iter().for_each(Third::forget));
            state.edits.decide(None);
        }
    };
    let lead = text::conflict_lead(conflict.why, conflict.by.as_deref());
    let at = conflict.at;
    let fields = conflict.fields.into_iter().enumerate();
    let fields = fields.map(|(place, field)| {
        let typed = third(&field);
        view! { <FieldChoice place=place field=field typed=typed choices=choices/> }
    });
    view! {
        <h2 id="conflict-title">{text::conflict_title(&title)}</h2>
        {patient.map(|patient| view! { <Banner patient=patient/> })}
        <p id="conflict-lead">{lead} " " <time class="muted" datetime=at.to_iso()>{move || show::moment(at)}</time></p>
        {fields.collect_view()}
        <div class="dialog-buttons">
            <button class="button button-primary" type="button" disabled=move || !whole.get() on:click=save>
                {text::SAVE_DECISION}
            </button>
            <button class="button" type="button" on:click=move |_| state.edits.decide(None)>{text::DECIDE_LATER}</button>
        </div>
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

/// What is typed as a third value: a draft until the choice is saved, so that neither another version of theirs nor another
/// thought takes it away.
#[derive(Clone)]
struct Third {
    state: AppState,
    record: ResourceKey,
    of: DraftOf,
}

impl Third {
    fn text(&self) -> Option<String> {
        let drafts = self.state.edits.drafts;
        let found = untrack(|| drafts.find(&self.record, |of| *of == self.of));
        found.map(|(_, text)| text)
    }

    fn keep(&self, text: String) {
        self.state.keep_draft(&self.record, self.of.clone(), text);
    }

    fn forget(&self) {
        if self.text().is_some() {
            self.state.drop_draft(&self.record, self.of.clone());
        }
    }
}

/// Mine, theirs, or a third value where one can be typed.
#[component]
fn FieldChoice(
    place: usize,
    field: ConflictField,
    typed: Third,
    choices: Choices,
) -> impl IntoView {
    let of = field.field;
    // While a third value is wanted and not there yet, nothing is chosen.
    let other = RwSignal::new(false);
    let choose = move |choice: Option<Choice>| {
        choices.update(|choices| {
            if let Some(slot) = choices.get_mut(place) {
                *slot = choice;
            }
        });
    };
    let settle = move |choice: Choice| {
        other.set(false);
        choose(Some(choice));
    };
    let is = move |wanted: Choice| {
        choices.with(|choices| choices.get(place).and_then(Option::as_ref) == Some(&wanted))
    };
    let blocked = !field.mine_possible;
    let name = format!("conflict-{place}");
    let mine = choice_row(
        ChoiceRow {
            name: name.clone(),
            label: text::KEEP_MINE,
            value: text::value(of, &field.mine),
            blocked,
        },
        Callback::new(move |()| is(Choice::KeepMine)),
        Callback::new(move |()| settle(Choice::KeepMine)),
    );
    let theirs = choice_row(
        ChoiceRow {
            name: name.clone(),
            label: text::TAKE_THEIRS,
            value: text::value(of, &field.theirs),
            blocked: false,
        },
        Callback::new(move |()| is(Choice::TakeTheirs)),
        Callback::new(move |()| settle(Choice::TakeTheirs)),
    );
    let third = has_third(of, &field.theirs).then(|| {
        let row = choice_row(
            ChoiceRow {
                name,
                label: text::WRITE_OTHER,
                value: String::new(),
                blocked: false,
            },
            Callback::new(move |()| other.get()),
            Callback::new(move |()| {
                other.set(true);
                choose(None);
            }),
        );
        let write = Callback::new(move |value: Option<FieldValue>| {
            choose(value.map(|value| Choice::Write { value }));
        });
        let (mine, theirs) = (field.mine.clone(), field.theirs.clone());
        view! {
            {row}
            <Show when=move || other.get()>{third_value(&typed, &mine, &theirs, write)}</Show>
        }
    });
    view! {
        <fieldset class="conflict-field" data-disputed=field.disputed.to_string()>
            <legend>{text::field(of)}</legend>
            <p class="muted">{text::BEFORE} ": " {text::value(of, &field.seen)}</p>
            {mine}
            {theirs}
            {third}
        </fieldset>
    }
}

/// One of the choices, as it is shown.
struct ChoiceRow {
    name: String,
    label: &'static str,
    value: String,
    blocked: bool,
}

fn choice_row(row: ChoiceRow, checked: Callback<(), bool>, choose: Callback<()>) -> AnyView {
    let ChoiceRow {
        name,
        label,
        value,
        blocked,
    } = row;
    view! {
        <label class="conflict-choice">
            <input
                type="radio"
                name=name
                disabled=blocked
                prop:checked=move || checked.run(())
                on:change=move |_| choose.run(())
            />
            <span>
                <span class="strong">{label}</span>
                <span class="conflict-value">{value}</span>
                {blocked.then(|| view! { <span class="edit-bar">{text::CANNOT_FOLLOW}</span> })}
            </span>
        </label>
    }
    .into_any()
}

/// Who owns a task is chosen where people can be chosen; a note or a tag is added or not.
fn has_third(field: EditField, theirs: &FieldValue) -> bool {
    match field {
        EditField::Owner | EditField::Note | EditField::Tag => false,
        EditField::Status => match theirs {
            FieldValue::Code(code) => !typing::choices(field, code).is_empty(),
            _ => false,
        },
        _ => true,
    }
}

/// The control for a third value: what follows on theirs, or what can be typed, beginning with mine.
fn third_value(
    typed: &Third,
    mine: &FieldValue,
    theirs: &FieldValue,
    write: Callback<Option<FieldValue>>,
) -> AnyView {
    let field = typed.of.field;
    let label = text::field(field);
    match field {
        EditField::Status | EditField::Priority => {
            let code = match theirs {
                FieldValue::Code(code) => code.as_str(),
                _ => "",
            };
            let options = typing::choices(field, code);
            let options = options
                .into_iter()
                .map(|(code, label)| view! { <option value=code>{label}</option> });
            let chosen = move |event: web_sys::Event| {
                let code = event_target_value(&event);
                write.run((!code.is_empty()).then_some(FieldValue::Code(code)));
            };
            view! {
                <select class="conflict-other" aria-label=label on:change=chosen>
                    <option value="">{text::CHOOSE}</option>
                    {options.collect_view()}
                </select>
            }
            .into_any()
        }
        EditField::Due => view! {
            <DayInput
                class="conflict-other"
                label=label
                value=Signal::stored(FieldValue::Absent)
                disabled=Signal::stored(false)
                on_choose=Callback::new(move |value| write.run(Some(value)))
            />
        }
        .into_any(),
        _ => {
            let seen = theirs.clone();
            let take = move |text: &str| {
                let value = typing::value_of(field, &seen, text);
                write.run((value != FieldValue::Absent).then_some(value));
            };
            let before = typed.text();
            before.iter().for_each(|text| take(text));
            let start = before.unwrap_or_else(|| typing::text_of(mine));
            let typed = typed.clone();
            let type_on = move |event: web_sys::Event| {
                let text = event_target_value(&event);
                take(&text);
                typed.keep(text);
            };
            view! { <textarea class="conflict-other" rows="2" aria-label=label prop:value=start on:input=type_on></textarea> }
                .into_any()
        }
    }
}
