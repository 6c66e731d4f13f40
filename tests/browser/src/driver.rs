//! The driver process: one per test, on a port of its own choice.

use std::{env, process::Stdio, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    time::timeout,
};

use crate::Failure;

/// Starting takes well under a second.
const START_LIMIT: Duration = Duration::from_secs(20);
/// Printed by chromedriver when it listens.
const ANNOUNCEMENT: &str = "started successfully on port ";

/// Printed by chromedriver 148 when the port that the system gave it for one loopback address is in use on the other, before it
/// ends. It takes another one when it is started anew.
const PORT_IS_TAKEN: &str = "port not available";
/// One in some thousand starts meets a taken port.
const STARTS_MAX: usize = 5;

/// A running chromedriver; ends when dropped.
#[derive(Debug)]
pub struct Driver {
    process: Child,
    /// Kept open: the driver would die of a closed pipe at its next line.
    _output: Lines<BufReader<ChildStdout>>,
    /// Its address.
    pub url: String,
}

impl Driver {
    /// Starts one.
    ///
    /// # Errors
    /// If it cannot be started or does not say its port.
    pub async fn start() -> Result<Self, Failure> {
        let mut taken = 0;
        loop {
            match Self::start_once().await? {
                Some(driver) => return Ok(driver),
                None if taken < STARTS_MAX => taken += 1,
                None => {
                    return Err(Failure::Driver(
                        "chromedriver finds no free port".to_owned(),
                    ));
                }
            }
        }
    }

    /// `None` if the port that it chose is in use.
    async fn start_once() -> Result<Option<Self>, Failure> {
        let program = env::var_os("PANELS_CHROMEDRIVER").unwrap_or_else(|| "chromedriver".into());
        let mut command = Command::new(&program);
        // The browser is a child of the driver, and a driver that is killed leaves it behind: they end as one group.
        #[cfg(unix)]
        command.process_group(0);
        let mut process = command
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(Failure::io(format!(
                "{} (run `cargo verify browser`, which finds it)",
                program.display()
            )))?;
        let output = process
            .stdout
            .take()
            .ok_or_else(|| Failure::Driver("chromedriver has no output".to_owned()))?;
        let mut lines = BufReader::new(output).lines();
        let port = timeout(START_LIMIT, announced_port(&mut lines))
            .await
            .map_err(|_| Failure::Driver("chromedriver did not say its port".to_owned()))??;
        Ok(port.map(|port| Self {
            process,
            _output: lines,
            url: format!("http://127.0.0.1:{port}"),
        }))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        if let (true, Some(group)) = (cfg!(unix), self.process.id()) {
            let group = format!("-{group}");
            // After a scenario that panicked: one that ended well has closed its browser before.
            let _ = std::process::Command::new("kill")
                .args(["-KILL", "--", &group])
                .stderr(Stdio::null())
                .status();
        }
    }
}

/// `None` if the driver ends because its port is taken.
async fn announced_port(lines: &mut Lines<BufReader<ChildStdout>>) -> Result<Option<u16>, Failure> {
    let mut said = Vec::new();
    while let Some(line) = lines
        .next_line()
        .await
        .map_err(Failure::io("chromedriver"))?
    {
        let port = line
            .split_once(ANNOUNCEMENT)
            .and_then(|(_, rest)| rest.trim_end_matches('.').parse().ok());
        if port.is_some() {
            return Ok(port);
        }
        if line.contains(PORT_IS_TAKEN) {
            return Ok(None);
        }
        said.push(line);
    }
    Err(Failure::Driver(format!(
        "chromedriver ended before it listened: {}",
        said.join(" / ")
    )))
}
