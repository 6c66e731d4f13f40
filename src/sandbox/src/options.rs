//! What can be chosen about a sandbox.

use crate::live::LiveOptions;

/// Options of a [`crate::Sandbox`].
#[derive(Clone, Debug)]
pub struct Options {
    /// Seed of every id, token and name.
    pub seed: u64,
    /// Base address as clients see it, ending in `/`.
    pub base_url: String,
    /// What later server versions do differently with sockets.
    pub live: LiveOptions,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 1,
            base_url: "http://127.0.0.1:8103/".to_owned(),
            live: LiveOptions::default(),
        }
    }
}
