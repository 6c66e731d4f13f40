//! The end of a session, told when nothing of it is left: who closes the window at the sign-in screen leaves nothing behind, and a
//! worker that dies before that leaves everybody signed in, with all that they had.

use super::{Engine, LogLevel, Output};
use crate::{limits, protocol::WorkerMessage, timer::Timer};

impl Engine {
    /// Nobody is signed in any longer: everything is forgotten, here and on the disk.
    pub(super) fn on_signed_out(&mut self) {
        self.io.log(LogLevel::Info, "signed out");
        self.leave_outbox();
        self.leave_audit();
        self.settings.close(&mut self.io);
        self.forget_rows();
        self.departures += 1;
        let number = self.departures;
        self.io.push(Output::SettleStorage { number });
        // A disk that hangs keeps nobody signed in.
        let until = self.io.now + limits::DEPARTURE_MAX_MS;
        self.io.timers.set(Timer::Departure, until);
        self.tell_session();
    }

    /// Nothing is left of somebody who has signed out.
    pub(super) fn on_left(&mut self) {
        self.io.timers.stop(Timer::Departure);
        let event = self.session.on_left();
        // By the port, as the end of the session: who hears of that first listens to the channel no longer.
        if let Some(news) = self.farewell.take() {
            let news = WorkerMessage::Edits { news };
            self.tabs.tell_each(&mut self.io, &news);
        }
        self.on_session(event);
    }
}
