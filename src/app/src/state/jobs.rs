//! Changes of many rows that this tab has asked for: what they are and whom they are about, until their outcome was seen.

use std::{collections::HashMap, sync::Arc};

use leptos::prelude::*;
use panels_core::{
    identity::{JobId, ResourceKey},
    protocol::{EditField, FieldValue, NewEdit, PanelView, Row, TabMessage},
    selection::change_of_row,
};

use super::{AppState, clock::now};
use crate::text;

/// One of them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct OwnJob {
    /// Its name.
    pub id: JobId,
    /// What is changed, in words.
    pub what: String,
    /// What the rows are called, for those that could not be changed.
    pub names: Arc<HashMap<ResourceKey, String>>,
}

/// Name of the job that takes another one back.
const UNDO: &str = "undo:";

impl AppState {
    /// Asks for one change of many rows. Rows that are so already are left out.
    pub(crate) fn edit_many(
        self,
        view: &PanelView,
        rows: &[Row],
        field: EditField,
        wanted: &FieldValue,
    ) {
        let Some(job) = self.edits.name(self) else {
            return;
        };
        let mut names = HashMap::new();
        let mut edits = Vec::new();
        for (number, row) in rows.iter().enumerate() {
            let Some(change) = change_of_row(view, row, field, wanted) else {
                continue;
            };
            let resource = ResourceKey::new(view.row_type.clone(), row.id.clone());
            names.insert(resource.clone(), text::row_name(view, row));
            edits.push(NewEdit {
                id: job.part(number),
                resource,
                version: row.version.clone(),
                at: now(),
                changes: vec![change],
            });
        }
        if edits.is_empty() {
            return self.say_of_rows(text::NOTHING_TO_CHANGE.to_owned());
        }
        let own = OwnJob {
            id: job.job(),
            what: text::bulk_change(field, wanted),
            names: Arc::new(names),
        };
        let job = own.id.clone();
        self.edits.jobs.update(|jobs| jobs.push(own));
        self.send(TabMessage::EditMany { job, edits });
    }

    /// Takes a job back.
    pub(crate) fn undo_job(self, job: &OwnJob) {
        let reverse = OwnJob {
            id: JobId::new(format!("{UNDO}{}", job.id.as_str())),
            what: text::taking_back(&job.what),
            names: job.names.clone(),
        };
        self.edits.jobs.update(|jobs| {
            jobs.retain(|known| known.id != job.id);
            jobs.push(reverse);
        });
        self.send(TabMessage::UndoJob {
            job: job.id.clone(),
        });
    }

    /// Its outcome was seen.
    pub(crate) fn dismiss_job(self, job: &JobId) {
        self.edits
            .jobs
            .update(|jobs| jobs.retain(|known| known.id != *job));
    }
}
