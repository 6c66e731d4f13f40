//! Texts that were typed in a tab and not saved: kept here while the page lives, and by the worker beyond that.
//!
//! Must never lose one: where two come together, both stay.

use crate::{
    identity::ResourceKey,
    limits,
    protocol::{DraftOf, EditField, TabMessage},
};

/// See the module. There are few: as many as somebody has begun to type.
#[derive(Clone, Debug, Default)]
pub struct DraftList {
    drafts: Vec<Draft>,
    /// How often what was in here was forgotten.
    sitting: u32,
}

#[derive(Clone, Debug)]
struct Draft {
    record: ResourceKey,
    of: DraftOf,
    /// `None`: it was given up or saved. A new worker has to hear that too.
    text: Option<String>,
}

impl Draft {
    fn message(&self, sitting: u32) -> TabMessage {
        TabMessage::KeepDraft {
            sitting,
            record: self.record.clone(),
            of: self.of.clone(),
            text: self.text.clone().unwrap_or_default(),
        }
    }
}

impl DraftList {
    /// A text that was typed about a record, for what `is_meant` tells.
    pub fn find(
        &self,
        record: &ResourceKey,
        is_meant: impl Fn(&DraftOf) -> bool,
    ) -> Option<(&DraftOf, &str)> {
        self.texts()
            .filter(|(about, of, _)| *about == record && is_meant(of))
            .map(|(_, of, text)| (of, text))
            .next()
    }

    /// All texts that were neither given up nor saved: about what, for what, and what was typed.
    pub fn texts(&self) -> impl Iterator<Item = (&ResourceKey, &DraftOf, &str)> {
        let drafts = self.drafts.iter();
        drafts.filter_map(|draft| Some((&draft.record, &draft.of, draft.text.as_deref()?)))
    }

    /// Keeps a text in the place of the one before; `None`: it is given up or saved. What the worker has to be told.
    pub fn set(&mut self, record: &ResourceKey, of: DraftOf, text: Option<String>) -> TabMessage {
        let draft = Draft {
            record: record.clone(),
            of,
            text,
        };
        let message = draft.message(self.sitting);
        self.drafts
            .retain(|known| known.record != draft.record || known.of != draft.of);
        self.drafts.push(draft);
        // The worker keeps no more of them: of what was given up longer ago it has nothing.
        let is_given_up = |draft: &Draft| draft.text.is_none();
        let given_up = self
            .drafts
            .iter()
            .filter(|draft| is_given_up(draft))
            .count();
        if given_up > limits::DRAFTS_MAX
            && let Some(oldest) = self.drafts.iter().position(is_given_up)
        {
            self.drafts.remove(oldest);
        }
        message
    }

    /// Takes what was typed about a record in a tab that is gone, or here and was forgotten. What the worker has to be told of
    /// it; nothing if it was there.
    pub fn take(&mut self, record: &ResourceKey, of: DraftOf, text: &str) -> Option<TabMessage> {
        let typed = self.find(record, |known| *known == of);
        let typed = typed.map_or("", |(_, typed)| typed);
        if typed.contains(text) {
            return None;
        }
        let between = match of.field {
            _ if typed.is_empty() => "",
            EditField::Note => "\n\n",
            EditField::AddressLines => "\n",
            _ => " ",
        };
        let both = format!("{typed}{between}{text}");
        Some(self.set(record, of, Some(both)))
    }

    /// What a worker has to be told that does not know of any: somebody is signed in, perhaps with another one than before.
    pub fn messages(&self) -> impl Iterator<Item = TabMessage> {
        let drafts = self.drafts.iter();
        drafts.map(|draft| draft.message(self.sitting))
    }

    /// Somebody else may sit down here. What the worker has to be told, if anything was in here: it gives it to whoever of the same user
    /// has the record open.
    pub fn forget(&mut self) -> Option<TabMessage> {
        let had_any = self.texts().next().is_some();
        self.drafts.clear();
        self.sitting = self.sitting.saturating_add(1);
        had_any.then_some(TabMessage::DraftsForgotten)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        identity::{ResourceId, ResourceType},
        protocol::FieldValue,
    };

    fn record() -> ResourceKey {
        ResourceKey::new(ResourceType::Task, ResourceId::new("t"))
    }

    fn label(seen: &str) -> DraftOf {
        DraftOf {
            field: EditField::BusinessStatus,
            seen: FieldValue::Code(seen.into()),
        }
    }

    fn typed(list: &DraftList, of: &DraftOf) -> Option<String> {
        let found = list.find(&record(), |known| known == of);
        found.map(|(_, text)| text.to_owned())
    }

    fn told(message: &TabMessage) -> &str {
        match message {
            TabMessage::KeepDraft { text, .. } => text,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_forgotten_is_told_to_the_worker_and_what_was_given_up_is_not() {
        let mut list = DraftList::default();
        assert_eq!(list.forget(), None);
        list.set(&record(), DraftOf::NOTE, Some("x".into()));
        assert_eq!(list.forget(), Some(TabMessage::DraftsForgotten));
        assert_eq!(list.texts().count(), 0);
        list.set(&record(), DraftOf::NOTE, None);
        assert_eq!(list.forget(), None);
    }

    #[test]
    fn what_comes_from_elsewhere_goes_behind_what_was_typed_here_and_the_worker_hears_both() {
        for (of, both) in [
            (DraftOf::NOTE, "here\n\nthere"),
            (label("a"), "here there"),
            (
                DraftOf {
                    field: EditField::AddressLines,
                    seen: FieldValue::Absent,
                },
                "here\nthere",
            ),
        ] {
            let mut list = DraftList::default();
            list.set(&record(), of.clone(), Some("here".into()));
            let message = list.take(&record(), of.clone(), "there").unwrap();
            assert_eq!(told(&message), both);
            assert_eq!(typed(&list, &of).as_deref(), Some(both));
            assert_eq!(list.take(&record(), of, "there"), None, "it is there");
        }
    }

    #[test]
    fn what_is_typed_over_another_value_is_another_text() {
        let mut list = DraftList::default();
        list.set(&record(), label("a"), Some("one".into()));
        list.set(&record(), label("b"), Some("two".into()));
        assert_eq!(typed(&list, &label("a")).as_deref(), Some("one"));
        assert_eq!(typed(&list, &label("b")).as_deref(), Some("two"));
        assert_eq!(typed(&list, &DraftOf::NOTE), None);
    }

    #[test]
    fn a_new_worker_hears_what_was_given_up_too() {
        let mut list = DraftList::default();
        list.set(&record(), DraftOf::NOTE, Some("a".into()));
        list.set(&record(), label("a"), Some("b".into()));
        list.set(&record(), DraftOf::NOTE, None);
        assert_eq!(typed(&list, &DraftOf::NOTE), None);
        let messages: Vec<_> = list.messages().collect();
        let texts: Vec<_> = messages.iter().map(told).collect();
        assert_eq!(texts, ["b", ""]);
    }

    #[test]
    fn of_what_was_given_up_the_oldest_is_forgotten_and_no_text_ever_is() {
        let mut list = DraftList::default();
        let of = |number: usize| label(&number.to_string());
        list.set(&record(), DraftOf::NOTE, Some("kept".into()));
        for number in 0..2 * limits::DRAFTS_MAX {
            list.set(&record(), of(number), Some("text".into()));
        }
        assert_eq!(list.texts().count(), 2 * limits::DRAFTS_MAX + 1);
        for number in 0..2 * limits::DRAFTS_MAX {
            list.set(&record(), of(number), None);
        }
        assert_eq!(list.messages().count(), limits::DRAFTS_MAX + 1);
        assert_eq!(typed(&list, &DraftOf::NOTE).as_deref(), Some("kept"));
    }

    #[test]
    fn nothing_is_left_for_the_next_user() {
        let mut list = DraftList::default();
        list.set(&record(), DraftOf::NOTE, Some("a".into()));
        list.forget();
        assert_eq!(list.messages().count(), 0);
    }
}
