//! Edits that a tab has asked for and that no worker is known to have on the disk: what dies with a worker is asked for again in
//! its next life. It never hands an edit to a session of somebody else.

use crate::{
    identity::{EditId, JobId},
    protocol::{EditRefusal, EditsNews, JobView, NewEdit, TabMessage, WorkerMessage},
};

/// See the module. In the order in which they were typed.
#[derive(Debug, Default)]
pub(super) struct Asked(Vec<Ask>);

#[derive(Debug)]
struct Ask {
    /// Profile of whoever typed it.
    author: String,
    job: Option<JobId>,
    edit: NewEdit,
}

impl Asked {
    /// The tab says something. Nobody edits who is not signed in.
    pub(super) fn say(&mut self, message: &TabMessage, author: Option<&str>) {
        match message {
            TabMessage::Edit { edit } => self.add(author, None, edit),
            TabMessage::EditMany { job, edits } => {
                for edit in edits {
                    self.add(author, Some(job), edit);
                }
            }
            // What the user has taken back must not come again.
            TabMessage::DiscardEdit { edit } | TabMessage::UndoEdit { edit } => self.forget(edit),
            TabMessage::UndoJob { job } => self.0.retain(|ask| ask.job.as_ref() != Some(job)),
            TabMessage::SignOutDiscarding => {
                self.0.retain(|ask| Some(&ask.author[..]) != author);
            }
            _ => {}
        }
    }

    /// The worker says something.
    pub(super) fn hear(&mut self, message: &WorkerMessage) {
        match message {
            WorkerMessage::Edits { news } => self.hear_news(news),
            // Asked for in the moment in which a session ended: it waits for the next one.
            WorkerMessage::EditRefused {
                reason: EditRefusal::NotSignedIn,
                ..
            } => {}
            WorkerMessage::EditRefused {
                edit: Some(edit), ..
            } => self.forget(edit),
            WorkerMessage::EditRefused { job: Some(job), .. } => {
                self.0.retain(|ask| ask.job.as_ref() != Some(job));
            }
            _ => {}
        }
    }

    /// What has to be asked for again in a session of somebody.
    pub(super) fn again(&self, author: &str) -> Vec<TabMessage> {
        let mut messages: Vec<TabMessage> = Vec::new();
        for ask in self.0.iter().filter(|ask| ask.author == author) {
            let edit = ask.edit.clone();
            match (&ask.job, messages.last_mut()) {
                (Some(job), Some(TabMessage::EditMany { job: last, edits })) if last == job => {
                    edits.push(edit);
                }
                (Some(job), _) => messages.push(TabMessage::EditMany {
                    job: job.clone(),
                    edits: vec![edit],
                }),
                (None, _) => messages.push(TabMessage::Edit { edit }),
            }
        }
        messages
    }

    fn add(&mut self, author: Option<&str>, job: Option<&JobId>, edit: &NewEdit) {
        if let Some(author) = author
            && self.0.iter().all(|ask| ask.edit.id != edit.id)
        {
            self.0.push(Ask {
                author: author.to_owned(),
                job: job.cloned(),
                edit: edit.clone(),
            });
        }
    }

    fn hear_news(&mut self, news: &EditsNews) {
        let kept = news.edits.iter().filter(|edit| edit.kept);
        for id in kept.map(|edit| &edit.id) {
            self.forget(id);
        }
        for ended in &news.ended {
            self.forget(&ended.id);
        }
        for job in &news.jobs {
            self.0.retain(|ask| !is_refused(ask, job));
        }
    }

    fn forget(&mut self, id: &EditId) {
        self.0.retain(|ask| ask.edit.id != *id);
    }
}

fn is_refused(ask: &Ask, job: &JobView) -> bool {
    let refused = |row: &crate::protocol::RefusedRow| row.resource == ask.edit.resource;
    ask.job.as_ref() == Some(&job.id) && job.refused.iter().any(refused)
}
