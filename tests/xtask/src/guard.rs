//! Children that never outlive this program, with `std` alone.
//!
//! Between this program and a long-running child stands a guard: this same program, in a process group of its own, with a
//! pipe from us as its standard input. However we end (Ctrl-C, SIGTERM, even SIGKILL), the pipe closes; the guard sees that
//! and ends its whole group, grandchildren (a cargo under trunk) included.

use std::{
    env,
    io::{self, BufRead, BufReader, Read},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex},
    thread,
};

use crate::{error::TaskError, process};

/// A child behind its guard. Dropping it ends the child.
pub(crate) struct GuardedChild {
    guard: Child,
    lines: Arc<Mutex<Vec<String>>>,
}

/// Of a child's output, so many lines are kept: what it says about itself when it starts.
const FIRST_LINES_MAX: usize = 10;

impl GuardedChild {
    /// Starts `program` in the workspace; its output goes to the terminal.
    pub(crate) fn start(
        folder: &Path,
        program: &Path,
        arguments: &[String],
        path: &std::ffi::OsStr,
    ) -> Result<Self, TaskError> {
        let this = env::current_exe().map_err(TaskError::file("this program"))?;
        let mut command = Command::new(this);
        command
            .arg("guard")
            .arg(program)
            .args(arguments)
            .current_dir(folder)
            .env("PATH", path)
            // trunk takes `NO_COLOR=1` for a wrong value of its own option and refuses to start.
            .env_remove("NO_COLOR")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut guard = command
            .spawn()
            .map_err(|source| process::start_error(&command, source))?;
        let lines = Arc::new(Mutex::new(Vec::new()));
        if let Some(output) = guard.stdout.take() {
            let kept = Arc::clone(&lines);
            thread::spawn(move || repeat(output, &kept));
        }
        Ok(Self { guard, lines })
    }

    /// Gives its first lines, as far as they have come when asked.
    pub(crate) fn first_lines_later(&self) -> impl Fn() -> Vec<String> + use<> {
        let lines = Arc::clone(&self.lines);
        move || lines.lock().map(|lines| lines.clone()).unwrap_or_default()
    }

    /// Whether it ended by itself.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.guard.try_wait().ok().flatten()
    }
}

impl Drop for GuardedChild {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        // The guard ends its group and with it itself; nothing is left to do if waiting fails.
        let _ = self.guard.wait();
    }
}

/// Shows what a child prints and keeps the beginning.
fn repeat(output: impl Read, kept: &Mutex<Vec<String>>) {
    for line in BufReader::new(output).lines().map_while(Result::ok) {
        println!("{line}");
        if let Ok(mut lines) = kept.lock()
            && lines.len() < FIRST_LINES_MAX
        {
            lines.push(line);
        }
    }
}

/// The guard itself: `guard <program> <argument>...`.
pub(crate) fn serve(arguments: &[String]) -> Result<(), TaskError> {
    let Some((program, rest)) = arguments.split_first() else {
        return Err(TaskError::Usage("`guard` needs a program".to_owned()));
    };
    let mut command = Command::new(program);
    command.args(rest).stdin(Stdio::null());
    let mut child = command
        .spawn()
        .map_err(|source| process::start_error(&command, source))?;
    let child_id = child.id();
    thread::spawn(move || {
        // Nobody writes: this returns when the other end is gone.
        let _ = io::stdin().read(&mut [0]);
        end_group(child_id);
    });
    let status = child
        .wait()
        .map_err(|source| process::start_error(&command, source))?;
    if status.success() {
        Ok(())
    } else {
        Err(process::failed(&command, &status.to_string()))
    }
}

#[cfg(unix)]
fn end_group(_child: u32) {
    // Process group 0 is the caller's own, which is ours alone.
    let group = format!("-{}", std::process::id());
    let _ = Command::new("kill").args(["-TERM", "--", &group]).status();
}

#[cfg(not(unix))]
fn end_group(child: u32) {
    let _ = Command::new("taskkill")
        .args(["/T", "/F", "/PID", &child.to_string()])
        .status();
}
