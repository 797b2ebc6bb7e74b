//! What is read from runs that real Maelstrom recorded (`tests/results`), and how our checkers judge them.

mod parity_checkers;
mod recordings;
mod results;
