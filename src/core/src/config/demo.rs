//! The demonstration without any server: what both shells must know of it. All of it is made up, and in public.

/// Address of its server. No name ends so (RFC 6761 section 6.4): what goes astray reaches nobody.
pub const BASE_URL: &str = "https://demo.invalid/";
/// The configuration of a tab in which somebody chose it, whatever config.json says.
pub const CONFIG: &str = r#"{"server":"demo"}"#;
/// An account of its clinic that may see everything.
pub const EMAIL: &str = "ada@example.com";
/// Its password.
pub const PASSWORD: &str = "panels-demo";
/// Start of the names of its workers: they must not be taken for those of a real server, whose socket and storage have one
/// owner.
pub const WORKER_NAME: &str = "panels-demo-";
