//! The language that Maelstrom's nodes speak, and the one trait that every driver of a node drives.
//!
//! Useful on its own to anybody who writes a node in Rust: implement [`Machine`], read lines with [`Codec::decode`], call
//! [`Machine::on_message`], write what the [`Outbox`] holds with [`Codec::encode`].
//!
//! Absent: clocks, input and output, randomness, and any knowledge of what a node does with the words.

pub use address::{Address, Directory, Party};
pub use body::{Adjacency, Body, MessageId, Reply, Request};
pub use codec::{Codec, DecodeError, DecodeErrorKind, Message};
pub use error::ErrorCode;
pub use machine::{Carry, Machine, Outbox};
pub use time::{Duration, Time};
pub use values::{Snapshot, Value, ValueSet, Values, Words};

mod address;
mod body;
mod codec;
mod error;
mod machine;
mod time;
mod values;
