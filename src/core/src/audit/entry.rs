//! One entry as it is hashed and stored: lines of text in a fixed order, so that the same entry has the same hash in every build.
//!
//! A later build may add another first line for another form; it must never change this one.

use sha2::{Digest, Sha256};

use super::deed::{Deed, Outcome, What, cleaned};
use crate::{identity::ResourceKey, time::Timestamp};

/// First line: the form of what follows.
const FORM: &str = "panels-audit-1";

/// SHA-256, as hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hash(Box<str>);

impl Hash {
    /// That of a text.
    pub(super) fn of(text: &str) -> Self {
        let digits = Sha256::digest(text);
        let digits = digits.iter().map(|byte| format!("{byte:02x}"));
        Self(digits.collect::<String>().into())
    }

    /// What the first entry of a chain follows on.
    pub(super) fn none() -> Self {
        Self("0".into())
    }

    pub(super) fn read(text: &str) -> Self {
        Self(text.into())
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// What became of it. Not part of the hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// The server does not have it yet, as far as is known.
    Waiting,
    /// The server has it.
    Sent,
    /// The server will never take it.
    Refused,
}

impl Fate {
    fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Refused => "refused",
        }
    }

    fn parse(code: &str) -> Option<Self> {
        let all = [Self::Waiting, Self::Sent, Self::Refused];
        all.into_iter().find(|fate| fate.code() == code)
    }
}

/// What is known of an entry before its place in the chain is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Draft {
    /// Its name for ever, in every copy of it.
    pub(super) id: Box<str>,
    /// When it was done, by the clock of the browser.
    pub(super) at: Timestamp,
    /// Reference of the user.
    pub(super) who: Box<str>,
    /// What was done.
    pub(super) deed: Deed,
}

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its place in the chain, from 1.
    pub(super) number: u64,
    pub(super) draft: Draft,
    /// Hash of the entry before it.
    pub(super) previous: Hash,
    pub(super) hash: Hash,
    pub(super) fate: Fate,
}

impl Entry {
    /// An entry at its place.
    pub(super) fn new(number: u64, previous: Hash, draft: Draft) -> Self {
        let mut entry = Self {
            number,
            draft,
            previous,
            hash: Hash::none(),
            fate: Fate::Waiting,
        };
        entry.hash = Hash::of(&entry.hashed());
        entry
    }

    /// The text that is hashed: everything but the hash and the fate.
    pub(super) fn hashed(&self) -> String {
        let Draft { id, at, who, deed } = &self.draft;
        let key = |key: &Option<ResourceKey>| key.as_ref().map(ToString::to_string);
        let lines = [
            FORM.to_owned(),
            self.number.to_string(),
            at.0.to_string(),
            cleaned(id).into(),
            cleaned(who).into(),
            deed.what.code().to_owned(),
            deed.outcome.code().to_owned(),
            key(&deed.record).unwrap_or_default(),
            key(&deed.patient).unwrap_or_default(),
            deed.job.as_deref().unwrap_or_default().to_owned(),
            deed.size.map(|size| size.to_string()).unwrap_or_default(),
            self.previous.as_str().to_owned(),
        ];
        lines.join("\n")
    }

    /// The record.
    pub(super) fn to_text(&self) -> String {
        let (hashed, hash) = (self.hashed(), self.hash.as_str());
        format!("{hashed}\n{hash}\n{}", self.fate.code())
    }

    /// Reads a record; `None` if it is not of this form. Whether it is what was written is for the chain to say.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut lines = text.split('\n');
        let mut next = || lines.next();
        if next()? != FORM {
            return None;
        }
        let number = next()?.parse().ok()?;
        let at = Timestamp(next()?.parse().ok()?);
        let (id, who) = (next()?.into(), next()?.into());
        let deed = Deed {
            what: What::parse(next()?)?,
            outcome: Outcome::parse(next()?)?,
            record: optional(next()?, ResourceKey::from_reference)?,
            patient: optional(next()?, ResourceKey::from_reference)?,
            job: optional(next()?, |text| Some(text.into()))?,
            size: optional(next()?, |text| text.parse().ok())?,
        };
        let entry = Self {
            number,
            draft: Draft { id, at, who, deed },
            previous: Hash::read(next()?),
            hash: Hash::read(next()?),
            fate: Fate::parse(next()?)?,
        };
        // One text for one entry: another that reads the same is not what was written.
        (entry.to_text() == text).then_some(entry)
    }
}

/// An empty line is nothing; any other must be readable.
fn optional<T>(line: &str, parse: impl Fn(&str) -> Option<T>) -> Option<Option<T>> {
    if line.is_empty() {
        return Some(None);
    }
    parse(line).map(Some)
}
