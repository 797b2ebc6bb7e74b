//! One broadcast node for Maelstrom, as a machine without clocks, input or output.
//!
//! **The promise.** A value that one node has acknowledged to a client reaches every node, whatever the network loses,
//! delays or repeats, and however long it is partitioned, as soon as it works again; and a network that works sees every
//! message once.
//!
//! ```text
//!        client               client            One node leads: the master, at first the centre of the grid.
//!          │ broadcast          │ broadcast     The others follow.
//!          ▼                    ▼
//!      Follower ──relay──►   Leader             A follower hands what its clients bring to the leader, and to its own
//!          │                    │ spread        children; the leader spreads it from the root. Everybody passes a new
//!          ▼                    ▼               value on to the children, and acknowledges every message. Whatever is
//!      its children  ◄──── its children         not acknowledged is repeated.
//! ```
//!
//! **What a broadcast costs** on a network that loses nothing, in messages between servers; each has its acknowledgement
//! besides. *n* nodes, *E* edges; in brackets 25 nodes.
//!
//! | topology | relay-to-master | messages | why |
//! |---|---|---|---|
//! | n12-tree, rows, tree-K, two-hubs | on | n (25); n−1 (24) at the master | each edge once, away from the root; one relay |
//! | the same | off | n−1 (24) | each edge once, away from wherever it began |
//! | star | on | n (25); n−1 (24) at the hub | the hub tells all, also the one who relayed |
//! | star | off | n−1 (24) | to the hub, from there to all others |
//! | direct | off | n−1 (24) | to all others from wherever it began, and no further |
//! | grid | on | 2E+1 (81); 2E (80) at the master and its neighbours | everybody tells all neighbours; one relay |
//! | grid | off | 2E−(n−1) (56) | everybody tells all neighbours but the one it heard from |
//! | offered | off | 2E−(n−1) | the same over the edges that the test offers |
//!
//! The acknowledgements are what [`Acks`] says. With `acks-none` the messages above are all there are, and what the network
//! loses is lost. With `acks-piggyback` there are hardly more: acknowledgements ride.
//!
//! **A master that can fail** ([`Master::Dynamic`], feature `master-dynamic`). Usually what goes through the master waits until it is
//! back. With this, whoever does not hear it for a second and a half takes the first leaf for master that answers, changes
//! places with it in the topology, and hands over all it holds, in one message; when the old master is heard again, all go back. There is no
//! vote: each decides by what it hears, and two masters at once cost messages and lose nothing. It costs one question and
//! answer for each lull, in a star 100 messages or so a test, in a tree, whose master does not talk to everybody, a few per cent; and values go in
//! batches, of one event at least, also with `acks-each`.
//!
//! **Batches** ([`Windows`]). Where values wait for each other, messages no longer count by the broadcast but by the window: a
//! star of *n* nodes whose hub sends every *W* needs (n−1)/W messages a second down, however many values there are. Windows are arguments of
//! the binary, `--batch-window 200ms`; a value takes at most all the windows on its way longer. Acknowledgements to clients
//! never wait, and a read shows at once what is held. What a node holds and has not sent is lost if it is killed.
//! A star can be `aligned`: its leaves send just before its hub does, so that a value waits for one window and not for two.
//!
//! | star, `acks-piggyback`, 25 nodes, challenge 3e's load | servers' messages per operation | stable median, max | true max |
//! |---|---|---|---|
//! | `--batch-window-down 400ms` | 1.09 | 334, 501 ms | 701 ms |
//! | aligned, `--batch-window-down 400ms` | 1.04 | 275, 522 ms | 632 ms |
//! | `--batch-window-up 600ms --batch-window-down 1s` | 0.50 | 968, 1697 ms | 1820 ms |
//! | aligned, `--batch-window-down 1650ms` | 0.36 | 904, 1767 ms | 1878 ms |
//!
//! (Means of 20 seeds under the simulated engine; `experiments/efficient-2.yaml` has the last row.)
//!
//! A value that reaches a node a second time is acknowledged and goes no further, so this is all there is, in whatever order
//! messages arrive.
//!
//! In the order a message meets them: [`Broadcaster`] knows whether there was an `init` and which role it gave; [`Node`]
//! takes values in and passes them on; [`role`] has what one role alone may do; [`link`] repeats, and [`RoundTrip`] says
//! when; [`topology`] has the edges; [`Config`] names what an experiment compares; [`Wire`] puts lines of JSON around it.
//!
//! Absent: a clock, threads, input, output and randomness, all of which a driver has ([`protocol::Machine`]); `main.rs` is
//! the one for standard streams. A store: a node that is killed forgets. An election: see [`Master`].

pub use acks::Acks;
pub use arguments::ArgumentError;
pub use broadcaster::Broadcaster;
pub use config::{Config, ConfigError, Master};
pub use link::Link;
pub use node::Node;
pub use peer::Peer;
pub use round_trip::RoundTrip;
pub use sender::Sender;
pub use windows::Windows;
pub use wire::Wire;

mod acks;
mod arguments;
mod broadcaster;
mod config;
mod few;
mod jitter;
pub mod link;
mod nearest;
mod node;
pub mod peer;
pub mod receipts;
mod recovery;
pub mod role;
mod round_trip;
mod sender;
pub mod topology;
mod watch;
mod windows;
mod wire;
