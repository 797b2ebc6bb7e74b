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
//! Messages are numbered without gaps, so an acknowledgement finds its own where its number says, and that is mostly the oldest.

use std::ops::Range;

use protocol::{Duration, MessageId, Outbox, Time, Value};

use super::ring::{Places, Ring};
use super::{Carries, Ends};
#[cfg(doc)]
use crate::Link;
use crate::peer::Batch;
use crate::{Acks, Peer, RoundTrip, jitter};

/// The sending end of a link whose values go one by one. In this order for [`Link`]'s sake.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Single {
    /// The number of the oldest message that is kept.
    oldest: MessageId,
    ends: Ends,
    /// Messages from the oldest that is not acknowledged on, by number.
    entries: Ring<Entry>,
    /// How many of them are kept.
    kept: u32,
    carries: Carries,
    manner: Manner,
    /// How often the oldest message was repeated since the last acknowledgement. Zero: the link is trusted.
    probes: u8,
    round_trip: RoundTrip,
}

/// What a trusted link does with a value that is pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// Sends it and forgets it: nobody acknowledges anything.
    Forgets,
    /// Lets it wait for others of the same event.
    Gathers,
    /// Sends it and keeps it until it is acknowledged.
    Keeps,
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
            manner: if acks.is_safe() { Manner::Keeps } else { Manner::Forgets },
            probes: 0,
            kept: 0,
            oldest: first,
            entries: Ring::new(Entry { message: 0, sent: Time::ZERO, progress: Progress::Acknowledged }),
            round_trip: RoundTrip::ASSUMED,
        }
    }

    /// The numbers of messages go on from here, if nothing was sent yet: after a loss of memory, numbers of before may still
    /// be acknowledged.
    pub fn renumber(&mut self, first: MessageId) {
        if self.kept == 0 {
            self.oldest = self.oldest.max(first);
        }
    }

    /// Whether a value is on its way, or waits for it.
    pub fn carries(&self, message: Value) -> bool {
        self.kept().any(|id| self.entries.at(id).message == message)
    }

    /// Sends a value, now or as soon as the link is trusted again.
    #[inline]
    pub fn push(&mut self, now: Time, message: Value, out: &mut Outbox<Peer>) {
        let id = self.next_id();
        let mut entries = self.entries.places();
        if self.probes > 0 || self.manner != Manner::Keeps || entries.number() == self.kept as usize {
            return self.push_apart(now, message, out);
        }
        *entries.at(id) = Entry { message, sent: now, progress: Progress::Sent };
        self.kept += 1;
        let carries = self.carries;
        out.tell_made(self.ends.target, || carries.peer(message, id));
    }

    /// The same where there is more to it than to send the value and to keep it in a place that is there.
    #[cold]
    fn push_apart(&mut self, now: Time, message: Value, out: &mut Outbox<Peer>) {
        if !self.is_suspected() && self.manner == Manner::Forgets {
            out.tell(self.ends.target, self.carries.peer(message, self.oldest));
            self.oldest += 1;
            return;
        }
        let id = self.next_id();
        if self.entries.places().number() == self.kept as usize {
            self.entries.grow(self.kept());
        }
        if self.is_suspected() || self.manner == Manner::Gathers {
            *self.entries.at_mut(id) = Entry { message, sent: now, progress: Progress::Waiting };
            self.kept += 1;
        } else {
            self.push(now, message, out);
        }
    }

    /// What is pushed from now on comes from another node's backlog, and goes on as one message.
    pub fn gather(&mut self) {
        if self.manner == Manner::Keeps {
            self.manner = Manner::Gathers;
        }
    }

    /// That was all of it.
    pub fn part(&mut self, now: Time, out: &mut Outbox<Peer>) {
        if self.manner == Manner::Gathers {
            self.manner = Manner::Keeps;
        }
        let waits = self.kept().last().is_some_and(|youngest| self.entries.at(youngest).progress == Progress::Waiting);
        if waits && !self.is_suspected() {
            self.release(now, out);
        }
    }

    /// The other end has the message of that number. Numbers that are unknown or were acknowledged before change nothing.
    #[inline]
    pub fn acknowledge(&mut self, now: Time, id: MessageId, out: &mut Outbox<Peer>) {
        if id.wrapping_sub(self.oldest) >= u64::from(self.kept) {
            return;
        }
        let mut entries = self.entries.places();
        let entry = entries.at(id);
        if self.probes > 0 || entry.progress != Progress::Sent {
            return self.acknowledge_late(now, id, out);
        }
        entry.progress = Progress::Acknowledged;
        let sent = entry.sent;
        if id == self.oldest {
            (self.oldest, self.kept) = first_missing(entries, id + 1, self.kept - 1);
        }
        self.measure(now.since(sent));
    }

    /// The same where the link has been suspected since the message was sent, or was so before.
    #[cold]
    fn acknowledge_late(&mut self, now: Time, id: MessageId, out: &mut Outbox<Peer>) {
        let is_suspected = self.is_suspected();
        let Entry { sent, progress, .. } = *self.entries.at(id);
        match progress {
            // Nobody can have a message that was never sent.
            Progress::Acknowledged | Progress::Waiting => return,
            Progress::Sent => self.measure(now.since(sent)),
            Progress::Batch if !is_suspected => self.measure(now.since(sent)),
            Progress::Batch | Progress::Doubtful | Progress::Repeated if is_suspected => self.round_trip.doubt(),
            Progress::Batch | Progress::Doubtful | Progress::Repeated => {}
        }
        let first = if progress == Progress::Batch { self.oldest } else { id };
        for acknowledged in first..=id {
            self.entries.at_mut(acknowledged).progress = Progress::Acknowledged;
        }
        (self.oldest, self.kept) = first_missing(self.entries.places(), self.oldest, self.kept);
        if is_suspected {
            self.probes = 0;
            self.release(now, out);
        }
    }

    #[inline]
    fn measure(&mut self, measured: Duration) {
        // No timeout is shorter than that one, so hardly any is computed.
        if measured <= RoundTrip::SHORTEST_TIMEOUT {
            self.round_trip.measured(measured);
        } else {
            self.measure_long(measured);
        }
    }

    #[cold]
    fn measure_long(&mut self, measured: Duration) {
        let timeout = self.round_trip.doubted_timeout();
        // Had this node been awake, it would have suspected the link by then: what was measured is its own sleep.
        if measured <= timeout + jitter::most(timeout) {
            self.round_trip.measured(measured);
        }
    }

    /// Repeats the oldest message if it has waited too long.
    pub fn on_wake(&mut self, now: Time, out: &mut Outbox<Peer>) {
        // Nothing kept is never due.
        if self.due() > now || self.kept == 0 {
            return;
        }
        let entry = self.entries.at_mut(self.oldest);
        entry.sent = now;
        entry.progress = Progress::Repeated;
        out.tell(self.ends.target, self.carries.peer(entry.message, self.oldest));
        self.probes = self.probes.saturating_add(1);
        // A second suspicion before anything was measured is no accident any more: what is in flight then measures.
        if self.probes == 1 && !self.round_trip.is_doubted() {
            for id in self.kept() {
                let entry = self.entries.at_mut(id);
                if entry.progress == Progress::Sent {
                    entry.progress = Progress::Doubtful;
                }
            }
        }
    }

    /// When the oldest message has waited too long; [`Time::MAX`] if there is none.
    pub fn due(&self) -> Time {
        if self.kept == 0 {
            return Time::MAX;
        }
        // The oldest is never acknowledged, since nothing is kept before what is not, and never waits: what waits is behind a probe.
        let oldest = self.entries.at(self.oldest);
        let wait = match oldest.progress {
            _ if self.is_suspected() => self.round_trip.probe_interval(),
            // The doubt is about what was sent since it arose.
            Progress::Doubtful => self.round_trip.timeout(),
            _ => self.round_trip.doubted_timeout(),
        };
        oldest.sent + wait + jitter::of(wait, self.ends, self.probes)
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
        self.oldest + u64::from(self.kept)
    }

    /// The numbers of the messages that are kept.
    fn kept(&self) -> Range<MessageId> {
        self.oldest..self.next_id()
    }

    /// Sends what waited, and again what was sent so long ago that it is probably lost. What may still be answered in time
    /// is left in flight, if there is no other reason to send it again.
    #[cold]
    fn release(&mut self, now: Time, out: &mut Outbox<Peer>) {
        // Not the doubled timeout: a doubt about this link is no reason to keep a healed one waiting.
        let timeout = self.round_trip.timeout();
        let is_due = |entry: &Entry| match entry.progress {
            Progress::Acknowledged => false,
            Progress::Waiting => true,
            _ => now.since(entry.sent) >= timeout,
        };
        let has_waited = self.kept().any(|id| self.entries.at(id).progress == Progress::Waiting);
        if has_waited && self.kept().filter(|&id| is_due(self.entries.at(id))).count() > 1 {
            return self.release_together(now, out);
        }
        for id in self.kept() {
            let entry = self.entries.at_mut(id);
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
        for id in self.kept() {
            let entry = self.entries.at_mut(id);
            if entry.progress != Progress::Acknowledged {
                *entry = Entry { sent: now, progress: Progress::Repeated, ..*entry };
                messages.push(entry.message);
            }
        }
        let msg_id = self.next_id() - 1;
        self.entries.at_mut(msg_id).progress = Progress::Batch;
        let is_relay = self.carries == Carries::Relay;
        let batch = Batch { messages, msg_id, oldest: self.oldest, is_relay, is_probe: false, received: None };
        out.tell(self.ends.target, Peer::Batch(Box::new(batch)));
    }
}

/// From the number of a message on, and of so many: the number of the first that is not acknowledged, and how many are left.
#[inline]
fn first_missing(mut entries: Places<'_, Entry>, mut first: MessageId, mut left: u32) -> (MessageId, u32) {
    while left > 0 && entries.at(first).progress == Progress::Acknowledged {
        first += 1;
        left -= 1;
    }
    (first, left)
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
