//! A large clinic in the sandbox, and the texts of its resources as a search gives them.

use panels_sandbox::{
    Sandbox,
    clinic::{Clinic, ClinicOptions},
    colleagues::ColleagueOptions,
    options::{Limits, Options},
};

/// Patients.
pub(crate) const PATIENTS: usize = 10_000;
/// Open tasks.
pub(crate) const TASKS: usize = 50_000;
/// When everything happens: 2026-11-22T10:00:00Z.
pub(crate) const NOW_MS: i64 = 1_795_341_600_000;
/// Base address as the engine is configured with it.
pub(crate) const BASE: &str = "https://medplum.test/";

/// Texts of resources.
pub(crate) struct Texts {
    /// Patients.
    pub(crate) patients: Vec<String>,
    /// Open tasks.
    pub(crate) tasks: Vec<String>,
}

impl Texts {
    pub(crate) fn new() -> Self {
        let (sandbox, _) = open();
        let texts = |kind: &str| {
            let versions = sandbox.store().iterate(kind);
            versions.map(|version| version.text.to_string()).collect()
        };
        Self {
            patients: texts("Patient"),
            tasks: texts("Task"),
        }
    }
}

/// A sandbox with the clinic.
pub(crate) fn open() -> (Sandbox, Clinic) {
    let options = Options {
        base_url: BASE.to_owned(),
        limits: Limits::unlimited(),
        ..Options::default()
    };
    let mut sandbox = Sandbox::new(options, NOW_MS);
    let size = ClinicOptions {
        patients: PATIENTS,
        tasks: TASKS,
        seed: 1,
    };
    match Clinic::open(&mut sandbox, size, NOW_MS) {
        Ok(clinic) => {
            let options = ColleagueOptions {
                rate: 0.0,
                ..ColleagueOptions::default()
            };
            sandbox.employ(&clinic, options, NOW_MS);
            (sandbox, clinic)
        }
        Err(outcome) => unreachable!("the sandbox accepts its own clinic: {outcome:?}"),
    }
}
