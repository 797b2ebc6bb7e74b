//! Maelstrom's test as one clock-free state machine: network, clients, generator, nemesis, journal; and, pure over a history,
//! the checkers.
//!
//! [`Test`] is stepped with `now` and hands out what nodes are to receive. It knows neither whether its clock is a real one
//! nor whether its nodes are processes: a driver in the harness steps it with the wall clock and pipes, [`simulate`] with a
//! clock that jumps and machines in this process. Everything random comes from one seed.
//!
//! What is mirrored, rule by rule, is written down in `SEMANTICS.md` beside this crate's manifest; comments name its sections.
//! A reader of Maelstrom finds its namespaces: `network`, `journal`, `client`, `nemesis`, `workload`, `checker`, `history`.
//!
//! # Where this is kinder than Maelstrom
//!
//! | what happens | Maelstrom | here |
//! | --- | --- | --- |
//! | a node prints a line that is no message, or one from or to an unknown name (2.3) | never reads that node again; the run goes on and may even pass | the run ends at once with the node, the line and the node's last words; history and results so far are kept |
//! | a node exits during the run, with whatever status (2.4) | noticed at the end; no results | the run ends at once with the node, its status and last words; results so far are kept |
//! | a node closes its output and lives on (2.3) | burns a core, never noticed | taken for an exit |
//! | a node answers a client that has given up and was replaced (2.3, 5.5) | mutes the node | the answer is dropped and counted ([`Run::unclaimed_replies`]) |
//! | a node has not answered `init` when it dies (2.1) | noticed after 10 s | noticed at once |
//!
//! # Where this is stricter, or tells more
//!
//! Beside Maelstrom's results, and never mixed into them: acknowledged values that *any* node's final read lacks (Maelstrom
//! may call such a value stable, 6.5), latencies of client operations, the time from a broadcast's invocation until every
//! node has the value, and messages per broadcast.
//!
//! # Faults that Maelstrom's `broadcast` test does not have
//!
//! Messages lost or doubled, slow links, cuts in one direction, nodes that stop or die and come back with nothing
//! ([`Nemesis`]). Off unless asked for, and named in every table. Nor can it offer a topology that the user has drawn ([`Custom`]).
//!
//! # Known differences
//!
//! - Only `broadcast` and `echo` are implemented; nodes may use all four services.
//! - Messages with equal deadlines keep their order of sending; Maelstrom has no rule (3.4).
//! - The numbers of `init`'s clients follow the nodes' order; Maelstrom's follow the order of arrival (2.1).
//! - A message's way into a node takes a drawn time ([`ProcessDelay`]), where Maelstrom takes what its JVM takes.
//! - Nodes are started one right after the other; Maelstrom's JVM takes longer over it. Programs that tick
//!   from their start on are more in step with each other here, and their clients wait some milliseconds longer.
//! - A nemesis's operation is invoked and completed at the same instant; Maelstrom takes some milliseconds.
//!
//! `FIDELITY.md` beside this crate's manifest has other people's programs under this engine and under Maelstrom, side by side.
//!
//! Absent: clocks, input and output, processes, threads (see `clippy.toml`).

pub mod checker;
pub mod edn;
pub mod history;
pub mod journal;
pub mod json;
pub mod results;
pub mod workload;

mod agenda;
mod client;
mod custom;
mod disturbance;
mod fault;
mod generator;
mod in_process;
mod inbox;
mod messages;
mod nemeses;
mod nemesis;
mod network;
mod options;
mod payload;
mod random;
mod rules;
mod service;
mod simulation;
mod spread;
mod test;
mod witness;
mod workers;
mod world;

pub use custom::Custom;
pub use fault::{Fault, FaultKind};
pub use nemeses::{Nemeses, Nemesis, NemesisError};
pub use nemesis::PlannedCut;
pub use options::{Availability, Concurrency, Distribution, Latency, Options, ProcessDelay, Topology, Workload};
pub use payload::{Content, Payload, ReplyKind};
pub use rules::{Holding, Rules, Taking};
pub use simulation::{simulate, simulate_watched};
pub use test::{Event, Fate, Progress, Run, Test};
pub use witness::{Ends, Loss, Unwatched, Witness};
pub use world::Delivery;
