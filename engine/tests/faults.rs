//! A node that stops, and one that dies, within a whole test: what machines meet, what clients see, what the history tells.

use std::cell::RefCell;
use std::collections::BTreeMap;

use engine::history::{F, OpKind, Process};
use engine::{Nemeses, Options, ProcessDelay, Run, simulate};
use protocol::{Address, Body, Duration, Machine, Outbox, Reply, Request, Time, Values};

/// What happened to each machine ever made: its node, when it was made (the time of its first message) and last heard.
type Lives = BTreeMap<u32, Vec<Vec<(Time, &'static str)>>>;

/// Answers everything, remembers nothing, and notes what it hears.
struct Diarist<'a> {
    node: u32,
    life: usize,
    lives: &'a RefCell<Lives>,
    wake: Option<Time>,
}

impl<'a> Diarist<'a> {
    fn born(node: u32, lives: &'a RefCell<Lives>) -> Self {
        let life = {
            let mut lives = lives.borrow_mut();
            let of_node = lives.entry(node).or_default();
            of_node.push(Vec::new());
            of_node.len() - 1
        };
        Self { node, life, lives, wake: None }
    }

    fn note(&self, now: Time, what: &'static str) {
        self.lives.borrow_mut().get_mut(&self.node).unwrap()[self.life].push((now, what));
    }
}

impl Machine for Diarist<'_> {
    type Peer = ();

    fn on_message(&mut self, now: Time, source: Address, body: &Body<()>, out: &mut Outbox<()>) {
        let &Body::Request { id, ref request } = body else { return };
        let (what, reply) = match request {
            Request::Init { .. } => ("init", Reply::InitOk),
            Request::Topology(_) => ("topology", Reply::TopologyOk),
            Request::Broadcast { .. } => ("broadcast", Reply::BroadcastOk),
            Request::Read => ("read", Reply::ReadOk { messages: Values::Set(Box::default()) }),
            Request::Echo { echo } => ("echo", Reply::EchoOk { echo: echo.clone() }),
        };
        self.note(now, what);
        out.reply(source, id, reply);
        self.wake.get_or_insert(now + Duration::from_millis(100));
    }

    fn on_wake(&mut self, now: Time, _out: &mut Outbox<()>) {
        if self.wake.is_some_and(|wake| wake <= now) {
            self.note(now, "wake");
            self.wake = Some(now + Duration::from_millis(100));
        }
    }

    fn next_wake(&self) -> Option<Time> {
        self.wake
    }
}

fn run(nemesis: &str, seed: u64) -> (Run, Lives) {
    let lives = RefCell::new(Lives::new());
    let options = Options {
        nodes: Options::numbered_nodes(3),
        time_limit: Duration::from_secs(20),
        rate: 30.0,
        process_delay: ProcessDelay::NONE,
        nemesis: nemesis.parse::<Nemeses>().unwrap(),
        nemesis_interval: Duration::from_secs(2),
        seed,
        ..Options::default()
    };
    let run = simulate(options, |node| Diarist::born(node, &lives));
    assert_eq!(run.fault, None, "nobody ends a run whose node is killed on purpose");
    (run, lives.into_inner())
}

/// The times and the words of completed deeds of that name.
fn deeds(run: &Run, name: &str) -> Vec<(Time, Vec<String>)> {
    let words = |f: &F| match f {
        F::StartFault(_, words) | F::StopFault(_, words) => words.to_vec(),
        _ => Vec::new(),
    };
    let nemesis = run.history.ops().iter().filter(|op| op.process == Process::Nemesis && op.f.name() == name);
    nemesis.map(|op| (op.time, words(&op.f))).filter(|(_, words)| !words.is_empty()).collect()
}

#[test]
fn a_dead_node_is_silent_and_its_successor_knows_nothing_but_its_name() {
    let (run, lives) = run("crash", 4);
    let (crashes, restarts) = (deeds(&run, "start-crash"), deeds(&run, "stop-crash"));
    assert!(crashes.len() >= 3, "{crashes:?}");
    // A deed's time counts from the end of `init`, which takes no time here.
    for ((crashed, victims), (restarted, back)) in crashes.iter().zip(&restarts) {
        assert_eq!((victims, victims.len()), (back, 1));
        let node: u32 = victims[0][1..].parse().unwrap();
        let heard = lives[&node].iter().flatten().filter(|(time, _)| time > crashed && time < restarted).count();
        assert_eq!(heard, 0, "{node} heard something between {crashed:?} and {restarted:?}");
        let successor = lives[&node].iter().find(|life| life.first().is_some_and(|(time, _)| time == restarted));
        let first: Vec<_> = successor.unwrap().iter().map(|(_, what)| *what).take(2).collect();
        assert_eq!((first[0], first.contains(&"topology")), ("init", false));
    }
    let made: usize = lives.values().map(Vec::len).sum();
    assert_eq!(made, 3 + crashes.len());
    let timeouts = run.history.ops().iter().filter(|op| op.kind == OpKind::Info && op.process != Process::Nemesis);
    assert!(timeouts.count() > 0, "clients of a dead node wait in vain");
}

#[test]
fn a_stopped_node_sleeps_through_its_alarms_and_hears_everything_later() {
    let (run, lives) = run("pause=2", 5);
    let (pauses, ends) = (deeds(&run, "start-pause"), deeds(&run, "stop-pause"));
    assert!(pauses.len() >= 3 && pauses.iter().all(|(_, victims)| victims.len() == 2), "{pauses:?}");
    for ((paused, victims), (resumed, _)) in pauses.iter().zip(&ends) {
        for victim in victims {
            let node: u32 = victim[1..].parse().unwrap();
            let [life] = lives[&node].as_slice() else { panic!("a pause kills nobody") };
            assert!(!life.iter().any(|(time, _)| time > paused && time < resumed), "{victim} was awake");
            let at_once: Vec<_> = life.iter().filter(|(time, _)| time == resumed).map(|(_, what)| *what).collect();
            assert!(at_once.contains(&"wake"), "{victim} missed its alarm at {resumed:?}: {at_once:?}");
        }
    }
}

#[test]
fn each_fault_has_its_own_rhythm() {
    let partition_alone = deeds_of_partition(&run("partition", 9).0);
    let among_others = deeds_of_partition(&run("partition+loss+pause+crash+slow+duplication+one-way", 9).0);
    assert_eq!(partition_alone, among_others);
    assert!(partition_alone.len() > 4);
}

fn deeds_of_partition(run: &Run) -> Vec<(Time, F)> {
    let is_partition = |f: &F| matches!(f, F::StartPartition(_) | F::StopPartition(_));
    let ops = run.history.ops().iter().filter(|op| is_partition(&op.f));
    // The last deed is the healing after the load, whose time depends on the clients.
    let mut deeds: Vec<_> = ops.map(|op| (op.time, op.f.clone())).collect();
    deeds.truncate(deeds.len() - 2);
    deeds
}
