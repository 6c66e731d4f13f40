//! The pictures of the README: what the product looks like now.

use panels_browser_tests::{
    Failure, Stage, StageOptions,
    pages::{PanelPage, SignInPage, expect_badge},
    screenshot,
    wait::PATIENCE,
};

#[tokio::test]
async fn a_panel_can_be_pictured_wide_and_narrow_and_dark() -> Result<(), Failure> {
    for (dark, arguments) in [(false, vec![]), (true, vec!["--force-dark-mode"])] {
        let options = StageOptions {
            patients: 500,
            tasks: 2_000,
            browser_arguments: arguments,
            ..StageOptions::default()
        };
        Stage::play("pictures", options, async |stage| {
            let suffix = if dark { "dark" } else { "light" };
            SignInPage::open(stage).await?;
            screenshot::take(&stage.browser.client, &format!("sign-in-{suffix}")).await?;
            SignInPage::open(stage).await?.sign_in(0).await?;
            screenshot::take(&stage.browser.client, &format!("home-{suffix}")).await?;
            PanelPage::open_all_tasks(stage).await?;
            expect_badge(stage, "Live", PATIENCE).await?;
            screenshot::take(&stage.browser.client, &format!("panel-{suffix}")).await?;
            stage.browser.client.set_window_size(800, 900).await?;
            screenshot::take(&stage.browser.client, &format!("panel-narrow-{suffix}")).await?;
            Ok(())
        })
        .await?;
    }
    Ok(())
}
