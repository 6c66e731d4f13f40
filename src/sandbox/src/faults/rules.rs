//! Rules: which requests meet which fate, and for how long.

use serde::{Deserialize, Serialize};

use super::{Faults, RequestCounts};
use crate::sandbox::{HttpRequest, Millis};

/// What happens to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Consequence {
    /// Answered with this status, nothing is done.
    Answer {
        /// HTTP status.
        status: u16,
    },
    /// Done at once, answered late.
    Slow {
        /// How late.
        delay_ms: u64,
    },
    /// The connection breaks.
    Drop {
        /// Whether the request was carried out before.
        written: bool,
    },
}

/// A consequence for some requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What happens.
    pub consequence: Consequence,
    /// Paths that begin so; empty: all.
    pub path: String,
    /// Only this method.
    pub method: Option<String>,
    /// Only so many requests more.
    pub next: Option<u32>,
    /// Only before this time.
    pub until: Option<Millis>,
}

impl Rule {
    fn applies(&self, request: &HttpRequest) -> bool {
        request.path.starts_with(&self.path)
            && self
                .method
                .as_ref()
                .is_none_or(|method| method.eq_ignore_ascii_case(&request.method))
    }

    fn is_over(&self, now: Millis) -> bool {
        self.next == Some(0) || self.until.is_some_and(|until| until <= now)
    }
}

impl Faults {
    pub(super) fn add_rule(&mut self, rule: Rule) {
        self.rules.push(rule);
    }

    /// A search has found so many resources.
    pub(crate) fn count_found(&mut self, resources: usize) {
        self.counts.found += resources as u64;
    }

    pub(crate) fn clock_skew_ms(&self) -> Millis {
        self.clock_skew_ms
    }

    /// The clock was put forward (or back): everything keeps its length.
    pub(super) fn shift_clock(&mut self, by_ms: Millis) {
        self.sockets_refused_until += by_ms;
        self.down_until = self.down_until.map(|until| until + by_ms);
        for rule in &mut self.rules {
            rule.until = rule.until.map(|until| until + by_ms);
        }
    }

    /// Fate of a request: the first rule that applies, oldest first. Preflights are spared, or a browser would never show
    /// the page the status it asked for.
    pub(super) fn consequence(
        &mut self,
        now: Millis,
        request: &HttpRequest,
    ) -> Option<Consequence> {
        self.rules.retain(|rule| !rule.is_over(now));
        if request.method == "OPTIONS" {
            return None;
        }
        let rule = self.rules.iter_mut().find(|rule| rule.applies(request))?;
        if let Some(next) = &mut rule.next {
            *next -= 1;
        }
        self.counts.faulted += 1;
        Some(rule.consequence)
    }
}

impl RequestCounts {
    pub(super) fn count(&mut self, request: &HttpRequest) {
        self.total += 1;
        let path = request.path.split('?').next().unwrap_or_default();
        let counter = match (request.method.as_str(), path.strip_prefix("/fhir/R4")) {
            ("OPTIONS", _) => &mut self.preflight,
            (_, None) if path.starts_with("/auth/") || path.starts_with("/oauth2/") => {
                &mut self.auth
            }
            (_, None) => return,
            (_, Some(rest)) if rest.ends_with("/$get-ws-binding-token") => &mut self.binding_token,
            ("POST", Some("" | "/")) => &mut self.batch,
            ("POST", Some(rest)) if rest.ends_with("/_search") => &mut self.search,
            ("GET", Some(rest)) if rest.trim_matches('/').contains('/') => &mut self.read,
            ("GET", Some(_)) => &mut self.search,
            (_, Some(_)) => &mut self.write,
        };
        *counter += 1;
    }
}
