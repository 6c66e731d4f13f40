//! A synthetic clinic to develop and test with: staff, patients, work, two access policies and three accounts.
//!
//! Deterministic: one seed, one clinic. Nobody in it is real, and nothing in it may ever come from a real record.

mod accounts;
mod names;
pub(crate) mod people;
pub(crate) mod work;

use fastrand::Rng;

pub use self::accounts::{DEMO_PASSWORD, DemoAccount};
pub use self::work::{Referent, Ward};
use crate::{
    outcome::Outcome,
    sandbox::{Millis, Sandbox},
    store::Actor,
};

const DAY_MS: Millis = 86_400_000;
/// Patients were registered within this span before now.
const REGISTERED_WITHIN_MS: Millis = 90 * DAY_MS;

/// How big a clinic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClinicOptions {
    /// Patients.
    pub patients: usize,
    /// Open tasks; a twentieth of it comes on top as recently closed ones.
    pub tasks: usize,
    /// Seed of all of it.
    pub seed: u64,
}

impl Default for ClinicOptions {
    fn default() -> Self {
        Self {
            patients: 500,
            tasks: 2_000,
            seed: 1,
        }
    }
}

/// A clinic that has been put into a sandbox.
#[derive(Clone, Debug)]
pub struct Clinic {
    /// Its project.
    pub project: String,
    /// Accounts to sign in with.
    pub accounts: Vec<DemoAccount>,
    /// Whom tasks are about and who does them.
    pub ward: Ward,
    /// Staff without a demo account: they act as simulated colleagues.
    pub colleagues: Vec<Actor>,
}

impl Clinic {
    /// Fills `sandbox`.
    pub fn open(
        sandbox: &mut Sandbox,
        options: ClinicOptions,
        now: Millis,
    ) -> Result<Self, Outcome> {
        let mut rng = Rng::with_seed(options.seed ^ 0x0000_636c_696e_6963);
        let mut clinic = accounts::staff(sandbox, &mut rng, now - REGISTERED_WITHIN_MS)?;
        clinic.admit_patients(sandbox, &mut rng, options, now)?;
        clinic.file_tasks(sandbox, &mut rng, options, now)?;
        Ok(clinic)
    }

    fn admit_patients(
        &mut self,
        sandbox: &mut Sandbox,
        rng: &mut Rng,
        options: ClinicOptions,
        now: Millis,
    ) -> Result<(), Outcome> {
        for index in 0..options.patients {
            let patient = people::patient(rng, index, now);
            let display = people::display_name(&patient);
            let author = people::pick(rng, &self.colleagues);
            let registered_at = now - rng.i64(1..REGISTERED_WITHIN_MS);
            let id = sandbox.file_as(registered_at, author, patient)?;
            self.ward.patients.push(Referent {
                reference: format!("Patient/{id}"),
                display,
            });
        }
        Ok(())
    }

    fn file_tasks(
        &mut self,
        sandbox: &mut Sandbox,
        rng: &mut Rng,
        options: ClinicOptions,
        now: Millis,
    ) -> Result<(), Outcome> {
        for index in 0..options.tasks + options.tasks / 20 {
            let make = if index < options.tasks {
                work::open_task
            } else {
                work::closed_task
            };
            let task = make(rng, &self.ward, now);
            let author = people::pick(rng, &self.colleagues);
            sandbox.file_as(task.changed_at, author, task.resource)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;

    const NOW: Millis = 1_800_000_000_000;

    fn clinic(options: ClinicOptions) -> (Sandbox, Clinic) {
        let mut sandbox = Sandbox::new(Options::default(), NOW);
        let clinic = Clinic::open(&mut sandbox, options, NOW).unwrap();
        (sandbox, clinic)
    }

    #[test]
    fn it_has_as_many_patients_and_open_tasks_as_asked_for() {
        let (sandbox, clinic) = clinic(ClinicOptions {
            patients: 40,
            tasks: 200,
            seed: 3,
        });
        assert_eq!(sandbox.iterate("Patient").count(), 40);
        let open = sandbox
            .iterate("Task")
            .filter(|task| work::is_open(task))
            .count();
        assert_eq!(open, 200);
        assert_eq!(sandbox.iterate("Task").count(), 210);
        assert_eq!(clinic.accounts.len(), 3);
        assert!(clinic.colleagues.len() >= 9);
    }

    #[test]
    fn one_seed_gives_one_clinic() {
        let options = ClinicOptions {
            patients: 30,
            tasks: 100,
            seed: 5,
        };
        let texts = |sandbox: &Sandbox| {
            sandbox
                .iterate("Task")
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        };
        assert_eq!(texts(&clinic(options).0), texts(&clinic(options).0));
        assert_ne!(
            texts(&clinic(options).0),
            texts(&clinic(ClinicOptions { seed: 6, ..options }).0)
        );
    }

    #[test]
    fn work_is_spread_over_urgency_people_and_days() {
        let (sandbox, _) = clinic(ClinicOptions {
            patients: 100,
            tasks: 1_000,
            seed: 1,
        });
        let tasks: Vec<_> = sandbox.iterate("Task").collect();
        let count = |test: &dyn Fn(&serde_json::Value) -> bool| {
            tasks.iter().filter(|task| test(task)).count()
        };
        let stat = count(&|task| task["priority"] == "stat");
        assert!((1..60).contains(&stat), "{stat}");
        let overdue = count(&|task| {
            task["restriction"]["period"]["end"]
                .as_str()
                .and_then(crate::time::parse)
                .is_some_and(|due| due < NOW)
        });
        assert!((50..400).contains(&overdue), "{overdue}");
        assert!(count(&|task| task["owner"].is_null()) > 20);
        let in_queue = |task: &serde_json::Value| {
            task["owner"]["reference"]
                .as_str()
                .is_some_and(|owner| owner.starts_with("PractitionerRole/"))
        };
        assert!(count(&in_queue) > 100);
    }
}
