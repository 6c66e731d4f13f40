//! The way between one browser profile and the server: latency, lost packets, partitions.
//!
//! What is lost on the way is sent again by TCP: loss is lateness, never a hole in a stream. Holes are made by the server
//! (its faults) and by connections that die.

use fastrand::Rng;

use crate::queue::Millis;

/// Longest wait for the packet that goes through after a partition ends: TCP backs off.
const RETRANSMIT_AFTER_HEAL_MS: Millis = 3_000;

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// From the client to the server.
    Up,
    /// From the server to the client.
    Down,
}

/// What a partition does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Packets vanish in both directions.
    Silent,
    /// Packets to the server vanish.
    SilentUp,
    /// Packets to the client vanish.
    SilentDown,
    /// The network is gone and the browser knows: everything fails at once.
    Refused,
}

/// How fast and how reliable a way is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quality {
    /// Fastest transit.
    pub base_ms: i64,
    /// Up to so much on top.
    pub jitter_ms: i64,
    /// Lost packets of a thousand.
    pub lost_per_mille: u32,
    /// How late a lost packet can be.
    pub retransmit_ms: i64,
    /// Answers of a thousand that break off.
    pub broken_per_mille: u32,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Path {
    pub(crate) quality: Quality,
    cut: Option<(Cut, Millis)>,
    rng: Rng,
}

impl Path {
    pub(crate) fn new(quality: Quality, seed: u64) -> Self {
        Self {
            quality,
            cut: None,
            rng: Rng::with_seed(seed),
        }
    }

    /// Starts a partition.
    pub(crate) fn cut(&mut self, cut: Cut, until: Millis) {
        self.cut = Some((cut, until));
    }

    /// Ends every partition and every loss.
    pub(crate) fn heal(&mut self) {
        self.cut = None;
        self.quality.lost_per_mille = 0;
        self.quality.broken_per_mille = 0;
    }

    /// Whether the browser has no network at all, and until when.
    pub(crate) fn refused_until(&self, now: Millis) -> Option<Millis> {
        match self.cut {
            Some((Cut::Refused, until)) if now < until => Some(until),
            _ => None,
        }
    }

    /// Until when nothing passes this way.
    pub(crate) fn blocked_until(&self, now: Millis, way: Way) -> Option<Millis> {
        let (cut, until) = self.cut.filter(|(_, until)| now < *until)?;
        let blocks = match cut {
            Cut::Silent | Cut::Refused => true,
            Cut::SilentUp => way == Way::Up,
            Cut::SilentDown => way == Way::Down,
        };
        blocks.then_some(until)
    }

    /// When something sent now arrives.
    pub(crate) fn arrival(&mut self, now: Millis, way: Way) -> Millis {
        let sent = match self.blocked_until(now, way) {
            Some(until) => until + self.rng.i64(0..=RETRANSMIT_AFTER_HEAL_MS),
            None => now,
        };
        let Quality {
            base_ms,
            jitter_ms,
            lost_per_mille,
            retransmit_ms,
            ..
        } = self.quality;
        let mut late_ms = base_ms + self.rng.i64(0..=jitter_ms);
        if lost_per_mille > 0 && self.rng.u32(0..1000) < lost_per_mille {
            late_ms += self.rng.i64(200..=200 + retransmit_ms);
        }
        sent + late_ms
    }

    /// Whether an answer breaks off on its way.
    pub(crate) fn breaks(&mut self) -> bool {
        let per_mille = self.quality.broken_per_mille;
        per_mille > 0 && self.rng.u32(0..1000) < per_mille
    }
}

/// One TCP connection that carries a WebSocket.
#[derive(Debug)]
pub(crate) struct Conn {
    /// Worker at the client's end.
    pub(crate) worker: usize,
    pub(crate) profile: usize,
    /// Number that the engine gave.
    pub(crate) socket: panels_core::identity::SocketId,
    /// Number that the server gave, once it was accepted.
    pub(crate) server: Option<panels_sandbox::sandbox::SocketId>,
    /// The client still listens.
    pub(crate) client_open: bool,
    /// Nothing passes before: `Millis::MAX` for a connection that is dead without anybody knowing.
    pub(crate) silent_until: Millis,
    /// TCP keeps the order in each direction.
    pub(crate) up_after: Millis,
    pub(crate) down_after: Millis,
}

impl Conn {
    /// When something handed over now passes, given when the way alone would deliver it; `None`: never.
    pub(crate) fn pass(&mut self, arrival: Millis, way: Way) -> Option<Millis> {
        if self.silent_until == Millis::MAX {
            return None;
        }
        let after = match way {
            Way::Up => &mut self.up_after,
            Way::Down => &mut self.down_after,
        };
        let at = arrival.max(*after).max(self.silent_until);
        *after = at;
        Some(at)
    }
}
