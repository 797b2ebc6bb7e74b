//! How long values wait for others, to be sent together as one message.
//!
//! A window opens with the first value that waits on a link, and closes so much later: then all go at once. Messages count,
//! not bytes, so a longer window costs nothing but time. Windows of zero: what one event brings is sent at once.
//!
//! Absent: where a window leads to. [`crate::node`] knows its links.

use protocol::Duration;

/// A window for each direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Windows {
    /// Towards the root: from a leaf to its hub, from a child to its parent, from a follower to the master.
    pub up: Duration,
    /// Everywhere else: from a hub to its leaves, from a parent to its children, between neighbours of a grid.
    pub down: Duration,
}

impl Windows {
    /// Nothing waits.
    pub const NONE: Self = Self { up: Duration::ZERO, down: Duration::ZERO };

    /// The longer of the two.
    pub fn longest(self) -> Duration {
        self.up.max(self.down)
    }
}
