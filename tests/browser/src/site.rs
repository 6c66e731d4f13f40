//! The built app, served as a hospital would serve it: right types, no stale files, every unknown path is the app itself.

use std::{
    collections::BTreeSet,
    env,
    hash::{DefaultHasher, Hash, Hasher},
    net::Ipv4Addr,
    path::{Component, Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::Failure;

/// A running site; ends when dropped.
#[derive(Debug)]
pub struct Site {
    task: JoinHandle<()>,
    asked: Asked,
    /// Its origin, without a slash at the end.
    pub origin: String,
}

/// Paths of files that were asked for.
type Asked = Arc<Mutex<BTreeSet<String>>>;

#[derive(Clone)]
struct Content {
    dist: PathBuf,
    config: String,
    policy: Option<&'static str>,
    asked: Asked,
}

impl Site {
    /// Serves the build with this text as `config.json`, under this content security policy.
    ///
    /// # Errors
    /// If there is no build, or no port.
    pub async fn start(config: String, policy: Option<&'static str>) -> Result<Self, Failure> {
        let dist = dist();
        if !dist.join("index.html").is_file() {
            return Err(Failure::Server(format!(
                "no build of the app in {}: run `cargo verify build`, or name one by PANELS_DIST",
                dist.display()
            )));
        }
        let asked = Asked::default();
        let content = Content {
            dist,
            config,
            policy,
            asked: asked.clone(),
        };
        let router = Router::new().fallback(serve).with_state(content);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .map_err(Failure::io("port for the site"))?;
        let port = listener
            .local_addr()
            .map_err(Failure::io("port for the site"))?
            .port();
        let task = tokio::spawn(async move {
            // Ends with the test.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self {
            task,
            asked,
            origin: format!("http://127.0.0.1:{port}"),
        })
    }
}

impl Content {
    fn note(&self, uri: &Uri) {
        let path = uri.path().trim_start_matches('/').to_owned();
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.insert(path);
    }
}

impl Site {
    /// Whether a browser has asked for a file whose name starts so.
    pub fn was_asked_for(&self, start: &str) -> bool {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.iter().any(|path| path.starts_with(start))
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn dist() -> PathBuf {
    env::var_os("PANELS_DIST").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/dist-release"),
        PathBuf::from,
    )
}

async fn serve(State(content): State<Content>, uri: Uri, asked: HeaderMap) -> Response {
    let path = Path::new(uri.path().trim_start_matches('/')).to_path_buf();
    let mut headers = HeaderMap::new();
    headers.insert(header::CACHE_CONTROL, cache_control(&path));
    if let Some(policy) = content.policy {
        let policy = HeaderValue::from_static(policy);
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    content.note(&uri);
    if path == Path::new("config.json") {
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        return (headers, content.config).into_response();
    }
    let stays_inside = path
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    let wanted = content.dist.join(&path);
    let file = if stays_inside && wanted.is_file() {
        wanted
    } else if path.extension().is_some() {
        return (StatusCode::NOT_FOUND, headers).into_response();
    } else {
        content.dist.join("index.html")
    };
    headers.insert(header::CONTENT_TYPE, content_type(&file));
    let Ok(bytes) = tokio::fs::read(&file).await else {
        return (StatusCode::NOT_FOUND, headers).into_response();
    };
    if let Some(tag) = tag_of(&bytes) {
        if asked.get(header::IF_NONE_MATCH) == Some(&tag) {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        headers.insert(header::ETAG, tag);
    }
    (headers, bytes).into_response()
}

/// As the README asks of whoever hosts it: what has a hash of its content in its name never changes.
fn cache_control(path: &Path) -> HeaderValue {
    let is_hash =
        |part: &str| part.len() == 16 && part.chars().all(|digit| digit.is_ascii_hexdigit());
    let name = path.file_name().and_then(|name| name.to_str());
    let mut parts = name.unwrap_or_default().split(['-', '_', '.']);
    HeaderValue::from_static(match parts.any(is_hash) {
        true => "public, max-age=31536000, immutable",
        false => "no-cache",
    })
}

fn tag_of(bytes: &[u8]) -> Option<HeaderValue> {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    HeaderValue::from_str(&format!("\"{:016x}\"", hasher.finish())).ok()
}

fn content_type(file: &Path) -> HeaderValue {
    let extension = file.extension().and_then(|extension| extension.to_str());
    HeaderValue::from_static(match extension.unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        // Without exactly this type a browser does not compile while it loads.
        "wasm" => "application/wasm",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        _ => "application/octet-stream",
    })
}
