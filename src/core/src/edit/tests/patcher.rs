//! JSON Patch as the server does it (`transcripts/05a-update-if-match.json`). Shares no code with what it judges.

use serde_json::Value;

/// The resource after a patch, or why the patch was refused.
pub(crate) fn patched(mut body: Value, operations: &[Value]) -> Result<Value, String> {
    for operation in operations {
        let path = operation["path"].as_str().ok_or("no path")?;
        let missing = || format!("Value required at path: {path}");
        let (parent, last) = path.rsplit_once('/').ok_or("the whole resource")?;
        match operation["op"].as_str().unwrap_or_default() {
            "test" => {
                if body.pointer(path) != operation.get("value") {
                    return Err("Test failed".into());
                }
            }
            "replace" => {
                *body.pointer_mut(path).ok_or_else(missing)? = operation["value"].clone();
            }
            "add" => match body.pointer_mut(parent).ok_or_else(missing)? {
                Value::Object(object) => {
                    object.insert(last.into(), operation["value"].clone());
                }
                Value::Array(items) if last == "-" => items.push(operation["value"].clone()),
                Value::Array(items) => {
                    items.insert(
                        last.parse().map_err(|_| missing())?,
                        operation["value"].clone(),
                    );
                }
                _ => return Err(missing()),
            },
            "remove" => {
                body.pointer(path).ok_or_else(missing)?;
                match body.pointer_mut(parent).ok_or_else(missing)? {
                    Value::Object(object) => drop(object.remove(last)),
                    Value::Array(items) => drop(items.remove(last.parse().map_err(|_| missing())?)),
                    _ => return Err(missing()),
                }
            }
            other => return Err(format!("Invalid operation: {other}")),
        }
    }
    Ok(body)
}
