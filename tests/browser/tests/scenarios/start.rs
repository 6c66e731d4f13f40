//! How long a signed-in user waits for the first row.

use panels_browser_tests::{
    Failure, Stage, StageOptions,
    pages::{PanelPage, SignInPage},
};

/// From navigation to the first row, in release, on loopback.
const FIRST_ROW_MAX_MS: f64 = 1_500.0;

#[cfg(feature = "unproven")]
#[tokio::test]
async fn the_first_rows_of_a_cold_start_are_there_in_time() -> Result<(), Failure> {
    let options = StageOptions {
        patients: 500,
        tasks: 2_000,
        ..StageOptions::default()
    };
    Stage::play("cold-start", options, async |stage| {
        SignInPage::open(stage).await?.sign_in(0).await?;
        let page = PanelPage::open_all_tasks(stage).await?;
        // The only tab: its reload ends the worker as well, so everything starts anew.
        stage.browser.client.refresh().await?;
        const FIRST_ROW: &str = "
            const done = arguments[0];
            const look = () => document.querySelector('[role=row][data-id]') ? done(performance.now()) : setTimeout(look, 4);
            look();";
        let first_row_ms = stage.browser.client.execute_async(FIRST_ROW, vec![]).await?.as_f64().unwrap_or(f64::MAX);
        println!("figure: first row {first_row_ms:.0} ms after navigation (2,000 tasks)");
        page.expect_rows().await?;
        assert!(first_row_ms < FIRST_ROW_MAX_MS, "{first_row_ms} ms");
        Ok(())
    })
    .await
}
