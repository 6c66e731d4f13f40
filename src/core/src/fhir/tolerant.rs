//! Reading a field without trusting it: a wrong type makes the field absent and is counted, and the resource survives.
//!
//! Each field is first taken as raw text (scanning only, no allocation, no recursion) and then read on its own, so an error
//! inside cannot spread to its neighbours.

use std::{borrow::Cow, sync::Arc};

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{date::parse_date, sanitise};
use crate::{limits, protocol::FhirDate, time::Timestamp};

/// A field as it came: not there, or some JSON.
#[derive(Clone, Copy, Default)]
pub(super) struct Field<'a>(Option<&'a RawValue>);

impl<'de: 'a, 'a> Deserialize<'de> for Field<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&RawValue>::deserialize(deserializer).map(|raw| Self(Some(raw)))
    }
}

impl Field<'_> {
    /// Whether the field is there and not null.
    pub(super) fn is_present(self) -> bool {
        self.0.is_some_and(|raw| raw.get() != "null")
    }
}

impl<'a> Field<'a> {
    /// Its text, if it is there and not null.
    pub(super) fn text(self) -> Option<&'a str> {
        let raw = self.0?.get();
        (raw != "null").then_some(raw)
    }
}

/// The first elements of an array; the rest is skipped unread.
struct FirstFields<'a>(Vec<Field<'a>>);

impl<'de: 'a, 'a> Deserialize<'de> for FirstFields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct First;
        impl<'de> Visitor<'de> for First {
            type Value = FirstFields<'de>;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("an array")
            }

            fn visit_seq<A: SeqAccess<'de>>(
                self,
                mut elements: A,
            ) -> Result<Self::Value, A::Error> {
                let mut first = Vec::new();
                while first.len() < limits::FIELD_ELEMENTS_MAX {
                    match elements.next_element()? {
                        Some(element) => first.push(element),
                        None => return Ok(FirstFields(first)),
                    }
                }
                while elements.next_element::<IgnoredAny>()?.is_some() {}
                Ok(FirstFields(first))
            }
        }
        deserializer.deserialize_seq(First)
    }
}

/// Reads fields and counts what was wrong with them.
#[derive(Default)]
pub(super) struct Reader {
    /// Fields that were there but could not be used.
    pub(super) malformed: u16,
}

impl Reader {
    /// A field of a type that serde knows.
    pub(super) fn read<'a, T: Deserialize<'a>>(&mut self, field: Field<'a>) -> Option<T> {
        let raw = field.0?.get();
        // FHIR has no null outside arrays; a server that writes one means "absent".
        if raw == "null" {
            return None;
        }
        self.counted(serde_json::from_str(raw).ok())
    }

    /// A field that holds an object. Serde would take an array in its place, and its elements for fields in turn.
    pub(super) fn object<'a, T: Deserialize<'a>>(&mut self, field: Field<'a>) -> Option<T> {
        if !field.is_present() {
            return None;
        }
        let raw = field.0?.get();
        let object = raw.starts_with('{').then_some(raw);
        self.counted(object.and_then(|raw| serde_json::from_str(raw).ok()))
    }

    /// The elements of a repeating field, at most [`limits::FIELD_ELEMENTS_MAX`].
    pub(super) fn elements<'a>(&mut self, field: Field<'a>) -> Vec<Field<'a>> {
        self.read::<FirstFields<'a>>(field)
            .map_or_else(Vec::new, |first| first.0)
    }

    /// The last `count_max` elements of a list that grows at its end.
    pub(super) fn newest_elements<'a>(
        &mut self,
        field: Field<'a>,
        count_max: usize,
    ) -> Vec<Field<'a>> {
        let mut all: Vec<Field<'a>> = self.read(field).unwrap_or_default();
        let older = all.len().saturating_sub(count_max);
        all.drain(..older);
        all
    }

    /// A text for one line.
    pub(super) fn line(&mut self, field: Field<'_>) -> Option<Arc<str>> {
        let text: Cow<'_, str> = self.read::<Text<'_>>(field)?.0;
        sanitise::line(&text, limits::LINE_CHARS_MAX).map(Arc::from)
    }

    /// A text of several lines.
    pub(super) fn text(&mut self, field: Field<'_>) -> Option<Arc<str>> {
        let text: Cow<'_, str> = self.read::<Text<'_>>(field)?.0;
        sanitise::multiline(&text, limits::TEXT_CHARS_MAX).map(Arc::from)
    }

    /// A code, as it is: known or not.
    pub(super) fn code(&mut self, field: Field<'_>) -> Option<Arc<str>> {
        let text: Cow<'_, str> = self.read::<Text<'_>>(field)?.0;
        sanitise::line(&text, limits::CODE_CHARS_MAX).map(Arc::from)
    }

    /// A date of any precision.
    pub(super) fn date(&mut self, field: Field<'_>) -> Option<FhirDate> {
        let text: Cow<'_, str> = self.read::<Text<'_>>(field)?.0;
        self.counted(parse_date(&text))
    }

    /// A moment.
    pub(super) fn instant(&mut self, field: Field<'_>) -> Option<Timestamp> {
        let text: Cow<'_, str> = self.read::<Text<'_>>(field)?.0;
        self.counted(Timestamp::parse(&text))
    }

    /// Counts what came as `None`.
    pub(super) fn counted<T>(&mut self, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.malformed = self.malformed.saturating_add(1);
        }
        value
    }
}

/// A text that is borrowed where it has no escapes.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// Whether arrays and objects are nested deeper than the limit. One pass over the bytes, no recursion.
pub(super) fn too_deep(json: &str, depth_max: usize) -> bool {
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            _ if in_text => {}
            b'[' | b'{' => {
                depth += 1;
                if depth > depth_max {
                    return true;
                }
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}
