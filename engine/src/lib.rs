//! Maelstrom's test as one clock-free state machine.

pub mod history;
pub mod journal;
mod options;

pub use options::{Availability, Concurrency, Distribution, Latency, Nemesis, Options, Topology, Workload};
