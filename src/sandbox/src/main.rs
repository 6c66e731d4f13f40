//! The sandbox server as a program: reads its options, starts, says where and who, ends on Ctrl-C.

use std::{net::SocketAddr, process::ExitCode, str::FromStr};

use panels_sandbox::{
    clinic::DEMO_PASSWORD,
    live::LiveOptions,
    options::Behaviour,
    server::{self, RunningServer, ServerOptions},
};

const HELP: &str = "\
An in-memory Medplum with a synthetic clinic.

Usage: panels-sandbox [options]

  --address HOST:PORT        where to listen (127.0.0.1:8103)
  --port PORT                the same on 127.0.0.1; 0 takes a free one
  --patients N               patients (500)
  --tasks N                  open tasks (2000)
  --rate N                   changes per second by simulated colleagues, 0 to 1000 (0)
  --seed N                   seed of everything (1)
  --control                  answer /control: faults and direct writes, for tests

As later versions of Medplum behave (default: 5.0.10):
  --latest                   all of it, also over HTTP
  --cap N                    at most N bound subscriptions per user
  --evaluation-delay-ms N    evaluate writes in a queue, this late
  --purge-dead-bindings      forget bindings of expired tokens and revoked logins
  --ignore-dead-binds        no handshake for a subscription that is gone
  --strip-hidden-fields      frames without what the access policy hides
";

/// Exit code for everything the user can mend.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    let options = match parse(std::env::args().skip(1)) {
        Ok(Some(options)) => options,
        Ok(None) => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(problem) => return fail(&format!("{problem}; --help lists the options")),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("cannot start: {error}")),
    };
    runtime.block_on(async {
        match server::start(options).await {
            Ok(running) => {
                introduce(&running);
                // Without a signal handler it simply runs until it is killed.
                if tokio::signal::ctrl_c().await.is_err() {
                    std::future::pending::<()>().await;
                }
                running.stop().await;
                ExitCode::SUCCESS
            }
            Err(error) => fail(&error.to_string()),
        }
    })
}

fn fail(problem: &str) -> ExitCode {
    eprintln!("panels-sandbox: {problem}");
    ExitCode::from(USAGE)
}

fn introduce(running: &RunningServer) {
    println!("Sandbox listening on http://{}/", running.address());
    println!("Sign in with the password {DEMO_PASSWORD} as");
    for account in &running.clinic().accounts {
        println!(
            "  {:<20} {}: {}",
            account.email, account.name, account.access
        );
    }
}

/// `None`: only help was asked for.
fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Option<ServerOptions>, String> {
    let mut options = ServerOptions {
        address: SocketAddr::from(([127, 0, 0, 1], 8103)),
        ..ServerOptions::default()
    };
    while let Some(name) = arguments.next() {
        let live = &mut options.sandbox.live;
        match name.as_str() {
            "--latest" => {
                *live = LiveOptions::latest();
                options.sandbox.behaviour = Behaviour::latest();
            }
            "--help" | "-h" => return Ok(None),
            "--control" => options.control = true,
            "--purge-dead-bindings" => live.purges_dead_bindings = true,
            "--ignore-dead-binds" => live.ignores_binds_of_dead_ids = true,
            "--strip-hidden-fields" => live.strips_hidden_fields = true,
            "--port" => options.address.set_port(value(&name, arguments.next())?),
            "--address" => options.address = value(&name, arguments.next())?,
            "--patients" => options.clinic.patients = value(&name, arguments.next())?,
            "--tasks" => options.clinic.tasks = value(&name, arguments.next())?,
            "--rate" => options.colleagues.rate = rate(&name, arguments.next())?,
            "--cap" => live.subscriptions_per_user_max = Some(value(&name, arguments.next())?),
            "--evaluation-delay-ms" => {
                live.evaluation_delay_ms = Some(i64::from(value::<u32>(&name, arguments.next())?));
            }
            "--seed" => {
                let seed = value(&name, arguments.next())?;
                options.sandbox.seed = seed;
                options.clinic.seed = seed;
                options.colleagues.seed = seed;
            }
            _ => return Err(format!("unknown option {name}")),
        }
    }
    Ok(Some(options))
}

fn value<T: FromStr>(name: &str, text: Option<String>) -> Result<T, String> {
    let text = text.ok_or_else(|| format!("{name} needs a value"))?;
    text.parse()
        .map_err(|_| format!("{text} is not a value for {name}"))
}

fn rate(name: &str, text: Option<String>) -> Result<f64, String> {
    let rate: f64 = value(name, text)?;
    if (0.0..=1_000.0).contains(&rate) {
        Ok(rate)
    } else {
        Err(format!("{name} must be between 0 and 1000"))
    }
}
