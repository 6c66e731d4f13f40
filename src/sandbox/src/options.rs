//! What can be chosen about a sandbox.
//!
//! The defaults are Medplum 5.0.10 as recorded; what later versions do differently is a switch here.

use crate::live::LiveOptions;

/// Options of a [`crate::Sandbox`].
#[derive(Clone, Debug)]
pub struct Options {
    /// Seed of every id, token and name.
    pub seed: u64,
    /// Base address as clients see it, ending in `/`.
    pub base_url: String,
    /// Address of the app that shows the sign-in page, ending in `/`.
    pub app_base_url: String,
    /// What later server versions do differently with sockets.
    pub live: LiveOptions,
    /// What later server versions do differently over HTTP.
    pub behaviour: Behaviour,
    /// Rate limits.
    pub limits: Limits,
    /// A second refresh with the same token within this time is still answered, as two that race are (`transcripts/01a`).
    pub refresh_race_ms: i64,
    /// How long an access token lives where no client application says otherwise.
    pub access_seconds: i64,
    /// Tokens carry a digest instead of an ES256 signature: nobody verifies them in a simulation, and a curve operation
    /// costs more than all the rest of a request.
    pub cheap_signatures: bool,
    /// `/auth/me` lists no more sessions than this: a fleet of browsers of one user would get answers that grow with it.
    pub sessions_listed_max: usize,
}

/// Differences between server versions. `Default` is 5.0.10.
#[derive(Clone, Debug)]
pub struct Behaviour {
    /// PATCH honours `If-Match` (later versions); 5.0.10 ignores it.
    pub if_match_on_patch: bool,
    /// DELETE honours `If-Match` (later versions); 5.0.10 ignores it.
    pub if_match_on_delete: bool,
    /// GET with a matching `If-None-Match` answers 304 (5.0.10); later ones always 200.
    pub not_modified_on_get: bool,
    /// Bodies over 1 MB answer 413 (later versions); 5.0.10 answers 400.
    pub status_413_for_large_bodies: bool,
    /// The `RateLimit` header is exposed by CORS (later versions).
    pub rate_limit_header_exposed: bool,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            if_match_on_patch: false,
            if_match_on_delete: false,
            not_modified_on_get: true,
            status_413_for_large_bodies: false,
            rate_limit_header_exposed: false,
        }
    }
}

impl Behaviour {
    /// As the newest server sources describe it.
    pub fn latest() -> Self {
        Self {
            if_match_on_patch: true,
            if_match_on_delete: true,
            not_modified_on_get: false,
            status_413_for_large_bodies: true,
            rate_limit_header_exposed: true,
        }
    }
}

/// Limits per minute; the defaults of a self-hosted server.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Requests per address.
    pub requests: u64,
    /// Requests per address to `/auth/*` and `/oauth2/*`.
    pub auth_requests: u64,
    /// FHIR points per user; a project setting `userFhirQuota` wins.
    pub user_fhir_points: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            requests: 60_000,
            auth_requests: 160,
            user_fhir_points: 50_000,
        }
    }
}

impl Limits {
    /// No limit in practice, for load tests that are not about limits.
    pub fn unlimited() -> Self {
        Self {
            requests: u64::MAX / 4,
            auth_requests: u64::MAX / 4,
            user_fhir_points: u64::MAX / 4,
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 1,
            base_url: "http://127.0.0.1:8103/".to_owned(),
            app_base_url: "http://127.0.0.1:8080/".to_owned(),
            live: LiveOptions::default(),
            behaviour: Behaviour::default(),
            limits: Limits::default(),
            refresh_race_ms: 5,
            access_seconds: crate::auth::ACCESS_SECONDS,
            cheap_signatures: false,
            sessions_listed_max: usize::MAX,
        }
    }
}
