//! Ops as EDN: the lines of a history, and ops quoted in results (semantics, section 7.6).

use std::fmt;

use protocol::Values;

use super::{Edn, record};
use crate::checker::exceptions::MALFORMED_REPLY;
use crate::history::{F, Healed, History, IndexedOp, Op, OpError, PartitionValue, Process, Senders};

/// A whole history, one op a line.
pub fn history(history: &History) -> String {
    let mut out = String::new();
    write_history(history, &mut out).expect("a string takes everything");
    out
}

/// Writes a history piece by piece, so that one of many megabytes need not stand in memory.
pub fn write_history(history: &History, out: &mut impl fmt::Write) -> fmt::Result {
    for (index, op) in history.ops().iter().enumerate() {
        writeln!(out, "{}", Edn::Map(entries(index, op, op.f.name())))?;
    }
    Ok(())
}

/// An op as results quote it.
pub(super) fn quoted(quote: &IndexedOp) -> Edn {
    Edn::Tagged("jepsen.history.Op", entries(quote.index, &quote.op, quote.op.f.name()))
}

/// The same in the words of the set-full checker, which calls a broadcast an add.
pub(super) fn quoted_as_add(quote: &IndexedOp) -> Edn {
    let name = if let F::Broadcast(_) = quote.op.f { "add" } else { quote.op.f.name() };
    Edn::Tagged("jepsen.history.Op", entries(quote.index, &quote.op, name))
}

fn entries(index: usize, op: &Op, name: &str) -> Vec<(Edn, Edn)> {
    let process = match op.process {
        Process::Client(process) => process.into(),
        Process::Nemesis => Edn::keyword("nemesis"),
    };
    let mut entries = record([
        ("index", index.into()),
        ("time", op.time.as_nanos().into()),
        ("type", Edn::keyword(op.kind.name())),
        ("process", process),
        ("f", Edn::keyword(name)),
        ("value", value(&op.f)),
    ]);
    if op.is_final {
        entries.extend(record([("final?", true.into())]));
    }
    entries.extend(op.error.as_deref().map(error).unwrap_or_default());
    entries
}

fn value(f: &F) -> Edn {
    match f {
        F::Broadcast(value) => (*value).into(),
        F::Echo(value) => (&**value).into(),
        F::Read(None) | F::StopPartition(None) => Edn::Nil,
        F::Read(Some(Values::List(list))) => Edn::Vector(list.iter().map(Edn::from).collect()),
        F::Read(Some(Values::Set(set))) => Edn::Vector(set.iter().map(Edn::from).collect()),
        F::StartPartition(PartitionValue::Isolated(grudge)) => {
            let senders = |senders: &Senders| Edn::Set(senders.iter().map(|name| (&**name).into()).collect());
            let grudge = grudge.iter().map(|(receiver, names)| (receiver.as_str().into(), senders(names))).collect();
            Edn::Vector(vec![Edn::keyword("isolated"), Edn::Map(grudge)])
        }
        F::StartPartition(PartitionValue::Kind(kind)) => Edn::keyword(*kind),
        F::StartFault(_, words) | F::StopFault(_, words) if words.is_empty() => Edn::Nil,
        F::StartFault(_, words) | F::StopFault(_, words) => {
            Edn::Vector(words.iter().map(|word| word.as_str().into()).collect())
        }
        F::StopPartition(Some(Healed)) => Edn::keyword("network-healed"),
    }
}

/// A malformed reply is an exception of the client in Maelstrom, with a Java stack; ours has the part of that map by which
/// exceptions are told apart.
fn error(error: &OpError) -> Vec<(Edn, Edn)> {
    match error {
        OpError::Malformed(what) => {
            let thrown = record([("type", Edn::Symbol(MALFORMED_REPLY)), ("message", what.as_str().into())]);
            let exception = record([("via", Edn::Vector(vec![Edn::Map(thrown)])), ("cause", what.as_str().into())]);
            let text = format!("indeterminate: {what}");
            record([("exception", Edn::Map(exception)), ("error", text.as_str().into())])
        }
        OpError::NetTimeout => record([("error", Edn::keyword("net-timeout"))]),
        OpError::Rpc(code, text) => {
            let text = text.as_deref().map_or(Edn::Nil, Edn::from);
            record([("error", Edn::Vector(vec![Edn::keyword(code.name()), text]))])
        }
    }
}
