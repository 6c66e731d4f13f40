//! Shapes. They are drawn once in a hidden sprite and used by name, so that a row costs two elements per icon.

use leptos::prelude::*;
use panels_core::protocol::Priority;

/// A shape of the sprite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// The product.
    Brand,
    /// Priority: at once.
    Stat,
    /// Priority: three bars.
    BarsThree,
    /// Priority: two bars.
    BarsTwo,
    /// Priority: one bar.
    BarsOne,
    /// Status: dotted ring.
    RingDotted,
    /// Status: ring.
    Ring,
    /// Status: half filled.
    RingHalf,
    /// Status: ring with two bars.
    RingPaused,
    /// Status: filled with a tick.
    RingDone,
    /// Status: ring with a cross.
    RingCrossed,
    /// A clock: overdue.
    Clock,
    /// A triangle with a mark: something to know.
    Attention,
    /// A cross: close.
    Cross,
    /// An arrow down: order.
    Arrow,
    /// A half filled disc: theme.
    Theme,
    /// A board with keys: the list of keys.
    Keys,
    /// Two sliders: settings.
    Settings,
}

impl Shape {
    /// Shape of a priority: the number of bars says it without colour.
    pub(crate) fn of_priority(priority: Priority) -> Self {
        match priority {
            Priority::Stat => Self::Stat,
            Priority::Asap => Self::BarsThree,
            Priority::Urgent => Self::BarsTwo,
            Priority::Routine => Self::BarsOne,
        }
    }

    /// Shape of a task status (<https://hl7.org/fhir/R4/valueset-task-status.html>).
    pub(crate) fn of_status(code: &str) -> Self {
        match code {
            "draft" | "requested" | "received" => Self::RingDotted,
            "in-progress" => Self::RingHalf,
            "on-hold" => Self::RingPaused,
            "completed" => Self::RingDone,
            "rejected" | "cancelled" | "failed" | "entered-in-error" => Self::RingCrossed,
            _ => Self::Ring,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Brand => "#i-brand",
            Self::Stat => "#i-stat",
            Self::BarsThree => "#i-bars-3",
            Self::BarsTwo => "#i-bars-2",
            Self::BarsOne => "#i-bars-1",
            Self::RingDotted => "#i-ring-dotted",
            Self::Ring => "#i-ring",
            Self::RingHalf => "#i-ring-half",
            Self::RingPaused => "#i-ring-paused",
            Self::RingDone => "#i-ring-done",
            Self::RingCrossed => "#i-ring-crossed",
            Self::Clock => "#i-clock",
            Self::Attention => "#i-attention",
            Self::Cross => "#i-cross",
            Self::Arrow => "#i-arrow",
            Self::Theme => "#i-theme",
            Self::Keys => "#i-keys",
            Self::Settings => "#i-settings",
        }
    }
}

/// One shape, invisible to screen readers: the text beside it says the same.
#[component]
pub(crate) fn Icon(
    /// Which one.
    shape: Shape,
) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
            <use href=shape.name()></use>
        </svg>
    }
}

/// The sprite; once per page.
#[component]
pub(crate) fn IconSprite() -> impl IntoView {
    view! {
        <svg width="0" height="0" aria-hidden="true" class="unseen">
            <symbol id="i-brand" viewBox="0 0 16 16">
                <rect x="1" y="2" width="3" height="3" rx="1"></rect>
                <rect x="6" y="2" width="9" height="3" rx="1"></rect>
                <rect x="1" y="6.5" width="3" height="3" rx="1"></rect>
                <rect x="6" y="6.5" width="6.5" height="3" rx="1"></rect>
                <rect x="1" y="11" width="3" height="3" rx="1"></rect>
                <rect x="6" y="11" width="8" height="3" rx="1"></rect>
            </symbol>
            <symbol id="i-stat" viewBox="0 0 16 16">
                <path fill-rule="evenodd" d="M3 1h10a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H3a2 2 0 0 1-2-2V3a2 2 0 0 1 2-2zm4 2.8v5.4h2V3.8zm0 7v2h2v-2z"></path>
            </symbol>
            <symbol id="i-bars-3" viewBox="0 0 16 16">
                <rect x="1" y="9" width="3.5" height="5" rx="1"></rect>
                <rect x="6.2" y="5.5" width="3.5" height="8.5" rx="1"></rect>
                <rect x="11.5" y="2" width="3.5" height="12" rx="1"></rect>
            </symbol>
            <symbol id="i-bars-2" viewBox="0 0 16 16">
                <rect x="1" y="9" width="3.5" height="5" rx="1"></rect>
                <rect x="6.2" y="5.5" width="3.5" height="8.5" rx="1"></rect>
                <rect x="11.5" y="2" width="3.5" height="12" rx="1" opacity=".25"></rect>
            </symbol>
            <symbol id="i-bars-1" viewBox="0 0 16 16">
                <rect x="1" y="9" width="3.5" height="5" rx="1"></rect>
                <rect x="6.2" y="5.5" width="3.5" height="8.5" rx="1" opacity=".25"></rect>
                <rect x="11.5" y="2" width="3.5" height="12" rx="1" opacity=".25"></rect>
            </symbol>
            <symbol id="i-ring" viewBox="0 0 16 16">
                <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="1.7"></circle>
            </symbol>
            <symbol id="i-ring-dotted" viewBox="0 0 16 16">
                <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="1.7" stroke-dasharray="2.4 2.3"></circle>
            </symbol>
            <symbol id="i-ring-half" viewBox="0 0 16 16">
                <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="1.7"></circle>
                <path d="M8 4.4a3.6 3.6 0 0 1 0 7.2z"></path>
            </symbol>
            <symbol id="i-ring-paused" viewBox="0 0 16 16">
                <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="1.7"></circle>
                <path d="M5.7 5.3h1.6v5.4H5.7zM8.7 5.3h1.6v5.4H8.7z"></path>
            </symbol>
            <symbol id="i-ring-done" viewBox="0 0 16 16">
                <path fill-rule="evenodd" d="M8 1.2a6.8 6.8 0 1 1 0 13.6A6.8 6.8 0 0 1 8 1.2zm-1 9.6 4.7-4.7-1.2-1.2L7 8.4 5.5 6.9 4.3 8.1z"></path>
            </symbol>
            <symbol id="i-ring-crossed" viewBox="0 0 16 16">
                <path fill-rule="evenodd" d="M8 1.2a6.8 6.8 0 1 1 0 13.6A6.8 6.8 0 0 1 8 1.2zM5.2 6.3 6.9 8l-1.7 1.7 1.1 1.1L8 9.1l1.7 1.7 1.1-1.1L9.1 8l1.7-1.7-1.1-1.1L8 6.9 6.3 5.2z"></path>
            </symbol>
            <symbol id="i-clock" viewBox="0 0 16 16">
                <path fill-rule="evenodd" d="M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1zm-.9 3v4.6l3.3 2 .9-1.5-2.4-1.4V4z"></path>
            </symbol>
            <symbol id="i-attention" viewBox="0 0 16 16">
                <path fill-rule="evenodd" d="M8 1.2 15.4 14H.6zM7.1 6v4h1.8V6zm0 5.2V13h1.8v-1.8z"></path>
            </symbol>
            <symbol id="i-cross" viewBox="0 0 16 16">
                <path d="m3.5 4.6 1.1-1.1L8 6.9l3.4-3.4 1.1 1.1L9.1 8l3.4 3.4-1.1 1.1L8 9.1l-3.4 3.4-1.1-1.1L6.9 8z"></path>
            </symbol>
            <symbol id="i-arrow" viewBox="0 0 16 16">
                <path d="M8 11.5 3.5 5.5h9z"></path>
            </symbol>
            <symbol id="i-theme" viewBox="0 0 16 16">
                <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="1.5"></circle>
                <path d="M8 2a6 6 0 0 1 0 12z"></path>
            </symbol>
            <symbol id="i-keys" viewBox="0 0 16 16">
                <rect x="1.25" y="3.75" width="13.5" height="8.5" rx="1.5" fill="none" stroke="currentColor" stroke-width="1.5"></rect>
                <path d="M3.5 6h1.4v1.4H3.5zM6 6h1.4v1.4H6zM8.6 6H10v1.4H8.6zM11.1 6h1.4v1.4h-1.4zM5 9h6v1.4H5z"></path>
            </symbol>
            <symbol id="i-settings" viewBox="0 0 16 16">
                <path d="M1.5 5h6M11.5 5h3M1.5 11h3M8.5 11h6" fill="none" stroke="currentColor" stroke-width="1.5"></path>
                <circle cx="9.5" cy="5" r="2" fill="none" stroke="currentColor" stroke-width="1.5"></circle>
                <circle cx="6.5" cy="11" r="2" fill="none" stroke="currentColor" stroke-width="1.5"></circle>
            </symbol>
        </svg>
    }
}
