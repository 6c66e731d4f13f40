//! The history of one resource (`GET Type/id/_history`), newest first.

use serde_json::Value;

use super::{
    bundle::{BundleFields, EntryFields},
    resource::{Invalid, object},
    tolerant::{Field, Reader},
};
use crate::{
    identity::{VersionId, is_fhir_id},
    limits,
    time::Timestamp,
};

/// A version as it came.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum HistoryVersion<'a> {
    /// Its text, to be given to [`super::parse`].
    Written(&'a str),
    /// The resource was deleted.
    Deleted {
        /// Name of that version.
        version: Option<VersionId>,
        /// When.
        at: Option<Timestamp>,
    },
    /// An entry that tells nothing.
    Unreadable,
}

/// Reads the first versions of a history. Of a deletion Medplum 5.0.10 gives the status 410 and the time in words
/// (`transcripts/05b-deleted-and-conditional.json`), FHIR the method and the time in a field.
pub(crate) fn history_page(
    body: &str,
    count_max: usize,
) -> Result<Vec<HistoryVersion<'_>>, Invalid> {
    if body.len() > limits::PAGE_BYTES_MAX {
        return Err(Invalid::TooLarge { bytes: body.len() });
    }
    let bundle: BundleFields<'_> = object(body).ok_or(Invalid::Malformed)?;
    let mut reader = Reader::default();
    if reader.read::<&str>(bundle.resource_type) != Some("Bundle") {
        return Err(Invalid::Type);
    }
    let entries: Vec<Field<'_>> = reader.read(bundle.entry).unwrap_or_default();
    let entries = entries.into_iter().take(count_max);
    Ok(entries.map(|entry| version(&mut reader, entry)).collect())
}

fn version<'a>(reader: &mut Reader, entry: Field<'a>) -> HistoryVersion<'a> {
    let fields = reader.object::<EntryFields<'a>>(entry);
    if let Some(resource) = fields.and_then(|fields| fields.resource.text()) {
        return HistoryVersion::Written(resource);
    }
    let entry: Value = reader.read(entry).unwrap_or_default();
    let response = &entry["response"];
    if response["status"] != "410" && entry["request"]["method"] != "DELETE" {
        return HistoryVersion::Unreadable;
    }
    let url = entry["request"]["url"].as_str();
    let named = url.and_then(|url| url.rsplit_once("/_history/"));
    let named = named.filter(|(_, version)| is_fhir_id(version));
    let told = response["lastModified"].as_str().and_then(Timestamp::parse);
    let words = &response["outcome"]["issue"][0]["details"]["text"];
    HistoryVersion::Deleted {
        version: named.map(|(_, version)| VersionId::new(version)),
        at: told.or_else(|| in_words(words.as_str()?)),
    }
}

/// `Deleted on Sun Nov 22 2026 22:09:28 GMT+0000 (...)`: a date as ECMAScript prints it (ECMA-262, 21.4.4.41).
fn in_words(text: &str) -> Option<Timestamp> {
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let mut words = text.strip_prefix("Deleted on ")?.split_ascii_whitespace();
    let (_, month, day) = (words.next()?, words.next()?, words.next()?);
    let (year, clock) = (words.next()?, words.next()?);
    let zone = words.next()?.strip_prefix("GMT")?;
    let (hours, minutes) = (zone.get(..3)?, zone.get(3..)?);
    let place = MONTHS
        .find(month)
        .filter(|at| at % 3 == 0 && month.len() == 3)?;
    let month = place / 3 + 1;
    Timestamp::parse(&format!("{year}-{month:02}-{day}T{clock}{hours}:{minutes}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_deletion_has_a_time_and_a_name_where_the_server_gives_them() {
        let at = Timestamp::parse("2026-11-22T22:09:28Z");
        let told = "Deleted on Mon Nov 23 2026 00:09:28 GMT+0200 (Eastern European Time)";
        let outcome = json!({ "resourceType": "OperationOutcome", "issue": [{ "details": { "text": told } }] });
        let body = json!({ "resourceType": "Bundle", "entry": [
            { "request": { "method": "GET", "url": "Task/t/_history/v2" }, "response": { "status": "410", "outcome": outcome } },
            { "request": { "method": "DELETE", "url": "Task/t" }, "response": { "lastModified": "2026-11-22T22:09:28Z" } },
            { "response": { "status": "410" } },
            { "resource": { "a": 1 } },
            { "response": { "status": "200" } },
            7,
            { "resource": "over the limit" },
        ] })
        .to_string();
        let deleted = |version: Option<&str>, at| HistoryVersion::Deleted {
            version: version.map(VersionId::new),
            at,
        };
        let expected = [
            deleted(Some("v2"), at),
            deleted(None, at),
            deleted(None, None),
            HistoryVersion::Written(r#"{"a":1}"#),
            HistoryVersion::Unreadable,
            HistoryVersion::Unreadable,
        ];
        assert_eq!(history_page(&body, 6).unwrap(), expected);
    }

    #[test]
    fn what_is_no_history_is_refused() {
        assert_eq!(history_page("[]", 9), Err(Invalid::Malformed));
        let outcome = r#"{"resourceType":"OperationOutcome"}"#;
        assert_eq!(history_page(outcome, 9), Err(Invalid::Type));
        let empty = r#"{"resourceType":"Bundle","type":"history","total":0}"#;
        assert_eq!(history_page(empty, 9), Ok(Vec::new()));
    }

    #[test]
    fn words_that_are_no_date_are_no_time() {
        for words in [
            "",
            "Deleted on",
            "Deleted on Invalid Date",
            "Deleted on Sun Xyz 22 2026 22:09:28 GMT+0000",
            "Deleted on Sun Nov 22 2026 22:09:28 GMT+é",
            "Deleted on Sun Nov 222 2026 22:09:28 GMT+0000",
        ] {
            assert_eq!(in_words(words), None, "{words}");
        }
    }
}
