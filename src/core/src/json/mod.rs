//! Reads JSON text into the types of messages and stored records.
//!
//! serde_json could do it, and reads what servers send. But what `derive` writes for a type is compiled for serde_json with a
//! second way to read each struct (as an array), two ways to read each enum, and a text for each error. For all the messages
//! together that is a quarter of the code that a ward's network has to carry before the first row shows. This reader takes a
//! struct as an object only, has one way to read an enum, and one error without a text.
//!
//! It must never accept what serde_json refuses; a test compares the two. It reads no fractions: no message has any.

mod deserializer;
mod reader;
#[cfg(test)]
mod tests;

use serde::Deserialize;

use self::reader::Reader;

/// The text is not JSON, or not of the type that was asked for. Nobody is told where: what cannot be read counts as not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unreadable text")]
pub struct Unreadable;

impl serde::de::Error for Unreadable {
    fn custom<T: std::fmt::Display>(_message: T) -> Self {
        Self
    }

    fn invalid_type(
        _unexpected: serde::de::Unexpected<'_>,
        _expected: &dyn serde::de::Expected,
    ) -> Self {
        Self
    }

    fn invalid_value(
        _unexpected: serde::de::Unexpected<'_>,
        _expected: &dyn serde::de::Expected,
    ) -> Self {
        Self
    }

    fn invalid_length(_length: usize, _expected: &dyn serde::de::Expected) -> Self {
        Self
    }

    fn unknown_variant(_variant: &str, _expected: &'static [&'static str]) -> Self {
        Self
    }

    fn unknown_field(_field: &str, _expected: &'static [&'static str]) -> Self {
        Self
    }

    fn missing_field(_field: &'static str) -> Self {
        Self
    }

    fn duplicate_field(_field: &'static str) -> Self {
        Self
    }
}

/// Reads a whole text.
pub fn read<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, Unreadable> {
    let mut reader = Reader::new(text);
    let value = T::deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}
