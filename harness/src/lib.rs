//! The experiment runner.

pub mod artifact;
pub mod exit;
pub mod figure;
pub mod limit;
pub mod outcome;
pub mod plan;
pub mod spec;

mod backend;
