//! A link that sends a message for each value, and hears of each message that it has arrived.
//!
//! A suspected link repeats its oldest message alone, as a probe. The first acknowledgement sends at once whatever waits or may be
//! lost. Where more than one value does, that is one message, a [`Peer::Batch`] of all that is not acknowledged; it has the number of the
//! youngest value in it, which was never sent before, and its acknowledgement stands for all up to that number. So a link that was cut
//! is empty after two round trips and four messages, however much was due on it. Whoever gets many values in a message passes them on in one
//! ([`Single::gather`]). Where no link is ever suspected, there is a message for each value and nothing else.
//!
//! - **Karn's rule**: an answer to a message that was sent twice measures nothing, since it may answer either copy. If
//!   a link grows slow at once, every message might thus be repeated and none measured. So an answer that ends a
//!   suspicion without measuring doubles the timeout (at most [`Link::MOST_DOUBT`] times), and a measurement undoes that.
//!
//! - **Nor does an answer to a message that was in flight when the link came to be suspected**: it measures how long the other
//!   end was cut off or stopped. One pause of some seconds would else make every later loss wait as long. Only when the link
//!   comes to be suspected again before anything was measured is it believed that answers take so long.
//!
//! Messages are numbered without gaps, so an acknowledgement finds its own by subtraction, usually at the front.

use protocol::{Duration, MessageId, Outbox, Time, Value};

use super::queue::Queue;
use super::{Carries, Ends, Link};
use crate::peer::Batch;
use crate::{Acks, Peer, RoundTrip, jitter};

/// The sending end of a link whose values go one by one.
#[derive(Clone, Debug)]
pub struct Single {
    ends: Ends,
    carries: Carries,
    acks: Acks,
    round_trip: RoundTrip,
    /// How often the oldest message was repeated since the last acknowledgement. Zero: the link is trusted.
    probes: u8,
    /// How often the timeout is doubled, for want of a measurement.
    doubt: u8,
    /// Whether values that are pushed wait for others of the same event.
    gathers: bool,
    /// The number of the oldest message in `unacknowledged`.
    oldest: MessageId,
    unacknowledged: Queue<Entry>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    message: Value,
    /// When it was last sent.
    sent: Time,
    progress: Progress,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    /// Arrived, but an older one may not have.
    Acknowledged,
    /// Sent once, together with all that was not acknowledged before it.
    Batch,
    /// Sent once, and still in flight when the link came to be suspected.
    Doubtful,
    /// Sent more than once.
    Repeated,
    /// Sent once.
    Sent,
    /// Not sent yet: the link is suspected, or there are more of the same event to come.
    Waiting,
}

impl Single {
    /// A link on which nothing was sent. Its messages are numbered from `first`.
    pub const fn new(ends: Ends, carries: Carries, acks: Acks, first: MessageId) -> Self {
        Self {
            ends,
            carries,
            acks,
            round_trip: RoundTrip::ASSUMED,
            probes: 0,
            doubt: 0,
            gathers: false,
            oldest: first,
            unacknowledged: Queue::new(),
        }
    }

    /// The numbers of messages go on from here, if nothing was sent yet: after a loss of memory, numbers of before may still
    /// be acknowledged.
    pub fn renumber(&mut self, first: MessageId) {
        if self.unacknowledged.is_empty() {
            self.oldest = self.oldest.max(first);
        }
    }

    /// Whether a value is on its way, or waits for it.
    pub fn carries(&self, message: Value) -> bool {
        self.unacknowledged.iter().any(|entry| entry.message == message)
    }

    /// Sends a value, now or as soon as the link is trusted again.
    pub fn push(&mut self, now: Time, message: Value, out: &mut Outbox<Peer>) {
        if self.is_suspected() || self.gathers {
            self.unacknowledged.push(Entry { message, sent: now, progress: Progress::Waiting });
            return;
        }
        out.tell(self.ends.target, self.carries.peer(message, self.next_id()));
        if self.acks == Acks::None {
            self.oldest += 1;
            return;
        }
        self.unacknowledged.push(Entry { message, sent: now, progress: Progress::Sent });
    }

    /// What is pushed from now on comes from another node's backlog, and goes on as one message.
    pub fn gather(&mut self) {
        self.gathers = self.acks.is_safe();
    }

    /// That was all of it.
    pub fn part(&mut self, now: Time, out: &mut Outbox<Peer>) {
        self.gathers = false;
        let waits = self.unacknowledged.iter().last().is_some_and(|entry| entry.progress == Progress::Waiting);
        if waits && !self.is_suspected() {
            self.release(now, out);
        }
    }

    /// The other end has the message of that number. Numbers that are unknown or were acknowledged before change nothing.
    pub fn acknowledge(&mut self, now: Time, id: MessageId, out: &mut Outbox<Peer>) {
        let place = id.checked_sub(self.oldest).and_then(|place| usize::try_from(place).ok());
        let Some(entry) = place.and_then(|place| self.unacknowledged.get_mut(place)) else { return };
        let progress = std::mem::replace(&mut entry.progress, Progress::Acknowledged);
        match progress {
            Progress::Acknowledged => return,
            Progress::Batch if self.probes > 0 => self.doubt = (self.doubt + 1).min(Link::MOST_DOUBT),
            Progress::Doubtful | Progress::Repeated => {
                self.doubt = (self.doubt + u8::from(self.probes > 0)).min(Link::MOST_DOUBT);
            }
            Progress::Batch | Progress::Sent => {
                let measured = now.since(entry.sent);
                // Had this node been awake, it would have suspected the link by then: what was measured is its own sleep.
                // No timeout is shorter than that one, so hardly any is computed.
                if measured <= RoundTrip::SHORTEST_TIMEOUT || measured <= self.timeout() + jitter::most(self.timeout())
                {
                    self.round_trip.measured(measured);
                    self.doubt = 0;
                }
            }
            Progress::Waiting => {
                // Nobody can have a message that was never sent.
                entry.progress = Progress::Waiting;
                return;
            }
        }
        if progress == Progress::Batch {
            let place = place.unwrap_or_default();
            self.unacknowledged.iter_mut().take(place).for_each(|older| older.progress = Progress::Acknowledged);
        }
        while self.unacknowledged.first().is_some_and(|entry| entry.progress == Progress::Acknowledged) {
            self.unacknowledged.pop();
            self.oldest += 1;
        }
        if self.is_suspected() {
            self.probes = 0;
            self.release(now, out);
        }
    }

    /// Repeats the oldest message if it has waited too long.
    pub fn on_wake(&mut self, now: Time, out: &mut Outbox<Peer>) {
        if self.due() > now {
            return;
        }
        let Some(entry) = self.unacknowledged.first_mut() else { return };
        entry.sent = now;
        entry.progress = Progress::Repeated;
        out.tell(self.ends.target, self.carries.peer(entry.message, self.oldest));
        self.probes = self.probes.saturating_add(1);
        // A second suspicion before anything was measured is no accident any more: what is in flight then measures.
        if self.probes == 1 && self.doubt == 0 {
            let in_flight = self.unacknowledged.iter_mut().filter(|entry| entry.progress == Progress::Sent);
            in_flight.for_each(|entry| entry.progress = Progress::Doubtful);
        }
    }

    /// When the oldest message has waited too long; [`Time::MAX`] if there is none.
    pub fn due(&self) -> Time {
        // The front is never acknowledged, since that removes it, and never waits: what waits is behind a probe.
        let Some(entry) = self.unacknowledged.first() else { return Time::MAX };
        let wait = match entry.progress {
            _ if self.is_suspected() => self.probe_interval(),
            // The doubt is about what was sent since it arose.
            Progress::Doubtful => self.round_trip.timeout(),
            _ => self.timeout(),
        };
        entry.sent + wait + jitter::of(wait, self.ends, self.probes)
    }

    /// Who sends to whom.
    pub const fn ends(&self) -> Ends {
        self.ends
    }

    /// Whether the oldest message has been repeated and nothing was acknowledged since.
    pub const fn is_suspected(&self) -> bool {
        self.probes > 0
    }

    /// The number that the next message gets.
    pub fn next_id(&self) -> MessageId {
        self.oldest + self.unacknowledged.len() as u64
    }

    /// Sends what waited, and again what was sent so long ago that it is probably lost. What may still be answered in time
    /// is left in flight, if there is no other reason to send it again.
    #[inline(never)]
    fn release(&mut self, now: Time, out: &mut Outbox<Peer>) {
        // Not the doubled timeout: a doubt about this link is no reason to keep a healed one waiting.
        let timeout = self.round_trip.timeout();
        let is_due = |entry: &Entry| match entry.progress {
            Progress::Acknowledged => false,
            Progress::Waiting => true,
            _ => now.since(entry.sent) >= timeout,
        };
        let has_waited = self.unacknowledged.iter().any(|entry| entry.progress == Progress::Waiting);
        if has_waited && self.unacknowledged.iter().filter(|entry| is_due(entry)).count() > 1 {
            return self.release_together(now, out);
        }
        for (id, entry) in (self.oldest..).zip(self.unacknowledged.iter_mut()) {
            if !is_due(entry) {
                continue;
            }
            let is_first = entry.progress == Progress::Waiting;
            let progress = if is_first { Progress::Sent } else { Progress::Repeated };
            *entry = Entry { sent: now, progress, ..*entry };
            out.tell(self.ends.target, self.carries.peer(entry.message, id));
        }
    }

    /// Sends all that is not acknowledged as one message, of the number of the youngest. That one waits: so nothing was ever sent under its
    /// number, and whoever acknowledges it has all of them.
    fn release_together(&mut self, now: Time, out: &mut Outbox<Peer>) {
        let mut messages = Vec::new();
        for entry in self.unacknowledged.iter_mut().filter(|entry| entry.progress != Progress::Acknowledged) {
            *entry = Entry { sent: now, progress: Progress::Repeated, ..*entry };
            messages.push(entry.message);
        }
        let last = self.unacknowledged.len() - 1;
        if let Some(youngest) = self.unacknowledged.get_mut(last) {
            youngest.progress = Progress::Batch;
        }
        let msg_id = self.oldest + last as MessageId;
        let is_relay = self.carries == Carries::Relay;
        let batch = Batch { messages, msg_id, oldest: self.oldest, is_relay, is_probe: false, received: None };
        out.tell(self.ends.target, Peer::Batch(Box::new(batch)));
    }

    fn timeout(&self) -> Duration {
        super::timeout(&self.round_trip, self.doubt)
    }

    fn probe_interval(&self) -> Duration {
        super::probe_interval(&self.round_trip, self.doubt)
    }
}

impl Carries {
    const fn peer(self, message: Value, msg_id: MessageId) -> Peer {
        match self {
            Self::Relay => Peer::Relay { message, msg_id },
            Self::Spread => Peer::Spread { message, msg_id },
        }
    }
}

#[cfg(test)]
#[path = "single_tests.rs"]
mod tests;
