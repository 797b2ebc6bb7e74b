//! The digest of a run's trace: two runs with the same digest went the same way, operation for operation.
//!
//! SHA-256 over whole numbers of fixed width, so that it is the same on every machine. It covers every operation with its
//! time, kind, process, value and error; how many messages were sent and received; when each value had reached every node;
//! replies that nobody waited for; and the fault, if one ended the run. Writing the history down as text and digesting that
//! would cost more than the run.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::Run;
use engine::history::{F, History, Op, OpError, OpKind, PartitionValue, Process, Senders};
use protocol::{Snapshot, Value, Values};
use sha2::{Digest as _, Sha256};

/// The digest in hexadecimal.
pub(crate) fn of(run: &Run) -> String {
    let mut trace = Trace(Vec::new());
    trace.history(&run.history);
    let journal = &run.journal;
    for count in [journal.clients, journal.servers] {
        trace.number(count.sent);
        trace.number(count.received);
    }
    trace.number(run.spans.len() as u64);
    for span in &run.spans {
        // No span is that long.
        trace.number(span.map_or(u64::MAX, protocol::Duration::as_nanos));
    }
    trace.number(run.unclaimed_replies);
    trace.text(&run.fault.as_ref().map(ToString::to_string).unwrap_or_default());
    Sha256::digest(&trace.0).iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

/// So many receivers are told with everybody whom they do not hear.
const GRUDGE_IN_WORDS: usize = 1_000;
const SIDES: usize = 2;

/// What is digested. Every part begins with its length or its kind, so that no two traces read the same.
struct Trace(Vec<u8>);

impl Trace {
    fn history(&mut self, history: &History) {
        self.number(history.ops().len() as u64);
        history.ops().iter().for_each(|op| self.op(op));
    }

    fn op(&mut self, op: &Op) {
        let Op { time, kind, process, f, error, is_final } = op;
        self.number(time.as_nanos());
        self.0.push(match kind {
            OpKind::Fail => 0,
            OpKind::Info => 1,
            OpKind::Invoke => 2,
            OpKind::Ok => 3,
        });
        // No process has that number.
        self.number(if let Process::Client(process) = process { *process } else { u64::MAX });
        self.operation(f);
        match error.as_deref() {
            None => self.0.push(0),
            Some(OpError::NetTimeout) => self.0.push(1),
            Some(OpError::Malformed(what)) => {
                self.0.push(2);
                self.text(what);
            }
            Some(OpError::Rpc(code, text)) => {
                self.0.push(3);
                self.text(&format!("{code:?} {text:?}"));
            }
        }
        self.0.push(u8::from(*is_final));
    }

    fn operation(&mut self, f: &F) {
        match f {
            F::Broadcast(value) => {
                self.0.push(0);
                self.value(*value);
            }
            F::Echo(value) => {
                self.0.push(1);
                self.text(&value.to_string());
            }
            F::Read(None) => self.0.push(2),
            F::Read(Some(Values::Set(set))) => {
                self.0.push(3);
                self.set(set);
            }
            F::Read(Some(Values::List(list))) => {
                self.0.push(4);
                self.text(&serde_json::to_string(list).expect("JSON is written as JSON"));
            }
            F::StartPartition(PartitionValue::Kind(kind)) => {
                self.0.push(5);
                self.text(kind);
            }
            F::StartPartition(PartitionValue::Isolated(grudge)) => {
                self.0.push(6);
                self.grudge(grudge);
            }
            F::StartFault(nemesis, words) | F::StopFault(nemesis, words) => {
                self.0.push(9);
                self.text(f.name());
                self.text(&format!("{nemesis} {words:?}"));
            }
            F::StopPartition(healed) => self.0.push(if healed.is_some() { 7 } else { 8 }),
        }
    }

    /// Who no longer hears whom: in words, or, where that would be the square of thousands, each list of names once.
    fn grudge(&mut self, grudge: &BTreeMap<String, Senders>) {
        if grudge.len() <= GRUDGE_IN_WORDS {
            self.text(&format!("{grudge:?}"));
            return;
        }
        let mut lists: Vec<&Senders> = Vec::new();
        for (receiver, senders) in grudge {
            // A cut has two sides and two lists; a ring has as many as there are nodes, and none twice.
            let known = lists.iter().take(SIDES).position(|list| Arc::ptr_eq(list, senders));
            self.text(receiver);
            self.number(known.unwrap_or(lists.len()) as u64);
            if known.is_none() {
                self.text(&format!("{senders:?}"));
                lists.push(senders);
            }
        }
    }

    /// Small values as bits: reads make most of a trace.
    fn set(&mut self, set: &Snapshot) {
        if let Some(words) = set.words() {
            self.0.push(0);
            self.number((words.full + words.tail.len()) as u64);
            words.iter().for_each(|word| self.number(word));
        } else {
            self.0.push(1);
            self.number(set.len() as u64);
            set.iter().for_each(|value| self.value(value));
        }
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.extend(text.bytes());
    }

    fn value(&mut self, value: Value) {
        self.0.extend(value.to_le_bytes());
    }

    fn number(&mut self, number: u64) {
        self.0.extend(number.to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use engine::journal::Journal;
    use protocol::{Time, ValueSet};

    use super::*;

    fn run(ops: impl IntoIterator<Item = Op>) -> Run {
        let history = ops.into_iter().collect();
        Run { history, journal: Journal::default(), spans: vec![None], unclaimed_replies: 0, fault: None }
    }

    fn read(values: &[Value], nanos: u64) -> Op {
        let set: ValueSet = values.iter().copied().collect();
        let f = F::Read(Some(Values::from(&set)));
        let (time, process) = (Time::from_nanos(nanos), Process::Client(3));
        Op { time, kind: OpKind::Ok, process, f, error: None, is_final: false }
    }

    #[test]
    fn whatever_differs_changes_the_digest() {
        let usual = || read(&[0, 1, 70], 5);
        let digests = [
            run([usual()]),
            run([usual(), usual()]),
            run([read(&[0, 1, 70], 6)]),
            run([read(&[0, 1], 5)]),
            run([read(&[0, 1, -70], 5)]),
            run([Op { kind: OpKind::Invoke, ..usual() }]),
            run([Op { process: Process::Nemesis, ..usual() }]),
            run([Op { is_final: true, ..usual() }]),
            run([Op { error: Some(Box::new(OpError::NetTimeout)), ..usual() }]),
            run([Op { error: Some(Box::new(OpError::Malformed("odd".into()))), ..usual() }]),
            run([Op { f: F::Broadcast(7), ..usual() }]),
            Run { unclaimed_replies: 1, ..run([usual()]) },
            Run { spans: vec![Some(protocol::Duration::from_millis(3))], ..run([usual()]) },
            Run { spans: Vec::new(), ..run([usual()]) },
        ]
        .map(|run| of(&run));
        for (place, digest) in digests.iter().enumerate() {
            assert_eq!(digest.len(), 64);
            assert!(!digests[..place].contains(digest), "number {place} reads as one before it");
        }
    }

    #[test]
    fn how_a_set_came_about_does_not() {
        let grown = {
            let mut set: ValueSet = [0, 1, 70, 9_000].into_iter().collect();
            // A set that has held a large value, as far as it can be told from outside, equals one that has not.
            set = set.iter().filter(|value| *value < 100).collect();
            set
        };
        let f = F::Read(Some(Values::from(&grown)));
        assert_eq!(of(&run([Op { f, ..read(&[], 5) }])), of(&run([read(&[70, 1, 0], 5)])));
    }
}
