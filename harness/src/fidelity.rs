//! How far this project's engines can be trusted: the same protocols under the real program, as recorded, under the embedded
//! engine and under the simulated one, figure by figure, with a bound for each distance.
//!
//! - [`scenario`] is what is compared: this project's six designs, and the programs of others whose protocol the node can be
//!   configured to follow.
//! - [`recorded`] is what the real program measured of them. It lies in this program, which has to work without its sources.
//! - [`control`] leaves out one rule at a time. Each control has to fail the same table under the same bounds, or the table
//!   would prove nothing.
//! - [`replay`] plays recorded partitions again, cut by cut, with the recorded program's own repeats ([`tutorial`]).
//! - [`judge`] has the bounds, and says when a single recording is too noisy to decide.
//! - [`report`] is all of it together.
//! - [`agreement`] holds the engines against each other, on any experiment.
//!
//! Absent: how runs are made ([`crate::command`]) and how a table looks (`render`).

pub mod agreement;
pub mod control;
pub mod embedded;
pub mod judge;
pub mod recorded;
pub mod replay;
pub mod report;
pub mod scenario;
pub mod tutorial;

use crate::figure::Figure;

/// What is compared, in the table's order.
pub const FIGURES: [Figure; 7] = [
    Figure::MsgsPerBroadcast,
    Figure::ServerMsgsPerOp,
    Figure::StableLatencyMedian,
    Figure::StableLatencyP95,
    Figure::StableLatencyMax,
    Figure::ClientLatencyMedian,
    Figure::ClientLatencyP95,
];

/// How often the simulated engine runs each scenario, each time with another seed, if the user does not say.
pub const SEEDS: u32 = 20;
