//! The judges: pure functions from a history, and where they need it a journal, to what they found.
//!
//! [`crate::results`] puts Maelstrom's own together. [`strict`] reports what Maelstrom's results leave out. Absent: clocks,
//! files, and how a judgement is written ([`crate::edn`]).

pub mod availability;
mod by_f;
pub mod echo;
pub mod exceptions;
pub mod net;
pub mod propagation;
pub mod quantiles;
pub mod set_full;
mod sightings;
pub mod stats;
pub mod strict;
