//! What people do: sign in and out, reload, look elsewhere, put their machine to sleep.

use panels_core::{
    identity::{ResourceKey, ResourceType},
    protocol::{Secret, SessionView, Surroundings, TabMessage},
};
use panels_sandbox::clinic::DEMO_PASSWORD;

use super::{Event, World};
use crate::{queue::Millis, trace::Who, truth::Panel};

/// What a person takes to type address and password.
pub(super) const TYPE_MS: std::ops::Range<Millis> = 50..1_500;
/// When somebody looks again whether that helped.
pub(super) const LOOK_AGAIN_MS: std::ops::Range<Millis> = 2_000..8_000;

impl World {
    /// A tab shows the sign-in form: somebody will fill it in, in one tab only.
    pub(super) fn plan_sign_in(&mut self, profile: usize, think_ms: std::ops::Range<Millis>) {
        if std::mem::replace(&mut self.profiles[profile].sign_in_planned, true) {
            return;
        }
        let think_ms = self.rng.i64(think_ms);
        let at = (self.now + think_ms).max(self.profiles[profile].signed_out_until);
        self.queue.push(at, Event::SignIn(profile));
    }

    /// Somebody fills in the sign-in form, unless nobody has to any longer.
    pub(super) fn sign_in(&mut self, profile: usize) {
        self.profiles[profile].sign_in_planned = false;
        let tabs = self.tabs_of(profile).into_iter();
        let mut forms =
            tabs.filter(|tab| matches!(self.tabs[*tab].session, SessionView::SignedOut { .. }));
        let Some(tab) = forms.next() else {
            return;
        };
        if self.profiles[profile].is_asleep(self.now)
            || self.tabs[tab].is_frozen(self.now)
            || self.now < self.profiles[profile].signed_out_until
        {
            return self.plan_sign_in(profile, LOOK_AGAIN_MS);
        }
        let email = self.truth.users()[self.profiles[profile].user]
            .email
            .clone();
        self.trace
            .line(self.now, Who::Tab(tab), || format!("> signs in as {email}"));
        let password = Secret::new(DEMO_PASSWORD);
        self.say(tab, TabMessage::SignIn { email, password });
        // What was said may have reached nobody.
        self.plan_sign_in(profile, LOOK_AGAIN_MS);
    }

    /// Somebody signs out; somebody else may come after a while.
    pub(super) fn sign_out(&mut self, tab: usize, away_ms: Millis, user: usize) {
        let profile = self.tabs[tab].profile;
        self.profiles[profile].signed_out_until = self.now + away_ms;
        self.profiles[profile].user = user;
        self.say(tab, TabMessage::SignOut);
    }

    /// Somebody reloads a page: another tab with the build of now.
    pub(super) fn reload(&mut self, tab: usize) {
        let profile = self.tabs[tab].profile;
        // Open the new one first, so that a worker they share is not stopped between the two.
        let new = self.open_tab(profile);
        self.tabs[new].route = self.tabs[tab].route;
        self.kill_tab(tab);
    }

    /// Somebody looks at another panel.
    pub(super) fn look_at(&mut self, tab: usize, panel: Panel) {
        self.tabs[tab].route = panel;
        self.mount(tab);
    }

    /// Somebody opens a record of the panel that is shown.
    pub(super) fn open_record(&mut self, tab: usize, pick: u32) {
        let Some((panel, table)) = &self.tabs[tab].table else {
            return;
        };
        let rows = table.order();
        let place = (pick as usize).checked_rem(rows.len());
        let Some(id) = place.and_then(|place| rows.get(place)).cloned() else {
            return;
        };
        let kind = if *panel == Panel::Patients {
            ResourceType::Patient
        } else {
            ResourceType::Task
        };
        let record = ResourceKey::new(kind, id);
        self.say(tab, TabMessage::OpenRecord { record });
    }

    /// Something about the surroundings of a tab changes.
    pub(super) fn surround(&mut self, tab: usize, change: impl FnOnce(&mut Surroundings)) {
        let surroundings = &mut self.tabs[tab].surroundings;
        surroundings.woke = false;
        change(surroundings);
        let told = surroundings.clone();
        if told.visible {
            self.tabs[tab].flush_due = false;
            self.flush(tab);
        }
        self.say(tab, TabMessage::Surroundings(told));
    }

    /// The browser notices that its network is gone or back.
    pub(super) fn set_online(&mut self, profile: usize, online: bool) {
        self.profiles[profile].online = online;
        for tab in self.tabs_of(profile) {
            self.surround(tab, |surroundings| {
                surroundings.online = online;
                surroundings.woke = online;
            });
        }
    }

    /// The machine wakes up. Some browsers say that the network is back.
    pub(super) fn wake(&mut self, profile: usize) {
        self.trace
            .line(self.now, Who::Profile(profile), || "= wakes".to_owned());
        self.profiles[profile].asleep_until = None;
        self.profiles[profile].woke_at = self.now;
        if self.rng.bool() {
            let at = self.now + self.rng.i64(0..800);
            self.queue.push(at, Event::Online(profile, true));
        }
        for tab in self.tabs_of(profile) {
            let grace = self.now + crate::checkers::WAKE_GRACE_MS;
            self.queue.push(grace, Event::Deadline(tab));
        }
    }

    /// Tabs of a profile that are alive.
    pub(crate) fn tabs_of(&self, profile: usize) -> Vec<usize> {
        let tabs = self.tabs.iter().enumerate();
        tabs.filter(|(_, tab)| tab.alive && tab.profile == profile)
            .map(|(index, _)| index)
            .collect()
    }
}
