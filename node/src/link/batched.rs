//! A link that sends what has gathered within a window as one message, and is told of many messages at once.
//!
//! Nothing is sent twice under one number. A repeat is a new message, and takes with it everything that is overdue or waits:
//! so a probe that gets through brings the whole backlog, and after a partition a link is empty after one message.
//! What it replaces stays on the list as an empty *ghost*, since a late acknowledgement of it still tells that the other end
//! lives.
//!
//! As every number is sent once, an acknowledgement is never ambiguous, and Karn's rule is kept by itself. As on a
//! [`Single`](super::Single), an answer that ends a suspicion without measuring doubles the timeout, and what was in flight when the
//! suspicion arose measures nothing.
//!
//! Each message also names the oldest that its sender still waits for. Whatever is below that, the receiver need not miss: either
//! end may have been started again, and what was replaced never comes.
//!
//! Absent: what the receiver remembers, which is in [`crate::receipts`].

use std::collections::VecDeque;

use protocol::{Duration, MessageId, Outbox, Time, Value};

use super::gathering::Gathering;
use super::{Carries, Direction, Ends};
use crate::peer::Batch;
use crate::receipts::{Receipt, Receipts};
use crate::{Acks, Config, Peer, RoundTrip, jitter};

/// The sending end of a link whose values go many at a time.
#[derive(Clone, Debug)]
pub struct Batched {
    ends: Ends,
    carries: Carries,
    acks: Acks,
    gathering: Gathering,
    /// How long the other end may hold an acknowledgement back.
    held_back: Duration,
    round_trip: RoundTrip,
    /// How many probes were sent since the last acknowledgement. Zero: the link is trusted.
    probes: u8,
    /// What waits to be sent.
    waiting: Vec<Value>,
    /// When it is to be sent, if the link is trusted.
    closes: Time,
    /// When something has to be sent next. Kept, because it is asked for far more often than it changes.
    due: Time,
    next_id: MessageId,
    /// What was sent and is not acknowledged, oldest first.
    flights: VecDeque<Flight>,
}

#[derive(Clone, Debug)]
struct Flight {
    id: MessageId,
    sent: Time,
    /// Nothing: a younger message has all that it had.
    messages: Vec<Value>,
    /// In flight when the link came to be suspected.
    is_doubtful: bool,
}

impl Batched {
    pub(super) fn new(ends: Ends, carries: Carries, direction: Direction, config: Config, first: MessageId) -> Self {
        Self {
            ends,
            carries,
            acks: config.acks,
            gathering: Gathering::new(config, direction),
            held_back: config.held_back(),
            round_trip: RoundTrip::ASSUMED,
            probes: 0,
            waiting: Vec::new(),
            closes: Time::MAX,
            due: Time::MAX,
            next_id: first,
            flights: VecDeque::new(),
        }
    }

    pub(super) fn renumber(&mut self, first: MessageId) {
        if self.flights.is_empty() {
            self.next_id = self.next_id.max(first);
        }
    }

    pub(super) fn carries(&self, message: Value) -> bool {
        self.waiting.contains(&message) || self.flights.iter().any(|flight| flight.messages.contains(&message))
    }

    pub(super) fn push(&mut self, now: Time, message: Value) {
        if self.waiting.is_empty() {
            self.closes = self.gathering.closes(now, &self.round_trip);
            self.due = self.next_due();
        }
        self.waiting.push(message);
    }

    /// What waits has waited for long enough.
    pub(super) fn hurry(&mut self, now: Time) {
        if !self.waiting.is_empty() {
            self.closes = self.closes.min(self.gathering.at_once(now));
            self.due = self.next_due();
        }
    }

    pub(super) fn acknowledge(&mut self, now: Time, id: MessageId) {
        self.arrived(now, |flight| flight.id == id, Some((id, Duration::ZERO)));
    }

    pub(super) fn received(&mut self, now: Time, receipt: &Receipt) {
        let latest = receipt.latest.map(|latest| (latest.msg_id, Duration::from_micros(latest.held_us)));
        self.arrived(now, |flight| receipt.covers(flight.id), latest);
    }

    /// The other end has sent a message, and no probe.
    pub(super) fn hear(&mut self, now: Time) {
        self.gathering.hear(now);
    }

    /// Those have arrived; the latest of them so long before its acknowledgement was sent.
    fn arrived(&mut self, now: Time, has_arrived: impl Fn(&Flight) -> bool, latest: Option<(MessageId, Duration)>) {
        let Some(newest) = self.flights.iter().rposition(&has_arrived) else { return };
        let measured = latest.is_some_and(|(id, held)| self.measure(now, id, held));
        if !measured && self.is_suspected() {
            self.round_trip.doubt();
        }
        // The newest of them has whatever older ghosts had, unless it is one itself.
        let below = if self.flights[newest].messages.is_empty() { 0 } else { self.flights[newest].id };
        self.flights.retain(|flight| !has_arrived(flight) && (flight.id > below || !flight.messages.is_empty()));
        if self.is_suspected() {
            self.probes = 0;
            // Not the doubled timeout: a doubt about this link is no reason to keep a healed one waiting.
            self.take_back(now, self.round_trip.timeout() + self.held_back);
            if !self.waiting.is_empty() {
                self.closes = self.gathering.at_once(now);
            }
        }
        self.due = self.next_due();
    }

    /// Learns from the acknowledgement of a message how long a round trip takes, if it tells.
    fn measure(&mut self, now: Time, id: MessageId, held: Duration) -> bool {
        let Some(flight) = self.flights.iter().find(|flight| flight.id == id) else { return false };
        let measured = now.since(flight.sent).saturating_sub(held);
        // Without what may be held back: an answer that is later is one from a node that slept, here or there.
        let timeout = self.round_trip.doubted_timeout();
        let tells = !flight.is_doubtful && !flight.messages.is_empty() && measured <= timeout + jitter::most(timeout);
        if tells {
            self.round_trip.measured(measured);
            self.gathering.measured(measured, self.round_trip.smoothed());
        }
        tells
    }

    /// What has been in flight for so long or longer waits again, before all that waits already.
    fn take_back(&mut self, now: Time, patience: Duration) {
        let mut overdue = Vec::new();
        for flight in self.flights.iter_mut().filter(|flight| now.since(flight.sent) >= patience) {
            overdue.append(&mut flight.messages);
        }
        overdue.append(&mut self.waiting);
        self.waiting = overdue;
    }

    pub(super) fn on_wake(&mut self, now: Time, receipts: Option<&mut Receipts>, out: &mut Outbox<Peer>) {
        if now < self.due {
            return;
        }
        if self.is_overdue(now) {
            let patience = if self.is_suspected() { Duration::ZERO } else { self.timeout() };
            self.take_back(now, patience.min(self.oldest_age(now)));
            self.probes = self.probes.saturating_add(1);
            // A second suspicion before anything was measured is no accident any more: what is in flight then measures.
            if self.probes == 1 && !self.round_trip.is_doubted() {
                self.flights.iter_mut().for_each(|flight| flight.is_doubtful = true);
            }
            self.send(now, receipts, out);
        } else if !self.is_suspected() && self.closes <= now {
            self.send(now, receipts, out);
        }
        self.due = self.next_due();
    }

    /// Sends all that waits.
    fn send(&mut self, now: Time, receipts: Option<&mut Receipts>, out: &mut Outbox<Peer>) {
        let messages = std::mem::take(&mut self.waiting);
        self.closes = Time::MAX;
        let msg_id = self.next_id;
        self.next_id += 1;
        let in_flight = if self.acks == Acks::None { Vec::new() } else { messages.clone() };
        if self.acks != Acks::None {
            self.flights.push_back(Flight { id: msg_id, sent: now, messages: in_flight, is_doubtful: false });
        }
        let oldest = self.flights.iter().find(|flight| !flight.messages.is_empty()).map_or(msg_id, |flight| flight.id);
        let batch = Batch {
            messages,
            msg_id,
            oldest,
            is_relay: self.carries == Carries::Relay,
            is_probe: self.is_suspected(),
            received: receipts.and_then(|receipts| receipts.ride(now, self.ends.target)),
        };
        out.tell(self.ends.target, Peer::Batch(Box::new(batch)));
    }

    pub(super) const fn due(&self) -> Time {
        self.due
    }

    fn next_due(&self) -> Time {
        let closes = if self.is_suspected() { Time::MAX } else { self.closes };
        closes.min(self.times_out())
    }

    /// When something has been in flight for too long.
    fn times_out(&self) -> Time {
        if self.is_suspected() {
            // The last thing sent was a probe.
            let wait = self.round_trip.probe_interval();
            return self.flights.back().map_or(Time::MAX, |probe| probe.sent + self.with_jitter(wait));
        }
        let Some(flight) = self.flights.iter().find(|flight| !flight.messages.is_empty()) else { return Time::MAX };
        // The doubt is about what was sent since it arose.
        let wait = if flight.is_doubtful { self.round_trip.timeout() + self.held_back } else { self.timeout() };
        flight.sent + self.with_jitter(wait)
    }

    fn is_overdue(&self, now: Time) -> bool {
        !self.flights.is_empty() && self.times_out() <= now
    }

    fn oldest_age(&self, now: Time) -> Duration {
        let oldest = self.flights.iter().find(|flight| !flight.messages.is_empty());
        oldest.map_or(Duration::ZERO, |flight| now.since(flight.sent))
    }

    pub(super) const fn is_suspected(&self) -> bool {
        self.probes > 0
    }

    pub(super) const fn next_id(&self) -> MessageId {
        self.next_id
    }

    fn timeout(&self) -> Duration {
        self.round_trip.doubted_timeout() + self.held_back
    }

    fn with_jitter(&self, wait: Duration) -> Duration {
        wait + jitter::of(wait, self.ends, self.probes)
    }
}

#[cfg(test)]
#[path = "batched_tests.rs"]
mod tests;
