//! How the receiver of a message says that it has arrived.
//!
//! | feature | what is said | costs, on a network that loses nothing |
//! |---|---|---|
//! | `acks-each` | every message is acknowledged at once by one of its own | as many messages again |
//! | `acks-cumulative` | all that has arrived on a link is acknowledged in one, 200 ms after the first of it, or by the next message in the other direction if that comes sooner | a message for each 200 ms in which anything arrives |
//! | `acks-piggyback` | the same, but a message of its own waits 2 s for one to ride on | nothing while values flow both ways; at the end one message for each link, or three for each node where everybody talks to everybody |
//! | `acks-none` | nothing. **Unsafe**: what the network loses is lost | nothing |
//!
//! Without acknowledgements a message is sent once and forgotten: a partition takes values with it that clients were told are
//! taken in. It is here because published nodes do so, and what safety costs is measured against them.
//!
//! An acknowledgement that is held back says for how long, so round trips are measured without it; and the sender waits that
//! much longer before it repeats anything. What asks for an answer at once, a probe, gets one at once.
//!
//! Where everybody talks to everybody (`topology-direct`), half of all pairs of nodes are left with an acknowledgement each when a load ends,
//! and whoever has nothing to send for 2 s owes one to each of the others. Such go by way of the centre, many in a message
//! ([`crate::receipts::collector`]).
//!
//! Absent: when a message is repeated ([`crate::link`]), and what the receiver remembers ([`crate::receipts`]).

use protocol::Duration;

use crate::Windows;

/// How a message that has arrived is acknowledged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Acks {
    /// All that has arrived, soon.
    Cumulative,
    /// Each message at once, by a message of its own.
    #[default]
    Each,
    /// Not at all, and nothing is ever sent again. Unsafe.
    None,
    /// All that has arrived, on the next message in the other direction; alone only after a long silence.
    Piggyback,
}

impl Acks {
    /// Every way.
    pub const ALL: [Self; 4] = [Self::Each, Self::Cumulative, Self::Piggyback, Self::None];

    /// The name of the feature that chooses it.
    pub const fn feature(self) -> &'static str {
        match self {
            Self::Cumulative => "acks-cumulative",
            Self::Each => "acks-each",
            Self::None => "acks-none",
            Self::Piggyback => "acks-piggyback",
        }
    }

    /// Whether what the network loses is sent again.
    pub const fn is_safe(self) -> bool {
        !matches!(self, Self::None)
    }

    /// Whether one acknowledgement stands for all that has arrived.
    pub const fn are_cumulative(self) -> bool {
        matches!(self, Self::Cumulative | Self::Piggyback)
    }

    /// How long an acknowledgement may wait for a message to ride on. Where messages come a window apart, long enough for
    /// the next one.
    pub fn delay(self, windows: Windows) -> Duration {
        match self {
            Self::Cumulative => CUMULATIVE_DELAY,
            Self::Each | Self::None => Duration::ZERO,
            Self::Piggyback => PIGGYBACK_DELAY.max(windows.longest() / 4 * 5),
        }
    }
}

/// Short beside a timeout of at least a second, and long enough that a burst is answered once.
const CUMULATIVE_DELAY: Duration = Duration::from_millis(200);

/// A node of challenge 3d takes in two values a second of its own, so in one of 55 spans of 2 s there is nothing to ride on. With it a loss is
/// noticed after at most 3.4 s, or 3.9 s where the centre forwards; Maelstrom reads 10 s after it has healed the last partition.
const PIGGYBACK_DELAY: Duration = Duration::from_secs(2);
