//! The sign-in screen.

use crate::{Failure, Stage};

/// See the module.
#[derive(Debug)]
pub struct SignInPage<'a> {
    stage: &'a Stage,
}

impl<'a> SignInPage<'a> {
    /// The form that the current tab shows already.
    pub fn here(stage: &'a Stage) -> Self {
        Self { stage }
    }

    /// Opens the app in the current tab, where nobody is signed in.
    ///
    /// # Errors
    /// If the form does not come.
    pub async fn open(stage: &'a Stage) -> Result<Self, Failure> {
        Self::open_at(stage, "/").await
    }

    /// The same at another address of the app, which is shown after the sign-in.
    ///
    /// # Errors
    /// If the form does not come.
    pub async fn open_at(stage: &'a Stage, path: &str) -> Result<Self, Failure> {
        stage
            .browser
            .goto(&format!("{}{path}", stage.site.origin))
            .await?;
        stage.browser.expect("button", "Sign in").await?;
        Ok(Self { stage })
    }

    /// Types and submits.
    ///
    /// # Errors
    /// If a field is missing.
    pub async fn submit(&self, email: &str, password: &str) -> Result<(), Failure> {
        let browser = &self.stage.browser;
        browser.fill("Email", email).await?;
        browser.fill("Password", password).await?;
        browser.click("button", "Sign in").await
    }

    /// Signs in as a demo account, until the home screen is there.
    ///
    /// # Errors
    /// If it does not come.
    pub async fn sign_in(&self, account: usize) -> Result<(), Failure> {
        let (email, password) = self.stage.server.account(account);
        self.submit(&email, &password).await?;
        self.stage
            .browser
            .expect("button", "Sign out")
            .await
            .map(|_| ())
    }
}
