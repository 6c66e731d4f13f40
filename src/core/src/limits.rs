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
/// Rows that a tab reports as seen: a tall screen in the dense layout.
pub const VIEWING_ROWS_MAX: usize = 120;

/// Values that one filter may name: more statuses than there are, and a large team.
pub const FILTER_VALUES_MAX: usize = 100;

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
/// Characters that a filter may look for.
pub const FILTER_TEXT_CHARS_MAX: usize = 100;
/// Panels on the server that are shown. Each has a bit in the membership of a row ([`crate::engine`]), beside the built-in ones.
pub const SAVED_PANELS_MAX: usize = 24;
/// Panels and views that are asked for at once: more than are shown, so that those that cannot be are named too. The most that
/// Medplum gives in one page.
pub const SAVED_PANELS_READ_MAX: usize = 1_000;
/// Characters of the name of a panel: it is a heading, a link and the name of a table.
pub const PANEL_NAME_CHARS_MAX: usize = 80;
/// Characters of its description: one sentence.
pub const PANEL_DESCRIPTION_CHARS_MAX: usize = 300;
/// Columns with a path of one panel: more do not fit on a screen.
pub const PATH_COLUMNS_MAX: usize = 12;
/// Characters of the heading of such a column.
pub const COLUMN_TITLE_CHARS_MAX: usize = 40;
/// Characters of a path: two extensions with long addresses.
pub const PATH_CHARS_MAX: usize = 300;
/// Steps of a path, those within `where` included.
pub const PATH_STEPS_MAX: usize = 16;
/// Levels of `where` within `where`: reading and carrying out a path goes no deeper.
pub const PATH_NESTING_MAX: usize = 3;
/// Values that are looked at for one cell: far more than a record of a worklist has, and some ten microseconds.
pub const PATH_VISITS_MAX: usize = 2_000;
/// Values that are shown in one cell.
pub const PATH_VALUES_MAX: usize = 8;
/// Characters of all of them together.
pub const PATH_CELL_CHARS_MAX: usize = 400;
/// Resources in which paths are looked for that are suggested.
pub const PATHS_SEEN_RESOURCES_MAX: usize = 48;
/// Levels of fields in which they are looked for.
pub const PATH_SEEN_DEPTH_MAX: usize = 4;
/// Paths that are remembered while they are looked for.
pub const PATHS_SEEN_MAX: usize = 400;
/// Paths that are suggested: more is no help.
pub const PATH_SUGGESTIONS_MAX: usize = 100;
/// Rows of a panel that are shown while it is typed.
pub const PREVIEW_ROWS_MAX: usize = 5;
/// Records that are looked at for them: going through all of a large clinic for each letter that is typed would hold up the worker.
pub const PREVIEW_RECORDS_MAX: usize = 5_000;
/// Wait after the last letter before the worker is asked for them.
pub const PREVIEW_AFTER_MS: u64 = 250;
/// Time between two reads of the panels on the server: a change by somebody else comes that late at most. A subscription of their own
/// would slow every write of the project.
pub const PANELS_READ_EVERY_MS: i64 = 120_000;
/// Jitter of that.
pub const PANELS_READ_JITTER_MS: i64 = 20_000;
/// The same after one that failed.
pub const PANELS_READ_AGAIN_MS: i64 = 15_000;
/// The same while the home screen is looked at.
pub const PANELS_LOOKED_AT_EVERY_MS: u64 = 15_000;
/// Least width of a column in CSS pixels: room for a few letters and the edge to take it by.
pub const COLUMN_WIDTH_MIN_PX: u16 = 48;
/// Most of it: what is wider than half a large screen is read in the drawer.
pub const COLUMN_WIDTH_MAX_PX: u16 = 1_200;
/// By how much a key makes a column wider or narrower.
pub const COLUMN_WIDTH_STEP_PX: u16 = 16;
/// Columns that stay while the rest scrolls sideways: more leave no room for the rest.
pub const PINNED_COLUMNS_MAX: usize = 3;
/// Panels of which the layout of their table is kept for a user: more than anybody goes to in a week.
pub const LAYOUTS_MAX: usize = 48;
/// Columns that a view can name.
pub const VIEW_COLUMNS_MAX: usize = 64;
/// Views that are shown of all panels together, with room for personal ones of a large team.
pub const SAVED_VIEWS_MAX: usize = 400;
/// Changes of panels on their way at the same time.
pub const PANEL_CHANGES_MAX: usize = 8;

/// Notes kept of one record, the newest: a drawer of a busy task.
pub const NOTES_MAX: usize = 200;
/// Characters of a code or an identifier.
pub const CODE_CHARS_MAX: usize = 64;
/// Characters of a name or another short text in one line.
pub const LINE_CHARS_MAX: usize = 200;
/// Characters of a description or a note.
pub const TEXT_CHARS_MAX: usize = 10_000;
/// Texts that are kept once for all resources that repeat them: names and codes of a large clinic, and its patients.
pub const SHARED_TEXTS_MAX: usize = 65_536;
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

/// HTTP requests on their way at once: as many as a browser opens to one HTTP/1.1 host.
pub const REQUESTS_IN_FLIGHT_MAX: usize = 6;
/// Of these, requests that nobody waits for: there is always room for the others.
pub const BACKGROUND_IN_FLIGHT_MAX: usize = 4;
/// After its patience has ended, a request gets so much longer to say so itself before it is given up.
pub const REQUEST_GRACE_MS: i64 = 2_000;
/// Part of what is left of a rate limit that periodic searches may spend: one in so many.
pub const POLL_SHARE: i64 = 4;
/// Longest wait of a periodic search that slows down for a rate limit: a badge that is older is of no use.
pub const POLL_WAIT_MAX_MS: i64 = 2 * 60 * 1000;
/// Doublings of that wait, where only refusals tell of a limit.
pub const POLL_DOUBLINGS_MAX: u32 = 2;
/// Points of one periodic look at a type: two searches of 20.
pub const POLL_POINTS: i64 = 40;
/// Requests of one periodic look at a type.
pub const POLL_REQUESTS: i64 = 2;
/// Points below which requests that nobody waits for hold back: two edits, or ten searches.
pub const POINTS_RESERVED: i64 = 200;
/// Requests of one address below which requests that nobody waits for hold back.
pub const REQUESTS_RESERVED: i64 = 100;
/// Longest window of a rate limit that is believed.
pub const RATE_WINDOW_MAX_S: i64 = 300;
/// Refusals so close together are one.
pub const THROTTLED_ONCE_MS: i64 = 10_000;
/// How long a refusal slows periodic searches down.
pub const THROTTLED_REMEMBERED_MS: i64 = 5 * 60 * 1000;
/// Patience with one HTTP request. A page of 1,000 tasks takes 0.1 s, a throttled server some seconds.
pub const REQUEST_TIMEOUT_MS: u32 = 20_000;
/// Wait before the first repetition of a failed request, doubled each time.
pub const REQUEST_RETRY_BASE_MS: i64 = 500;
/// Longest wait between two repetitions of a failed request.
pub const REQUEST_RETRY_MAX_MS: i64 = 30_000;
/// Once a server answers again, requests that wait for their next try go out spread over this.
pub const RECOVERY_SPREAD_MS: i64 = 1_000;
/// An outage shorter than this may be this browser's own: it comes back as fast as it can.
pub const OUTAGE_OWN_MS: i64 = 30_000;
/// After a longer one all browsers come back, so each waits for its turn: the turns are spread over so many times what the
/// outage was longer, ...
pub const RETURN_SPREAD_FACTOR: i64 = 10;
/// ... at most over so much for each browser that the hospital says it has. To bind and catch up takes 12 requests: 33 browsers
/// in a second ask for 400, which a small server can bear. Of 10,000 browsers that is half of what they ask for in quiet.
pub const RETURN_MS_PER_BROWSER: i64 = 30;
/// While the server is away for long, one request asks so often whether it is back. The socket tries more often, where there
/// may be one.
pub const KNOCK_EVERY_MS: i64 = 30_000;
/// Browsers that a hospital may say it has. One comes back at once; with more than this nobody would wait for a turn.
pub const BROWSERS_MIN: u32 = 1;
/// Ten minutes is the longest that anybody waits.
pub const BROWSERS_MAX: u32 = 20_000;
/// Time between two such recoveries: a server that answers now and then is not stormed.
pub const RECOVERY_EVERY_MS: i64 = 5_000;
/// Wait after a throttling answer that does not say how long: Medplum's window is 60 s.
pub const THROTTLE_WAIT_MS: i64 = 60_000;
/// After the wait that a throttling answer asks for, clients come back spread over this.
pub const THROTTLE_SPREAD_MS: i64 = 3_000;
/// Longest wait that a throttling answer can ask for: Medplum's window is 60 s.
pub const THROTTLE_WAIT_MAX_MS: i64 = 70_000;
/// A stored session older than this is forgotten instead of restored: one long shift on a shared workstation.
pub const SESSION_AGE_MAX_MS: i64 = 12 * 60 * 60 * 1000;
/// A stored session may be so much younger than now: clocks are set back by an hour twice a year on some machines.
pub const SESSION_AHEAD_MAX_MS: i64 = 60 * 60 * 1000;
/// Time between two questions who is signed in, when answers make that doubtful.
pub const ACCESS_CHECK_EVERY_MS: i64 = 10_000;
/// Rows that left the user's sight without a trace and are read once more by themselves; of more the whole type is. So many
/// reads cost what one search does (Medplum 5.0.10: 1 point and 20), and each may have to be repeated.
pub const OUT_OF_SIGHT_MAX: usize = 20;
/// Time between two questions what may be read while nothing makes that doubtful: as often as everything else is proven,
/// whatever puts that off.
pub const ACCESS_PROOF_EVERY_MS: i64 = ANTI_ENTROPY_EVERY_MS;
/// What was asked between two equal answers to that may have been answered to somebody who was allowed to read less for a moment.
/// A proof reads everything since the first of them once more, and this much: as old is the last search before it, as a rule.
pub const ACCESS_LOOK_BACK_MIN_MS: i64 = ANTI_ENTROPY_EVERY_MS + ANTI_ENTROPY_EVERY_MS / 5;
/// After a longer time without an answer no more than this is read twice: it would have to be during the very search after it.
pub const ACCESS_LOOK_BACK_MAX_MS: i64 = 5 * ANTI_ENTROPY_EVERY_MS;
/// Wait before that is asked again where something else has answered in the server's place.
pub const SESSION_CHECK_AGAIN_MS: i64 = 30_000;
/// The access token is renewed when so much of its life is left (it lives an hour).
pub const SESSION_REFRESH_BEFORE_MS: i64 = 5 * 60 * 1000;
/// Patience with a socket that does not open.
pub const CONNECT_TIMEOUT_MS: i64 = 6_000;
/// Ceiling of the first wait before a reconnect; doubled for each attempt.
pub const BACKOFF_BASE_MS: i64 = 500;
/// Ceiling of the wait during the first minute of an outage: people look at the screen.
pub const BACKOFF_MAX_EARLY_MS: i64 = 4_000;
/// Ceiling of the wait later: the server may be restarting under the load of everybody.
pub const BACKOFF_MAX_LATE_MS: i64 = 30_000;
/// How long an outage counts as young.
pub const OUTAGE_EARLY_MS: i64 = 60_000;
/// A connection open for so long has proven itself; failures before it are forgotten.
pub const PROVEN_HEALTHY_MS: i64 = 10_000;
/// A hint (online, visible, woken) starts an attempt within this time, jittered.
pub const HINT_RECONNECT_MS: i64 = 300;
/// Time between two hints that are followed: a flapping network must not lead to attempt after attempt.
pub const HINT_EVERY_MS: i64 = 2_000;
/// Time between two application-level pings. With [`PONG_TIMEOUT_MS`] a half-open socket is noticed within 6 s.
pub const PING_EVERY_MS: i64 = 3_000;
/// Patience with the answer to a ping.
pub const PONG_TIMEOUT_MS: i64 = 3_000;
/// Patience with the answer to a ping after the machine woke up. With [`TICK_MS`], after which a sleep is noticed at the
/// latest, a dead socket is noticed within 2 s.
pub const PONG_TIMEOUT_AFTER_WAKE_MS: i64 = 1_000;
/// Pings without an answer on one socket; a machine that sleeps and wakes again and again gets no further with it.
pub const PINGS_OUTSTANDING_MAX: usize = 8;
/// Wakes that follow each other so closely are one: each tab tells of it.
pub const WAKE_ONCE_MS: i64 = 2_000;
/// A timer that fires so much too late means that the machine slept.
pub const SLEPT_MS: i64 = 4_000;
/// A clock set back by less than this is a time server at work, not worth a word.
pub const CLOCK_STEP_MS: i64 = 1_000;
/// Silence after which heartbeats (every 10 s) count as lost, once one was seen.
pub const HEARTBEAT_TIMEOUT_MS: i64 = 26_000;
/// A heartbeat that took so much longer than others to arrive was buffered while the machine slept.
pub const HEARTBEAT_LATE_MS: i64 = 5_000;
/// Sockets that fail in a row while HTTP works, before polling takes over.
pub const SOCKETS_BLOCKED_AFTER: usize = 2;
/// Wait before the stream is tried again where the server refused it.
pub const STREAM_RETRY_MS: i64 = 5 * 60 * 1000;
/// Patience with the handshake after a bind (it takes 2 ms).
pub const BIND_TIMEOUT_MS: i64 = 5_000;
/// After a bind error, handshakes still on their way get this long; then the rest counts as refused.
pub const BIND_REFUSED_GRACE_MS: i64 = 1_000;
/// A Subscription lives 24 hours; it is extended after 20.
pub const SUBSCRIPTION_EXTEND_AFTER_MS: i64 = 20 * 60 * 60 * 1000;
/// Heartbeats in a row without a binding, before it counts as dead.
pub const HEARTBEATS_MISSED_MAX: u32 = 2;
/// Ids of dead Subscriptions kept for deletion.
pub const DEAD_SUBSCRIPTIONS_MAX: usize = 64;
/// Ids of Subscriptions that were given up on a socket, whose last frames may still come.
pub const FORMER_SUBSCRIPTIONS_MAX: usize = 32;
/// Subscriptions of one browser. Each slows every write of the project, and newer servers allow a user 20 over all devices.
pub const SUBSCRIPTIONS_MAX: usize = 8;
/// Subscriptions of one browser while some are being replaced: one type at a time goes over [`SUBSCRIPTIONS_MAX`].
pub const SUBSCRIPTIONS_WITH_SUCCESSORS_MAX: usize = 10;
/// Wait of a successor for those before it.
pub const SUCCESSOR_WAIT_MS: i64 = 1_000;
/// How long a type keeps its subscriptions after the last panel that needs it was closed: people come back.
pub const TYPE_RETIRES_AFTER_MS: i64 = 60_000;
/// A Subscription ends so long after its creation or the last change of it.
pub const SUBSCRIPTION_LIFE_MS: i64 = 24 * 60 * 60 * 1000;
/// A write that should extend a Subscription is repeated after so long if nothing was heard of it.
pub const EXTENSION_REPEATED_AFTER_MS: i64 = 50 * 60 * 1000;
/// Life of a binding token that does not say how long it lives.
pub const BINDING_TOKEN_LIFE_MS: i64 = 60 * 60 * 1000;
/// Shortest life of a binding token that is believed; renewals would storm otherwise.
pub const BINDING_TOKEN_LIFE_MIN_MS: i64 = 60_000;
/// Patience with the creation of a Subscription or its token (they take 10 ms).
pub const SUBSCRIBE_TIMEOUT_MS: u32 = 8_000;
/// Where nothing could be bound on the last socket, one subscription goes ahead for so long on the next one.
pub const BIND_ALONE_MS: i64 = 30_000;
/// Failures of one subscription on one socket, before another socket is tried.
pub const BINDS_FAIL_MAX: u32 = 4;
/// A server that counts what dead sockets left behind gets so long to forget it after its deletion.
pub const CAP_RETRY_MS: i64 = 2_000;
/// Wait of a successor that was refused while its predecessor still delivers.
pub const SUCCESSOR_REFUSED_WAIT_MS: i64 = 60_000;
/// Time over which deletions of unused Subscriptions are spread at least; nobody waits for them.
pub const CLEAN_UP_SPREAD_MIN_MS: i64 = 30_000;
/// After an outage everybody has some to delete: their turns take so many times what the turns of coming back take. With
/// 10,000 browsers and four each this adds a tenth to what they ask for in quiet.
pub const CLEAN_UP_SPREAD_FACTOR: i64 = 2;
/// Largest frame that is parsed. A resource is at most 1 MB on the server.
pub const FRAME_BYTES_MAX: usize = 2_000_000;
/// Overlap of two searches: commits become visible up to 0.6 s late (`transcripts/06d-read-your-writes.json`).
pub const RECONCILE_OVERLAP_MS: i64 = 5_000;
/// Rows of one page: the server's own maximum.
pub const SEARCH_PAGE_ROWS_MAX: usize = 1_000;
/// Time between two anti-entropy searches of a live type; 20 % of it is jitter.
pub const ANTI_ENTROPY_EVERY_MS: i64 = 60_000;
/// A version that a search finds and no frame has brought so long after its writing was missed.
pub const MISSED_AFTER_MS: i64 = 5_000;
/// Ids in one membership check: the address stays below the 8 KB that proxies allow.
pub const MEMBERSHIP_IDS_MAX: usize = 100;
/// A gap so long asks for a membership check: access may have changed meanwhile.
pub const MEMBERSHIP_AFTER_GAP_MS: i64 = 30 * 60 * 1000;
/// Least time between two proofs that were asked for out of turn: a server that talks nonsense must not cause a storm.
pub const PROVE_SOON_REST_MS: i64 = 10_000;
/// Spread of such a proof.
pub const PROVE_SOON_JITTER_MS: i64 = 1_000;
/// A gap so long asks for everything anew: reading a week of changes costs more, and so much has left.
pub const RELOAD_AFTER_GAP_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// Wait after a search that the server refused.
pub const RECONCILE_REFUSED_WAIT_MS: i64 = 60_000;
/// Two versions so close are in contention even in order: the server commits in another order than it stamps.
pub const CONTENTION_CLOSE_MS: i64 = 100;
/// How late a frame may come over a socket that counts as alive: pings are answered behind the frames before them, and a socket
/// that does not answer is given up within ten seconds.
pub const FRAME_LATE_MAX_MS: i64 = 30_000;
/// Quiet time after which a resource in contention is read.
pub const SETTLE_QUIET_MS: i64 = 300;
/// Resources waiting to be settled; more than this puts the whole type in doubt instead.
pub const SETTLE_QUEUE_MAX: usize = 2_000;
/// Remembered versions of resources that were deleted or left, so that late frames cannot bring them back.
pub const GONE_REMEMBERED_MAX: usize = 20_000;
/// Time within which changes are collected while the stream is busy; in a quiet moment nothing waits.
pub const FLUSH_EVERY_MS: i64 = 6;
/// Rows in one batch of changes: projecting and sending them takes the worker 2 to 3 ms, a tab parses them in a frame.
pub const UPDATE_BATCH_ROWS_MAX: usize = 500;
/// Changed rows that are remembered; with more, a snapshot of each panel is less work.
pub const UPDATE_QUEUE_ROWS_MAX: usize = 20_000;
/// A changed row waits no longer than this because of others: shorter than a person notices.
pub const UPDATE_AGE_MAX_MS: i64 = 200;
/// Time between two messages with counts.
pub const COUNTS_EVERY_MS: i64 = 250;
/// Time between two messages that differ in `as_of` only.
pub const AS_OF_EVERY_MS: i64 = 5_000;
/// How often what depends on the time of day is looked at.
pub const TICK_MS: i64 = 1_000;
/// Pages of one search: more would be a walk in circles.
pub const SEARCH_PAGES_MAX: usize = 200;
/// An open socket that has not answered for so long is not called live: pings go out every 3 s.
pub const LIVE_PROOF_MAX_MS: i64 = 9_000;
/// A stream that no search has proven whole for so long is not called live: searches come once a minute, half as often
/// where a rate limit is tight ([`POLL_WAIT_MAX_MS`]).
pub const LIVE_UNPROVEN_MAX_MS: i64 = 150_000;
/// Polls in a row that may be overdue before polling is not called so any more.
pub const POLLS_LATE: i64 = 2;

/// Time between two hellos of a tab. A worker is ready 50 to 300 ms after it was started.
pub const HELLO_EVERY_MS: i64 = 500;
/// Hellos without an answer, before the tab says so and connects anew.
pub const HELLOS_UNANSWERED_MAX: u32 = 20;
/// Time between two pings of a tab to the worker.
pub const TAB_PING_EVERY_MS: i64 = 5_000;
/// Pings without an answer, before the worker counts as lost: one lost tick is not yet a death.
pub const PINGS_UNANSWERED_MAX: u32 = 2;
/// Reason of an ending worker that makes room for one of another build.
pub const ENDING_RETIRED: &str = "retired";

/// Patience with the storage at the start: after that the rows come from the server alone.
pub const CACHE_OPEN_MAX_MS: i64 = 5_000;
/// Patience with the storage at the end of a session. It takes some ten milliseconds; but a disk may hang.
pub const DEPARTURE_MAX_MS: i64 = 2_000;
/// Changes of this time go into one batch of the cache: what a crash can cost is read again from the server.
pub const CACHE_WRITE_EVERY_MS: i64 = 1_000;
/// The same while more waits than fits into one batch, as after a first load: what is not stored yet is read once more by the
/// next start.
pub const CACHE_WRITE_BEHIND_MS: i64 = 50;
/// Time between two tries to use a storage that failed.
pub const CACHE_RETRY_MS: i64 = 60_000;
/// Bytes of rows in one segment: encrypting and storing it takes some milliseconds.
pub const CACHE_SEGMENT_BYTES: usize = 512 * 1024;
/// Rows in one segment, for the same reason.
pub const CACHE_SEGMENT_ROWS_MAX: usize = 1_000;
/// Segments before all rows are written anew: a start reads them one by one.
pub const CACHE_SEGMENTS_MAX: usize = 512;
/// Bytes of panel definitions that are stored: some hundred of usual size. The rest comes with the list.
pub const CACHE_PANELS_BYTES_MAX: usize = 512 * 1024;
/// Time between two batches that only say how far was read.
pub const CACHE_CURSORS_EVERY_MS: i64 = 30_000;
/// Time between two copies of the topmost rows.
pub const CACHE_SCREENS_EVERY_MS: i64 = 10_000;
/// Bytes of everything that is stored, compressed: what a browser gives without asking.
pub const CACHE_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Updates remembered for the log and for conflicts.
pub const RECENT_UPDATES_MAX: usize = 200;

/// Changes of one edit: every field of a record once, and some notes and contacts.
pub const EDIT_CHANGES_MAX: usize = 32;
/// Lines of an address.
pub const ADDRESS_LINES_MAX: usize = 8;

/// Edits that wait, are asked about or were rolled back, of one user: a day offline, and a bulk of a large selection on top. A
/// full outbox refuses what is new and never drops what is old.
pub const OUTBOX_EDITS_MAX: usize = 1_000;
/// Texts of one user that were typed and not saved, and are kept: more than anybody has half a thought about.
pub const DRAFTS_MAX: usize = 50;
/// Time for tabs that outlived a worker to say so to the next one, before what was typed in them is given to others.
pub const DRAFT_ADOPTED_AFTER_MS: i64 = 1_500;
/// Of these, edits of one record: every time it is shown all of them are laid over it.
pub const OUTBOX_EDITS_OF_RECORD_MAX: usize = 50;
/// Edits of one batch that is stored: some milliseconds of encryption.
pub const OUTBOX_BATCH_MAX: usize = 200;
/// An edit that was typed longer ago than this when it comes is asked for again: one that is typed now comes at once.
pub const EDIT_ASKED_AGAIN_AFTER_MS: i64 = 500;
/// Patience with the database of the outbox at the start: after that edits go out unkept, visibly.
pub const OUTBOX_OPEN_MAX_MS: i64 = 5_000;
/// Wait before the database of the outbox is tried again that failed, doubled each time up to that of the cache.
pub const OUTBOX_RETRY_MIN_MS: i64 = 1_000;
/// Records that are edited on the server at the same time: of the six connections of a browser some are left for reading.
pub const EDITS_IN_FLIGHT_MAX: usize = 4;
/// Wait before an edit is sent again that met others, doubled each time and spread.
pub const EDIT_RETRY_BASE_MS: i64 = 50;
/// Longest such wait.
pub const EDIT_RETRY_MAX_MS: i64 = 5_000;
/// Refusals of one and the same patch by a failed test, although a read shows what it tests for: local and remote do not agree,
/// and no further try will change that.
pub const EDIT_ROUNDS_MAX: u32 = 6;
/// Wait before a read is repeated that was answered by something else than the server, or while the session is in doubt.
pub const EDIT_READ_AGAIN_MS: i64 = 2_000;
/// Versions of a record that are looked through for an edit of which nobody knows what became of it.
pub const EDIT_HISTORY_MAX: usize = 50;
/// Edits remembered after their end, on the disk too, to be undone or recognised when they are asked for again: an hour of a busy
/// user, some hundred bytes each.
pub const EDITS_REMEMBERED_MAX: usize = 1_000;
/// Edits of one job.
pub const JOB_EDITS_MAX: usize = 500;
/// Jobs remembered.
pub const JOBS_MAX: usize = 20;
/// Users whose unsent edits are held in memory where there is no storage, after their session ended.
pub const OUTBOXES_ASIDE_MAX: usize = 4;
/// Resources that could not be taken and are remembered: more than a person looks through; how often one came is counted on.
pub const QUARANTINE_MAX: usize = 200;

/// Versions that a history shows at a time: as many as a person looks through without being asked.
pub const TIMELINE_PAGE_VERSIONS: usize = 20;
/// Pages of a history: 200 versions are some hundred kilobytes, read as a whole each time.
pub const TIMELINE_PAGES_MAX: usize = 10;
/// Differences that are told of one version.
pub const TIMELINE_CHANGES_MAX: usize = 20;
/// Characters that are shown of a text in a history.
pub const TIMELINE_TEXT_CHARS_MAX: usize = 300;
/// Shortest time between two readings of a history of one page; of one of several pages as many times as much. A history costs the
/// server's rate limit as much as ten reads.
pub const TIMELINE_REFRESH_EVERY_MS: i64 = 2_000;
/// Readings in a row that did not bring the version they were asked for: the record changes again, or a person asks.
pub const TIMELINE_IN_VAIN_MAX: u32 = 3;
/// Wait before a history is asked for again that could not be read, doubled each time.
pub const TIMELINE_RETRY_MIN_MS: i64 = 5_000;
/// Longest such wait.
pub const TIMELINE_RETRY_MAX_MS: i64 = 5 * 60 * 1000;
/// Patience with a history, waiting in line included.
pub const TIMELINE_PATIENCE_MS: i64 = 25_000;

/// Entries of the audit trail that wait to be sent, of one user: days offline of somebody who opens a record each minute. A full
/// trail counts what it cannot take, and says so in it when there is room again.
pub const AUDIT_UNSENT_MAX: usize = 2_000;
/// Entries that the server has and that are still kept for looking at them here: a start reads them one by one.
pub const AUDIT_SENT_KEPT_MAX: usize = 200;
/// Entries in one batch that is stored: some milliseconds of encryption.
pub const AUDIT_STORED_MAX: usize = 200;
/// Entries in one request.
pub const AUDIT_BATCH_MAX: usize = 10;
/// Time between two requests with entries: 60 entries in a minute take 6,000 of the 50,000 points that the server gives.
pub const AUDIT_EVERY_MS: i64 = 10_000;
/// Entries of this time go together: a sign-in and the first records that are opened. Up to as much is added, so that browsers
/// that began together do not send together.
pub const AUDIT_COLLECT_MS: i64 = 5_000;
/// Longest wait after failures. Nobody waits for it.
pub const AUDIT_RETRY_MAX_MS: i64 = 5 * 60 * 1000;
/// Entries that go when the user signs out: a tenth of the points of a minute.
pub const AUDIT_LAST_MAX: usize = 50;
/// Patience with those; the session is not revoked before.
pub const AUDIT_LAST_MS: u32 = 2_000;
/// Patience with the database of the trail at the start: after that entries are sent unkept, and that is counted.
pub const AUDIT_OPEN_MAX_MS: i64 = 5_000;
/// A record that is shown again within this is not written down again.
pub const AUDIT_VIEW_AGAIN_MS: i64 = 15 * 60 * 1000;
/// Records remembered for that. One that is forgotten is written down once more.
pub const AUDIT_VIEWS_REMEMBERED_MAX: usize = 200;

/// A row stays where it is for this long after the pointer or the focus has left it: rows that jump right behind the pointer are hit
/// by mistake.
pub const ROW_RELEASED_AFTER_MS: i64 = 1_000;
/// A pointer that has not moved for this long was left there, and holds nothing: what is new must not wait for somebody who went away.
pub const POINTER_RESTS_AFTER_MS: i64 = 5_000;
/// A row on the screen that leaves the panel is shown for this long with the reason: long enough to read it, and to point at it.
pub const ROW_LEAVING_SHOWN_MS: i64 = 4_000;
/// Rows come by a channel and claims by a port, which keep no order between them: what comes this soon after the word that nothing is
/// missing any longer may be what was missing.
pub const MISSED_ROWS_COME_WITHIN_MS: i64 = 1_000;

/// Users of a browser profile whose settings are kept: a machine of a ward. Each is less than a kilobyte, read at every sign-in.
pub const SETTINGS_USERS_MAX: usize = 100;
/// How exactly it is known when a user was there last, so that a start need not write.
pub const SETTINGS_USED_EVERY_MS: i64 = 24 * 60 * 60 * 1000;
/// Bytes of the name of a time zone; the longest in use has 32.
pub const ZONE_NAME_BYTES_MAX: usize = 64;
