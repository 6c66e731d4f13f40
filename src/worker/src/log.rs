//! Log records of the engine, to the console.

use std::panic::PanicHookInfo;

use panels_core::engine::LogLevel;
use tracing_wasm::{WASMLayerConfigBuilder, set_as_global_default_with_config};

/// Sets the log up, once. Without timings: in a worker that lives for days their entries would never end.
pub(crate) fn set_up() {
    let config = WASMLayerConfigBuilder::new()
        .set_report_logs_in_timings(false)
        .set_max_level(tracing::Level::INFO)
        .build();
    set_as_global_default_with_config(config);
}

/// Writes one record.
pub(crate) fn write(level: LogLevel, text: &str) {
    match level {
        LogLevel::Debug => tracing::debug!("{text}"),
        LogLevel::Info => tracing::info!("{text}"),
        LogLevel::Warn => tracing::warn!("{text}"),
        LogLevel::Error => tracing::error!("{text}"),
    }
}

/// Writes where a panic happened. Its message only if it is a constant: others may quote what was being worked on.
pub(crate) fn panicked(info: &PanicHookInfo<'_>) {
    let message = info.payload().downcast_ref::<&'static str>();
    let message = message.copied().unwrap_or("panicked");
    let text = match info.location() {
        Some(location) => format!("{message}: {}:{}", location.file(), location.line()),
        None => message.to_owned(),
    };
    web_sys::console::error_1(&text.into());
}
