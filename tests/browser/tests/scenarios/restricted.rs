//! A user who may see own tasks only: what comes, shows; what is taken away, goes, although the server does not tell.

use std::time::Duration;

use panels_browser_tests::{
    Failure, Stage, StageOptions,
    pages::{PanelPage, SignInPage, expect_badge},
    wait::PATIENCE,
};
use serde_json::json;

/// The demo account with the restricted policy.
const RESTRICTED: usize = 2;
/// Medplum 5.0.10 sends a restricted user nothing when a row leaves the policy: the membership check, about once a minute,
/// is the only proof.
const LEFT_NOTICED_MAX: Duration = Duration::from_secs(100);

#[tokio::test]
async fn a_restricted_user_sees_own_tasks_only_and_loses_what_is_handed_over() -> Result<(), Failure>
{
    let options = StageOptions {
        tasks: 400,
        ..StageOptions::default()
    };
    Stage::play("restricted", options, async |stage| {
        SignInPage::open(stage).await?.sign_in(RESTRICTED).await?;
        let page = PanelPage::open_all_tasks(stage).await?;
        expect_badge(stage, "Live", PATIENCE).await?;
        let own = stage.server.open_tasks_of(RESTRICTED)?;
        page.expect_count(own.len(), PATIENCE).await?;
        assert!(page.all_rows().await?.keys().eq(own.keys()));

        let all = stage.server.open_tasks()?;
        let foreign = all.keys().find(|id| !own.contains_key(*id));
        let foreign = foreign.cloned().unwrap_or_default();
        let profile = stage.server.profile(RESTRICTED);
        let give = json!([{ "op": "add", "path": "/owner", "value": { "reference": profile } }]);
        stage.server.patch(&format!("Task/{foreign}"), &give)?;
        page.expect_count(own.len() + 1, PATIENCE).await?;

        let other = stage.server.profile(0);
        let take = json!([{ "op": "replace", "path": "/owner", "value": { "reference": other } }]);
        stage.server.patch(&format!("Task/{foreign}"), &take)?;
        page.expect_count(own.len(), LEFT_NOTICED_MAX).await?;
        assert!(page.all_rows().await?.keys().eq(own.keys()));
        Ok(())
    })
    .await
}
