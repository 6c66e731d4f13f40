//! What is told to a tab may be shown as it is. A judge of its own: it knows nothing of how the core cleans texts.

use panels_core::protocol::WorkerMessage;
use serde_json::Value;

/// A snapshot of a hostile server is no larger than what it sent; far more would be a leak.
const MESSAGE_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Fails if a message holds what must not be shown, or is out of all proportion.
pub(crate) fn assert_clean(message: &WorkerMessage) {
    // A message that cannot be sent becomes a text that no tab can read.
    let text = serde_json::to_string(message).unwrap_or_default();
    assert!(text.len() <= MESSAGE_BYTES_MAX, "{} bytes", text.len());
    let read = serde_json::from_str::<WorkerMessage>(&text).ok();
    assert!(
        read.as_ref() == Some(message),
        "a message that does not arrive as it was sent: {text}"
    );
    let value: Value = serde_json::from_str(&text).unwrap_or_default();
    assert_strings_clean(&value);
}

fn assert_strings_clean(value: &Value) {
    match value {
        Value::String(text) => assert!(!text.chars().any(is_misleading), "{text:?} is shown"),
        Value::Array(elements) => elements.iter().for_each(assert_strings_clean),
        Value::Object(fields) => fields.values().for_each(assert_strings_clean),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Whether a character is none of its own: it controls, turns the direction of what follows, or cannot be seen.
fn is_misleading(char: char) -> bool {
    let controls = char.is_control() && !matches!(char, '\n' | '\t');
    let turns = matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{061c}');
    let hides = matches!(
        char,
        '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}'
    );
    controls || turns || hides
}
