//! The freshness badge.

use std::time::Duration;

use crate::{Failure, Stage, wait};

/// Its first words, in the order of the design.
pub type Badge = String;

/// What it says; empty if there is none.
///
/// # Errors
/// If the browser refuses.
pub async fn read_badge(stage: &Stage) -> Result<Badge, Failure> {
    Ok(stage
        .browser
        .text_of("status", "Connection")
        .await?
        .unwrap_or_default())
}

/// Waits until it starts with a word.
///
/// # Errors
/// If it does not within the limit.
pub async fn expect_badge(stage: &Stage, word: &str, limit: Duration) -> Result<Badge, Failure> {
    wait::until_within(&format!("a badge that says {word}"), limit, async || {
        let badge = read_badge(stage).await?;
        Ok(wait::Look::when(
            badge.trim_start().starts_with(word),
            badge.clone(),
            badge,
        ))
    })
    .await
}

/// Waits until it says something that does not start with a word.
///
/// # Errors
/// If it does not within the limit.
pub async fn expect_badge_other_than(
    stage: &Stage,
    word: &str,
    limit: Duration,
) -> Result<Badge, Failure> {
    wait::until_within(
        &format!("a badge that no longer says {word}"),
        limit,
        async || {
            let badge = read_badge(stage).await?;
            let other = !badge.is_empty() && !badge.trim_start().starts_with(word);
            Ok(wait::Look::when(other, badge.clone(), badge))
        },
    )
    .await
}
