//! Which status a task may get after which (<https://hl7.org/fhir/R4/task.html#statemachine>).
//!
//! A worklist goes forward in larger steps than a negotiation between systems: what was requested may be completed at once.
//! What has ended stays ended, except that it may be found to be an error; an undo is no step and is not asked about here.

/// All codes of the standard, from the first to the last.
pub const ALL: [&str; 12] = [
    "draft",
    "requested",
    "received",
    "accepted",
    "rejected",
    "ready",
    "in-progress",
    "on-hold",
    "completed",
    "failed",
    "cancelled",
    "entered-in-error",
];

/// Codes that a task may go to from a status; none from a code that the standard does not know.
pub fn next(from: &str) -> &'static [&'static str] {
    match from {
        "draft" => &[
            "requested",
            "received",
            "accepted",
            "ready",
            "in-progress",
            "cancelled",
            "entered-in-error",
        ],
        "requested" => &[
            "received",
            "accepted",
            "rejected",
            "ready",
            "in-progress",
            "on-hold",
            "completed",
            "failed",
            "cancelled",
            "entered-in-error",
        ],
        "received" => &[
            "accepted",
            "rejected",
            "ready",
            "in-progress",
            "on-hold",
            "completed",
            "failed",
            "cancelled",
            "entered-in-error",
        ],
        "accepted" => &[
            "ready",
            "in-progress",
            "on-hold",
            "completed",
            "failed",
            "cancelled",
            "entered-in-error",
        ],
        "ready" => &[
            "in-progress",
            "on-hold",
            "completed",
            "failed",
            "cancelled",
            "entered-in-error",
        ],
        "in-progress" => &[
            "on-hold",
            "completed",
            "failed",
            "cancelled",
            "entered-in-error",
        ],
        "on-hold" => &[
            "ready",
            "in-progress",
            "completed",
            "failed",
            "cancelled",
            "entered-in-error",
        ],
        "rejected" | "cancelled" | "failed" | "completed" => &["entered-in-error"],
        _ => &[],
    }
}

/// Whether a task may go from one status to another.
pub fn may_follow(from: &str, to: &str) -> bool {
    next(from).contains(&to)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPEN: [&str; 7] = [
        "draft",
        "requested",
        "received",
        "accepted",
        "ready",
        "in-progress",
        "on-hold",
    ];

    #[test]
    fn what_has_ended_does_not_go_on() {
        for ended in ["rejected", "cancelled", "failed", "completed"] {
            assert_eq!(next(ended), ["entered-in-error"], "{ended}");
        }
        assert!(next("entered-in-error").is_empty());
    }

    #[test]
    fn every_open_task_can_be_started_or_given_up_and_all_but_drafts_completed() {
        for open in OPEN {
            assert!(
                open == "in-progress" || may_follow(open, "in-progress"),
                "{open}"
            );
            assert!(may_follow(open, "cancelled"), "{open}");
            assert_eq!(may_follow(open, "completed"), open != "draft", "{open}");
        }
    }

    #[test]
    fn no_status_follows_itself_or_leads_to_a_code_that_the_standard_does_not_know() {
        for from in ALL {
            for to in next(from) {
                assert!(ALL.contains(to) && *to != from, "{from} -> {to}");
            }
        }
    }
}
