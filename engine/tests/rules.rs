//! The rules that can be left out, and the two ways a test is driven: with lines, as a driver with processes does, and with
//! machines under the virtual clock. Each rule is one piece of code, so leaving it out changes both, and in the same way.

use std::collections::BTreeSet;

use engine::checker::strict;
use engine::json::{JsonBody, Line};
use engine::{
    Distribution, Event, Holding, Latency, Nemesis, Options, ProcessDelay, Rules, Run, Taking, Test, edn, simulate,
};
use protocol::{Address, Body, Carry, Duration, Machine, Outbox, Reply, Request, Time, Value, ValueSet, Values};
use serde_json::{Value as Json, json};

fn options(rules: Rules) -> Options {
    Options {
        nodes: Options::numbered_nodes(9),
        time_limit: Duration::from_secs(5),
        rate: 100.0,
        latency: Latency { mean_ms: 100, distribution: Distribution::Constant },
        process_delay: ProcessDelay::MAELSTROM,
        rules,
        ..Options::default()
    }
}

const EVERY_RULE: Rules = Rules { taking: Taking::HeadOfLine, holding: Holding::WholeMilliseconds };
const WITHOUT_BLOCKING: Rules = Rules { taking: Taking::WhenDue, ..EVERY_RULE };
const WITH_EXACT_HOLDS: Rules = Rules { holding: Holding::Exact, ..EVERY_RULE };

/// The history and the counts of a run.
fn told(run: &Run) -> String {
    assert_eq!(run.fault, None);
    let counts = (run.journal.servers.sent, run.journal.servers.received, run.journal.clients.received);
    format!("{}{counts:?}", edn::history(&run.history))
}

#[test]
fn leaving_a_rule_out_changes_both_drivers_alike() {
    let mut seen = BTreeSet::new();
    for rules in [EVERY_RULE, WITHOUT_BLOCKING, WITH_EXACT_HOLDS] {
        let lines = told(&run_with_lines(&options(rules)));
        let machines = told(&simulate(options(rules), |_| Flood::default()));
        assert!(lines == machines, "{rules:?}: the drivers differ");
        assert!(seen.insert(lines), "{rules:?} changes nothing");
    }
}

#[test]
fn clients_wait_because_of_blocking_alone() {
    let client = |rules| {
        let options = options(rules);
        let run = simulate(options.clone(), |_| Flood::default());
        let strict = strict::check(&run.history, Some(&run.journal), &options, None);
        strict.client_latencies.all.expect("there are operations").median
    };
    assert!(client(EVERY_RULE) > 10.0);
    assert!(client(WITHOUT_BLOCKING) < 5.0);
}

#[test]
fn without_blocking_cuts_still_cut() {
    let cut = Options { nemesis: Nemesis::Partition.into(), ..options(WITHOUT_BLOCKING) };
    let run = simulate(cut, |_| Flood::default());
    assert!(run.journal.servers.received < run.journal.servers.sent);
}

/// Whoever reads a stored result sees what it was measured without.
#[test]
fn only_a_control_is_recorded_as_one() {
    let json = serde_json::to_value(options(EVERY_RULE)).unwrap();
    assert_eq!(json.get("rules"), None);
    assert_eq!(serde_json::from_value::<Options>(json).unwrap(), options(EVERY_RULE));
    let json = serde_json::to_value(options(WITHOUT_BLOCKING)).unwrap();
    assert_eq!(json["rules"]["taking"], "when-due");
    assert_eq!(serde_json::from_value::<Options>(json).unwrap(), options(WITHOUT_BLOCKING));
}

/// Steps a test as a driver with processes does: lines in, lines out. The nodes are those of [`Flood`], in JSON.
fn run_with_lines(options: &Options) -> Run {
    let mut test = Test::<JsonBody>::new(options.clone());
    let directory = test.directory().clone();
    let mut nodes: Vec<JsonFlood> = options.nodes.iter().map(|_| JsonFlood::default()).collect();
    let (mut now, mut lines) = (Time::ZERO, Vec::new());
    test.begin(now);
    loop {
        let mut any = false;
        test.on_wake(now, |event| {
            any = true;
            let Event::Delivery(delivery) = event else { return };
            let body: Json = serde_json::from_str(delivery.body.text()).unwrap();
            for (dest, body) in nodes[delivery.node as usize].answers(&directory.name(delivery.src), &body) {
                let src = &options.nodes[delivery.node as usize];
                lines.push((delivery.node, json!({ "src": src, "dest": dest, "body": body }).to_string()));
            }
        });
        for (node, line) in lines.drain(..) {
            let line = Line::read(&line, &directory).unwrap();
            test.on_message(now, node, line.src, line.dest, line.body);
        }
        if !any {
            match test.next_wake() {
                Some(wake) => now = wake,
                None => return test.finish(),
            }
        }
    }
}

/// Floods over the offered topology, never back to the sender, without acknowledgements: as a program that reads JSON.
#[derive(Default)]
struct JsonFlood {
    me: String,
    neighbours: Vec<String>,
    seen: BTreeSet<i64>,
}

impl JsonFlood {
    fn answers(&mut self, src: &str, body: &Json) -> Vec<(String, Json)> {
        let reply = |kind: &str| (src.to_owned(), json!({ "type": kind, "in_reply_to": body["msg_id"] }));
        match body["type"].as_str().unwrap() {
            "init" => {
                body["node_id"].as_str().unwrap().clone_into(&mut self.me);
                vec![reply("init_ok")]
            }
            "topology" => {
                let names = body["topology"][&self.me].as_array().unwrap();
                self.neighbours = names.iter().map(|name| name.as_str().unwrap().to_owned()).collect();
                vec![reply("topology_ok")]
            }
            "read" => {
                let (dest, mut reply) = reply("read_ok");
                reply["messages"] = json!(self.seen);
                vec![(dest, reply)]
            }
            _ => {
                let mut out: Vec<_> = body["msg_id"].is_u64().then(|| reply("broadcast_ok")).into_iter().collect();
                if self.seen.insert(body["message"].as_i64().unwrap()) {
                    let gossip = json!({ "type": "broadcast", "message": body["message"] });
                    let others = self.neighbours.iter().filter(|name| *name != src);
                    out.extend(others.map(|name| (name.clone(), gossip.clone())));
                }
                out
            }
        }
    }
}

/// The same as a machine.
#[derive(Default)]
struct Flood {
    me: usize,
    neighbours: Vec<u32>,
    seen: ValueSet,
}

#[derive(Clone, Copy, Debug)]
struct Gossip(Value);

impl Carry for Gossip {
    fn carried_values(&self, mut each: impl FnMut(Value)) {
        each(self.0);
    }
}

impl Flood {
    fn take_in(&mut self, source: Address, value: Value, out: &mut Outbox<Gossip>) {
        if self.seen.insert(value) {
            let others = self.neighbours.iter().map(|&node| Address::node(node)).filter(|&node| node != source);
            others.for_each(|node| out.tell(node, Gossip(value)));
        }
    }
}

impl Machine for Flood {
    type Peer = Gossip;

    fn on_message(&mut self, _now: Time, source: Address, body: &Body<Gossip>, out: &mut Outbox<Gossip>) {
        match body {
            Body::Peer(Gossip(value)) => self.take_in(source, *value, out),
            Body::Reply { .. } => {}
            Body::Request { id, request: Request::Broadcast { message } } => {
                out.reply(source, *id, Reply::BroadcastOk);
                self.take_in(source, *message, out);
            }
            Body::Request { id, request } => {
                let reply = match request {
                    Request::Init { node, .. } => {
                        self.me = *node as usize;
                        Reply::InitOk
                    }
                    Request::Topology(adjacency) => {
                        self.neighbours.clone_from(&adjacency[self.me]);
                        Reply::TopologyOk
                    }
                    _ => Reply::ReadOk { messages: Values::Set(Box::new(self.seen.clone())) },
                };
                out.reply(source, *id, reply);
            }
        }
    }

    fn on_wake(&mut self, _now: Time, _out: &mut Outbox<Gossip>) {}

    fn next_wake(&self) -> Option<Time> {
        None
    }
}
