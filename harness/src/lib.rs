//! The experiment runner.
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
