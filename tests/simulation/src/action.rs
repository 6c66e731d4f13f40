//! The steps of a plan: what colleagues write, what people do, what goes wrong.
//!
//! A step names its target by a drawn number that is reduced to whoever is there at the time, so that a plan from which
//! steps were taken away still makes sense.

use crate::{network::Cut, queue::Millis, storage::StorageFault, truth::Reading};

/// A drawn number that stands for one of those who are there.
pub(crate) type Pick = u32;

/// One step: when, counted from the start, and what.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Milliseconds since the start of the run.
    pub at_ms: Millis,
    /// What happens.
    pub action: Action,
}

/// What a colleague writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A new task.
    File,
    /// The next status of a task.
    Progress,
    /// A task is finished.
    Complete,
    /// A finished task is taken up again.
    Reopen,
    /// A task gets another owner: user number or anybody else.
    Assign(Option<u8>),
    /// Another priority.
    Prioritise,
    /// A task is deleted.
    Delete,
    /// A deleted task is written again.
    Restore,
    /// A patient gets another birth date.
    CorrectPatient,
    /// A patient's record is closed, or opened again.
    TogglePatient,
    /// A new patient.
    Admit,
}

/// What somebody does with edits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Editing {
    /// Changes one field.
    Field,
    /// Changes two fields in one edit.
    TwoFields,
    /// Adds a note.
    Note,
    /// Corrects how a patient is reached.
    Contact,
    /// Changes many records as one job.
    Many,
    /// Takes an edit back.
    Undo,
    /// Takes a job back.
    UndoJob,
    /// Decides a conflict, by what was on the screen of this or another tab.
    Decide,
    /// Sends again what was rolled back.
    Retry,
    /// Discards something.
    Discard,
    /// Types a word about the open record, and does not save it.
    Type,
    /// Wants nothing any longer of what was typed there.
    GiveUp,
}

/// What waits for the next edit on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ambush {
    /// The server writes it, and the answer is lost.
    AnswerLost,
    /// As before, and a colleague changes the same before anybody can look.
    AnswerLostAndOvertaken,
    /// The server cannot serialise it: 409.
    Contention,
    /// A colleague changes the same just before.
    Overtaken,
    /// A colleague deletes the record just before.
    Deleted,
    /// The policy of the user is narrowed just before.
    Narrowed,
    /// The session of the user is ended when it is written, and somebody else sits down.
    Switched,
    /// The worker dies when the disk has it.
    DiesStored,
    /// The worker dies when the request has left.
    DiesSent,
    /// The worker dies when the server has written it.
    DiesServed,
    /// The worker dies in the turn after the answer.
    DiesAnswered,
    /// The tab dies when it has said it.
    TabDies,
}

/// How a machine sleeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sleep {
    /// Connections survive; what came meanwhile arrives in one burst.
    Buffered,
    /// Connections are found broken at the wake.
    Broken,
    /// Connections are dead, and nobody says so.
    Deaf,
}

/// What happens in a step.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// A colleague writes.
    Write(Change, Pick),
    /// Several write one resource at the same moment.
    Contend(Pick, u8),
    /// A colleague changes a field that people edit.
    Meddle(Pick, u8),
    /// Writes are stamped so long before they can be seen.
    StampEarly(Millis),

    /// Somebody opens a tab.
    OpenTab(Pick),
    /// Somebody closes a tab.
    CloseTab(Pick),
    /// Somebody looks at another panel.
    Watch(Pick, u8),
    /// Somebody opens a record.
    OpenRecord(Pick, Pick),
    /// Somebody closes the record.
    CloseRecord(Pick),
    /// Somebody hides or shows a tab.
    Visible(Pick, bool),
    /// Somebody asks for an attempt now.
    RetryNow(Pick),
    /// Somebody signs out, and in again after so long, as that user.
    SignOut(Pick, Millis, u8),

    /// Somebody edits.
    Edit(Pick, Editing, Pick),
    /// Something waits for the next edit on its way.
    Ambush(Ambush),

    /// A tab dies.
    KillTab(Pick),
    /// A worker dies.
    KillWorker(Pick),
    /// The browser stops a hidden tab for so long.
    FreezeTab(Pick, Millis),
    /// A new build is deployed: somebody opens a tab of it.
    Deploy(Pick),

    /// The network of a profile fails.
    Partition(Pick, Cut, Millis),
    /// The network of a profile becomes slow for so long.
    Slow(Pick, Millis, Millis),
    /// One connection goes deaf: for so long, or for ever.
    Deafen(Pick, Option<Millis>),
    /// The clock of a machine is set.
    ClockJump(Pick, Millis),
    /// A machine sleeps.
    Sleep(Pick, Sleep, Millis),

    /// Requests are answered with a status, so many of them, under a path.
    Answer(u16, u32, &'static str),
    /// Requests are answered late: by so much, for so long.
    AnswerLate(Millis, Millis),
    /// Connections of so many requests break; whether they are carried out before.
    BreakAnswers(u32, bool),
    /// Events are lost, doubled, overtaken, late: chances of a thousand, and the delay.
    Events([u32; 4], Millis),
    /// Every socket breaks, and none is accepted for so long.
    DropSockets(Millis),
    /// No frame passes on the sockets of now for so long.
    FreezeSockets(Millis),
    /// The server restarts: whether it crashes, and how long it is away.
    Restart(bool, Millis),
    /// The server's cache forgets a Subscription.
    Purge,
    /// The project feature is switched.
    Feature(bool),
    /// The server's clock is set by so much.
    ServerClock(Millis),
    /// Another policy for a user.
    Policy(u8, Reading),
    /// Every session of a user is revoked.
    Revoke(u8),

    /// Storage fails.
    Storage(Pick, StorageFault),
}

impl Action {
    /// Whether the stream may lose something silently from now on, or a policy changes what it should bring: then only the
    /// staleness bound holds, not the word of the stream.
    pub(crate) fn makes_stream_unreliable(&self) -> bool {
        matches!(
            self,
            Self::Events(..) | Self::Purge | Self::Feature(_) | Self::Policy(..) | Self::Revoke(_)
        )
    }
}
