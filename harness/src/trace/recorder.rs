//! Watches a run and keeps what concerns one value: every message that carries it, and every answer to one of those.
//!
//! What a message is called and which number it answers are read off its wire form, so that words which the node learns
//! later are understood here too.

use std::collections::{BTreeMap, BTreeSet};

use engine::{Ends, Fate, Loss, Payload as _, Witness};
use node::Peer;
use node::receipts::Receipt;
use protocol::{Address, Body, MessageId, Reply, Request, Time, Value};

use super::life::{End, Message, Role, Sight};

/// Keeps the life of one value.
#[derive(Debug)]
pub(crate) struct Recorder {
    value: Value,
    /// When the history's time began.
    pub(super) origin: Time,
    /// In the order of sending; both copies of a doubled message stand side by side.
    pub(super) messages: Vec<Message>,
    /// For each node that holds the value: how many hops it took there.
    holds: BTreeMap<Address, u32>,
    /// Nodes that held the value and died.
    bereft: BTreeSet<Address>,
    /// The kept messages that may be answered: the last of each sender, receiver and number.
    answerable: BTreeMap<(Address, Address, MessageId), usize>,
    /// Kept messages for which no receipt has come back, by sender and receiver. A receipt tells all that has ever arrived;
    /// the first to come back is the one that matters.
    unreceipted: BTreeMap<(Address, Address), Vec<MessageId>>,
    /// Which of those a receipt under way tells their sender of, by the network's number of its message: where they arrived,
    /// and their numbers.
    receipts: BTreeMap<u64, Vec<(Address, MessageId)>>,
}

/// What a body says of itself.
struct Words {
    kind: String,
    /// The number to answer, where it asks for an answer.
    number: Option<MessageId>,
    /// The numbers that it answers.
    answers: Vec<MessageId>,
}

impl Recorder {
    /// Keeps the life of that value.
    pub(crate) const fn of(value: Value) -> Self {
        Self {
            value,
            origin: Time::ZERO,
            messages: Vec::new(),
            holds: BTreeMap::new(),
            bereft: BTreeSet::new(),
            answerable: BTreeMap::new(),
            unreceipted: BTreeMap::new(),
            receipts: BTreeMap::new(),
        }
    }

    /// The first copy of a message that is still under way.
    fn open(&mut self, id: u64) -> Option<&mut Message> {
        let first = self.messages.partition_point(|message| message.id < id);
        self.messages[first..].iter_mut().take_while(|message| message.id == id).find(|one| one.end == End::UnderWay)
    }

    /// Keeps what a body tells of messages with the value that have arrived, until it arrives itself. Whether it tells anything that
    /// nobody has told before.
    fn take_receipt(&mut self, id: u64, Ends { src, dest }: Ends, body: &Body<Peer>) -> bool {
        let receipt = match body {
            Body::Peer(Peer::Received(receipt)) => Some(&**receipt),
            Body::Peer(Peer::Batch(batch)) => batch.received.as_ref(),
            _ => None,
        };
        let Some(receipt) = receipt else { return false };
        let covered = |from: Address, by: Address, receipt: &Receipt| {
            let waiting = self.unreceipted.get(&(from, by)).into_iter().flatten();
            waiting.filter(|&&number| receipt.covers(number)).map(|&number| (by, number)).collect::<Vec<_>>()
        };
        let mut told = covered(dest, src, receipt);
        for one in &receipt.forwarded {
            told.extend(covered(dest, Address::node(one.node), &one.receipt()));
        }
        // One that is to be forwarded belongs to the value's life as well, but its sender does not know yet.
        let is_forward =
            receipt.forward.iter().any(|one| !covered(Address::node(one.node), src, &one.receipt()).is_empty());
        let is_news = is_forward || !told.is_empty();
        if !told.is_empty() {
            self.receipts.insert(id, told);
        }
        is_news
    }

    /// Whether a body carries the value. A message may carry many.
    fn carries(&self, body: &Body<Peer>) -> bool {
        let mut is_in = false;
        body.carried_values(|value| is_in |= value == self.value);
        is_in
    }
}

impl Witness<Body<Peer>> for Recorder {
    fn began(&mut self, now: Time) {
        self.origin = now;
    }

    fn befell(&mut self, _now: Time, node: u32, fate: Fate) {
        let node = Address::node(node);
        if fate == Fate::Crash && self.holds.remove(&node).is_some() {
            self.bereft.insert(node);
        }
    }

    fn sent(&mut self, now: Time, id: u64, ends: Ends, body: &Body<Peer>) {
        let Ends { src, dest } = ends;
        let carries = self.carries(body);
        if !carries && self.answerable.is_empty() {
            return;
        }
        let Words { kind, number, answers } = words(body);
        let is_receipt = self.take_receipt(id, ends, body);
        let role = if carries {
            // A client has it from nobody.
            let hop = if src.is_client() { Some(0) } else { self.holds.get(&src).map(|hops| hops + 1) };
            Role::Carrier { hop }
        } else if is_receipt || answers.iter().any(|&to| self.answerable.contains_key(&(dest, src, to))) {
            Role::Answer
        } else {
            return;
        };
        if let (Role::Carrier { .. }, Some(number)) = (role, number) {
            self.answerable.insert((src, dest, number), self.messages.len());
            self.unreceipted.entry((src, dest)).or_default().push(number);
        }
        self.messages.push(Message { id, sent: now, src, dest, kind, role, end: End::UnderWay });
    }

    fn doubled(&mut self, id: u64) {
        if let Some(copy) = self.messages.last().filter(|last| last.id == id).cloned() {
            self.messages.push(copy);
        }
    }

    fn arrived(&mut self, now: Time, id: u64) {
        let Some(message) = self.open(id) else { return };
        let (dest, role) = (message.dest, message.role);
        for (by, told) in self.receipts.remove(&id).unwrap_or_default() {
            if let Some(waiting) = self.unreceipted.get_mut(&(dest, by)) {
                waiting.retain(|&number| number != told);
            }
        }
        let sight = match role {
            Role::Answer => Sight::Answer,
            Role::Carrier { .. } if self.holds.contains_key(&dest) => Sight::Again,
            Role::Carrier { .. } if self.bereft.contains(&dest) => Sight::Regained,
            Role::Carrier { .. } => Sight::First,
        };
        if let Role::Carrier { hop } = role {
            self.holds.entry(dest).or_insert(hop.unwrap_or_default());
        }
        if let Some(message) = self.open(id) {
            message.end = End::Arrived { at: now, sight };
        }
    }

    fn lost(&mut self, now: Time, id: u64, why: Loss) {
        if let Some(message) = self.open(id) {
            message.end = End::Lost { at: now, why };
        }
    }
}

/// Reads a body's words off its wire form.
fn words(body: &Body<Peer>) -> Words {
    match body {
        Body::Request { id, request } => {
            let kind = if let Request::Broadcast { .. } = request { "broadcast" } else { "request" };
            Words { kind: kind.to_owned(), number: Some(*id), answers: Vec::new() }
        }
        Body::Reply { to, reply } => {
            let kind = match reply {
                Reply::BroadcastOk => "broadcast_ok",
                Reply::Error { .. } => "error",
                _ => "reply",
            };
            Words { kind: kind.to_owned(), number: None, answers: vec![*to] }
        }
        Body::Peer(peer) => {
            let json = serde_json::to_value(peer).expect("a peer body is a JSON object");
            let kind = json["type"].as_str().unwrap_or("?").to_owned();
            let answers = match &json["in_reply_to"] {
                serde_json::Value::Array(all) => all.iter().filter_map(serde_json::Value::as_u64).collect(),
                one => one.as_u64().into_iter().collect(),
            };
            Words { kind, number: json["msg_id"].as_u64(), answers }
        }
    }
}

#[cfg(test)]
mod tests {
    use node::peer::Batch;
    use node::receipts::Forwarded;

    use super::*;

    const A: Address = Address::node(0);
    const B: Address = Address::node(1);

    fn batch(messages: Vec<Value>, msg_id: MessageId, received: Option<Receipt>) -> Body<Peer> {
        let batch = Batch { messages, msg_id, oldest: msg_id, is_relay: false, is_probe: false, received };
        Body::Peer(Peer::Batch(Box::new(batch)))
    }

    fn receipt(below: MessageId) -> Receipt {
        Receipt { below, ..Receipt::default() }
    }

    fn at(millis: u64) -> Time {
        Time::from_nanos(millis * 1_000_000)
    }

    #[test]
    fn a_message_of_many_values_is_followed_until_a_receipt_of_it_comes_back() {
        let mut recorder = Recorder::of(7);
        let mut say = |time: u64, id: u64, src: Address, dest: Address, body: Body<Peer>, is_lost: bool| {
            recorder.sent(at(time), id, Ends { src, dest }, &body);
            if is_lost { recorder.lost(at(time), id, Loss::Chance) } else { recorder.arrived(at(time + 10), id) }
        };
        say(0, 0, A, B, batch(vec![6], 3, None), false);
        say(5, 1, A, B, batch(vec![7, 8], 4, None), false);
        // Of the one before; then lost; then riding on other values; then once more, which nobody needs.
        say(20, 2, B, A, Body::Peer(Peer::Received(Box::new(receipt(4)))), false);
        say(30, 3, B, A, Body::Peer(Peer::Received(Box::new(receipt(5)))), true);
        say(40, 4, B, A, batch(vec![9], 0, Some(receipt(5))), false);
        say(60, 5, B, A, Body::Peer(Peer::Received(Box::new(receipt(6)))), false);
        let kept: Vec<(u64, &str, &str)> =
            recorder.messages.iter().map(|one| (one.id, one.kind.as_str(), one.fate())).collect();
        assert_eq!(kept, [(1, "batch", "first sight"), (3, "received", "lost"), (4, "batch", "answer")]);
    }

    #[test]
    fn a_receipt_that_goes_by_way_of_another_node_is_followed_there_and_back() {
        const C: Address = Address::node(2);
        let mut recorder = Recorder::of(7);
        let mut say = |time: u64, id: u64, src: Address, dest: Address, body: Body<Peer>| {
            recorder.sent(at(time), id, Ends { src, dest }, &body);
            recorder.arrived(at(time + 10), id);
        };
        let of = |node, below| Forwarded { node, below, beyond: Vec::new() };
        let received = |receipt| Body::Peer(Peer::Received(Box::new(receipt)));
        say(0, 0, A, B, batch(vec![7], 4, None));
        say(20, 1, B, C, received(Receipt { forward: vec![of(0, 4)], ..Receipt::default() }));
        say(40, 2, B, C, received(Receipt { forward: vec![of(0, 5)], ..Receipt::default() }));
        say(60, 3, C, A, received(Receipt { forwarded: vec![of(1, 5)], ..Receipt::default() }));
        say(80, 4, C, A, received(Receipt { forwarded: vec![of(1, 5)], ..Receipt::default() }));
        let kept: Vec<(u64, &str)> = recorder.messages.iter().map(|one| (one.id, one.kind.as_str())).collect();
        assert_eq!(kept, [(0, "batch"), (2, "received"), (3, "received")]);
    }
}
