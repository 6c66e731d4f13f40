//! The choices of one column.

use std::collections::BTreeSet;

use leptos::prelude::*;
use panels_core::{
    protocol::{Column, ColumnKind, FhirDate, FieldValue, Priority},
    query::{Assignee, Day, FilterKind, NO, Period, Test, YES, kind_of},
    text::priority_label,
};

use super::super::day_input::DayInput;
use crate::{
    state::{Ask, PanelStore},
    text,
};

/// What a group of choices needs.
#[derive(Clone, Copy)]
struct Group {
    column: StoredValue<String>,
    store: StoredValue<PanelStore, LocalStorage>,
    ask: Ask,
}

impl Group {
    fn test(self) -> Option<Test> {
        let query = self.store.with_value(PanelStore::query);
        self.column
            .with_value(|column| query.filter(column).cloned())
    }

    fn choose(self, test: Option<Test>) {
        let query = self.store.with_value(PanelStore::query_untracked);
        let query = self
            .column
            .with_value(|column| query.with_filter(column, test));
        self.ask.run(query);
    }

    fn toggle_code(self, code: &str, on: bool) {
        let mut codes = match untrack(|| self.test()) {
            Some(Test::OneOf(codes)) => codes,
            _ => BTreeSet::new(),
        };
        toggle(&mut codes, code.to_owned(), on);
        self.choose(Some(Test::OneOf(codes)));
    }

    fn toggle_owner(self, owner: Assignee, on: bool) {
        let mut owners = match untrack(|| self.test()) {
            Some(Test::Owner(owners)) => owners,
            _ => BTreeSet::new(),
        };
        toggle(&mut owners, owner, on);
        self.choose(Some(Test::Owner(owners)));
    }
}

fn toggle<T: Ord>(set: &mut BTreeSet<T>, value: T, on: bool) {
    match on {
        true => set.insert(value),
        false => set.remove(&value),
    };
}

/// See the module. Nothing for a column that cannot be filtered by.
#[component]
pub(super) fn ColumnFilter(
    /// The column.
    column: Column,
    /// The panel.
    store: StoredValue<PanelStore, LocalStorage>,
    /// Asks something else of the panel.
    ask: Ask,
) -> impl IntoView {
    let group = Group {
        column: StoredValue::new(column.id.clone()),
        store,
        ask,
    };
    let choices = match kind_of(column.kind)? {
        FilterKind::Priorities => priorities(group).into_any(),
        FilterKind::Statuses => statuses(group).into_any(),
        FilterKind::Flags => flags(group).into_any(),
        FilterKind::Owners => owners(group).into_any(),
        FilterKind::Dates => dates(group, column.kind).into_any(),
        FilterKind::Texts => contains(group, text::contains(&column.title)).into_any(),
    };
    Some(view! {
        <fieldset class="filter">
            <legend>{column.title}</legend>
            {choices}
        </fieldset>
    })
}

fn check(
    label: String,
    is_on: impl Fn() -> bool + Send + Sync + 'static,
    on_change: impl Fn(bool) + 'static,
) -> impl IntoView {
    view! {
        <label class="choice">
            <input
                type="checkbox"
                prop:checked=is_on
                on:change=move |event| on_change(event_target_checked(&event))
            />
            <span>{label}</span>
        </label>
    }
}

fn code(group: Group, code: String, label: String) -> impl IntoView {
    let own = code.clone();
    let is_on = move || matches!(group.test(), Some(Test::OneOf(codes)) if codes.contains(&own));
    check(label, is_on, move |on| group.toggle_code(&code, on))
}

fn priorities(group: Group) -> impl IntoView {
    let all = [
        Priority::Stat,
        Priority::Asap,
        Priority::Urgent,
        Priority::Routine,
    ];
    all.map(|priority| {
        code(
            group,
            priority.code().to_owned(),
            priority_label(priority).to_owned(),
        )
    })
    .collect_view()
}

fn flags(group: Group) -> impl IntoView {
    let flags = [(YES, true), (NO, false)];
    flags
        .map(|(word, flag)| code(group, word.to_owned(), text::flag(flag).to_owned()))
        .collect_view()
}

/// Those that rows have, read when the menu is opened.
fn statuses(group: Group) -> impl IntoView {
    let statuses = group.store.with_value(PanelStore::statuses).into_iter();
    statuses
        .map(|(status, label)| code(group, status, label))
        .collect_view()
}

/// Those that own a row, read when the menu is opened.
fn owners(group: Group) -> impl IntoView {
    let owner = move |owner: Assignee, label: String| {
        let own = owner.clone();
        let is_on =
            move || matches!(group.test(), Some(Test::Owner(owners)) if owners.contains(&own));
        check(label, is_on, move |on| {
            group.toggle_owner(owner.clone(), on);
        })
    };
    let people = group.store.with_value(PanelStore::owners).into_iter();
    let people = people.map(|person| owner(Assignee::Reference(person.reference), person.name));
    view! {
        {owner(Assignee::Me, text::ASSIGNED_TO_ME.to_owned())}
        {owner(Assignee::Nobody, text::UNASSIGNED.to_owned())}
        <div class="filter-people">{people.collect_view()}</div>
    }
}

fn dates(group: Group, kind: ColumnKind) -> impl IntoView {
    let period = move |period: Period| {
        let is_on = move || group.test() == Some(Test::Within(period));
        check(text::period(period, kind), is_on, move |on| {
            group.choose(on.then_some(Test::Within(period)));
        })
    };
    let bound = move |label: &'static str, is_first: bool| {
        let value = Signal::derive(move || {
            let (first, last) = between(group.test());
            let day = if is_first { first } else { last };
            day.map_or(FieldValue::Absent, |day| {
                FieldValue::Date(FhirDate::from(day.0))
            })
        });
        let choose = move |value: FieldValue| {
            let day = match value {
                FieldValue::Date(FhirDate::Day(year, month, day)) => Day::new(year, month, day),
                _ => None,
            };
            let (first, last) = between(untrack(|| group.test()));
            let (first, last) = if is_first { (day, last) } else { (first, day) };
            let is_any = first.is_some() || last.is_some();
            group.choose(is_any.then_some(Test::Within(Period::Between(first, last))));
        };
        view! {
            <label class="choice">
                <span>{label}</span>
                <DayInput label=label value=value disabled=Signal::stored(false) on_choose=Callback::new(choose)/>
            </label>
        }
    };
    let periods = [
        Period::Past,
        Period::Today,
        Period::ThisWeek,
        Period::LastSevenDays,
        Period::Absent,
    ];
    view! {
        {periods.map(period).collect_view()}
        {bound(text::FROM, true)}
        {bound(text::UNTIL, false)}
    }
}

fn between(test: Option<Test>) -> (Option<Day>, Option<Day>) {
    match test {
        Some(Test::Within(Period::Between(first, last))) => (first, last),
        _ => (None, None),
    }
}

fn contains(group: Group, label: String) -> impl IntoView {
    let typed = move || match group.test() {
        Some(Test::Contains(text)) => text,
        _ => String::new(),
    };
    view! {
        <input
            type="text"
            aria-label=label
            placeholder=text::CONTAINS_HINT
            autocomplete="off"
            prop:value=typed
            on:input=move |event| group.choose(Some(Test::Contains(event_target_value(&event))))
        />
    }
}
