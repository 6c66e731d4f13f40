//! Texts that were typed and not saved: kept like edits, for their author only, so that neither a closed tab nor a killed worker
//! takes them along.
//!
//! A draft belongs to the tab in which it was typed, and to what the tab calls a sitting: with each session that ends it forgets.
//! When the tab is gone, or sits anew, the draft goes to the next one that has the record open. Must never be sent to the server:
//! nobody has asked for that.

use serde::{Deserialize, Serialize};

use super::{Author, Outbox, entry::FORMAT};
use crate::{
    engine::io::Io,
    identity::{ResourceKey, TabId},
    limits,
    protocol::{DraftOf, EditField},
    time::Timestamp,
};

/// One draft as it is kept on the disk, beside the edits. Readable by every later build, as those.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Draft {
    /// As that of an edit.
    pub(super) format: u8,
    /// Who typed it.
    pub(super) author: Author,
    /// Where.
    tab: TabId,
    /// When: what was typed in a sitting before is not in the tab any longer.
    #[serde(default)]
    sitting: u32,
    /// About which record.
    resource: ResourceKey,
    /// What it is meant for.
    #[serde(default = "note")]
    of: DraftOf,
    /// As it was typed.
    draft: String,
}

/// What drafts were meant for before they said so.
fn note() -> DraftOf {
    DraftOf::NOTE
}

/// Where a text is typed: a tab, in one of its sittings, and what it is about and meant for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DraftPlace {
    pub(crate) tab: TabId,
    pub(crate) sitting: u32,
    pub(crate) resource: ResourceKey,
    pub(crate) of: DraftOf,
}

impl DraftPlace {
    fn is_about(&self, draft: &Draft) -> bool {
        draft.resource == self.resource && draft.of == self.of
    }

    fn is_of(&self, draft: &Draft) -> bool {
        self.is_about(draft) && draft.tab == self.tab && draft.sitting == self.sitting
    }
}

impl Outbox {
    /// A tab has this text about a record and has not saved it; an empty one: none. Takes the place of all that it has there.
    pub(crate) fn keep_draft(&mut self, io: &Io, place: DraftPlace, text: &str) {
        let Some(author) = self.author.clone().filter(|_| !self.parked) else {
            return;
        };
        if self.is_opening() {
            // What is stored of it is older; it goes when it is told.
            if !self.drafts_replaced.contains(&place) {
                self.drafts_replaced.push(place.clone());
            }
        }
        let has = |number| self.drafts_told.get(number) == Some(&place.tab);
        let known = self
            .drafts
            .iter()
            .filter(|(number, draft)| place.is_of(draft) || (place.is_about(draft) && has(number)));
        let mut known: Vec<u64> = known.map(|(number, _)| *number).collect();
        let kept = (!text.is_empty()).then(|| known.pop()).flatten();
        for number in known {
            self.drafts.remove(&number);
            self.drafts_told.remove(&number);
            self.disk.mark(number);
        }
        if text.is_empty() || (kept.is_none() && self.drafts.len() >= limits::DRAFTS_MAX) {
            return;
        }
        let number = kept.unwrap_or_else(|| self.number(io));
        let draft = Draft {
            format: FORMAT,
            author,
            tab: place.tab.clone(),
            sitting: place.sitting,
            resource: place.resource,
            of: place.of,
            draft: text.chars().take(limits::TEXT_CHARS_MAX).collect(),
        };
        self.drafts_told.insert(number, place.tab);
        if self.drafts.get(&number) != Some(&draft) {
            self.drafts.insert(number, draft);
            self.disk.mark(number);
        }
    }

    /// A draft was found on the disk.
    pub(super) fn take_stored_draft(&mut self, number: u64, draft: Draft) {
        if self.drafts_replaced.iter().any(|place| place.is_of(&draft)) {
            self.disk.mark(number);
        } else if !self.disk.is_marked(number) {
            // What is in memory already is newer.
            self.drafts.entry(number).or_insert(draft);
        }
    }

    /// A tab has none of its drafts any longer: it may have said them before it heard that a session had ended.
    pub(crate) fn forget_who_has_drafts(&mut self, tab: &TabId) {
        self.drafts_told.retain(|_, known_to| known_to != tab);
    }

    /// Gives a tab what was typed about a record in tabs that are gone or have forgotten it: a session that ends makes tabs
    /// forget. Notes are joined; of a field there is one text, and where the tab has one itself the other waits. So what was
    /// typed in this tab comes first, and of that the latest, which the storage may have beside one from before; then the oldest.
    pub(crate) fn adopt_drafts(
        &mut self,
        now: Timestamp,
        tab: &TabId,
        resource: &ResourceKey,
        is_here: impl Fn(&TabId) -> bool,
    ) -> Vec<(DraftOf, String)> {
        // Tabs that outlived a worker have had time to say so.
        let settled = |since: Timestamp| now.since_ms(since) >= limits::DRAFT_ADOPTED_AFTER_MS;
        let settled = self.opened_at.is_some_and(settled);
        let here = self.drafts.iter().filter(|(number, draft)| {
            draft.resource == *resource && self.drafts_told.get(number) == Some(tab)
        });
        let mut taken: Vec<DraftOf> = here.map(|(_, draft)| draft.of.clone()).collect();
        let mut texts = Vec::new();
        let about = self.drafts.iter();
        let about = about.filter(|(_, draft)| draft.resource == *resource);
        let (own, others): (Vec<_>, Vec<_>) = about.partition(|(_, draft)| draft.tab == *tab);
        for (number, draft) in own.into_iter().rev().chain(others) {
            let own = draft.tab == *tab;
            let is_had = self.drafts_told.get(number).is_some_and(&is_here);
            if is_had || !(own || settled) {
                continue;
            }
            if draft.of.field != EditField::Note && taken.contains(&draft.of) {
                continue;
            }
            // It is that tab's as soon as the tab says what has become of it.
            self.drafts_told.insert(*number, tab.clone());
            taken.push(draft.of.clone());
            texts.push((draft.of.clone(), draft.draft.clone()));
        }
        texts
    }

    /// Whether there is any draft that somebody may be told.
    pub(crate) fn has_drafts(&self) -> bool {
        !self.drafts.is_empty() && !self.parked && !self.is_opening()
    }
}

/// Reads a record; `None` if it is none, damaged, or of a later build.
pub(super) fn parse(text: &str) -> Option<Draft> {
    let draft: Draft = serde_json::from_str(text).ok()?;
    (draft.format <= FORMAT && !draft.draft.is_empty()).then_some(draft)
}

/// The record as text. Plain data always serialises.
pub(super) fn to_text(draft: &Draft) -> String {
    serde_json::to_string(draft).unwrap_or_default()
}
