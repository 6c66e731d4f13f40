//! Texts that many resources repeat, kept once: names, codes, titles, references. 50,000 tasks say a few thousand different
//! things.

use std::sync::Arc;

use super::{Body, Concept, Reference, Resource};
use crate::{
    collections::Set,
    identity::{ResourceId, ResourceKey, ResourceType},
    limits,
};

/// See the module. Bounded: when it is full it begins anew, and what is shared already stays so.
#[derive(Debug, Default)]
pub(crate) struct SharedTexts(Set<Arc<str>>);

impl SharedTexts {
    /// The text that is kept, if it is known; else this one from now on.
    pub(crate) fn of(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.0.get(text) {
            return known.clone();
        }
        let text = Arc::from(text);
        self.keep(&text);
        text
    }

    /// Lets all that a resource may have in common with others be the texts that are kept.
    pub(crate) fn share(&mut self, resource: &mut Resource) {
        self.optional(&mut resource.author);
        match &mut resource.body {
            Body::Task(task) => {
                self.optional(&mut task.status);
                self.optional(&mut task.title);
                if let Some(Concept { code, label }) = &mut task.business_status {
                    self.optional(code);
                    self.one(label);
                }
                for reference in [
                    &mut task.patient,
                    &mut task.owner,
                    &mut task.requester,
                    &mut task.focus,
                ] {
                    self.reference(reference.as_mut());
                }
            }
            Body::Patient(patient) => {
                self.id(&mut resource.key.id);
                self.optional(&mut patient.sex);
                for contact in &mut patient.contacts {
                    self.optional(&mut contact.system);
                }
            }
            Body::Other => {}
        }
    }

    fn reference(&mut self, reference: Option<&mut Reference>) {
        let Some(Reference { key, display }) = reference else {
            return;
        };
        self.optional(display);
        if let Some(ResourceKey { kind, id }) = key {
            self.id(id);
            if let ResourceType::Custom(name) = kind {
                self.one(name);
            }
        }
    }

    fn id(&mut self, id: &mut ResourceId) {
        *id = ResourceId::new(self.of(id.as_str()));
    }

    fn optional(&mut self, text: &mut Option<Arc<str>>) {
        if let Some(text) = text {
            self.one(text);
        }
    }

    fn one(&mut self, text: &mut Arc<str>) {
        match self.0.get(&**text) {
            Some(known) => *text = known.clone(),
            None => self.keep(text),
        }
    }

    fn keep(&mut self, text: &Arc<str>) {
        if self.0.len() >= limits::SHARED_TEXTS_MAX {
            self.0.clear();
        }
        self.0.insert(text.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_are_one() {
        let mut texts = SharedTexts::default();
        let (first, second) = (texts.of("ready"), texts.of("ready"));
        assert!(Arc::ptr_eq(&first, &second));
        let mut third = Arc::from("ready");
        texts.one(&mut third);
        assert!(Arc::ptr_eq(&first, &third));
    }

    #[test]
    fn the_memory_is_bounded_and_begins_anew() {
        let mut texts = SharedTexts::default();
        for number in 0..=limits::SHARED_TEXTS_MAX {
            texts.of(&number.to_string());
        }
        assert_eq!(texts.0.len(), 1);
    }
}
