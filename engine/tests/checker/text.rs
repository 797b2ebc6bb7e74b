//! The language of the `.txt` files: cases of a history, and what comes of it.
//!
//! ```text
//! case name
//!   nodes 3, workers 3, availability 0.9     settings, all optional; also: echo, clients SENT/RECEIVED,
//!                                            servers SENT/RECEIVED, crashed WHY, like CASE COUNT (its first ops)
//!   0: 12 invoke 1 read                      index: milliseconds, type, process, f, value, `final`, error=…
//! expect
//!   …
//! ```
//!
//! `add` is a broadcast. What is expected is indented by two blanks; `#` begins a comment line.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use engine::history::{F, Healed, History, Op, OpError, OpKind, PartitionValue, Process};
use engine::journal::{Count, Journal};
use engine::{Availability, Concurrency, Options, Workload};
use protocol::{ErrorCode, Time, ValueSet, Values};

/// One case of a file.
#[derive(Clone)]
pub(crate) struct Case {
    name: String,
    pub(crate) history: History,
    pub(crate) journal: Journal,
    pub(crate) options: Options,
    pub(crate) crashed: Option<String>,
    expected: String,
}

/// Reads a file, puts each case through `render`, and fails with all differences at once.
pub(crate) fn check(file: &str, render: impl Fn(&Case) -> String) {
    let mut differences = String::new();
    let cases = cases(file);
    assert!(!cases.is_empty(), "the file has no case");
    for case in &cases {
        for sets in [false, true] {
            let got = render(&case.with_sets(sets));
            if got.trim_end() != case.expected {
                let form = if sets { "sets" } else { "lists" };
                write!(differences, "\n\ncase {} (reads as {form})\nexpect\n{}\ngot\n{got}", case.name, case.expected)
                    .expect("a string takes everything");
            }
        }
    }
    assert!(differences.is_empty(), "{differences}");
}

fn cases(file: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut expecting = false;
    for line in file.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix("case ") {
            cases.push(Case::new(name));
            expecting = false;
        } else if line == "expect" {
            expecting = true;
        } else if expecting {
            let expected = &mut cases.last_mut().expect("a case before what is expected").expected;
            expected.push_str(if expected.is_empty() { "" } else { "\n" });
            expected.push_str(line.strip_prefix("  ").expect("two blanks before what is expected"));
        } else {
            let (case, earlier) = cases.split_last_mut().expect("a case before its lines");
            given(line.trim(), case, earlier);
        }
    }
    cases
}

/// Takes a line before `expect`: an op or settings.
fn given(line: &str, case: &mut Case, earlier: &[Case]) {
    if line.starts_with(|c: char| c.is_ascii_digit()) {
        let (index, rest) = line.split_once(':').expect("an index before each op");
        assert_eq!(index.parse(), Ok(case.history.ops().len()), "the index of `{line}`");
        case.history.push(op(rest));
    } else if let Some(rest) = line.strip_prefix("like ") {
        let (name, count) = rest.split_once(' ').expect("a case and a count");
        let model = earlier.iter().find(|case| case.name.starts_with(name)).expect("an earlier case");
        case.history = model.history.ops().iter().take(count.parse().expect("a count")).cloned().collect();
    } else {
        case.set(line);
    }
}

impl Case {
    fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            history: History::new(),
            journal: Journal::default(),
            options: Options::default(),
            crashed: None,
            expected: String::new(),
        }
    }

    fn set(&mut self, settings: &str) {
        for setting in settings.split(", ") {
            let (key, value) = setting.split_once(' ').unwrap_or((setting, ""));
            let count = || {
                let (sent, received) = value.split_once('/').expect("sent/received");
                Count { sent: sent.parse().expect("a count"), received: received.parse().expect("a count") }
            };
            match key {
                "availability" => {
                    let share = value.parse().map_or(Availability::Total, Availability::AtLeast);
                    self.options.availability = Some(share);
                }
                "clients" => self.journal.clients = count(),
                "crashed" => self.crashed = Some(value.to_owned()),
                "echo" => self.options.workload = Workload::Echo,
                "nodes" => self.options.nodes = Options::numbered_nodes(value.parse().expect("a count")),
                "servers" => self.journal.servers = count(),
                "workers" => self.options.concurrency = Concurrency::Total(value.parse().expect("a count")),
                _ => panic!("no setting is called `{key}`"),
            }
        }
    }

    /// The case with every read as a set where that loses nothing.
    fn with_sets(&self, sets: bool) -> Self {
        let mut case = self.clone();
        if sets {
            case.history = self.history.ops().iter().cloned().map(as_set).collect();
        }
        case
    }
}

fn as_set(mut op: Op) -> Op {
    if let F::Read(Some(Values::List(list))) = &op.f {
        let ascending = list.is_sorted_by(|a, b| a.as_i64() < b.as_i64());
        if ascending && list.iter().all(serde_json::Value::is_i64) {
            let set: ValueSet = list.iter().filter_map(serde_json::Value::as_i64).collect();
            op.f = F::Read(Some(Values::from(&set)));
        }
    }
    op
}

fn op(line: &str) -> Op {
    let (line, error) = line.split_once(" error=").map_or((line, None), |(line, text)| (line, Some(error(text))));
    let (line, is_final) = line.trim().strip_suffix(" final").map_or((line.trim(), false), |line| (line, true));
    let mut words = line.split_whitespace();
    let mut word = || words.next().expect("time, type, process and f");
    let (time, kind, process, f) = (word(), word(), word(), word());
    let value = words.collect::<Vec<_>>().join(" ");
    Op {
        time: Time::from_nanos(time.parse::<u64>().expect("milliseconds") * 1_000_000),
        kind: match kind {
            "fail" => OpKind::Fail,
            "info" => OpKind::Info,
            "invoke" => OpKind::Invoke,
            "ok" => OpKind::Ok,
            _ => panic!("no type of op is called `{kind}`"),
        },
        process: process.parse().map_or(Process::Nemesis, Process::Client),
        f: f_of(f, value.trim()),
        error: error.map(Box::new),
        is_final,
    }
}

fn f_of(f: &str, value: &str) -> F {
    let json = |text: &str| serde_json::from_str(text).unwrap_or_else(|error| panic!("`{text}`: {error}"));
    match (f, value) {
        ("add", value) => F::Broadcast(value.parse().expect("an integer")),
        ("echo", value) => F::Echo(Box::new(json(value))),
        ("read", "") => F::Read(None),
        ("read", value) => {
            let items = value.trim_matches(['[', ']']).split_whitespace().map(json);
            F::Read(Some(Values::List(items.collect())))
        }
        ("start", "one") => F::StartPartition(PartitionValue::Kind("one")),
        ("start", grudge) => {
            let grudge: BTreeMap<String, Vec<String>> =
                serde_json::from_str(grudge).expect("receivers with their senders");
            let senders = |names: Vec<String>| names.into_iter().map(Arc::from).collect();
            let grudge = grudge.into_iter().map(|(receiver, names)| (receiver, senders(names))).collect();
            F::StartPartition(PartitionValue::Isolated(Box::new(grudge)))
        }
        ("stop", "healed") => F::StopPartition(Some(Healed)),
        ("stop", "") => F::StopPartition(None),
        _ => panic!("no op is called `{f}`"),
    }
}

fn error(text: &str) -> OpError {
    match text.split_once(' ') {
        None if text == "net-timeout" => OpError::NetTimeout,
        None => OpError::Rpc(ErrorCode(text.parse().expect("a code")), None),
        Some(("malformed", what)) => OpError::Malformed(what.to_owned()),
        Some((code, what)) => OpError::Rpc(ErrorCode(code.parse().expect("a code")), Some(what.to_owned())),
    }
}
