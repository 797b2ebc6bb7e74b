//! Maelstrom's test as one clock-free state machine: network, generator, nemesis, clients, and (pure, over a history) the
//! checkers.

pub mod history;
pub mod journal;
pub mod json;
pub mod workload;

mod client;
mod fault;
mod generator;
mod in_process;
mod nemesis;
mod network;
mod options;
mod payload;
mod random;
mod service;
mod simulation;
mod spread;
mod test;
mod workers;
mod world;

pub use fault::{Fault, FaultKind};
pub use options::{Availability, Concurrency, Distribution, Latency, Nemesis, Options, Topology, Workload};
pub use payload::{Payload, ReplyKind};
pub use simulation::simulate;
pub use test::{Progress, Run, Test};
pub use world::Delivery;
