//! Failures that only a browser's storage has.
