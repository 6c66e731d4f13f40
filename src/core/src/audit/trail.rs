//! The trail of whoever is signed in: takes deeds, puts them into the chain, and knows what is due.

use super::{
    AuditSending, AuditState, Break,
    chain::Chain,
    deed::{Deed, What, cleaned},
    entry::{Draft, Fate, Hash},
    keeping::{Storage, Stored},
    sending::{Leaving, Sending},
};
use crate::{
    edit::Author,
    engine::io::Io,
    error::StateError,
    identity::{InstanceId, ResourceKey},
    limits,
    time::Timestamp,
};

/// See the module `audit`.
#[derive(Debug)]
pub(crate) struct Trail {
    /// Names of entries begin with it.
    life: InstanceId,
    made: u64,
    pub(super) author: Option<Author>,
    /// What has no place in the chain yet: it is not known what is stored.
    pub(super) drafts: Vec<Draft>,
    pub(super) chain: Chain,
    /// Where it was found to be broken.
    pub(super) broken: Option<Break>,
    pub(super) storage: Storage,
    pub(super) stored: Stored,
    pub(super) sending: Sending,
    pub(super) failures: u32,
    /// Nothing is sent before.
    pub(super) not_before: Timestamp,
    /// What could not be written down.
    pub(super) missed: u64,
    views: Vec<(ResourceKey, Timestamp)>,
    pub(super) leaving: Option<Leaving>,
}

impl Trail {
    /// Of nobody, in this life of the worker.
    pub(crate) fn new(life: InstanceId) -> Self {
        Self {
            life,
            made: 0,
            author: None,
            drafts: Vec::new(),
            chain: Chain::new(),
            broken: None,
            storage: Storage::Closed,
            stored: Stored::default(),
            sending: Sending::Idle,
            failures: 0,
            not_before: Timestamp(i64::MIN),
            missed: 0,
            views: Vec::new(),
            leaving: None,
        }
    }

    /// Nothing of a user is left in memory; what is on its way for one who leaves is not touched.
    pub(super) fn forget(&mut self) {
        *self = Self {
            made: self.made,
            stored: self.stored.successor(),
            leaving: self.leaving.take(),
            ..Self::new(self.life.clone())
        };
    }

    /// Writes something down. The name of the entry; `None` if there is no room for it, or nobody whose trail it is.
    pub(crate) fn note(&mut self, io: &mut Io, deed: Deed) -> Option<Box<str>> {
        let author = self.author.as_ref()?;
        if self.chain.waiting() + self.drafts.len() >= limits::AUDIT_UNSENT_MAX {
            self.missed += 1;
            io.count(StateError::AuditMissed);
            return None;
        }
        self.made += 1;
        let id = cleaned(&format!("{}/{}", self.life, self.made));
        self.drafts.push(Draft {
            id: id.clone(),
            at: io.clock_now(),
            who: cleaned(&author.profile),
            deed,
        });
        Some(id)
    }

    /// Whether an entry is as safe as it gets: on the disk, unless nothing is kept here.
    pub(crate) fn is_safe(&self, name: &str) -> bool {
        if self.drafts.iter().any(|draft| &*draft.id == name) {
            return false;
        }
        let mut entries = self.chain.entries.iter().rev();
        let entry = entries.find(|entry| &*entry.draft.id == name);
        // One that is not here any longer was sent, and kept before that.
        entry.is_none_or(|entry| self.lets_go(entry.number))
    }

    /// A record is shown, or was asked for and is not there for this user. Once within [`limits::AUDIT_VIEW_AGAIN_MS`], or a
    /// drawer that is opened again and again would drown everything else.
    pub(crate) fn note_view(&mut self, io: &mut Io, record: &ResourceKey, deed: impl Fn() -> Deed) {
        if self.author.is_none() {
            return;
        }
        let now = io.now;
        self.views
            .retain(|(_, at)| now.since_ms(*at) < limits::AUDIT_VIEW_AGAIN_MS);
        if self.views.iter().any(|(known, _)| known == record) {
            return;
        }
        if self.views.len() >= limits::AUDIT_VIEWS_REMEMBERED_MAX {
            self.views.remove(0);
        }
        self.views.push((record.clone(), now));
        self.note(io, deed());
    }

    /// Puts what was noted into the chain.
    pub(super) fn take_drafts(&mut self, io: &mut Io) {
        let room = self.chain.waiting() + self.drafts.len() < limits::AUDIT_UNSENT_MAX;
        if self.missed > 0 && room {
            let missed = std::mem::take(&mut self.missed);
            self.note(
                io,
                Deed::new(What::Missed)
                    .of(missed)
                    .with(super::Outcome::Serious),
            );
        }
        if self.drafts.is_empty() {
            return;
        }
        if self.chain.waiting() == 0 {
            self.wait_for_more(io);
        }
        for draft in std::mem::take(&mut self.drafts) {
            self.chain.append(draft);
        }
    }

    /// Some more may come, and all of them go together.
    pub(super) fn wait_for_more(&mut self, io: &Io) {
        let wait_ms = limits::AUDIT_COLLECT_MS;
        let at = io.now + wait_ms + self.spread_ms(wait_ms);
        self.not_before = self.not_before.max(at);
    }

    /// A part of a time, another one for each worker: those that began together do not send together. Drawn from its name, so
    /// that the trail takes no chance away from what people wait for.
    pub(super) fn spread_ms(&self, ms: i64) -> i64 {
        let digits = Hash::of(self.life.as_str());
        let drawn = digits.as_str().get(..2);
        let drawn = drawn.and_then(|digits| i64::from_str_radix(digits, 16).ok());
        ms * drawn.unwrap_or_default() / 256
    }

    /// The server has it, or will never take it.
    pub(super) fn settle(&mut self, number: u64, fate: Fate) {
        self.chain.settle(number, fate);
        self.stored.mark(number);
    }

    /// The end of a turn: what was noted is stored, what is stored is sent.
    pub(crate) fn pump(&mut self, io: &mut Io, may_send: bool) {
        if self.author.is_none() || self.is_opening() {
            return;
        }
        self.take_drafts(io);
        let gone = self.chain.trim(limits::AUDIT_SENT_KEPT_MAX);
        self.stored.gone.extend(gone);
        self.write(io);
        self.send(io, may_send);
    }

    /// For diagnostics.
    pub(crate) fn state(&self) -> AuditState {
        let refused = self.chain.entries.iter();
        let refused = refused.filter(|entry| entry.fate == Fate::Refused);
        AuditState {
            entries: self.chain.entries.len() + self.drafts.len(),
            unsent: self.chain.waiting() + self.drafts.len(),
            refused: refused.count(),
            missed: self.missed,
            integrity: self.broken.map_or_else(|| self.chain.verify(), Err),
            kept: self.storage == Storage::Open,
            sending: match self.sending {
                _ if self.author.is_none() || self.is_opening() => AuditSending::Closed,
                Sending::Refused { status } => AuditSending::Refused { status },
                _ if self.failures > 0 => AuditSending::Failing {
                    tries: self.failures,
                },
                _ => AuditSending::InTime,
            },
        }
    }
}
