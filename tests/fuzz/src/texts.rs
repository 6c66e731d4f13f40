//! Every reader of the server's texts.

use panels_core::{config::Config, fhir, protocol::FromTab};

/// Reads bytes in each way in which the core reads texts from outside, and once more what it has taken.
///
/// # Panics
/// If a reader does, or if what it took is not taken a second time.
pub fn texts(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    if let Ok(resource) = fhir::parse(text) {
        assert_eq!(
            fhir::parse(&resource.raw).as_ref(),
            Ok(&resource),
            "taken once, not twice"
        );
    }
    if let Ok(page) = fhir::search_page(text) {
        for entry in page.entries {
            let _ = fhir::parse(entry);
        }
    }
    let _ = fhir::parse_date(text);
    let _ = Config::parse(text);
    let _ = serde_json::from_str::<FromTab>(text);
}
