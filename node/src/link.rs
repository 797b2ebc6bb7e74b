//! One reliable link to another node: whatever is sent on it is repeated until it is acknowledged. (Where nothing ever is,
//! [`Acks::None`], it is sent once and forgotten.)
//!
//! A link is *trusted* until its oldest message has waited longer than the [`RoundTrip`] allows. Then it is *suspected*: it
//! is probed now and then, and new values wait. The first acknowledgement restores trust. So a cut link costs a message now
//! and then, however many values are due on it, and a healed one is empty one round trip after the probe that got through.
//!
//! - **Probes** come twice as far apart as the timeout, but at most [`Link::FARTHEST_PROBE`] apart (twice the round trip
//!   where that is longer). Maelstrom reads 10 s after it has healed the last partition: a link that finds out within
//!   about two seconds leaves time for every hop behind it.
//! - **Jitter**, up to an eighth of the wait, keeps links that were cut together from probing together.
//!
//! There are two kinds. A [`Single`] sends one message for each value and hears of each: what the tutorial's node does, and
//! nothing may be in its way; only what a cut has held up goes together. A [`Batched`] sends what has gathered within a window as one message, and can be answered for
//! many at once.
//!
//! Absent: any knowledge of what a value is for, and of other links.

use protocol::{Address, Duration, MessageId, Outbox, Time, Value};

#[cfg(doc)]
use crate::Acks;
#[cfg(doc)]
use crate::RoundTrip;
use crate::receipts::{Receipt, Receipts};
use crate::{Config, Peer};

pub use batched::Batched;
pub use single::Single;

mod batched;
mod gathering;
mod ring;
mod single;

/// The sending end of a link.
#[derive(Clone, Debug)]
pub enum Link {
    /// Many values in a message. Boxed, because the other kind is what has to be fast. With its ends, which lie where the other kind
    /// has them: so whoever looks for a link by its end need not ask of each which it is.
    Batched(Box<Batched>, Ends),
    /// A message for each value.
    Single(Single),
}

/// Who sends to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ends {
    /// The node that owns the link.
    pub source: Address,
    /// The node at its other end.
    pub target: Address,
}

/// What the values on a link are sent as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carries {
    /// Up to the master: [`Peer::Relay`].
    Relay,
    /// Along an edge of the topology: [`Peer::Spread`].
    Spread,
}

/// Where a link leads, as its [window](crate::Windows) sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Anywhere but towards the root.
    Down,
    /// Towards the root.
    Up,
}

impl Link {
    /// The longest wait between two probes, unless a round trip takes more than half of it.
    pub const FARTHEST_PROBE: Duration = Duration::from_secs(2);
    /// The most doublings of a timeout, and never beyond [`FARTHEST_PROBE`](Self::FARTHEST_PROBE) twice: enough for a
    /// round trip that grows to some seconds, while a link that partitions hit again and again still finds out before a test reads
    /// (`harness/tests/faults`).
    pub const MOST_DOUBT: u8 = 3;

    /// A link on which nothing was sent, of the kind that a configuration needs. Its messages are numbered from `first`.
    pub fn new(ends: Ends, carries: Carries, direction: Direction, config: Config, first: MessageId) -> Self {
        if config.is_batched() {
            Self::Batched(Box::new(Batched::new(ends, carries, direction, config, first)), ends)
        } else {
            Self::Single(Single::new(ends, carries, config.acks, first))
        }
    }

    /// The numbers of messages go on from here, if nothing was sent yet: after a loss of memory, numbers of before may still
    /// be acknowledged.
    pub fn renumber(&mut self, first: MessageId) {
        match self {
            Self::Batched(link, _) => link.renumber(first),
            Self::Single(link) => link.renumber(first),
        }
    }

    /// Whether a value is on its way, or waits for it.
    pub fn carries(&self, message: Value) -> bool {
        match self {
            Self::Batched(link, _) => link.carries(message),
            Self::Single(link) => link.carries(message),
        }
    }

    /// Sends a value: now, when its window closes, or as soon as the link is trusted again.
    #[inline]
    pub fn push(&mut self, now: Time, message: Value, out: &mut Outbox<Peer>) {
        match self {
            Self::Batched(link, _) => link.push(now, message),
            Self::Single(link) => link.push(now, message, out),
        }
    }

    /// The other end has the message of that number. Numbers that are unknown or were acknowledged before change nothing.
    #[inline]
    pub fn acknowledge(&mut self, now: Time, id: MessageId, out: &mut Outbox<Peer>) {
        match self {
            Self::Batched(link, _) => link.acknowledge(now, id),
            Self::Single(link) => link.acknowledge(now, id, out),
        }
    }

    /// The other end has all that a receipt says. Only a batched link hears of such.
    pub fn received(&mut self, now: Time, receipt: &Receipt) {
        if let Self::Batched(link, _) = self {
            link.received(now, receipt);
        }
    }

    /// The other end has sent a batch that is no probe, which may be the beat of a hub.
    pub fn hear(&mut self, now: Time) {
        if let Self::Batched(link, _) = self {
            link.hear(now);
        }
    }

    /// Sends what has been pushed as soon as may be, instead of when its window closes.
    pub fn hurry(&mut self, now: Time) {
        if let Self::Batched(link, _) = self {
            link.hurry(now);
        }
    }

    /// What is pushed until [`part`](Self::part) has come in one message, and goes out in one.
    pub fn gather(&mut self) {
        if let Self::Single(link) = self {
            link.gather();
        }
    }

    /// Sends what was pushed since [`gather`](Self::gather).
    pub fn part(&mut self, now: Time, out: &mut Outbox<Peer>) {
        if let Self::Single(link) = self {
            link.part(now, out);
        }
    }

    /// Sends whatever is due: repeats, and what has waited for its window to close. What is sent in the other direction is
    /// acknowledged along with it.
    #[inline]
    pub fn on_wake(&mut self, now: Time, receipts: Option<&mut Receipts>, out: &mut Outbox<Peer>) {
        match self {
            Self::Batched(link, _) => link.on_wake(now, receipts, out),
            Self::Single(link) => link.on_wake(now, out),
        }
    }

    /// When something has to be sent that has not been; [`Time::MAX`] if there is nothing.
    #[inline]
    pub fn due(&self) -> Time {
        match self {
            Self::Batched(link, _) => link.due(),
            Self::Single(link) => link.due(),
        }
    }

    /// Who sends to whom.
    #[inline]
    pub const fn ends(&self) -> Ends {
        match self {
            Self::Batched(_, ends) => *ends,
            Self::Single(link) => link.ends(),
        }
    }

    /// Whether the oldest message has been repeated and nothing was acknowledged since.
    pub const fn is_suspected(&self) -> bool {
        match self {
            Self::Batched(link, _) => link.is_suspected(),
            Self::Single(link) => link.is_suspected(),
        }
    }

    /// The number that the next message gets.
    pub fn next_id(&self) -> MessageId {
        match self {
            Self::Batched(link, _) => link.next_id(),
            Self::Single(link) => link.next_id(),
        }
    }
}
