//! Command lines, parsed into values.

use crate::error::TaskError;

/// The origin that a default Medplum server allows: the app is served here unless asked otherwise.
pub(crate) const APP_PORT: u16 = 3000;
/// Medplum's own port, which `public/config.json` names.
pub(crate) const SERVER_PORT: u16 = 8103;

/// Options of `cargo dev`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DevOptions {
    /// Changes per second of the simulated colleagues.
    pub(crate) rate: String,
    /// Number of patients; the sandbox's default if not given.
    pub(crate) patients: Option<u32>,
    /// Number of tasks; the sandbox's default if not given.
    pub(crate) tasks: Option<u32>,
    /// Seed of the clinic.
    pub(crate) seed: Option<u64>,
    /// Build everything optimised.
    pub(crate) release: bool,
    /// Port of the app.
    pub(crate) port: u16,
    /// Port of the sandbox.
    pub(crate) server_port: u16,
}

impl Default for DevOptions {
    fn default() -> Self {
        Self {
            rate: "1".to_owned(),
            patients: None,
            tasks: None,
            seed: None,
            release: false,
            port: APP_PORT,
            server_port: SERVER_PORT,
        }
    }
}

impl DevOptions {
    /// Reads a command line.
    pub(crate) fn parse(arguments: &[String]) -> Result<Self, TaskError> {
        let mut options = Self::default();
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let (name, inline) = match argument.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (argument.as_str(), None),
            };
            if name == "--release" && inline.is_none() {
                options.release = true;
                continue;
            }
            if ![
                "--rate",
                "--patients",
                "--tasks",
                "--seed",
                "--port",
                "--server-port",
            ]
            .contains(&name)
            {
                return Err(TaskError::Usage(format!("unknown option `{argument}`")));
            }
            let value = inline
                .or_else(|| rest.next().map(String::as_str))
                .ok_or_else(|| TaskError::Usage(format!("`{name}` needs a number")))?;
            options.set(name, value)?;
        }
        if options.port == options.server_port {
            return Err(TaskError::Usage(
                "the app and the server need two different ports".to_owned(),
            ));
        }
        Ok(options)
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), TaskError> {
        match name {
            "--rate" => {
                let rate: f64 = number(name, value)?;
                if !(0.0..=1000.0).contains(&rate) {
                    return Err(TaskError::Usage(
                        "`--rate` is between 0 and 1000 changes per second".to_owned(),
                    ));
                }
                self.rate = value.to_owned();
            }
            "--patients" => self.patients = Some(number(name, value)?),
            "--tasks" => self.tasks = Some(number(name, value)?),
            "--seed" => self.seed = Some(number(name, value)?),
            "--port" => self.port = number(name, value)?,
            _ => self.server_port = number(name, value)?,
        }
        Ok(())
    }
}

fn number<T: std::str::FromStr>(name: &str, value: &str) -> Result<T, TaskError> {
    value
        .parse()
        .map_err(|_| TaskError::Usage(format!("`{name}` needs a number in range, not `{value}`")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<DevOptions, TaskError> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        DevOptions::parse(&words)
    }

    #[test]
    fn an_empty_line_gives_the_defaults() {
        assert_eq!(parse("").unwrap(), DevOptions::default());
    }

    #[test]
    fn values_come_as_the_next_word_or_after_an_equals_sign() {
        let options = parse("--rate 20 --tasks=5000 --release --server-port 8104").unwrap();
        assert_eq!(options.rate, "20");
        assert_eq!(options.tasks, Some(5000));
        assert_eq!(options.server_port, 8104);
        assert!(options.release);
    }

    #[test]
    fn what_is_not_understood_is_refused_by_name() {
        for line in [
            "--rat 1",
            "--port",
            "--port 99999",
            "--rate 1001",
            "--tasks many",
            "--release=yes",
        ] {
            assert!(matches!(parse(line), Err(TaskError::Usage(_))), "{line}");
        }
    }

    #[test]
    fn one_port_cannot_serve_both() {
        assert!(parse("--port 8103").is_err());
    }
}
