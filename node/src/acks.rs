//! How the receiver of a message says that it has arrived.
//!
//! | feature | what is said | costs, on a network that loses nothing |
//! |---|---|---|
//! | `acks-each` | every message is acknowledged at once by one of its own | as many messages again |
//! | `acks-none` | nothing. **Unsafe**: what the network loses is lost | nothing |
//!
//! Without acknowledgements a message is sent once and forgotten: a partition takes values with it that clients were told are
//! taken in. It is here because published nodes do so, and what safety costs is measured against them.
//!
//! Absent: when a message is repeated ([`crate::link`]).

/// How a message that has arrived is acknowledged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Acks {
    /// Each message at once, by a message of its own.
    #[default]
    Each,
    /// Not at all, and nothing is ever sent again. Unsafe.
    None,
}

impl Acks {
    /// Every way.
    pub const ALL: [Self; 2] = [Self::Each, Self::None];

    /// The name of the feature that chooses it.
    pub const fn feature(self) -> &'static str {
        match self {
            Self::Each => "acks-each",
            Self::None => "acks-none",
        }
    }

    /// Whether what the network loses is sent again.
    pub const fn is_safe(self) -> bool {
        !matches!(self, Self::None)
    }
}
