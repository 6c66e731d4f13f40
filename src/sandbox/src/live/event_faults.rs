//! What goes wrong with events on purpose: lost, sent twice, held back or overtaken.

use fastrand::Rng;

use crate::sandbox::Millis;

/// Overtaking works by holding an event back this long at most.
const REORDER_SPREAD_MS: Millis = 80;

/// What happens to one event frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventFate {
    /// Sent at once.
    Deliver,
    /// Never sent.
    Lose,
    /// Sent twice.
    Duplicate,
    /// Sent that many milliseconds later.
    Delay(Millis),
}

/// How often something happens: a number of coming events first, then by chance.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Dose {
    /// The next so many events.
    pub next: u32,
    /// Probability for all others, 0 to 1.
    pub probability: f64,
}

impl Dose {
    fn strikes(&mut self, rng: &mut Rng) -> bool {
        if self.next > 0 {
            self.next -= 1;
            return true;
        }
        self.probability > 0.0 && rng.f64() < self.probability
    }
}

/// The event faults in force.
#[derive(Clone, Debug)]
pub struct EventFaults {
    /// Lost.
    pub lose: Dose,
    /// Sent twice.
    pub duplicate: Dose,
    /// Overtaken by later ones.
    pub reorder: Dose,
    /// Held back for [`EventFaults::delay_ms`].
    pub delay: Dose,
    /// How long events are held back.
    pub delay_ms: Millis,
    rng: Rng,
}

impl EventFaults {
    /// No fault.
    pub fn new(seed: u64) -> Self {
        Self {
            lose: Dose::default(),
            duplicate: Dose::default(),
            reorder: Dose::default(),
            delay: Dose::default(),
            delay_ms: 0,
            rng: Rng::with_seed(seed ^ 0x6576_656e_7473),
        }
    }

    /// Ends all faults.
    pub fn clear(&mut self) {
        self.lose = Dose::default();
        self.duplicate = Dose::default();
        self.reorder = Dose::default();
        self.delay = Dose::default();
    }

    /// Decides about the next event.
    pub fn fate(&mut self) -> EventFate {
        if self.lose.strikes(&mut self.rng) {
            EventFate::Lose
        } else if self.duplicate.strikes(&mut self.rng) {
            EventFate::Duplicate
        } else if self.reorder.strikes(&mut self.rng) {
            EventFate::Delay(self.rng.i64(1..=REORDER_SPREAD_MS))
        } else if self.delay.strikes(&mut self.rng) {
            EventFate::Delay(self.delay_ms)
        } else {
            EventFate::Deliver
        }
    }
}
