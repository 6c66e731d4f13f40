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
