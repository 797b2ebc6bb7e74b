//! The life of one broadcast: who sent the value to whom when, seen from within the simulated engine, as a table, as data
//! and as a drawing.
//!
//! [`Recorder`] watches a run, [`Life`] is what it saw, and the rest shows it; all of it is pure.
//!
//! Absent: making the run, and choosing it ([`crate::command`]).

mod diagram;
mod fault;
mod json;
mod life;
mod recorder;
mod svg;
mod table;
mod tree;

pub(crate) use self::json::json;
pub(crate) use self::life::{Life, Story, broadcast_values};
pub(crate) use self::recorder::Recorder;
pub(crate) use self::svg::svg;
pub(crate) use self::table::table;
