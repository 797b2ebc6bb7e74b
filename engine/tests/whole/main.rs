//! Whole tests under a clock that jumps from event to event, with nodes written for the purpose.

mod flood;
mod lines;
mod phases;
mod rules;
