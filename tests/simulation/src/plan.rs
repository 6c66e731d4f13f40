//! From a seed to a plan: how large the world is, who is there, and every step of what they do and what goes wrong.
//!
//! Swarm testing: each seed picks some kinds of faults and leaves the others out, so that rare combinations are not drowned
//! by the usual ones.

use fastrand::Rng;
use panels_sandbox::live::LiveOptions;

use crate::{
    action::{Action, Change, Sleep, Step},
    network::{Cut, Quality},
    queue::Millis,
    storage::StorageFault,
    truth::Reading,
};

/// How large a clinic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size {
    /// Patients.
    pub patients: usize,
    /// Open tasks.
    pub tasks: usize,
}

/// How the server behaves from the start.
#[derive(Clone, Debug)]
pub struct ServerPlan {
    /// Sockets.
    pub live: LiveOptions,
    /// HTTP as the newest server.
    pub latest: bool,
    /// A user may send only so much.
    pub tight_limits: bool,
    /// Life of an access token.
    pub access_seconds: i64,
    /// How far its clock is ahead of the true time.
    pub clock_ahead_ms: Millis,
}

impl Default for ServerPlan {
    fn default() -> Self {
        Self {
            live: LiveOptions::default(),
            latest: false,
            tight_limits: false,
            access_seconds: 3600,
            clock_ahead_ms: 0,
        }
    }
}

/// One browser profile: a user at a machine.
#[derive(Clone, Debug)]
pub struct ProfilePlan {
    /// Which user signs in.
    pub user: usize,
    /// Tabs from the start.
    pub tabs: usize,
    /// The way to the server.
    pub quality: Quality,
    /// How far the machine's clock is ahead of the true time.
    pub clock_ahead_ms: Millis,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Where everything random comes from.
    pub seed: u64,
    /// The clinic.
    pub size: Size,
    /// The server.
    pub server: ServerPlan,
    /// The machines.
    pub profiles: Vec<ProfilePlan>,
    /// How long steps may happen; then everything heals.
    pub duration_ms: Millis,
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// Messages between tab and worker are written and read as text, as in a browser.
    pub as_text: bool,
    /// After everything is right, go on for a while to see that it stays so.
    pub linger: bool,
}

/// Kinds of faults; a seed picks some.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Tabs,
    Workers,
    Deploys,
    Partitions,
    SlowNetwork,
    DeafConnections,
    Clocks,
    Sleeps,
    Refusals,
    LateAnswers,
    BrokenAnswers,
    Events,
    Sockets,
    Restarts,
    Purges,
    Features,
    ServerClock,
    Policies,
    Sessions,
    Storages,
    Contention,
}

impl Kind {
    const ALL: [Self; 21] = [
        Self::Tabs,
        Self::Workers,
        Self::Deploys,
        Self::Partitions,
        Self::SlowNetwork,
        Self::DeafConnections,
        Self::Clocks,
        Self::Sleeps,
        Self::Refusals,
        Self::LateAnswers,
        Self::BrokenAnswers,
        Self::Events,
        Self::Sockets,
        Self::Restarts,
        Self::Purges,
        Self::Features,
        Self::ServerClock,
        Self::Policies,
        Self::Sessions,
        Self::Storages,
        Self::Contention,
    ];
}

const SECOND_MS: Millis = 1_000;
const MINUTE_MS: Millis = 60_000;

impl Plan {
    /// The plan of a seed in which nobody edits: what seeds meant before anybody could.
    pub fn without_edits(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed ^ 0x706c_616e);
        let size = size(&mut rng);
        let kinds = kinds(&mut rng);
        let duration_ms = rng.i64(10 * SECOND_MS..90 * SECOND_MS);
        let profiles = (0..one_to(&mut rng, 3))
            .map(|_| profile(&mut rng))
            .collect();
        let mut plan = Self {
            seed,
            size,
            server: server(&mut rng),
            profiles,
            duration_ms,
            steps: Vec::new(),
            as_text: rng.u8(0..16) == 0,
            linger: rng.u8(0..8) == 0,
        };
        plan.write(&mut rng);
        plan.live(&mut rng);
        for kind in kinds {
            plan.fail(&mut rng, kind);
        }
        plan.steps.sort_by_key(|step| step.at_ms);
        plan
    }

    /// The plan of a seed without anything that goes wrong.
    pub fn without_faults(seed: u64) -> Self {
        let mut plan = Self::of(seed);
        plan.steps.retain(|step| {
            matches!(
                step.action,
                Action::Write(..)
                    | Action::OpenTab(_)
                    | Action::Watch(..)
                    | Action::OpenRecord(..)
                    | Action::CloseRecord(_)
                    | Action::Visible(..)
                    | Action::RetryNow(_)
                    | Action::Edit(..)
                    | Action::Meddle(..)
            )
        });
        plan.server = ServerPlan::default();
        for profile in &mut plan.profiles {
            profile.quality.lost_per_mille = 0;
            profile.quality.broken_per_mille = 0;
        }
        plan
    }

    /// One person with one tab at a machine where nothing goes wrong, and these steps.
    pub fn scripted(seed: u64, duration_ms: Millis, mut steps: Vec<Step>) -> Self {
        steps.sort_by_key(|step| step.at_ms);
        Self {
            seed,
            size: Size {
                patients: 20,
                tasks: 120,
            },
            server: ServerPlan::default(),
            profiles: vec![ProfilePlan {
                user: 0,
                tabs: 1,
                quality: Quality {
                    base_ms: 20,
                    jitter_ms: 10,
                    lost_per_mille: 0,
                    retransmit_ms: 0,
                    broken_per_mille: 0,
                },
                clock_ahead_ms: 0,
            }],
            duration_ms,
            steps,
            as_text: false,
            linger: true,
        }
    }

    pub(crate) fn add(&mut self, at_ms: Millis, action: Action) {
        self.steps.push(Step { at_ms, action });
    }

    /// A moment, and how long something that begins then can last at most.
    fn moment(&self, rng: &mut Rng) -> (Millis, Millis) {
        let at_ms = rng.i64(0..self.duration_ms);
        (at_ms, self.duration_ms - at_ms)
    }

    /// What colleagues write.
    fn write(&mut self, rng: &mut Rng) {
        let writes = rng.usize(5..60);
        let mut at_ms = 0;
        for _ in 0..writes {
            // In bursts and pauses.
            at_ms = if rng.u8(0..4) == 0 {
                self.moment(rng).0
            } else {
                (at_ms + rng.i64(0..400)).min(self.duration_ms)
            };
            let change = change(rng);
            self.add(at_ms, Action::Write(change, rng.u32(..)));
        }
    }

    /// What people do.
    fn live(&mut self, rng: &mut Rng) {
        for _ in 0..rng.usize(0..10) {
            let (at_ms, _) = self.moment(rng);
            let tab = rng.u32(..);
            let action = match rng.u8(0..8) {
                0..=2 => Action::Watch(tab, rng.u8(0..3)),
                3 => Action::OpenRecord(tab, rng.u32(..)),
                4 => Action::CloseRecord(tab),
                5 => Action::Visible(tab, rng.bool()),
                6 => Action::OpenTab(tab),
                _ => Action::RetryNow(tab),
            };
            self.add(at_ms, action);
        }
    }

    /// A kind of fault strikes some times.
    fn fail(&mut self, rng: &mut Rng, kind: Kind) {
        let strikes = match kind {
            Kind::Contention => rng.usize(1..8),
            Kind::Deploys | Kind::Policies | Kind::Features | Kind::ServerClock => 1,
            _ => one_to(rng, 4),
        };
        for _ in 0..strikes {
            let (at_ms, left_ms) = self.moment(rng);
            let action = fault(rng, kind, left_ms);
            self.add(at_ms, action);
        }
        if kind == Kind::Contention && rng.bool() {
            self.add(0, Action::StampEarly(rng.i64(1..583)));
        }
    }
}

/// Few are more likely than many.
fn one_to(rng: &mut Rng, most: usize) -> usize {
    let drawn = rng.usize(1..=most);
    drawn.min(rng.usize(1..=most))
}

fn size(rng: &mut Rng) -> Size {
    match rng.u8(0..32) {
        0 => Size {
            patients: 20,
            tasks: 120,
        },
        1..=7 => Size {
            patients: 8,
            tasks: 40,
        },
        8..=19 => Size {
            patients: 5,
            tasks: 20,
        },
        _ => Size {
            patients: 3,
            tasks: 10,
        },
    }
}

fn kinds(rng: &mut Rng) -> Vec<Kind> {
    let mut all = Kind::ALL;
    rng.shuffle(&mut all);
    let many = if rng.u8(0..8) == 0 {
        rng.usize(6..=all.len())
    } else {
        rng.usize(0..6)
    };
    all[..many].to_vec()
}

fn profile(rng: &mut Rng) -> ProfilePlan {
    ProfilePlan {
        user: rng.usize(0..3),
        tabs: one_to(rng, 4),
        quality: quality(rng),
        clock_ahead_ms: match rng.u8(0..4) {
            0 => rng.i64(-3 * 60 * MINUTE_MS..3 * 60 * MINUTE_MS),
            1 => rng.i64(-5 * SECOND_MS..5 * SECOND_MS),
            _ => 0,
        },
    }
}

fn quality(rng: &mut Rng) -> Quality {
    let lossy = rng.u8(0..4) == 0;
    Quality {
        base_ms: rng.i64(1..40),
        jitter_ms: [2, 10, 60][rng.usize(..3)],
        lost_per_mille: if lossy { rng.u32(1..80) } else { 0 },
        retransmit_ms: rng.i64(1..3_000),
        broken_per_mille: if lossy { rng.u32(0..30) } else { 0 },
    }
}

fn server(rng: &mut Rng) -> ServerPlan {
    let latest = rng.u8(0..3) == 0;
    let mut live = if latest {
        LiveOptions::latest()
    } else {
        LiveOptions::default()
    };
    if rng.u8(0..8) == 0 {
        live.subscriptions_per_user_max = Some(rng.usize(4..20));
    }
    ServerPlan {
        live,
        latest,
        tight_limits: rng.u8(0..16) == 0,
        access_seconds: [3600, 3600, 3600, 60, 20][rng.usize(..5)],
        // Never behind what it has stored already: that would be a clock that was set back.
        clock_ahead_ms: match rng.u8(0..4) {
            0 => rng.i64(0..60 * MINUTE_MS),
            1 => rng.i64(0..2 * SECOND_MS),
            _ => 0,
        },
    }
}

fn change(rng: &mut Rng) -> Change {
    match rng.u8(0..32) {
        0..=5 => Change::File,
        6..=11 => Change::Progress,
        12..=14 => Change::Complete,
        15..=16 => Change::Reopen,
        17..=22 => Change::Assign(rng.bool().then(|| rng.u8(0..3))),
        23..=24 => Change::Prioritise,
        25..=26 => Change::Delete,
        27 => Change::Restore,
        28..=29 => Change::CorrectPatient,
        30 => Change::TogglePatient,
        _ => Change::Admit,
    }
}

/// How long something lasts: mostly short, sometimes to the end.
fn span(rng: &mut Rng, left_ms: Millis) -> Millis {
    let most = match rng.u8(0..4) {
        0 => left_ms,
        1 => 20 * SECOND_MS,
        _ => 4 * SECOND_MS,
    };
    rng.i64(0..=most.min(left_ms))
}

fn fault(rng: &mut Rng, kind: Kind, left_ms: Millis) -> Action {
    let pick = rng.u32(..);
    match kind {
        Kind::Tabs => match rng.u8(0..4) {
            0 => Action::FreezeTab(pick, span(rng, left_ms)),
            1 => Action::CloseTab(pick),
            2 => Action::OpenTab(pick),
            _ => Action::KillTab(pick),
        },
        Kind::Workers => Action::KillWorker(pick),
        Kind::Deploys => Action::Deploy(pick),
        Kind::Partitions => {
            let cut = [Cut::Silent, Cut::SilentUp, Cut::SilentDown, Cut::Refused][rng.usize(..4)];
            Action::Partition(pick, cut, span(rng, left_ms))
        }
        Kind::SlowNetwork => {
            let late_ms = [300, 1_500, 6_000][rng.usize(..3)];
            Action::Slow(pick, rng.i64(1..late_ms), span(rng, left_ms))
        }
        Kind::DeafConnections => {
            let span_ms = rng.bool().then(|| span(rng, left_ms));
            Action::Deafen(pick, span_ms)
        }
        Kind::Clocks => Action::ClockJump(pick, jump(rng)),
        Kind::Sleeps => {
            let sleep = [Sleep::Buffered, Sleep::Broken, Sleep::Deaf][rng.usize(..3)];
            Action::Sleep(pick, sleep, span(rng, left_ms))
        }
        Kind::Refusals => refusal(rng),
        Kind::LateAnswers => {
            let late_ms = [200, 3_000, 30_000][rng.usize(..3)];
            Action::AnswerLate(rng.i64(1..late_ms), span(rng, left_ms))
        }
        Kind::BrokenAnswers => Action::BreakAnswers(rng.u32(1..20), rng.bool()),
        Kind::Events => events(rng),
        Kind::Sockets if rng.bool() => Action::FreezeSockets(span(rng, left_ms)),
        Kind::Sockets => Action::DropSockets(span(rng, left_ms)),
        Kind::Restarts => Action::Restart(rng.bool(), span(rng, left_ms)),
        Kind::Purges => Action::Purge,
        Kind::Features => Action::Feature(false),
        Kind::ServerClock => Action::ServerClock(rng.i64(-1_500..60 * SECOND_MS)),
        Kind::Policies => {
            let reading = [Reading::Everything, Reading::OwnTasks][rng.usize(..2)];
            Action::Policy(rng.u8(0..3), reading)
        }
        Kind::Sessions if rng.bool() => Action::Revoke(rng.u8(0..3)),
        Kind::Sessions => Action::SignOut(pick, span(rng, left_ms), rng.u8(0..3)),
        Kind::Storages => Action::Storage(pick, storage(rng)),
        Kind::Contention => Action::Contend(pick, rng.u8(2..6)),
    }
}

fn jump(rng: &mut Rng) -> Millis {
    let most = [2 * SECOND_MS, 2 * MINUTE_MS, 120 * MINUTE_MS][rng.usize(..3)];
    rng.i64(-most..most)
}

fn refusal(rng: &mut Rng) -> Action {
    let status = [401, 403, 429, 500, 502, 503][rng.usize(..6)];
    let path = [
        "",
        "/fhir/R4/Subscription",
        "/fhir/R4/Task",
        "/oauth2/",
        "/auth/",
    ][rng.usize(..5)];
    // Signing in fails for good when the server says so: that is not a fault that heals.
    Action::Answer(status, rng.u32(1..20), path)
}

fn events(rng: &mut Rng) -> Action {
    let mut chances = [0; 4];
    for chance in &mut chances {
        if rng.bool() {
            *chance = rng.u32(1..400);
        }
    }
    Action::Events(chances, rng.i64(10..4_000))
}

fn storage(rng: &mut Rng) -> StorageFault {
    match rng.u8(0..5) {
        0 => StorageFault::Full {
            writes: rng.u32(1..5),
        },
        1 => StorageFault::Lost,
        2 => StorageFault::Unreadable,
        3 => StorageFault::Emptied,
        _ => StorageFault::Forbidden,
    }
}
