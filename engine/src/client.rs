//! Clients: one outstanding request each, and five seconds of patience (semantics, sections 5.2, 5.4, 5.5; Maelstrom's
//! `client`).
//!
//! A client looks into its queue only while it waits for a reply. What lies there earlier stays there, sent and never
//! received, until its next request.

use std::collections::VecDeque;

use protocol::{Duration, MessageId, Reply, Request, Time};

use crate::payload::{Payload, ReplyKind};

/// Every client of a test, by number. `P` is what messages say.
#[derive(Debug)]
pub(crate) struct Clients<P> {
    all: Vec<Client<P>>,
    /// Deadlines of requests, in the order in which they were asked. Of those that wait for an answer, earliest first: all requests
    /// of one phase have the same patience, and a phase begins when all of the one before are answered.
    deadlines: VecDeque<(Time, u32, MessageId)>,
    /// Replies nobody waited for, by client: late ones, and second answers to one request.
    unclaimed: u64,
}

#[derive(Debug)]
struct Client<P> {
    is_open: bool,
    /// The number of its last request.
    last_id: MessageId,
    /// What that one asked for, while it is unanswered.
    waiting: Option<ReplyKind>,
    /// What came while it did not wait, with the network's number of each message.
    queue: VecDeque<(u64, P)>,
}

/// How a request ended.
#[derive(Debug)]
pub(crate) enum Completion {
    /// With a reply that no client understands; what is wrong with it.
    Malformed(String),
    /// With what was asked for, or an `error`.
    Reply(Reply),
    /// Without a reply in time.
    Timeout,
}

impl<P: Payload> Clients<P> {
    pub(crate) const fn new() -> Self {
        Self { all: Vec::new(), deadlines: VecDeque::new(), unclaimed: 0 }
    }

    /// Opens a client. Numbers count up over the whole test and are never used again.
    pub(crate) fn open(&mut self) -> u32 {
        self.all.push(Client { is_open: true, last_id: 0, waiting: None, queue: VecDeque::new() });
        u32::try_from(self.all.len() - 1).expect("fewer than 2^32 clients")
    }

    /// Closes a client, with what lies in its queue; what is still sent to it is dropped.
    pub(crate) fn close(&mut self, client: u32) {
        let client = &mut self.all[client as usize];
        client.is_open = false;
        client.queue = VecDeque::new();
    }

    /// Whether a client was not closed.
    pub(crate) fn is_open(&self, client: u32) -> bool {
        self.all[client as usize].is_open
    }

    /// Whether the client waits for a reply. Then nothing lies in its queue, as soon as it has looked through it.
    pub(crate) fn is_waiting(&self, client: u32) -> bool {
        self.all[client as usize].waiting.is_some()
    }

    /// Whether a client of that number was ever opened.
    pub(crate) fn exists(&self, client: u32) -> bool {
        (client as usize) < self.all.len()
    }

    /// Notes that the client asks; the request's number is returned, and its queue is ready to be looked through.
    pub(crate) fn ask(&mut self, now: Time, client: u32, request: &Request, patience: Duration) -> MessageId {
        let asking = &mut self.all[client as usize];
        asking.last_id += 1;
        asking.waiting = Some(ReplyKind::to(request));
        self.deadlines.push_back((now + patience, client, asking.last_id));
        asking.last_id
    }

    /// Takes a message out of the client's queue, if the client waits for a reply and there is one.
    pub(crate) fn take_queued(&mut self, client: u32) -> Option<(u64, P)> {
        let client = &mut self.all[client as usize];
        client.waiting.and_then(|_| client.queue.pop_front())
    }

    /// Puts a message into the client's queue.
    pub(crate) fn queue(&mut self, client: u32, id: u64, body: P) {
        self.all[client as usize].queue.push_back((id, body));
    }

    /// A message came for a client that is closed.
    pub(crate) const fn dismiss(&mut self) {
        self.unclaimed += 1;
    }

    /// A message that the waiting client received: the end of its request, if this is the reply.
    pub(crate) fn receive(&mut self, client: u32, body: &mut P) -> Option<Completion> {
        let receiver = &mut self.all[client as usize];
        let Some(expected) = receiver.waiting.filter(|_| body.in_reply_to() == Some(receiver.last_id)) else {
            self.unclaimed += 1;
            return None;
        };
        receiver.waiting = None;
        Some(body.take_reply(expected).map_or_else(Completion::Malformed, Completion::Reply))
    }

    /// When the next request runs out of patience, if that is before `until`; else `until`.
    pub(crate) fn next_timeout(&mut self, until: Time) -> Time {
        while let Some(&(deadline, client, id)) = self.deadlines.front() {
            let asked = &self.all[client as usize];
            if asked.waiting.is_some() && asked.last_id == id {
                return deadline.min(until);
            }
            // Also where it lies ahead: an answered `init` has a later one than what is asked after it.
            self.deadlines.pop_front();
        }
        until
    }

    /// The next client whose request has run out of patience by `now`.
    pub(crate) fn time_out(&mut self, now: Time) -> Option<u32> {
        if self.next_timeout(now + Duration::from_nanos(1)) > now {
            return None;
        }
        let (_, client, _) = self.deadlines.pop_front()?;
        self.all[client as usize].waiting = None;
        Some(client)
    }

    /// How many replies came that nobody waited for.
    pub(crate) const fn unclaimed(&self) -> u64 {
        self.unclaimed
    }
}
