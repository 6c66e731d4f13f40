//! One cell, as a table cell or as a value in the drawer.

use leptos::{
    either::{Either, EitherOf9},
    prelude::*,
};
use panels_core::{
    protocol::{Cell, ColumnKind, FhirDate, Hiding},
    text::priority_label,
    time::Timestamp,
};

use super::{Icon, Shape};
use crate::{show, state::AppState, text};

/// The content of a cell. `kind` tells dates apart: a due date, a birth date, an age.
#[component]
pub(crate) fn CellValue(
    /// The value.
    cell: Cell,
    /// Its column; in the drawer there is none.
    #[prop(into)]
    kind: Option<ColumnKind>,
) -> impl IntoView {
    match cell {
        Cell::Empty => EitherOf9::A(Either::Left(empty(kind))),
        Cell::Hidden(hiding) => EitherOf9::A(Either::Right(hidden(hiding))),
        Cell::Text(text) => {
            let class = if kind == Some(ColumnKind::Title) {
                "cell-title"
            } else {
                ""
            };
            EitherOf9::B(Either::Left(words(class, text)))
        }
        Cell::Number { shown, .. } => EitherOf9::B(Either::Left(words("cell-figure", shown))),
        Cell::Flag(flag) => EitherOf9::B(Either::Left(words("", text::flag(flag).to_owned()))),
        Cell::Tags(tags) => {
            let all = tags.join(", ");
            let tags = tags
                .into_iter()
                .map(|tag| view! { <span class="cell-tag">{tag}</span> " " });
            EitherOf9::B(Either::Right(
                view! { <span title=all>{tags.collect_view()}</span> },
            ))
        }
        Cell::Priority(priority) => EitherOf9::C(view! {
            <span class=format!("fixed due-mark priority-{}", priority_label(priority).to_lowercase())>
                <Icon shape=Shape::of_priority(priority)/>
                {priority_label(priority)}
            </span>
        }),
        Cell::Status {
            code,
            label,
            business,
        } => EitherOf9::D(view! {
            <span class="fixed due-mark status" data-code=code.clone()>
                <Icon shape=Shape::of_status(&code)/>
                {label}
            </span>
            {business.map(|business| view! { <span class="cell-quiet" title=business.clone()>{business.clone()}</span> })}
        }),
        Cell::Date(date) => EitherOf9::E(view! { <DateValue date=date kind=kind/> }),
        Cell::Moment(time) => EitherOf9::F(view! { <MomentValue time=time whole=kind.is_none()/> }),
        Cell::Person { name, me, .. } => EitherOf9::G(view! {
            <span title=name.clone()>{name.clone()}</span>
            {me.then(|| view! { <span class="me fixed">{text::YOU}</span> })}
        }),
        Cell::Patient {
            name, birth_date, ..
        } => EitherOf9::H(view! {
            <span title=name.clone()>{name.clone()}</span>
            {birth_date.map(|date| view! { <span class="cell-quiet fixed">{show::date(date)}</span> })}
        }),
        Cell::Workload {
            open,
            worst,
            next_due,
        } => EitherOf9::I(view! {
            <span class="fixed workload-count">{text::number(open as usize)}</span>
            {worst.map(|priority| view! {
                <span class=format!("fixed due-mark workload-priority priority-{}", priority_label(priority).to_lowercase())>
                    <Icon shape=Shape::of_priority(priority)/>
                    {priority_label(priority)}
                </span>
            })}
            {next_due.map(|date| view! { <DateValue date=date kind=Some(ColumnKind::Due)/> })}
        }),
    }
}

fn words(class: &'static str, words: String) -> impl IntoView {
    view! { <span class=class title=words.clone()>{words.clone()}</span> }
}

fn empty(kind: Option<ColumnKind>) -> impl IntoView {
    match kind {
        Some(ColumnKind::Person) => view! { <span class="unassigned">{text::UNASSIGNED}</span> },
        _ => view! { <span class="cell-none">"–"</span> },
    }
}

fn hidden(hiding: Hiding) -> impl IntoView {
    view! { <span class="cell-hidden" title=text::hidden_reason(hiding)>{text::hidden(hiding)}</span> }
}

#[component]
fn DateValue(date: FhirDate, kind: Option<ColumnKind>) -> impl IntoView {
    let clock = AppState::here().clock;
    let absolute = match kind {
        Some(ColumnKind::Date) => show::day(date),
        _ => show::date(date),
    };
    match kind {
        // One effect each: the same texts again are no change of the document.
        Some(ColumnKind::Due) => (move || {
            let due = show::due(date, clock.slow());
            let class = match due.overdue {
                true => "due-mark fixed overdue",
                false => "due-mark fixed",
            };
            view! {
                <span class=class title=absolute.clone()>
                    {due.overdue.then(|| view! {
                        <Icon shape=Shape::Clock/>
                        <span class="unseen">{text::OVERDUE} " "</span>
                    })}
                    {due.relative}
                </span>
                <span class="cell-quiet">{due.absolute}</span>
            }
        })
        .into_any(),
        Some(ColumnKind::Age | ColumnKind::Changed) => {
            let age = move || show::due(date, clock.slow()).absolute;
            view! { <span class="cell-quiet" title=absolute>{age}</span> }.into_any()
        }
        Some(ColumnKind::BirthDate) => {
            let age = move || show::age(date, clock.slow());
            view! { <span class="fixed">{absolute}</span> <span class="cell-quiet">{age}</span> }
                .into_any()
        }
        _ => view! { <span class="fixed">{absolute}</span> }.into_any(),
    }
}

/// A column has room for how long ago it was; the drawer also for when.
#[component]
fn MomentValue(time: Timestamp, whole: bool) -> impl IntoView {
    let clock = AppState::here().clock;
    let ago = move || show::ago(time, clock.slow());
    let moment = show::moment(time);
    view! {
        {whole.then(|| view! { <span>{moment.clone()}</span> })}
        <time class="cell-quiet" datetime=time.to_iso() title=moment>{ago}</time>
    }
}
