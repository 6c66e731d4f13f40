//! The stage is tested too: a page object that finds nothing would make scenarios fail for the wrong reason.

use panels_browser_tests::{Failure, browser::Browser, wait};

/// A page with what the page objects look for.
const PAGE: &str = "data:text/html,<title>x</title><label>Email <input></label><button>Sign in</button>\
    <button style='display:none'>Sign out</button><div role=status aria-label=Connection>Live as of 10:00</div>\
    <a href='%23'>All open tasks</a>";

#[tokio::test]
async fn things_are_found_by_role_and_name_and_only_if_shown() -> Result<(), Failure> {
    let browser = Browser::start(&[]).await?;
    browser.goto(PAGE).await?;
    assert!(browser.text_of("button", "Sign in").await?.is_some());
    assert!(browser.text_of("button", "Sign out").await?.is_none());
    assert!(browser.text_of("link", "All open tasks").await?.is_some());
    assert_eq!(
        browser.text_of("status", "Connection").await?.as_deref(),
        Some("Live as of 10:00")
    );
    browser.fill("Email", "alma@example.com").await?;
    let typed = browser
        .script("return document.querySelector('input').value", vec![])
        .await?;
    assert_eq!(typed, "alma@example.com");
    browser.client.clone().close().await?;
    Ok(())
}

#[tokio::test]
async fn an_error_on_the_console_is_noticed() -> Result<(), Failure> {
    let browser = Browser::start(&[]).await?;
    browser.goto(PAGE).await?;
    browser
        .script(
            "setTimeout(() => { throw new Error('on purpose') }, 0)",
            vec![],
        )
        .await?;
    wait::until("the error", async || {
        let errors = browser.console_errors().await?;
        let found = errors.iter().any(|error| error.contains("on purpose"));
        Ok(wait::Look::when(found, (), errors.join("; ")))
    })
    .await?;
    browser.client.clone().close().await?;
    Ok(())
}
