//! Developer commands: `cargo dev` runs the main job, `cargo verify` passes every test (aliases in `.cargo/config.toml`).
//!
//! Both do all the set-up on a machine that has only Rust. Plain `std`, so that the commands themselves are there in
//! seconds. This crate must never depend on another crate of the workspace: it has to build when they do not.

mod dev;
mod error;
mod guard;
mod options;
mod paths;
mod process;
mod progress;
mod tools;
mod verify;

use std::process::ExitCode;

use error::TaskError;

const USAGE: &str = "\
usage:
  cargo dev    [--rate N] [--patients N] [--tasks N] [--seed N] [--release] [--port N] [--server-port N]
               start the sandbox with simulated colleagues, and the app that rebuilds when a source changes
  cargo verify [STEP ...] [--seeds N] [--matrix full] [--part 2/6]
               pass every test, or only the named steps; simulate so many seeds instead of 10,000; try each pair of
               faults in the browser for a minute instead of each fault alone for less; only one of several parts of that";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    let outcome = match command.as_str() {
        "dev" => options::DevOptions::parse(&rest).and_then(|options| dev::run(&options)),
        "verify" => verify::run(&rest),
        "dev-config" => dev::write_config(&rest),
        "guard" => guard::serve(&rest),
        "" | "help" | "--help" => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        other => Err(TaskError::Usage(format!("unknown command `{other}`"))),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error}");
            if let TaskError::Usage(_) = error {
                eprintln!("\n{USAGE}");
            }
            ExitCode::FAILURE
        }
    }
}
