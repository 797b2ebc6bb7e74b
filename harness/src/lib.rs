//! The experiment runner.
//!
//! `main.rs` hands the command line ([`cli`]) to its verb ([`command`]). What `harness run` does, in the order in which it happens:
//!
//! [`spec`] (a file) → [`plan`] (its cells) → [`artifact`] (their nodes) → `backend` (a run of a node under an engine) → [`results`]
//! (what the run left) → [`outcome`] (what it found: a [`figure`] for each name) → [`store`] → [`gate`] (held against each
//! [`limit`]) → `render` → [`exit`].
//!
//! The other rooms, and what each alone may do, stand in `ARCHITECTURE.md`.
#![cfg(unix)]

pub mod about;
pub mod artifact;
pub mod baseline;
pub mod cli;
pub mod command;
pub mod compare;
pub mod doctor;
pub mod exit;
pub mod fidelity;
pub mod figure;
pub mod frontier;
pub mod gate;
pub mod latencies;
pub mod limit;
pub mod measured;
pub mod outcome;
pub mod plan;
pub mod process;
pub mod results;
pub mod search;
pub mod setup;
pub mod spec;
pub mod statistics;
pub mod store;
pub mod topology;

mod backend;
mod console;
mod provenance;
mod render;
mod report;
#[cfg(test)]
mod sample;
mod shell;
mod sources;
mod trace;
mod words;
