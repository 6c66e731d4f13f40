//! The FHIR data types that tasks and patients share.

use std::sync::Arc;

use serde::Deserialize;

use super::tolerant::{Field, Reader};
use crate::{identity::ResourceKey, protocol::FhirDate};

/// A `Reference`: the key is the identity, the display is only a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reference {
    /// What a literal reference points to; `None` for contained and logical ones.
    pub key: Option<ResourceKey>,
    /// The name given beside it.
    pub display: Option<Arc<str>>,
}

impl Reference {
    /// The literal reference as text, `Practitioner/1`.
    pub fn literal(&self) -> Option<String> {
        self.key.as_ref().map(ToString::to_string)
    }

    /// Whether it points to this literal reference. Names are never compared: two people may share one.
    pub fn is(&self, reference: &str) -> bool {
        match (&self.key, ResourceKey::from_reference(reference)) {
            (Some(mine), Some(other)) => *mine == other,
            _ => false,
        }
    }
}

/// A `CodeableConcept`, or what is shown of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Concept {
    /// Code of the first coding that has one.
    pub code: Option<Arc<str>>,
    /// Text for people: the concept's text, a coding's display, or the code itself.
    pub label: Arc<str>,
}

/// An `Annotation`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Who wrote it: a name, or failing that a literal reference.
    pub author: Option<Arc<str>>,
    /// When.
    pub time: Option<FhirDate>,
    /// What, in several lines.
    pub text: Arc<str>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ReferenceFields<'a> {
    #[serde(borrow)]
    reference: Field<'a>,
    #[serde(borrow)]
    display: Field<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ConceptFields<'a> {
    #[serde(borrow)]
    coding: Field<'a>,
    #[serde(borrow)]
    text: Field<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct CodingFields<'a> {
    #[serde(borrow)]
    code: Field<'a>,
    #[serde(borrow)]
    display: Field<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct NoteFields<'a> {
    #[serde(borrow)]
    author_reference: Field<'a>,
    #[serde(borrow)]
    author_string: Field<'a>,
    #[serde(borrow)]
    time: Field<'a>,
    #[serde(borrow)]
    text: Field<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct PeriodFields<'a> {
    #[serde(borrow)]
    start: Field<'a>,
    #[serde(borrow)]
    end: Field<'a>,
}

impl Reader {
    /// A `Reference` with something in it.
    pub(super) fn reference(&mut self, field: Field<'_>) -> Option<Reference> {
        let fields: ReferenceFields<'_> = self.object(field)?;
        let key = self
            .line(fields.reference)
            .and_then(|text| ResourceKey::from_reference(&text));
        let display = self.line(fields.display);
        (key.is_some() || display.is_some()).then_some(Reference { key, display })
    }

    /// A `CodeableConcept` with something to show.
    pub(super) fn concept(&mut self, field: Field<'_>) -> Option<Concept> {
        let fields: ConceptFields<'_> = self.object(field)?;
        let (mut code, mut display) = (None, None);
        for coding in self.elements(fields.coding) {
            let Some(coding) = self.object::<CodingFields<'_>>(coding) else {
                continue;
            };
            code = code.or_else(|| self.code(coding.code));
            display = display.or_else(|| self.line(coding.display));
        }
        let label = self
            .line(fields.text)
            .or(display)
            .or_else(|| code.clone())?;
        Some(Concept { code, label })
    }

    /// An `Annotation` with a text.
    pub(super) fn note(&mut self, field: Field<'_>) -> Option<Note> {
        let fields: NoteFields<'_> = self.object(field)?;
        let text = self.text(fields.text)?;
        let author = self.line(fields.author_string).or_else(|| {
            let author = self.reference(fields.author_reference)?;
            author
                .display
                .or_else(|| author.key.map(|key| key.to_string().into()))
        });
        Some(Note {
            author,
            time: self.date(fields.time),
            text,
        })
    }

    /// Start and end of a `Period`.
    pub(super) fn period(&mut self, field: Field<'_>) -> (Option<FhirDate>, Option<FhirDate>) {
        match self.object::<PeriodFields<'_>>(field) {
            Some(fields) => (self.date(fields.start), self.date(fields.end)),
            None => (None, None),
        }
    }
}
