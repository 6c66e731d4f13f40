//! Addresses of searches.
//!
//! Cursor links come for exactly `_sort=_lastUpdated` and a large `_count` (`transcripts/06a-paging-cursor.json`), and
//! tombstones match no other criteria than these (`transcripts/06b-tombstones.json`).

use crate::{
    identity::{ResourceId, ResourceType},
    limits::SEARCH_PAGE_ROWS_MAX as COUNT,
    time::Timestamp,
};

/// The newest resource of a type.
pub(super) fn mark(kind: &ResourceType) -> String {
    format!("fhir/R4/{kind}?_sort=-_lastUpdated&_count=1")
}

/// The first load.
pub(super) fn load(kind: &ResourceType, criteria: &str) -> String {
    let and = if criteria.is_empty() { "" } else { "&" };
    format!("fhir/R4/{kind}?{criteria}{and}_sort=_lastUpdated&_count={COUNT}")
}

/// What changed since a moment, whatever it is now.
pub(super) fn changes(kind: &ResourceType, from: Timestamp) -> String {
    format!(
        "fhir/R4/{kind}?_lastUpdated=ge{}&_sort=_lastUpdated&_count={COUNT}",
        from.to_iso()
    )
}

/// What was deleted since a moment.
pub(super) fn tombstones(kind: &ResourceType, from: Timestamp) -> String {
    format!(
        "fhir/R4/{kind}?_deleted=true&_lastUpdated=ge{}&_sort=_lastUpdated&_count={COUNT}",
        from.to_iso()
    )
}

/// Which of these ids are there; on demand what they are now.
pub(super) fn members(kind: &ResourceType, ids: &[ResourceId], whole: bool) -> String {
    let list = ids
        .iter()
        .map(ResourceId::as_str)
        .collect::<Vec<_>>()
        .join(",");
    let fields = if whole { "" } else { "&_fields=id" };
    format!(
        "fhir/R4/{kind}?_id={list}{fields}&_count={}",
        ids.len().max(1)
    )
}

/// The next page: only the query of the link is followed, on the server that was configured, whatever host a link names.
pub(super) fn next(kind: &ResourceType, link: &str) -> Option<String> {
    let (_, query) = link.split_once('?')?;
    Some(format!("fhir/R4/{kind}?{query}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_next_link_of_another_host_stays_on_ours() {
        assert_eq!(
            next(
                &ResourceType::Task,
                "https://evil.example/fhir/R4/Task?_cursor=2-1"
            ),
            Some("fhir/R4/Task?_cursor=2-1".into())
        );
        assert_eq!(next(&ResourceType::Task, "https://evil.example/"), None);
    }
}
