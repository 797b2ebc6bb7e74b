//! The commands of a script. Nothing happens by itself on this stage: messages stay in flight until a command moves them, and
//! the clock stands until a command sets it.
//!
//! | command | effect |
//! |---|---|
//! | `cluster 5 topology-star relay-to-master` | a fresh cluster, initialised; prints who leads |
//! | `cluster 5 topology-star --batch-window=1s` | the same with an argument |
//! | `uninitialised 5 topology-star` | the same before any `init` |
//! | `init n3` | tells one node who it is, and the topology that a test offers |
//! | `kill n3`, `restart n3` | it forgets everything; it is told again who it is, and no topology |
//! | `broadcast n3 7`, `read n3` | a client asks |
//! | `deliver n3->n1` | the oldest message in flight from one to the other arrives |
//! | `copy n3->n1`, `drop n3->n1` | it is doubled, or lost |
//! | `spoof n3->n1 ack 5` | a message that nobody sent arrives |
//! | `cut n3 n1`, `heal` | all between the two is lost on arrival; until healed |
//! | `stabilize` | everything in flight arrives, oldest first, until nothing is |
//! | `at 1200ms` | the clock is set, and whoever is due is woken, at the time it is due |
//! | `follow n3 n1` | n3 is told that n1 is the master |
//! | `reads` | what each node holds |

use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::Arc;

use node::peer::Batch;
use node::receipts::Receipt;
use node::{Broadcaster, Config, Peer};
use protocol::{Address, Body, Duration, Machine, Outbox, Reply, Request, Time, Values};

#[derive(Default)]
pub(crate) struct Stage {
    machines: Vec<Broadcaster>,
    now: Time,
    flights: Vec<Flight>,
    cut: BTreeSet<(u32, u32)>,
    trace: String,
}

#[derive(Clone)]
struct Flight {
    source: u32,
    dest: u32,
    peer: Peer,
}

impl Stage {
    /// Plays a command; the trace of it.
    pub(crate) fn play(&mut self, command: &str) -> String {
        let words: Vec<&str> = command.split_whitespace().collect();
        match words[..] {
            ["cluster", nodes, ref features @ ..] => {
                self.build(number(nodes), features);
                (0..number(nodes)).for_each(|node| self.init(node));
                (0..number(nodes)).for_each(|node| self.offer_topology(node));
                self.trace.clear();
                self.say_leader();
            }
            ["uninitialised", nodes, ref features @ ..] => self.build(number(nodes), features),
            ["init", name] => {
                self.init(node(name));
                self.offer_topology(node(name));
            }
            ["kill", name] => self.kill(node(name)),
            ["restart", name] => self.init(node(name)),
            ["broadcast", name, value] => self.ask(node(name), Request::Broadcast { message: value.parse().unwrap() }),
            ["read", name] => self.ask(node(name), Request::Read),
            ["deliver", ends] => {
                let flight = self.flights.remove(self.oldest(ends));
                self.deliver(&flight);
            }
            ["copy", ends] => {
                let flight = self.flights[self.oldest(ends)].clone();
                self.flights.push(flight);
            }
            ["drop", ends] => drop(self.flights.remove(self.oldest(ends))),
            ["spoof", ends, "ack", id] => {
                let (source, dest) = pair(ends);
                self.deliver(&Flight { source, dest, peer: Peer::Ack { in_reply_to: id.parse().unwrap() } });
            }
            ["cut", one, other] => {
                self.cut.extend([(node(one), node(other)), (node(other), node(one))]);
            }
            ["heal"] => self.cut.clear(),
            ["stabilize"] => {
                while !self.flights.is_empty() {
                    let flight = self.flights.remove(0);
                    self.deliver(&flight);
                }
            }
            ["at", time] => self.wake_until(Time::ZERO + Duration::from_millis(millis(time))),
            ["follow", name, master] => {
                let mut out = Outbox::new();
                self.machines[node(name) as usize].follow(node(master), self.now, &mut out);
                self.dispatch(node(name), out);
                writeln!(self.trace, "{name} is a {}", self.machines[node(name) as usize]).unwrap();
            }
            ["reads"] => (0..self.machines.len()).for_each(|node| self.say_values(u32::try_from(node).unwrap())),
            _ => panic!("no command `{command}`"),
        }
        std::mem::take(&mut self.trace)
    }

    fn build(&mut self, nodes: u32, features: &[&str]) {
        let (arguments, features): (Vec<&str>, Vec<&str>) = features.iter().partition(|word| word.starts_with("--"));
        let config = Config::named(&features).unwrap().with_arguments(&arguments).unwrap();
        *self = Self { machines: vec![Broadcaster::new(config); nodes as usize], ..Self::default() };
    }

    fn init(&mut self, node: u32) {
        let nodes = u32::try_from(self.machines.len()).unwrap();
        self.ask(node, Request::Init { node, nodes });
    }

    /// What a test tells every node once, when all of them are initialised.
    fn offer_topology(&mut self, node: u32) {
        let mut out = Outbox::new();
        let body = Body::Request { id: 2, request: Request::Topology(Arc::default()) };
        self.machines[node as usize].on_message(self.now, Address::client(0), &body, &mut out);
        let mut said = Outbox::new();
        for (dest, body) in out.drain().filter(|(_, body)| matches!(body, Body::Peer(_))) {
            said.send(dest, body);
        }
        self.dispatch(node, said);
    }

    fn kill(&mut self, node: u32) {
        let config = self.machines[node as usize].config();
        self.machines[node as usize] = Broadcaster::new(config);
    }

    fn ask(&mut self, node: u32, request: Request) {
        let mut out = Outbox::new();
        let body = Body::Request { id: 1, request };
        self.machines[node as usize].on_message(self.now, Address::client(0), &body, &mut out);
        self.dispatch(node, out);
    }

    fn deliver(&mut self, flight: &Flight) {
        let Flight { source, dest, peer } = flight.clone();
        if self.cut.contains(&(source, dest)) {
            writeln!(self.trace, "{} is lost", shown(flight)).unwrap();
            return;
        }
        writeln!(self.trace, "{} arrives", shown(flight)).unwrap();
        let mut out = Outbox::new();
        self.machines[dest as usize].on_message(self.now, Address::node(source), &Body::Peer(peer), &mut out);
        self.dispatch(dest, out);
    }

    fn wake_until(&mut self, end: Time) {
        loop {
            let wakes = self.machines.iter().zip(0_u32..).filter_map(|(machine, k)| Some((machine.next_wake()?, k)));
            let Some((time, node)) = wakes.min().filter(|&(time, _)| time <= end) else { break };
            self.now = time.max(self.now);
            let mut out = Outbox::new();
            self.machines[node as usize].on_wake(self.now, &mut out);
            self.dispatch(node, out);
        }
        self.now = end;
    }

    fn dispatch(&mut self, source: u32, mut out: Outbox<Peer>) {
        for (dest, body) in out.drain() {
            match body {
                Body::Peer(peer) => {
                    let flight = Flight { source, dest: dest.as_node().unwrap(), peer };
                    let time = self.now.since(Time::ZERO).as_millis();
                    writeln!(self.trace, "  {time:>5} {}", shown(&flight)).unwrap();
                    self.flights.push(flight);
                }
                Body::Reply { reply, .. } => writeln!(self.trace, "n{source}->c0 {}", answer(&reply)).unwrap(),
                Body::Request { .. } => panic!("a node asks: {body:?}"),
            }
        }
    }

    fn say_leader(&mut self) {
        for (machine, node) in self.machines.iter().zip(0..) {
            if let Broadcaster::Leader(_) = machine {
                writeln!(self.trace, "n{node} is a {machine}").unwrap();
            }
        }
    }

    fn say_values(&mut self, node: u32) {
        let mut out = Outbox::new();
        let read = Body::Request { id: 1, request: Request::Read };
        self.machines[node as usize].on_message(self.now, Address::client(0), &read, &mut out);
        for (_, body) in out.drain() {
            let Body::Reply { reply: Reply::ReadOk { messages: Values::Set(set) }, .. } = body else { continue };
            writeln!(self.trace, "n{node} {:?}", set.iter().collect::<Vec<_>>()).unwrap();
        }
    }

    fn oldest(&self, ends: &str) -> usize {
        let (source, dest) = pair(ends);
        let place = self.flights.iter().position(|flight| (flight.source, flight.dest) == (source, dest));
        place.unwrap_or_else(|| panic!("nothing is in flight on {ends}"))
    }
}

fn shown(flight: &Flight) -> String {
    let said = match &flight.peer {
        Peer::Ack { in_reply_to } => format!("ack ({in_reply_to})"),
        Peer::Batch(batch) => shown_batch(batch),
        Peer::Holds { in_reply_to, messages } => {
            format!("holds {:?} ({in_reply_to})", messages.iter().collect::<Vec<_>>())
        }
        Peer::Ping { msg_id } => format!("ping ({msg_id})"),
        Peer::Pong { in_reply_to } => format!("pong ({in_reply_to})"),
        Peer::Received(receipt) => format!("received {}", shown_receipt(receipt)),
        Peer::Recover { msg_id } => format!("recover ({msg_id})"),
        Peer::Relay { message, msg_id } => format!("relay {message} ({msg_id})"),
        Peer::Spread { message, msg_id } => format!("spread {message} ({msg_id})"),
    };
    format!("n{}->n{} {said}", flight.source, flight.dest)
}

fn shown_batch(batch: &Batch) -> String {
    let kind = if batch.is_relay { "relay" } else { "spread" };
    let mut said = format!("{kind} {:?} ({})", batch.messages, batch.msg_id);
    if batch.oldest < batch.msg_id {
        write!(said, " oldest {}", batch.oldest).unwrap();
    }
    if batch.is_probe {
        said.push_str(" probe");
    }
    if let Some(receipt) = &batch.received {
        write!(said, " received {}", shown_receipt(receipt)).unwrap();
    }
    said
}

fn shown_receipt(receipt: &Receipt) -> String {
    let beyond: Vec<String> = receipt.beyond.iter().map(|id| format!(" {id}")).collect();
    let held = receipt.latest.map(|latest| format!(", {} held {} us", latest.msg_id, latest.held_us));
    let mut said = format!("..{}{}{}", receipt.below, beyond.concat(), held.unwrap_or_default());
    for (kind, others) in [("forward", &receipt.forward), ("forwarded", &receipt.forwarded)] {
        let others: Vec<String> =
            others.iter().map(|one| format!("n{} {}", one.node, shown_receipt(&one.receipt()))).collect();
        if !others.is_empty() {
            write!(said, " {kind} [{}]", others.join("; ")).unwrap();
        }
    }
    said
}

fn answer(reply: &Reply) -> String {
    match reply {
        Reply::BroadcastOk => "broadcast_ok".into(),
        Reply::Error { code, text } => format!("error {} {}", code.0, text.as_deref().unwrap_or_default()),
        Reply::InitOk => "init_ok".into(),
        Reply::ReadOk { messages } => format!("read_ok {:?}", messages.integers().collect::<Vec<_>>()),
        other => panic!("no script asks for {other:?}"),
    }
}

fn number(word: &str) -> u32 {
    word.parse().unwrap_or_else(|_| panic!("no number `{word}`"))
}

fn node(name: &str) -> u32 {
    number(name.strip_prefix('n').unwrap_or_else(|| panic!("no node `{name}`")))
}

fn pair(ends: &str) -> (u32, u32) {
    let (source, dest) = ends.split_once("->").unwrap_or_else(|| panic!("no link `{ends}`"));
    (node(source), node(dest))
}

fn millis(time: &str) -> u64 {
    time.strip_suffix("ms").and_then(|time| time.parse().ok()).unwrap_or_else(|| panic!("no time `{time}`"))
}
