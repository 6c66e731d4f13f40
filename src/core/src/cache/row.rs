//! A row at rest: the text of a resource, and what was read from it, so that it need not be read again.
//!
//! Fields have a fixed order and are divided by a control character. None holds one: JSON escapes them, every other text was
//! cleaned when it came, and what is stored is authenticated. Nothing is escaped and nothing quoted, so that reading costs a
//! look at each byte. Any change of the order or of the meaning of a field needs another [`super::CACHE_SCHEMA_VERSION`].

use std::{str::Split, sync::Arc};

use crate::{
    fhir::{
        Body, Concept, Contact, Note, Patient, Reference, Resource, SharedTexts, Task, TaskPriority,
    },
    identity::{ResourceId, ResourceKey, ResourceType, VersionId},
    protocol::{Deceased, FhirDate},
    time::Timestamp,
};

/// Divides the fields of a row: unit separator.
pub(super) const FIELD: char = '\u{1f}';
/// Begins a row: record separator.
pub(super) const ROW: char = '\u{1e}';

/// Appends a row.
pub(super) fn write(resource: &Resource, text: &mut String) {
    let mut writer = Writer(text);
    writer.start(resource.key.kind.as_str());
    writer.text(resource.key.id.as_str());
    writer.text(resource.version.as_str());
    writer.number(resource.updated.0);
    writer.optional(resource.author.as_ref());
    writer.text(&resource.raw);
    match &resource.body {
        Body::Task(task) => write_task(task, &mut writer),
        Body::Patient(patient) => write_patient(patient, &mut writer),
        Body::Other => {}
    }
}

fn write_task(task: &Task, writer: &mut Writer<'_>) {
    writer.optional(task.status.as_ref());
    let business = task.business_status.as_ref();
    writer.optional(business.and_then(|business| business.code.as_ref()));
    writer.optional(business.map(|business| &business.label));
    writer.text(match &task.priority {
        None => "",
        Some(TaskPriority::Known(priority)) => priority.code(),
        Some(TaskPriority::Unknown(code)) => code,
    });
    writer.optional(task.title.as_ref());
    writer.optional(task.description.as_ref());
    for reference in [&task.patient, &task.owner, &task.requester, &task.focus] {
        let key = reference.as_ref().and_then(Reference::literal);
        writer.text(key.as_deref().unwrap_or_default());
        let display = reference.as_ref().and_then(|one| one.display.as_ref());
        writer.optional(display);
    }
    writer.date(task.due);
    writer.date(task.authored);
    writer.number(i64::from(task.malformed));
    for note in &task.notes {
        writer.optional(note.author.as_ref());
        writer.date(note.time);
        writer.text(&note.text);
    }
}

fn write_patient(patient: &Patient, writer: &mut Writer<'_>) {
    writer.text(match patient.active {
        None => "",
        Some(true) => "y",
        Some(false) => "n",
    });
    writer.optional(patient.name.as_ref());
    writer.date(patient.birth_date);
    writer.optional(patient.sex.as_ref());
    writer.optional(patient.mrn.as_ref());
    match patient.deceased {
        Some(Deceased::Yes) => writer.text("y"),
        Some(Deceased::On(date)) => writer.date(Some(date)),
        None => writer.date(None),
    }
    writer.optional(patient.address.as_ref());
    writer.number(i64::from(patient.malformed));
    for contact in &patient.contacts {
        writer.optional(contact.system.as_ref());
        writer.text(&contact.value);
    }
}

/// Appends fields.
struct Writer<'a>(&'a mut String);

impl Writer<'_> {
    fn start(&mut self, text: &str) {
        self.0.push_str(text);
    }

    fn text(&mut self, text: &str) {
        self.0.push(FIELD);
        self.0.push_str(text);
    }

    /// A text that is there is not empty.
    fn optional(&mut self, text: Option<&Arc<str>>) {
        self.text(text.map_or("", |text| text));
    }

    fn number(&mut self, number: i64) {
        self.text(&number.to_string());
    }

    fn date(&mut self, date: Option<FhirDate>) {
        let mut text = String::new();
        let mut put = |kind: char, parts: &[i64]| {
            for (place, part) in parts.iter().enumerate() {
                text.push(if place == 0 { kind } else { '-' });
                text.push_str(&part.to_string());
            }
        };
        match date {
            None => {}
            Some(FhirDate::Year(year)) => put('y', &[year.into()]),
            Some(FhirDate::Month(year, month)) => put('m', &[year.into(), month.into()]),
            Some(FhirDate::Day(year, month, day)) => {
                put('d', &[year.into(), month.into(), day.into()]);
            }
            Some(FhirDate::Instant(Timestamp(ms))) => put('i', &[ms]),
        }
        self.text(&text);
    }
}

/// Reads a row; `None` if it is not one.
pub(crate) fn read(row: &str, texts: &mut SharedTexts) -> Option<Resource> {
    let mut reader = Reader {
        fields: row.split(FIELD),
        texts,
    };
    let kind = ResourceType::from(reader.text()?);
    let id = reader.text()?;
    let id = match kind {
        ResourceType::Patient => ResourceId::new(reader.texts.of(id)),
        _ => ResourceId::new(id),
    };
    Some(Resource {
        version: VersionId::new(reader.text()?),
        updated: Timestamp(reader.number()?),
        author: reader.shared()?,
        raw: reader.text()?.into(),
        body: match kind {
            ResourceType::Task => Body::Task(Box::new(reader.task()?)),
            ResourceType::Patient => Body::Patient(Box::new(reader.patient()?)),
            ResourceType::Custom(_) => Body::Other,
        },
        key: ResourceKey::new(kind, id),
    })
}

/// Takes fields, in the order in which they were written.
struct Reader<'a> {
    fields: Split<'a, char>,
    texts: &'a mut SharedTexts,
}

impl<'a> Reader<'a> {
    fn task(&mut self) -> Option<Task> {
        Some(Task {
            status: self.shared()?,
            business_status: {
                let (code, label) = (self.shared()?, self.shared()?);
                label.map(|label| Concept { code, label })
            },
            priority: self.own()?.map(TaskPriority::from_code),
            title: self.shared()?,
            description: self.own()?,
            patient: self.reference()?,
            owner: self.reference()?,
            requester: self.reference()?,
            focus: self.reference()?,
            due: self.date()?,
            authored: self.date()?,
            malformed: self.number()?.try_into().ok()?,
            notes: self.rest(|reader, author| {
                Some(Note {
                    author: optional(author).map(|author| reader.texts.of(author)),
                    time: reader.date()?,
                    text: reader.text()?.into(),
                })
            })?,
        })
    }

    fn patient(&mut self) -> Option<Patient> {
        Some(Patient {
            active: optional(self.text()?).map(|active| active == "y"),
            name: self.own()?,
            birth_date: self.date()?,
            sex: self.shared()?,
            mrn: self.own()?,
            deceased: match self.text()? {
                "y" => Some(Deceased::Yes),
                date => to_date(date)?.map(Deceased::On),
            },
            address: self.own()?,
            malformed: self.number()?.try_into().ok()?,
            contacts: self.rest(|reader, system| {
                Some(Contact {
                    system: optional(system).map(|system| reader.texts.of(system)),
                    value: reader.text()?.into(),
                })
            })?,
        })
    }

    fn text(&mut self) -> Option<&'a str> {
        self.fields.next()
    }

    /// A text that others may have too.
    fn shared(&mut self) -> Option<Option<Arc<str>>> {
        let text = optional(self.text()?);
        Some(text.map(|text| self.texts.of(text)))
    }

    /// A text that is of this resource alone.
    fn own(&mut self) -> Option<Option<Arc<str>>> {
        Some(optional(self.text()?).map(Arc::from))
    }

    fn number(&mut self) -> Option<i64> {
        self.text()?.parse().ok()
    }

    fn date(&mut self) -> Option<Option<FhirDate>> {
        to_date(self.text()?)
    }

    fn reference(&mut self) -> Option<Option<Reference>> {
        let key = match self.text()? {
            "" => None,
            literal => {
                let (kind, id) = literal.split_once('/')?;
                let kind = match ResourceType::from(kind) {
                    ResourceType::Custom(_) => ResourceType::Custom(self.texts.of(kind)),
                    known => known,
                };
                let id = ResourceId::new(self.texts.of(id));
                Some(ResourceKey::new(kind, id))
            }
        };
        let display = self.shared()?;
        let is_there = key.is_some() || display.is_some();
        Some(is_there.then_some(Reference { key, display }))
    }

    /// A list at the end of a row; `one` gets the first field of each element.
    fn rest<T>(&mut self, one: impl Fn(&mut Self, &'a str) -> Option<T>) -> Option<Vec<T>> {
        let mut list = Vec::new();
        while let Some(first) = self.text() {
            list.push(one(self, first)?);
        }
        list.shrink_to_fit();
        Some(list)
    }
}

fn optional(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// The outer `None`: it is no date.
fn to_date(text: &str) -> Option<Option<FhirDate>> {
    let Some((kind, rest)) = text.split_at_checked(1) else {
        return Some(None);
    };
    let mut parts = rest.split('-');
    let mut part = || parts.next();
    Some(Some(match kind {
        "y" => FhirDate::Year(part()?.parse().ok()?),
        "m" => FhirDate::Month(part()?.parse().ok()?, part()?.parse().ok()?),
        "d" => FhirDate::Day(
            part()?.parse().ok()?,
            part()?.parse().ok()?,
            part()?.parse().ok()?,
        ),
        // An instant before 1970 begins with the sign.
        "i" => FhirDate::Instant(Timestamp(rest.parse().ok()?)),
        _ => return None,
    }))
}

#[cfg(test)]
mod tests;
