//! The small records beside the segments: cursors, screens, panel definitions, recent updates, parameters. JSON, tolerant of nothing:
//! what does not parse was written by another version or is damaged, and counts as absent.

use serde::{Deserialize, Serialize};

use crate::{
    identity::{ResourceId, ResourceKey, ResourceType, VersionId},
    protocol::Row,
    reconcile::Progress,
    time::Timestamp,
};

/// How far a type was read when the segments before it were written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Cursor {
    /// The type.
    pub(crate) kind: ResourceType,
    /// What the rows were loaded by: rows of other criteria are another set.
    pub(crate) criteria: String,
    /// Whether the policy showed a part only.
    pub(crate) restricted: bool,
    /// How many rows the segments hold of it. Verified before the cursor is believed.
    pub(crate) rows: usize,
    /// How far.
    pub(crate) progress: Progress,
}

/// The topmost rows of a panel as last shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Screen {
    /// Everything until then is in the rows.
    pub(crate) as_of: Timestamp,
    /// The rows.
    pub(crate) rows: Vec<Row>,
}

/// One update, without its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecentUpdate {
    /// Which resource.
    pub key: ResourceKey,
    /// Its version since; `None`: it left.
    pub version: Option<VersionId>,
    /// When that was seen, by our clock.
    pub seen: Timestamp,
}

/// What the next life has to know about the connection. Never a token.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Parameters {
    /// Subscriptions of this life: if it ends without closing its socket in order, the server may keep them.
    pub(crate) subscriptions: Vec<ResourceId>,
}

/// Panels and views as the server held them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Definitions {
    /// Resources, each as its JSON.
    pub(crate) resources: Vec<String>,
}

/// A record as text. Serialising plain data does not fail; if it did, the record would count as absent.
pub(super) fn to_text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Cell;

    #[test]
    fn what_is_stored_beside_the_rows() {
        let cursor = Cursor {
            kind: ResourceType::Task,
            criteria: "status=requested".into(),
            restricted: false,
            rows: 2,
            progress: Progress {
                proven: Some(Timestamp(5)),
                as_of: Timestamp(6),
            },
        };
        let screen = Screen {
            as_of: Timestamp(6),
            rows: vec![Row {
                id: ResourceId::new("t1"),
                version: VersionId::new("v1"),
                updated: Timestamp(1),
                cells: vec![Cell::Empty],
                pending: vec![],
            }],
        };
        let recent = [RecentUpdate {
            key: ResourceKey::new(ResourceType::Task, ResourceId::new("t1")),
            version: Some(VersionId::new("v1")),
            seen: Timestamp(7),
        }];
        let parameters = Parameters {
            subscriptions: vec![ResourceId::new("s1")],
        };
        let definitions = Definitions {
            resources: vec![r#"{"resourceType":"Basic"}"#.to_owned()],
        };
        insta::assert_json_snapshot!((&cursor, &screen, &recent, &parameters, &definitions));
        assert_eq!(
            serde_json::from_str::<Cursor>(&to_text(&cursor)).unwrap(),
            cursor
        );
        assert_eq!(
            serde_json::from_str::<Screen>(&to_text(&screen)).unwrap(),
            screen
        );
    }
}
