//! The verbs. Each reads as its stages.

mod flags;
mod request;
mod schedule;
mod test;
