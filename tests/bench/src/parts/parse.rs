//! From text to a typed resource: time and bytes of one.

use panels_core::fhir::{self, Resource};

use crate::{
    clinic::Texts,
    measure::{figure, once},
};

pub(crate) fn run(texts: &Texts) {
    for (name, texts) in [("task", &texts.tasks), ("patient", &texts.patients)] {
        let bytes: usize = texts.iter().map(String::len).sum();
        let mut parsed: Vec<Resource> = Vec::with_capacity(texts.len());
        let ((), took, held) =
            once(|| parsed.extend(texts.iter().flat_map(|text| fhir::parse(text))));
        figure!(
            "parse: {:.2} us per {name} of {} bytes; {} bytes held of each beside the {} of the value",
            took.as_secs_f64() * 1e6 / texts.len() as f64,
            bytes / texts.len(),
            held / texts.len(),
            size_of::<Resource>(),
        );
    }
}
