//! Fields that a policy hides or protects.

use serde_json::Value;

use super::Entry;

/// Takes away what the entry hides.
pub(crate) fn hide(entry: &Entry, resource: &mut Value) {
    for field in &entry.hidden_fields {
        remove(resource, field);
    }
}

/// Puts hidden and readonly fields back to what is stored (or drops them when nothing is), silently.
pub(crate) fn restore(entry: &Entry, resource: &mut Value, stored: Option<&Value>) {
    for field in entry.hidden_fields.iter().chain(&entry.readonly_fields) {
        remove(resource, field);
        let kept = stored.and_then(|stored| stored.get(field)).cloned();
        if let (Some(kept), Some(object)) = (kept, resource.as_object_mut()) {
            object.insert(field.clone(), kept);
        }
    }
}

/// Removes a dotted path.
fn remove(resource: &mut Value, path: &str) {
    let Some(object) = resource.as_object_mut() else {
        return;
    };
    match path.split_once('.') {
        None => {
            object.remove(path);
        }
        Some((head, rest)) => {
            if let Some(inner) = object.get_mut(head) {
                remove(inner, rest);
            }
        }
    }
}
