//! Who may edit what, by the policies of the transcripts.

use serde_json::json;

use super::{change, owner};
use crate::{
    edit::{Permissions, Veil},
    hidden::{Element, Hiding},
    identity::ResourceType,
    protocol::{EditBar, EditField, FieldValue},
};

fn may(policy: serde_json::Value, kind: ResourceType, field: EditField) -> Result<(), EditBar> {
    Permissions::parse(&policy.to_string()).may_edit(&kind, field)
}

#[test]
fn a_policy_for_everything_and_no_policy_let_everything_be_edited() {
    let all = json!({ "resource": [{ "resourceType": "*" }, { "resourceType": "SearchParameter", "readonly": true }] });
    assert_eq!(may(all, ResourceType::Task, EditField::Status), Ok(()));
    assert_eq!(
        Permissions::parse("").may_edit(&ResourceType::Task, EditField::Status),
        Ok(())
    );
}

#[test]
fn a_table_is_told_which_fields_nobody_may_edit_and_by_what() {
    let policy = json!({ "resource": [
        { "resourceType": "Task", "readonlyFields": ["priority"], "hiddenFields": ["note"] },
    ] });
    let bars = Permissions::parse(&policy.to_string()).bars(&ResourceType::Task);
    let bars: Vec<_> = bars.iter().map(|bar| (bar.field, bar.bar)).collect();
    let priority = (EditField::Priority, EditBar::FieldReadOnly);
    let note = (EditField::Note, EditBar::FieldHidden);
    assert_eq!(bars, [priority, note]);
    assert!(Permissions::parse("").bars(&ResourceType::Task).is_empty());
}

#[test]
fn what_cannot_be_written_says_why() {
    let policy = json!({ "resource": [
        { "resourceType": "Task", "readonlyFields": ["priority"], "hiddenFields": ["note"] },
        { "resourceType": "Patient", "interaction": ["search", "read", "history", "vread"] },
    ] });
    let task = |field| may(policy.clone(), ResourceType::Task, field);
    assert_eq!(task(EditField::Status), Ok(()));
    assert_eq!(task(EditField::Priority), Err(EditBar::FieldReadOnly));
    assert_eq!(task(EditField::Note), Err(EditBar::FieldHidden));
    assert_eq!(
        may(policy, ResourceType::Patient, EditField::Contact),
        Err(EditBar::TypeReadOnly)
    );
    let tasks_only = json!({ "resource": [{ "resourceType": "Task", "readonly": true }] });
    assert_eq!(
        may(tasks_only.clone(), ResourceType::Task, EditField::Status),
        Err(EditBar::TypeReadOnly)
    );
    assert_eq!(
        may(tasks_only, ResourceType::Patient, EditField::Contact),
        Err(EditBar::TypeHidden)
    );
}

#[test]
fn of_several_rules_the_most_generous_counts() {
    let policy = json!({ "resource": [
        { "resourceType": "Task", "criteria": "Task?status=completed", "readonly": true },
        { "resourceType": "Task", "criteria": "Task?owner=Practitioner/me" },
    ] });
    assert_eq!(may(policy, ResourceType::Task, EditField::Due), Ok(()));
}

#[test]
fn a_task_is_not_handed_over_where_only_own_tasks_may_be_seen() {
    let policy = json!({ "resource": [{ "resourceType": "Task", "criteria": "Task?owner=Practitioner/me" }] });
    let permissions = Permissions::parse(&policy.to_string());
    let hand_to = |wanted| {
        let change = change(EditField::Owner, owner("Practitioner/me"), wanted);
        permissions.may_make(&ResourceType::Task, &change)
    };
    assert_eq!(
        hand_to(owner("Practitioner/b")),
        Err(EditBar::WouldLeaveSight)
    );
    assert_eq!(hand_to(FieldValue::Absent), Err(EditBar::WouldLeaveSight));
    assert_eq!(hand_to(owner("Practitioner/me")), Ok(()));
    let leave = |permissions: &Permissions| {
        let mine = owner("Practitioner/me");
        permissions.may_change(&ResourceType::Task, EditField::Owner, &mine)
    };
    assert_eq!(leave(&permissions), Err(EditBar::WouldLeaveSight));
    let of_two = json!({ "resource": [{ "resourceType": "Task", "criteria": "Task?owner=Practitioner/me,Practitioner/b" }] });
    assert_eq!(leave(&Permissions::parse(&of_two.to_string())), Ok(()));
}

#[test]
fn what_every_rule_hides_is_hidden_and_what_some_of_them_hide_may_be() {
    let of = |rules: serde_json::Value| {
        let policy = json!({ "resource": rules });
        Permissions::parse(&policy.to_string()).hidden()
    };
    let owner_and_due = |rules| {
        let hidden = of(rules);
        (hidden.of(Element::Owner), hidden.of(Element::Due))
    };
    let hides =
        |fields: serde_json::Value| json!({ "resourceType": "Task", "hiddenFields": fields });
    let of_ada = |fields: serde_json::Value| json!({ "resourceType": "Task", "criteria": "Task?owner=Practitioner/ada", "hiddenFields": fields });
    let (always, sometimes) = (Some(Hiding::Always), Some(Hiding::Sometimes));
    for (rules, expected) in [
        (json!([hides(json!([]))]), (None, None)),
        (
            json!([hides(json!(["owner", "restriction"]))]),
            (always, always),
        ),
        (
            json!([hides(json!(["owner.display", "restriction.period.end"]))]),
            (sometimes, always),
        ),
        (
            json!([hides(json!(["ownership", "restriction.period.start"]))]),
            (None, None),
        ),
        // The first rule that covers a record counts: what comes after one for all of them is never asked.
        (
            json!([hides(json!(["owner"])), { "resourceType": "*" }]),
            (always, None),
        ),
        (
            json!([of_ada(json!(["owner"])), { "resourceType": "*" }]),
            (sometimes, None),
        ),
        (
            json!([of_ada(json!(["owner"])), of_ada(json!(["owner"]))]),
            (always, None),
        ),
        (
            json!([of_ada(json!([])), hides(json!(["owner"]))]),
            (sometimes, None),
        ),
        // A rule by which nothing is read hides nothing.
        (
            json!([{ "resourceType": "Task", "interaction": ["create"], "hiddenFields": ["owner"] }, { "resourceType": "Task" }]),
            (None, None),
        ),
        (
            json!([{ "resourceType": "*", "hiddenFields": ["owner"] }]),
            (always, None),
        ),
        (
            json!([{ "resourceType": "Patient", "hiddenFields": ["owner"] }]),
            (None, None),
        ),
    ] {
        assert_eq!(owner_and_due(rules.clone()), expected, "{rules}");
    }
}

#[test]
fn a_field_of_which_a_part_is_hidden_or_protected_is_not_edited() {
    let policy = json!({ "resource": [
        { "resourceType": "Task", "readonlyFields": ["restriction.period"], "hiddenFields": ["owner.display"] },
    ] });
    let task = |field| may(policy.clone(), ResourceType::Task, field);
    assert_eq!(task(EditField::Owner), Err(EditBar::FieldHidden));
    assert_eq!(task(EditField::Due), Err(EditBar::FieldReadOnly));
    assert_eq!(task(EditField::Priority), Ok(()));
}

#[test]
fn what_is_hidden_is_in_no_field_to_edit_whatever_else_bars_the_field() {
    let hidden = [
        "owner",
        "restriction",
        "priority",
        "status",
        "businessStatus",
        "meta.tag",
    ];
    for readonly in [false, true] {
        let policy = json!({ "resource": [
            { "resourceType": "Task", "readonly": readonly, "hiddenFields": hidden },
        ] });
        let permissions = Permissions::parse(&policy.to_string());
        let task = json!({
            "resourceType": "Task", "id": "t", "meta": { "versionId": "1", "lastUpdated": "2026-11-22T10:00:00Z", "tag": [{ "code": "isolation" }] },
            "status": "ready", "priority": "stat", "businessStatus": { "text": "Waiting" },
            "owner": { "reference": "Practitioner/a" }, "restriction": { "period": { "end": "2026-11-30" } },
        });
        let task = crate::fhir::parse(&task.to_string()).unwrap();
        for item in crate::edit::editable(&task, &permissions) {
            assert_eq!(item.value, FieldValue::Absent, "{item:?}");
            assert!(
                item.bar.is_some() || item.field == EditField::Note,
                "{item:?}"
            );
        }
    }
}

#[test]
fn tags_may_be_edited_where_something_else_of_the_metadata_is_kept_back() {
    let may = |field: &str| {
        let policy = json!({ "resource": [{ "resourceType": "Task", "readonlyFields": [field] }] });
        Permissions::parse(&policy.to_string()).may_edit(&ResourceType::Task, EditField::Tag)
    };
    assert_eq!(may("meta.project"), Ok(()));
    assert_eq!(may("meta.tag"), Err(EditBar::FieldReadOnly));
    assert_eq!(may("meta"), Err(EditBar::FieldReadOnly));
}

#[test]
fn what_of_a_frame_may_be_taken_is_known_where_every_rule_hides_the_same() {
    let veil = |rules: serde_json::Value| {
        let policy = json!({ "resource": rules });
        let permissions = Permissions::parse(&policy.to_string());
        match permissions.veil(&ResourceType::Task) {
            Veil::None => "none".to_owned(),
            Veil::Fields(fields) => fields.join(" "),
            Veil::Unknown => "unknown".to_owned(),
        }
    };
    let rule = |criteria: Option<&str>, hidden: &[&str]| json!({ "resourceType": "Task", "criteria": criteria, "hiddenFields": hidden });
    for (rules, expected) in [
        (json!([]), "none"),
        (
            json!([rule(None, &[]), { "resourceType": "*", "hiddenFields": ["owner"] }]),
            "none",
        ),
        (json!([rule(None, &["owner", "note"])]), "owner note"),
        (
            json!([rule(Some("Task?a=b"), &["owner"]), rule(None, &["owner"])]),
            "owner",
        ),
        (
            json!([rule(Some("Task?a=b"), &["owner"]), rule(None, &[])]),
            "unknown",
        ),
        (
            json!([{ "resourceType": "Project", "hiddenFields": ["secret"] }, { "resourceType": "*" }]),
            "none",
        ),
    ] {
        assert_eq!(veil(rules.clone()), expected, "{rules}");
    }
}
