//! Which server: an address, or the demonstration in the browser itself.

use serde::{Deserialize, Serialize};

use super::{ConfigError, demo};

/// The word in the place of an address.
const DEMO: &str = "demo";

/// Where the data are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Server {
    /// A Medplum server: its base address, ending in `/`, as `https://api.example.org/`.
    At(String),
    /// No server: a made-up clinic inside the worker.
    Demo,
}

impl Server {
    /// Base address of everything that is asked for, ending in `/`. That of the demonstration leads nowhere.
    pub fn base_url(&self) -> &str {
        match self {
            Self::At(address) => address,
            Self::Demo => demo::BASE_URL,
        }
    }

    /// Whether it is the demonstration.
    pub fn is_demo(&self) -> bool {
        *self == Self::Demo
    }

    /// Checks an address and gives it the one form.
    pub(super) fn normalised(self) -> Result<Self, ConfigError> {
        match self {
            Self::At(address) => normalised(&address).map(Self::At),
            Self::Demo => Ok(Self::Demo),
        }
    }
}

impl From<String> for Server {
    fn from(text: String) -> Self {
        if text.trim() == DEMO {
            Self::Demo
        } else {
            Self::At(text)
        }
    }
}

impl From<Server> for String {
    fn from(server: Server) -> Self {
        match server {
            Server::At(address) => address,
            Server::Demo => DEMO.to_owned(),
        }
    }
}

/// An absolute http(s) address without user, query or fragment, in lower-case scheme and host, ending in `/`.
fn normalised(server: &str) -> Result<String, ConfigError> {
    let server = server.trim();
    let (scheme, rest) = server
        .split_once("://")
        .ok_or(ConfigError::ServerNotAbsolute)?;
    let scheme = scheme.to_ascii_lowercase();
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = host_of(authority).ok_or(ConfigError::ServerNotAbsolute)?;
    let unwanted = |char: char| {
        char.is_whitespace() || char.is_control() || matches!(char, '?' | '#' | '\\' | '@')
    };
    if rest.contains(unwanted) {
        return Err(ConfigError::ServerNotAbsolute);
    }
    match scheme.as_str() {
        "https" => {}
        "http" if is_loopback(&host) => {}
        "http" => return Err(ConfigError::ServerNotSecure),
        _ => return Err(ConfigError::ServerNotAbsolute),
    }
    let path = path.trim_matches('/');
    let slash = if path.is_empty() { "" } else { "/" };
    let authority = authority.to_ascii_lowercase();
    Ok(format!("{scheme}://{authority}/{path}{slash}"))
}

/// The host of `host`, `host:port` or `[address]:port`, in lower case.
fn host_of(authority: &str) -> Option<String> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (address, after) = rest.split_once(']')?;
            let valid = address.parse::<std::net::Ipv6Addr>().is_ok();
            (
                valid.then_some(address)?,
                after
                    .strip_prefix(':')
                    .or(after.is_empty().then_some("0"))?,
            )
        }
        None => authority.split_once(':').unwrap_or((authority, "0")),
    };
    let letters =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b':' | b'_');
    (!host.is_empty() && host.bytes().all(letters) && port.parse::<u16>().is_ok())
        .then(|| host.to_ascii_lowercase())
}

/// Hosts that cannot be reached from elsewhere, as browsers see them ("potentially trustworthy", W3C Secure Contexts 3.1).
fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}
