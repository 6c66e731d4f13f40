//! Who is signed in and what they may read: asked when a session begins, where it is in doubt, and from time to time.

use super::{Call, Session, State};
use crate::{
    engine::{
        io::Io,
        requests::{Lane, Purpose, Request},
    },
    limits,
    timer::Timer,
};

impl Session {
    /// The server answered `gone`. To a read that is what it says of a deleted resource; to a removed member it says so to
    /// everything, whatever token comes with it (`transcripts/04c-silent-death.json`): only who-am-I tells these apart.
    pub(crate) fn check_access(&mut self, io: &mut Io) {
        let recently = self
            .checked_at
            .is_some_and(|at| io.now.since_ms(at) < limits::ACCESS_CHECK_EVERY_MS);
        if self.identity().is_some() && !recently {
            self.checked_at = Some(io.now);
            self.confirm_access(io);
        }
    }

    /// What was read just now is taken for all there is: it has to be certain what may be read.
    pub(crate) fn confirm_access(&mut self, io: &mut Io) {
        if self.identity().is_some() {
            self.unconfirmed = true;
            self.ask_me_again(io);
        }
    }

    /// A row is not shown any longer that was: the policy may have changed, for a moment only.
    pub(crate) fn doubt_access(&mut self, io: &mut Io) {
        self.doubted_at = Some(io.now);
        self.check_access(io);
    }

    /// The doubt is younger than the question that was answered.
    pub(super) fn check_again(&mut self, io: &mut Io) {
        let checked_at = self.checked_at.unwrap_or(io.now);
        let at = (checked_at + limits::ACCESS_CHECK_EVERY_MS).max(io.now);
        io.timers.set(Timer::SessionCheck, at);
    }

    /// Whether the server has said what may be read since that was doubted last; once.
    pub(crate) fn take_settled_doubt(&mut self) -> bool {
        std::mem::take(&mut self.doubt_settled)
    }

    /// How long ago the server gave the same answer as just now to what may be read; once.
    pub(crate) fn take_confirmed_ms(&mut self) -> Option<i64> {
        self.confirmed_ms.take()
    }

    /// Asks from time to time what may be read: a policy that changed makes no frame, and moves no `lastUpdated`
    /// (`transcripts/07b-restricted-events.json`). Not while something else answers in the server's place: that is asked
    /// again in its own time.
    pub(crate) fn prove_access(&mut self, io: &mut Io) {
        let recently = self
            .proven_at
            .is_some_and(|at| io.now.since_ms(at) < limits::ACCESS_PROOF_EVERY_MS);
        let waits = io.timers.get(Timer::SessionCheck).is_some();
        if !recently && !waits {
            self.confirm_access(io);
        }
    }

    /// Asks again who is signed in, where something else has answered in the server's place, or what may be read, where a doubt
    /// came after the question.
    pub(crate) fn on_check_timer(&mut self, io: &mut Io) {
        match &self.state {
            _ if self.tokens.is_none() => {}
            State::Identifying { tab: None } => self.ask_me(io),
            _ if self.unconfirmed => self.ask_me_again(io),
            _ if self.doubted_at.is_some() => {
                self.checked_at = Some(io.now);
                self.confirm_access(io);
            }
            _ => {}
        }
    }

    /// Nothing goes on before it is known who is signed in.
    pub(super) fn ask_me(&mut self, io: &mut Io) {
        self.send_me(io, Lane::First);
    }

    /// Whether that still holds: after an outage everybody asks, and nobody waits for it.
    pub(super) fn ask_me_again(&mut self, io: &mut Io) {
        self.send_me(io, Lane::Search);
    }

    fn send_me(&mut self, io: &mut Io, lane: Lane) {
        let is_me = |purpose: &Purpose| *purpose == Purpose::Session(Call::Me);
        if io.requests.any(is_me) {
            return;
        }
        io.timers.stop(Timer::SessionCheck);
        self.asked_at = Some(io.now);
        io.requests.send(Request {
            lane,
            ..Request::get(Purpose::Session(Call::Me), "auth/me")
        });
    }
}
