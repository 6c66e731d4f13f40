//! Other programs: run, watched, and their output kept.

use std::{
    collections::VecDeque,
    io::{BufRead, BufReader, Read},
    process::{Command, Stdio},
    sync::mpsc::{self, RecvTimeoutError, Sender},
    thread,
    time::Duration,
};

use crate::{error::TaskError, progress::Progress};

/// Lines kept for an error message.
const LINES_KEPT_MAX: usize = 30;
/// How often a progress line is renewed.
const TICK: Duration = Duration::from_millis(500);

/// The command line as a person would type it.
pub(crate) fn describe(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Standard output of a short command; `None` if it cannot be started or fails.
pub(crate) fn output_of(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs to the end with the terminal attached.
pub(crate) fn run(command: &mut Command) -> Result<(), TaskError> {
    let status = command
        .stdin(Stdio::null())
        .status()
        .map_err(|source| start_error(command, source))?;
    if status.success() {
        Ok(())
    } else {
        Err(failed(command, &status.to_string()))
    }
}

/// Runs to the end, repeats every line as it comes and hands each to `look` as well.
pub(crate) fn run_and_look(
    command: &mut Command,
    mut look: impl FnMut(&str),
) -> Result<(), TaskError> {
    let (mut child, lines) = spawn_piped(command)?;
    for line in lines {
        println!("{line}");
        look(&line);
    }
    let status = child
        .wait()
        .map_err(|source| start_error(command, source))?;
    if status.success() {
        Ok(())
    } else {
        Err(failed(command, &status.to_string()))
    }
}

/// How a quiet run failed.
pub(crate) enum QuietFailure {
    /// It could not be started.
    Start(TaskError),
    /// It ended with a failure; these were its last lines.
    Ended(String),
}

/// Runs to the end behind a progress line; the output is shown only when it fails.
pub(crate) fn run_quietly(
    command: &mut Command,
    progress: &mut Progress,
) -> Result<(), QuietFailure> {
    let (mut child, lines) = spawn_piped(command).map_err(QuietFailure::Start)?;
    let mut kept: VecDeque<String> = VecDeque::new();
    loop {
        match lines.recv_timeout(TICK) {
            Ok(line) => {
                if kept.len() == LINES_KEPT_MAX {
                    kept.pop_front();
                }
                kept.push_back(line);
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        progress.tick(kept.back().map_or("", String::as_str));
    }
    match child.wait() {
        Ok(status) if status.success() => Ok(()),
        _ => Err(QuietFailure::Ended(Vec::from(kept).join("\n"))),
    }
}

/// Starts a program; both its outputs arrive as lines, until it closed both.
fn spawn_piped(
    command: &mut Command,
) -> Result<(std::process::Child, mpsc::Receiver<String>), TaskError> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|source| start_error(command, source))?;
    let (sender, receiver) = mpsc::channel();
    forward(child.stdout.take(), sender.clone());
    forward(child.stderr.take(), sender);
    Ok((child, receiver))
}

fn forward(stream: Option<impl Read + Send + 'static>, sender: Sender<String>) {
    let Some(stream) = stream else { return };
    thread::spawn(move || {
        let mut reader = BufReader::new(stream);
        let mut bytes = Vec::new();
        // By bytes: a program may print what is not UTF-8.
        while matches!(reader.read_until(b'\n', &mut bytes), Ok(count) if count > 0) {
            let line = String::from_utf8_lossy(&bytes).trim_end().to_owned();
            if sender.send(line).is_err() {
                return;
            }
            bytes.clear();
        }
    });
}

/// A failure of this command.
pub(crate) fn failed(command: &Command, status: &str) -> TaskError {
    TaskError::Failed {
        command: describe(command),
        status: status.to_owned(),
        hint: String::new(),
    }
}

/// This command could not be started.
pub(crate) fn start_error(command: &Command, source: std::io::Error) -> TaskError {
    TaskError::Start {
        program: command.get_program().to_string_lossy().into_owned(),
        source,
        hint: "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_described_as_typed() {
        let mut command = Command::new("cargo");
        command.args(["fmt", "--check"]);
        assert_eq!(describe(&command), "cargo fmt --check");
    }

    #[test]
    fn a_program_that_does_not_exist_is_an_error_with_its_name() {
        let error = run(&mut Command::new("no-such-program-anywhere")).unwrap_err();
        assert!(error.to_string().contains("no-such-program-anywhere"));
    }
}
