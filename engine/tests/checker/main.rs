//! The checkers, held against vectors written as text (`*.txt`) and against slow versions of themselves.
//!
//! Absent: histories recorded from Maelstrom; those need a reader of EDN, which this crate does not have.

mod edn;
mod oracle;
mod results;
mod set_full;
mod strict;
mod text;
