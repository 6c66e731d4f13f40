//! The drawer: one record, and what can be changed about it.

use serde_json::json;

use crate::{Failure, Stage, wait};

/// The record that the drawer of the current tab shows.
#[derive(Debug)]
pub struct RecordPage<'a> {
    stage: &'a Stage,
}

/// Name of the panel whose rows open records here.
const PANEL: &str = "open-tasks";

impl<'a> RecordPage<'a> {
    /// Goes to the address of a task's record, until what can be changed about it is there.
    ///
    /// # Errors
    /// If it does not come.
    pub async fn open(stage: &'a Stage, id: &str) -> Result<Self, Failure> {
        let address = format!("{}/panel/{PANEL}/Task/{id}", stage.site.origin);
        stage.browser.goto(&address).await?;
        Self::here(stage).await
    }

    /// The record that the current tab shows already.
    ///
    /// # Errors
    /// If there is none that can be changed.
    pub async fn here(stage: &'a Stage) -> Result<Self, Failure> {
        stage.browser.expect("region", "Change").await?;
        Ok(Self { stage })
    }

    /// Presses a button of the drawer.
    ///
    /// # Errors
    /// If there is none, or it is disabled.
    pub async fn press(&self, button: &str) -> Result<(), Failure> {
        self.stage.browser.press(button).await
    }

    /// Chooses an option of a field, as a person does with a list of choices.
    ///
    /// # Errors
    /// If there is no such field or no such option.
    pub async fn choose(&self, field: &str, option: &str) -> Result<(), Failure> {
        const SCRIPT: &str = "
            const [field, option] = arguments;
            const select = document.querySelector(`[role=dialog] select[aria-label='${field}']`);
            // A list may be filled when somebody comes to it, which a window in the background does not hear of.
            select?.focus();
            if (!document.hasFocus()) select?.dispatchEvent(new FocusEvent('focus'));
            const wanted = select && [...select.options].find((known) => known.text === option);
            if (!wanted || select.disabled) return [...(select?.options ?? [])].map((known) => known.text).join(', ');
            select.value = wanted.value;
            select.dispatchEvent(new Event('change', { bubbles: true }));
            return null;";
        wait::until(&format!("the choice \"{option}\" of {field}"), async || {
            let arguments = vec![json!(field), json!(option)];
            let choices = self.stage.browser.script(SCRIPT, arguments).await?;
            Ok(wait::Look::when(choices.is_null(), (), choices.to_string()))
        })
        .await
    }

    /// Waits until a list of choices shows an option.
    ///
    /// # Errors
    /// If it shows another one.
    pub async fn expect_chosen(&self, field: &str, option: &str) -> Result<(), Failure> {
        const SCRIPT: &str = "
            const select = document.querySelector(`[role=dialog] select[aria-label='${arguments[0]}']`);
            return select?.selectedOptions[0]?.text ?? null;";
        wait::until(&format!("{field} to be \"{option}\""), async || {
            let shown = self
                .stage
                .browser
                .script(SCRIPT, vec![json!(field)])
                .await?;
            Ok(wait::Look::when(shown == option, (), shown.to_string()))
        })
        .await
    }

    /// Types a note and adds it.
    ///
    /// # Errors
    /// If that is not possible.
    pub async fn add_note(&self, text: &str) -> Result<(), Failure> {
        self.stage.browser.fill("New note", text).await?;
        self.press("Add note").await
    }

    /// Types a note and does not add it.
    ///
    /// # Errors
    /// If that is not possible.
    pub async fn type_note(&self, text: &str) -> Result<(), Failure> {
        self.stage.browser.fill("New note", text).await
    }

    /// Waits until this is typed as a note and not added.
    ///
    /// # Errors
    /// If something else is.
    pub async fn expect_typed_note(&self, wanted: &str) -> Result<(), Failure> {
        self.expect_typed("New note", wanted).await
    }

    /// Waits until this stands in a field, saved or not.
    ///
    /// # Errors
    /// If something else does.
    pub async fn expect_typed(&self, field: &str, wanted: &str) -> Result<(), Failure> {
        const SCRIPT: &str = "
            const fields = document.querySelectorAll('[role=dialog] input, [role=dialog] textarea');
            return [...fields].find((field) => field.ariaLabel === arguments[0])?.value ?? ''";
        wait::until(&format!("\"{wanted}\" in {field}"), async || {
            let typed = self
                .stage
                .browser
                .script(SCRIPT, vec![json!(field)])
                .await?;
            Ok(wait::Look::when(typed == wanted, (), typed.to_string()))
        })
        .await
    }

    /// What is on its way about this record, or waits.
    ///
    /// # Errors
    /// If the script fails.
    pub async fn pending(&self) -> Result<String, Failure> {
        let script = "return document.querySelector('[role=dialog] .pending')?.innerText ?? ''";
        let text = self.stage.browser.script(script, vec![]).await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// Waits until nothing is on its way and nothing waits.
    ///
    /// # Errors
    /// If something stays.
    pub async fn expect_settled(&self) -> Result<(), Failure> {
        wait::until("everything to be settled", async || {
            let pending = self.pending().await?;
            Ok(wait::Look::when(pending.is_empty(), (), pending))
        })
        .await
    }

    /// Waits until what is on its way, or waits, says something.
    ///
    /// # Errors
    /// If it does not.
    pub async fn expect_pending(&self, wanted: &str) -> Result<(), Failure> {
        wait::until(
            &format!("an own change that says \"{wanted}\""),
            async || {
                let pending = self.pending().await?;
                Ok(wait::Look::when(pending.contains(wanted), (), pending))
            },
        )
        .await
    }
}
