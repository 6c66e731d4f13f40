//! Who acts.

/// The authenticated party of one request, resolved at that moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Project it acts in.
    pub project: String,
    /// Its ProjectMembership id; looked up again for every request, because it can be removed.
    pub membership: String,
    /// Reference of its profile: `Practitioner/<id>`, `ClientApplication/<id>`.
    pub profile: String,
    /// Administrator of the project.
    pub admin: bool,
    /// Administrator of the server.
    pub super_admin: bool,
    /// Login (session) it came with; `None` for HTTP Basic and for the direct Rust interface.
    pub login: Option<String>,
    /// Wants `meta` with author, project and compartment (`X-Medplum: extended`).
    pub extended: bool,
}
