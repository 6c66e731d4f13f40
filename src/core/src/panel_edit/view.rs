//! A view while somebody makes or changes it: what is shown of a panel now is what it shows.

use super::{Part, Saving, Stage, Target, Unkept, ViewEdit};
use crate::{
    identity::ResourceType,
    layout::Layout,
    protocol::{Audience, Column, ColumnKind, PanelView, SavedView, ViewDraft},
    query::{Filter, Query, Test},
};

impl ViewEdit {
    /// A new view that shows what is shown of a panel now.
    pub fn out_of_table(panel: &PanelView, query: &Query, layout: &Layout) -> Self {
        let draft = ViewDraft {
            name: String::new(),
            audience: Audience::Personal,
            ..shown(panel, query, layout)
        };
        Self::typing(Target::New, draft.clone(), draft, panel, query)
    }

    /// A view that shall show what is shown now, under the name that it has.
    pub fn of_view(view: &SavedView, panel: &PanelView, query: &Query, layout: &Layout) -> Self {
        let target = Target::Known {
            id: view.id.clone(),
            version: view.version.clone(),
        };
        let draft = ViewDraft {
            name: view.draft.name.clone(),
            audience: view.draft.audience,
            ..shown(panel, query, layout)
        };
        Self::typing(target, view.draft.clone(), draft, panel, query)
    }

    /// The same under the name that was typed before for the same one and not saved: its dialog was closed, by intent or not.
    #[must_use]
    pub fn with_names_of(mut self, before: Option<Self>) -> Self {
        if let Some(before) = before.filter(|before| before.is_of(&self.target)) {
            self.draft.name = before.draft.name;
            self.draft.audience = before.draft.audience;
        }
        self
    }

    fn is_of(&self, target: &Target) -> bool {
        match (&self.target, target) {
            (Target::New, Target::New) => true,
            (Target::Known { id, .. }, Target::Known { id: same, .. }) => id == same,
            _ => false,
        }
    }

    fn typing(
        target: Target,
        before: ViewDraft,
        draft: ViewDraft,
        panel: &PanelView,
        query: &Query,
    ) -> Self {
        let named = query.filters.iter().filter_map(|filter| {
            let column = named_by(filter, panel)?.title.clone();
            Some(Unkept::Filter { column })
        });
        let search = (!query.search.is_empty()).then_some(Unkept::Search);
        let unkept = named.chain(search);
        Saving {
            target,
            draft,
            typed: (),
            unkept: unkept.collect(),
            stage: Stage::Typing,
            before,
        }
    }
}

/// In what two people made something different of a view.
pub fn view_differences(one: &ViewDraft, other: &ViewDraft) -> Vec<Part> {
    let same_filters = one.filters == other.filters && one.band == other.band;
    let parts = [
        (one.name != other.name, Part::Name),
        (one.audience != other.audience, Part::Audience),
        (one.columns != other.columns, Part::Columns),
        (!same_filters, Part::Filters),
        (one.sort != other.sort, Part::Order),
    ];
    let differing = parts.into_iter().filter(|(differs, _)| *differs);
    differing.map(|(_, part)| part).collect()
}

fn shown(panel: &PanelView, query: &Query, layout: &Layout) -> ViewDraft {
    let filters = query.filters.iter();
    let filters = filters.filter(|filter| named_by(filter, panel).is_none());
    ViewDraft {
        name: String::new(),
        panel: panel.id.address().to_owned(),
        audience: Audience::Personal,
        columns: layout.clone(),
        filters: filters.cloned().collect(),
        band: query.band,
        sort: query.sort.clone(),
    }
}

/// The column of a text that a patient's name must contain. It is not saved: who may read a view may not read every patient.
fn named_by<'a>(filter: &Filter, panel: &'a PanelView) -> Option<&'a Column> {
    if !matches!(filter.test, Test::Contains(_)) {
        return None;
    }
    let column = panel
        .columns
        .iter()
        .find(|column| column.id == filter.column)?;
    let is_patient = panel.row_type == ResourceType::Patient;
    match column.kind {
        ColumnKind::Patient => Some(column),
        ColumnKind::Title if is_patient => Some(column),
        _ => None,
    }
}
