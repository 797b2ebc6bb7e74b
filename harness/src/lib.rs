//! The experiment runner.

pub mod doctor;
pub mod exit;
pub mod figure;
pub mod limit;
pub mod outcome;
pub mod plan;
pub mod process;
pub mod results;
pub mod setup;

mod backend;
