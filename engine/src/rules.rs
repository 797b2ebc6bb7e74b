//! Which of the network's rules hold: all of Maelstrom's, unless a control experiment leaves one out.
//!
//! An engine that agrees with the official program proves something only if it would not agree without its rules. So the
//! rules that are hardest to see in the figures can be left out, one by one, by whoever makes that proof
//! (`harness fidelity`). No experiment file and no flag of a test names them.
//!
//! Absent: what the rules are ([`crate::network`]).

use serde::{Deserialize, Serialize};

/// The rules that can be left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Rules {
    /// When a receiver takes messages out of its queue.
    pub taking: Taking,
    /// For how long it holds what it has taken.
    pub holding: Holding,
}

/// When a receiver takes messages out of its queue (semantics, section 3.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Taking {
    /// Maelstrom's: one at a time, due or not; what arrives while it holds one waits.
    #[default]
    HeadOfLine,
    /// Not Maelstrom's: each on its own when it is due, past all others.
    WhenDue,
}

/// For how long a receiver holds what it has taken (semantics, section 3.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Holding {
    /// Maelstrom's: what is left of the latency, rounded down to whole milliseconds.
    #[default]
    WholeMilliseconds,
    /// Not Maelstrom's: all that is left of it.
    Exact,
}

impl Rules {
    /// Whether they are all Maelstrom's.
    pub fn are_maelstroms(&self) -> bool {
        *self == Self::default()
    }
}
