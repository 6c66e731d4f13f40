//! Errors in what came.

use super::errors;
use crate::{connection::frame::FrameError, fhir::Invalid};

errors! {
    /// What can be wrong with what the server sends.
    ProcessingError {
        FrameTooLarge: "a frame was too large", Contained,
            "it is dropped; the next search finds what it may have said";
        FrameMalformed: "a frame was malformed", Contained,
            "it is dropped; the next search finds what it may have said";
        FrameUnknown: "a frame was of an unknown kind", Contained,
            "it is dropped; the next search finds what it may have said";
        ResourceInvalid: "a resource was set aside", Contained,
            "it is not shown; an earlier version of it stays";
        PageUnreadable: "a page of a search could not be read", Retryable,
            "the search is repeated after a wait and proves nothing until then";
        EntryUnreadable: "an entry of a page could not be read", Contained,
            "the entry is skipped";
        SearchRefused: "a search was refused", Retryable,
            "the search is repeated after a wait and proves nothing until then";
        CursorStuck: "a page by cursor made no progress", Retryable,
            "the walk starts over with offsets instead of cursors";
        SearchEndless: "a search has no end in sight", Retryable,
            "everything is loaded anew; until that is done nothing is called live";
        ReadUnusable: "a read brought nothing usable", Contained,
            "the row stays as it was until the next search";
        SearchForbidden: "this user may not read a type", Fatal,
            "its panels stay empty until an administrator changes the access policy";
        OverLimit: "more resources than limits.resourcesMax allows: panels are not complete", Fatal,
            "the rest is not shown until an administrator raises the limit";
    }
}

impl From<FrameError> for ProcessingError {
    fn from(error: FrameError) -> Self {
        match error {
            FrameError::TooLarge => Self::FrameTooLarge,
            FrameError::Malformed => Self::FrameMalformed,
            FrameError::Unknown => Self::FrameUnknown,
        }
    }
}

impl From<Invalid> for ProcessingError {
    fn from(_: Invalid) -> Self {
        Self::ResourceInvalid
    }
}
