//! Every limit of the core, with its unit and its reason, in one place.

/// Oldest and newest protocol version this build speaks between tab and worker. Raise the upper one with every change of a
/// message's meaning; the lower one when an old meaning can no longer be served.
pub const PROTOCOL_VERSION_MIN: u16 = 1;
/// See [`PROTOCOL_VERSION_MIN`].
pub const PROTOCOL_VERSION_MAX: u16 = 1;

/// Tabs served by one worker. Each holds a Web Lock and a port; a person has tens, a storm test a hundred.
pub const TABS_MAX: usize = 256;
/// Rows in one message to a tab: parsing one part stays well under a frame.
pub const SNAPSHOT_PART_ROWS_MAX: usize = 500;

/// Bytes of one FHIR resource. Medplum refuses bodies over 1 MiB by default; `meta` and the extended fields come on top.
pub const RESOURCE_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Levels of nesting in one FHIR resource. The deepest of the standard need about 20.
pub const RESOURCE_DEPTH_MAX: usize = 64;
/// Bytes of one page of a search: 1,000 entries of 10 kB, far above the 0.8 MB that 1,000 tasks take.
pub const PAGE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Entries of one page of a search. Medplum's own limit.
pub const PAGE_ENTRIES_MAX: usize = 1_000;
/// Elements kept of one repeating field (names, identifiers, codings): more than a screen can show.
pub const FIELD_ELEMENTS_MAX: usize = 64;
/// Notes kept of one record, the newest: a drawer of a busy task.
pub const NOTES_MAX: usize = 200;
/// Characters of a code or an identifier.
pub const CODE_CHARS_MAX: usize = 64;
/// Characters of a name or another short text in one line.
pub const LINE_CHARS_MAX: usize = 200;
/// Characters of a description or a note.
pub const TEXT_CHARS_MAX: usize = 10_000;
/// Open tasks of one patient that a record lists.
pub const RELATED_TASKS_MAX: usize = 100;
/// Batches of changes that a table holds back while its snapshot is on the way. More: it asks for a newer snapshot.
pub const CHANGES_BUFFERED_MAX: usize = 2_000;
/// Two versions of one resource this close together may be in the wrong order by `lastUpdated` (Medplum 5.0.10,
/// `transcripts/03e-concurrent-writes-one-resource.json`); only a read settles them. Beyond it, older is older.
pub const CONTENTION_WINDOW_MS: i64 = 2_000;
/// Seconds between two polls that a hospital may set: below 5 a ward behind one address runs into the rate limit, above
/// 300 a worklist is no longer live.
pub const POLL_INTERVAL_S_MIN: u32 = 5;
/// See [`POLL_INTERVAL_S_MIN`].
pub const POLL_INTERVAL_S_MAX: u32 = 300;
/// Resources of one type that a hospital may let a browser load: fewer than a page is no worklist, more than this is over
/// the memory budget of the worker.
pub const RESOURCES_MIN: u32 = 1_000;
/// See [`RESOURCES_MIN`].
pub const RESOURCES_MAX: u32 = 100_000;
