//! Who may edit what, by the policies of the transcripts.

use serde_json::json;

use super::{change, owner};
use crate::{
    edit::Permissions,
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
