//! Results

pub mod edn;
pub mod history;
