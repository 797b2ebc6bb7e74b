//! Maelstrom's test as one clock-free state machine.

pub mod checker;
pub mod edn;
pub mod history;
pub mod journal;
mod options;
pub mod results;

pub use options::{Availability, Concurrency, Distribution, Latency, Nemesis, Options, Topology, Workload};
