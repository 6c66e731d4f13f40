//! What can be written down. Must never have a place for anything clinical, nor for a secret.

use crate::identity::ResourceKey;

/// Characters of an id that a tab made up.
const ID_CHARS_MAX: usize = 128;

macro_rules! whats {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// The actions.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum What {
            $($(#[$doc])* $name,)*
        }

        impl What {
            /// All of them.
            pub(super) const ALL: &[Self] = &[$(Self::$name,)*];

            /// As it is stored and sent. Never changes its meaning.
            pub(super) fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                }
            }
        }
    };
}

whats! {
    /// The user has signed in.
    SignedIn = "sign-in",
    /// The user has signed out.
    SignedOut = "sign-out",
    /// The session ended by itself: a refused renewal, a removed member.
    SessionEnded = "session-end",
    /// A record was opened: shown, or not there for this user.
    Viewed = "view",
    /// An edit is on the server.
    EditApplied = "edit-applied",
    /// An edit was not taken.
    EditRolledBack = "edit-rolled-back",
    /// The user discarded an edit, or undid it before it was sent.
    EditDiscarded = "edit-discarded",
    /// The user kept their own value, or wrote a third one.
    KeptMine = "conflict-kept-mine",
    /// The user took the value of the server.
    TookTheirs = "conflict-took-theirs",
    /// Decided by itself: others had changed something else, and both stay.
    Merged = "conflict-merged",
    /// Decided by itself: the last writer wins, and another's value was replaced.
    Overwrote = "conflict-overwrote",
    /// Decided by itself: a later edit of the same user takes the place of this one.
    Superseded = "conflict-superseded",
    /// Decided by itself: the server held the value already.
    AlreadySo = "conflict-already-so",
    /// A change of many records began.
    JobBegan = "job-begin",
    /// Nothing of it is on its way any longer.
    JobEnded = "job-end",
    /// Rows were written to a file.
    Exported = "export",
    /// So many entries could not be written down.
    Missed = "log-missed",
    /// The entry of this number is not what was written, or is not there.
    Broken = "log-broken",
}

impl What {
    pub(super) fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|what| what.code() == code)
    }
}

/// How it went, in the codes of `AuditEvent.outcome`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// As wanted.
    Success,
    /// Not, or not all of it.
    Failure,
    /// Not, because it is forbidden, or something is wrong with the trail itself.
    Serious,
}

impl Outcome {
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Success => "0",
            Self::Failure => "4",
            Self::Serious => "8",
        }
    }

    pub(super) fn parse(code: &str) -> Option<Self> {
        let all = [Self::Success, Self::Failure, Self::Serious];
        all.into_iter().find(|outcome| outcome.code() == code)
    }
}

/// One thing that was done, by whoever is signed in, now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Deed {
    pub(super) what: What,
    pub(super) outcome: Outcome,
    pub(super) record: Option<ResourceKey>,
    pub(super) patient: Option<ResourceKey>,
    pub(super) job: Option<Box<str>>,
    pub(super) size: Option<u64>,
}

impl Deed {
    /// Something that went well.
    pub(crate) fn new(what: What) -> Self {
        Self {
            what,
            outcome: Outcome::Success,
            record: None,
            patient: None,
            job: None,
            size: None,
        }
    }

    /// It went like that.
    pub(crate) fn with(self, outcome: Outcome) -> Self {
        Self { outcome, ..self }
    }

    /// It was about this record, which is about this patient. Keys that are no references (a type or an id with other
    /// characters) are left out.
    pub(crate) fn about(self, record: &ResourceKey, patient: Option<&ResourceKey>) -> Self {
        let same = patient == Some(record);
        Self {
            record: reference(record),
            patient: patient.filter(|_| !same).and_then(reference),
            ..self
        }
    }

    /// It was part of this job.
    pub(crate) fn in_job(self, job: Option<&str>) -> Self {
        Self {
            job: job.map(cleaned),
            ..self
        }
    }

    /// It was about so many.
    pub(crate) fn of(self, size: u64) -> Self {
        Self {
            size: Some(size),
            ..self
        }
    }
}

/// A key whose text is a reference and nothing else.
fn reference(key: &ResourceKey) -> Option<ResourceKey> {
    let text = key.to_string();
    ResourceKey::from_reference(&text).filter(|parsed| parsed == key)
}

/// Of a text the characters that ids are made of.
pub(super) fn cleaned(text: &str) -> Box<str> {
    let kept = text
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || "-.:/".contains(*letter));
    kept.take(ID_CHARS_MAX).collect::<String>().into()
}
