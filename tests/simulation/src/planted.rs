//! Bugs that are put in on purpose, between the engine and its world, so that the checkers prove that they check.

use std::rc::Rc;

use panels_core::{
    engine::{HttpAnswer, HttpRequest, Input, Output},
    protocol::FromWorker,
};

use crate::world::World;

/// A planted bug.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bug {}

/// The bug in force and what it remembers.
#[derive(Debug, Default)]
pub(crate) struct Planted {
    bug: Option<Bug>,
}

impl World {
    pub(crate) fn planted_input(&mut self, _worker: usize, input: Input) -> Option<Input> {
        let _ = self.planted.bug;
        Some(input)
    }

    pub(crate) fn planted_output(&mut self, _worker: usize, output: Output) -> Vec<Output> {
        vec![output]
    }

    pub(crate) fn planted_message(
        &mut self,
        _tab: usize,
        message: &Rc<FromWorker>,
    ) -> Option<FromWorker> {
        Some((**message).clone())
    }

    pub(crate) fn planted_answer(
        &mut self,
        _worker: usize,
        _request: &HttpRequest,
    ) -> Option<HttpAnswer> {
        None
    }
}
