//! The verbs. Each reads as its stages.

mod flags;
mod nodes;
mod only;
mod request;
mod run;
mod schedule;
mod test;
