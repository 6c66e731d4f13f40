//! Names of databases.

use sha2::{Digest, Sha256};

use super::{CACHE_SCHEMA_VERSION, CacheName};

/// Bytes of the hash in a name: two users of a browser profile will not meet.
const HASH_BYTES: usize = 12;

/// The database of a user of a project of a server. The names of databases can be read by anybody at the machine, so it is
/// a hash.
pub(crate) fn cache_name(server: &str, project: &str, profile: &str) -> CacheName {
    let digits = digits(server, project, profile);
    CacheName::new(format!("panels-cache-{CACHE_SCHEMA_VERSION}-{digits}"))
}

/// The database of the edits of a user. It has no version in its name: another one would not find what waits in it.
pub(crate) fn outbox_name(server: &str, project: &str, profile: &str) -> CacheName {
    let digits = digits(server, project, profile);
    CacheName::new(format!("panels-outbox-{digits}"))
}

/// The database of the audit trail of a user. It has no version in its name, for the same reason.
pub(crate) fn audit_name(server: &str, project: &str, profile: &str) -> CacheName {
    let digits = digits(server, project, profile);
    CacheName::new(format!("panels-audit-{digits}"))
}

/// The record of a user in a database that all users of a browser profile share.
pub(crate) fn user_key(server: &str, project: &str, profile: &str) -> String {
    digits(server, project, profile)
}

fn digits(server: &str, project: &str, profile: &str) -> String {
    let mut hash = Sha256::new();
    for part in [server, project, profile] {
        hash.update(u64::try_from(part.len()).unwrap_or_default().to_be_bytes());
        hash.update(part);
    }
    hash.finalize()[..HASH_BYTES]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_user_project_and_server_has_a_database_of_its_own() {
        let name = |server, project, profile| cache_name(server, project, profile);
        let ada = name("https://a/", "p", "Practitioner/1");
        assert_eq!(ada, name("https://a/", "p", "Practitioner/1"));
        for other in [
            name("https://b/", "p", "Practitioner/1"),
            name("https://a/", "q", "Practitioner/1"),
            name("https://a/", "p", "Practitioner/2"),
            name("https://a/p", "", "Practitioner/1"),
        ] {
            assert_ne!(ada, other);
        }
        assert!(!ada.as_str().contains("Practitioner"));
        let outbox = outbox_name("https://a/", "p", "Practitioner/1");
        assert!(outbox != ada && !outbox.as_str().contains("Practitioner"));
    }
}
