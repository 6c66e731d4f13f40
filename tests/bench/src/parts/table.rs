//! The rows of a panel in a tab: taking a snapshot, ordering, changes.

use panels_core::{
    fhir,
    hidden::HiddenElements,
    identity::ResourceId,
    live_table::LiveTable,
    panel::{self, Lookup, PanelDefinition},
    protocol::{Cell, PanelChanges, Priority, Row, SortKey},
};

use crate::{
    clinic::Texts,
    measure::{figure, mb, median, once},
};

/// Nobody is known beside the row itself.
struct Alone;

impl Lookup for Alone {
    fn patient(&self, _: &ResourceId) -> Option<&fhir::Patient> {
        None
    }

    fn open_tasks_of(&self, _: &ResourceId) -> Vec<&fhir::Resource> {
        Vec::new()
    }

    fn me(&self) -> &'static str {
        "Practitioner/1"
    }

    fn today(&self) -> panels_core::query::Today {
        panels_core::query::Today::default()
    }

    fn hidden(&self) -> &HiddenElements {
        HiddenElements::NONE
    }
}

/// The panel of all open tasks.
pub(crate) fn definition() -> PanelDefinition {
    let mut panels = panel::built_in();
    let index = panels
        .iter()
        .position(|panel| panel.view.id.as_str() == "open-tasks");
    panels.swap_remove(index.unwrap_or_default())
}

/// Its rows.
pub(crate) fn rows(texts: &Texts) -> Vec<Row> {
    let definition = definition();
    let resources = texts.tasks.iter().flat_map(|text| fhir::parse(text));
    let open = resources.filter(|resource| definition.matches(resource, &Alone));
    open.map(|resource| definition.project(&resource, &Alone))
        .collect()
}

pub(crate) fn run(texts: &Texts) {
    let rows = rows(texts);
    let count = rows.len();
    let view = definition().view;
    let (mut table, took, held) = once(|| {
        let mut table = LiveTable::new(&view);
        let mut rest = rows.iter().cloned().peekable();
        let mut part = 0;
        while rest.peek().is_some() {
            let some: Vec<_> = rest.by_ref().take(500).collect();
            let more = rest.peek().is_some();
            table.apply_snapshot(0, part, more, false, some);
            part += 1;
        }
        table
    });
    figure!(
        "table: a snapshot of {count} rows takes {:.0} ms and {:.1} MB",
        took.as_secs_f64() * 1e3,
        mb(held)
    );
    for column in ["priority", "patient", "title", "changed"] {
        let sort = vec![SortKey {
            column: column.to_owned(),
            descending: true,
        }];
        let ((), took, _) = once(|| table.set_sort(sort));
        figure!(
            "table: ordering by {column} takes {:.1} ms",
            took.as_secs_f64() * 1e3
        );
    }
    table.set_sort(view.sort.clone());
    let priority = view
        .columns
        .iter()
        .position(|column| column.id == "priority")
        .unwrap_or_default();
    let mut sequence = 0;
    for batch in [1, 50, 500] {
        let took = median(101, |run| {
            sequence += 1;
            let changed = (0..batch).map(|index| {
                let mut row = rows[(run * 7_919 + index * 97) % count].clone();
                row.cells[priority] = Cell::Priority([Priority::Stat, Priority::Routine][run % 2]);
                row
            });
            let changes = PanelChanges {
                panel: view.id.clone(),
                rows: changed.collect(),
                gone: vec![],
                loading: false,
            };
            let events = table.apply_changes(sequence, Some(changes));
            assert_eq!(events.changed.len(), batch);
        });
        figure!(
            "table: {batch} changed rows take {:.0} us",
            took.as_secs_f64() * 1e6
        );
    }
}
