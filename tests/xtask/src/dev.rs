//! `cargo dev`: the sandbox with its colleagues on one port, the app on another, until Ctrl-C.

use std::{
    env, fs,
    io::{ErrorKind, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use crate::{
    error::TaskError,
    guard::GuardedChild,
    options::{DevOptions, SERVER_PORT},
    paths, process,
    progress::Progress,
    tools::Tools,
};

/// The sandbox fills its clinic before it listens: seconds at most.
const SANDBOX_WAIT: Duration = Duration::from_secs(60);
/// Trunk listens after its first build: minutes on a slow machine that builds everything.
const APP_WAIT: Duration = Duration::from_secs(30 * 60);
/// How often the children and their ports are looked at.
const POLL: Duration = Duration::from_millis(200);
/// An answer on loopback takes milliseconds.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);

const SANDBOX: &str = "the sandbox";
const APP: &str = "trunk serve";

/// Runs until a child ends or the user stops it.
pub(crate) fn run(options: &DevOptions) -> Result<(), TaskError> {
    ensure_ports(options)?;
    let tools = Tools::ensure()?;
    let sandbox_program = build_sandbox(&tools, options)?;
    let workspace = paths::workspace();
    let mut sandbox = GuardedChild::start(
        &workspace,
        &sandbox_program,
        &sandbox_arguments(options),
        tools.path(),
    )?;
    wait_until_it_answers(
        SANDBOX,
        &mut [(SANDBOX, &mut sandbox)],
        options.server_port,
        SANDBOX_WAIT,
    )?;
    let arguments = trunk_arguments(options)?;
    let mut app = GuardedChild::start(&workspace, Path::new("trunk"), &arguments, tools.path())?;
    let introduction = sandbox.first_lines_later();
    let mut both = [(APP, &mut app), (SANDBOX, &mut sandbox)];
    wait_until_it_answers(APP, &mut both, options.port, APP_WAIT)?;
    print_addresses(options, &introduction());
    loop {
        if let Some(name) = first_ended(&mut both) {
            return Err(TaskError::ChildEnded(name));
        }
        thread::sleep(POLL);
    }
}

/// Busy ports are told before anything is built.
fn ensure_ports(options: &DevOptions) -> Result<(), TaskError> {
    // A Medplum server with default settings allows the origin http://localhost:3000 only.
    let app_note = " (a real Medplum must then allow the new origin too)";
    ensure_free(options.server_port, SANDBOX, "--server-port", "")?;
    ensure_free(options.port, "the app", "--port", app_note)
}

fn ensure_free(
    port: u16,
    what: &'static str,
    option: &'static str,
    note: &'static str,
) -> Result<(), TaskError> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Err(error) if error.kind() == ErrorKind::AddrInUse => Err(TaskError::PortBusy {
            port,
            what,
            option,
            note,
        }),
        Err(source) => Err(TaskError::File {
            path: format!("127.0.0.1:{port}").into(),
            source,
        }),
        Ok(_) => Ok(()),
    }
}

fn build_sandbox(tools: &Tools, options: &DevOptions) -> Result<PathBuf, TaskError> {
    let progress = Progress::start("building the sandbox");
    let mut command = tools.command("cargo");
    command.args(["build", "--package", "panels-sandbox"]);
    if options.release {
        command.arg("--release");
    }
    process::run(&mut command)?;
    progress.done("ok");
    let profile = if options.release { "release" } else { "debug" };
    let file = format!("panels-sandbox{}", env::consts::EXE_SUFFIX);
    Ok(paths::target().join(profile).join(file))
}

fn sandbox_arguments(options: &DevOptions) -> Vec<String> {
    let mut arguments = vec![
        "--port".to_owned(),
        options.server_port.to_string(),
        "--control".to_owned(),
        "--rate".to_owned(),
        options.rate.clone(),
    ];
    let mut add = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            arguments.extend([name.to_owned(), value]);
        }
    };
    add(
        "--patients",
        options.patients.map(|number| number.to_string()),
    );
    add("--tasks", options.tasks.map(|number| number.to_string()));
    add("--seed", options.seed.map(|number| number.to_string()));
    arguments
}

fn trunk_arguments(options: &DevOptions) -> Result<Vec<String>, TaskError> {
    let mut arguments: Vec<String> = ["serve", "--offline", "--port"].map(str::to_owned).into();
    arguments.push(options.port.to_string());
    if options.release {
        arguments.push("--release".to_owned());
    }
    if options.server_port != SERVER_PORT {
        let config = write_trunk_config(options.server_port)?;
        arguments.extend(["--config".to_owned(), config.to_string_lossy().into_owned()]);
    }
    Ok(arguments)
}

/// `public/config.json` names the usual port. Another one is put into the built site by a hook after each build, from a
/// Trunk.toml of its own under `target`: no file of the repository changes.
fn write_trunk_config(server_port: u16) -> Result<PathBuf, TaskError> {
    let this = env::current_exe().map_err(TaskError::file("this program"))?;
    let workspace = paths::workspace();
    let quoted = |path: PathBuf| format!("{:?}", path.to_string_lossy());
    let text = format!(
        "[build]\ntarget = {}\ndist = {}\n[serve]\naddresses = [\"127.0.0.1\"]\n[watch]\nwatch = [{}, {}, {}, {}]\n\
         [[hooks]]\nstage = \"post_build\"\ncommand = {}\ncommand_arguments = [\"dev-config\", \"{server_port}\"]\n",
        quoted(workspace.join("index.html")),
        quoted(workspace.join("dist")),
        quoted(workspace.join("index.html")),
        quoted(workspace.join("src")),
        quoted(workspace.join("style")),
        quoted(workspace.join("public")),
        quoted(this),
    );
    let folder = paths::target().join("dev");
    fs::create_dir_all(&folder).map_err(TaskError::file(&folder))?;
    let path = folder.join("Trunk.toml");
    fs::write(&path, text).map_err(TaskError::file(&path))?;
    Ok(path)
}

/// The hook: `dev-config <port>`, run by trunk with the folder of the new build.
pub(crate) fn write_config(arguments: &[String]) -> Result<(), TaskError> {
    let (Some(port), Some(folder)) = (arguments.first(), env::var_os("TRUNK_STAGING_DIR")) else {
        return Err(TaskError::Usage(
            "`dev-config` is a hook of trunk".to_owned(),
        ));
    };
    let path = PathBuf::from(folder).join("config.json");
    let text = fs::read_to_string(&path).map_err(TaskError::file(&path))?;
    let changed = with_server(&text, port)?;
    fs::write(&path, changed).map_err(TaskError::file(&path))
}

fn with_server(config: &str, port: &str) -> Result<String, TaskError> {
    let mut value: serde_json::Value = serde_json::from_str(config)
        .map_err(|error| TaskError::Check(format!("public/config.json is not JSON: {error}")))?;
    value["server"] = format!("http://127.0.0.1:{port}/").into();
    Ok(value.to_string())
}

fn wait_until_it_answers(
    what: &'static str,
    children: &mut [(&'static str, &mut GuardedChild)],
    port: u16,
    wait: Duration,
) -> Result<(), TaskError> {
    let started = Instant::now();
    while !answers(port) {
        if let Some(name) = first_ended(children) {
            return Err(TaskError::ChildEnded(name));
        }
        if started.elapsed() > wait {
            return Err(TaskError::NoAnswer {
                what,
                port,
                waited_s: wait.as_secs(),
            });
        }
        thread::sleep(POLL);
    }
    Ok(())
}

fn first_ended(children: &mut [(&'static str, &mut GuardedChild)]) -> Option<&'static str> {
    children
        .iter_mut()
        .find_map(|(name, child)| child.ended().map(|_| *name))
}

/// Whether an HTTP server answers there, whatever it says.
fn answers(port: u16) -> bool {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let Ok(mut stream) = TcpStream::connect_timeout(&address, ANSWER_TIMEOUT) else {
        return false;
    };
    let request = b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n";
    let mut start = [0; 7];
    stream.set_read_timeout(Some(ANSWER_TIMEOUT)).is_ok()
        && stream.write_all(request).is_ok()
        && stream.read_exact(&mut start).is_ok()
        && &start == b"HTTP/1."
}

/// What the sandbox said about its accounts has scrolled away behind the build by now: it is said again.
fn print_addresses(options: &DevOptions, accounts: &[String]) {
    println!(
        "\n  Panels    http://localhost:{}/\n  Sandbox   http://127.0.0.1:{}/  ({} changes/s by simulated colleagues)\n",
        options.port, options.server_port, options.rate
    );
    for line in accounts.iter().skip(1) {
        println!("  {line}");
    }
    println!("\n  Ctrl-C stops both.\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_server_port_changes_the_address_and_nothing_else() {
        let text = with_server(
            r#"{"server":"http://127.0.0.1:8103/","clientId":"x"}"#,
            "9000",
        )
        .unwrap();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["server"], "http://127.0.0.1:9000/");
        assert_eq!(value["clientId"], "x");
    }

    #[test]
    fn a_busy_port_is_named_with_its_option() {
        let holder = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = holder.local_addr().unwrap().port();
        let error = ensure_free(port, SANDBOX, "--server-port", "")
            .unwrap_err()
            .to_string();
        assert!(
            error.contains(&port.to_string()) && error.contains("--server-port"),
            "{error}"
        );
    }

    #[test]
    fn the_sandbox_gets_what_was_asked_for_and_its_own_defaults_otherwise() {
        let options = DevOptions {
            tasks: Some(5000),
            ..DevOptions::default()
        };
        let line = sandbox_arguments(&options).join(" ");
        assert_eq!(line, "--port 8103 --control --rate 1 --tasks 5000");
    }
}
