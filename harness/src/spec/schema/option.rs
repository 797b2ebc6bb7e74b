//! The options of a test: what each is for, and what it may be.
//!
//! Absent: their names, which are the reader's ([`crate::spec::option`]).

use engine::{Distribution, Nemesis, Options, Topology, Workload};
use serde_json::{Value, json};

use super::drawn;
use super::value::{Least, UNITS, choice, duration, either};
use crate::spec::option::{self, NODES_MAX, RATE_MAX, SERVICES};

/// The option of that name, with what holds where a file says nothing. `None` if nobody has described it.
pub(super) fn option(name: &str) -> Option<Value> {
    let mut shape = shape(name)?;
    let usual = option::written(name, &Options::default());
    let number = || serde_json::from_str::<Value>(&usual).ok().filter(Value::is_number);
    match name {
        "nodes" => {}
        "node-count" | "rate" => shape["default"] = number()?,
        _ => shape["default"] = usual.into(),
    }
    Some(shape)
}

fn shape(name: &str) -> Option<Value> {
    Some(match name {
        "workload" => choice(
            "What clients ask of the nodes.",
            Workload::NAMED.map(|(word, _)| word),
            |word| match word {
                "broadcast" => Some("values are broadcast, and read back"),
                "echo" => Some("something is said back"),
                _ => None,
            },
            None,
        ),
        "node-count" => json!({
            "description": "How many nodes there are: n0, n1, … `nodes` names them instead.",
            "type": "integer", "minimum": 1, "maximum": NODES_MAX, "examples": [25],
        }),
        "nodes" => nodes(),
        "latency" => duration(
            "How long a message takes from node to node, one way, on average: whole milliseconds.",
            Least::Nothing,
            UNITS,
            &["100ms"],
        ),
        "latency-dist" => distribution("How latencies spread around `latency`."),
        "rate" => json!({
            "description": "Client operations a second, over the whole cluster.",
            "type": "number", "minimum": 0, "maximum": RATE_MAX, "examples": [100],
        }),
        "time-limit" => duration(
            "How long clients send operations. The test waits ten seconds more before its final reads.",
            Least::Something,
            UNITS,
            &["20s"],
        ),
        "concurrency" => concurrency(),
        "topology" => topology(),
        "nemesis" => nemesis(),
        "nemesis-interval" => duration(
            "Mean time between a fault's beginning and its end, and between that and the next beginning.",
            Least::Something,
            UNITS,
            &["10s"],
        ),
        "availability" => described(
            "The share of operations that must succeed: `total` for all, or a number from 0 to 1.",
            either([
                json!({"enum": ["total", "none", null]}),
                json!({"type": "number", "minimum": 0, "maximum": 1, "examples": [0.9]}),
            ]),
        ),
        "process-delay" => duration(
            "What handing over one message to a node takes beyond the latency, on average. Real Maelstrom has its own; the \
             simulated engine takes none unless it is written.",
            Least::Nothing,
            UNITS,
            &["1ms", "750us"],
        ),
        "process-delay-dist" => distribution("How that spreads around `process-delay`."),
        "process-delay-of" => own_delay(),
        _ => return None,
    })
}

/// A word of Maelstrom's, the name of a drawn topology, or a drawing.
fn topology() -> Value {
    described(
        "The neighbours that the test offers to the nodes; a node may have its own idea. One of Maelstrom's, one that \
         `topologies` draws, or a drawing: each node with its neighbours. Drawings are the engines' `embedded` and `simulated`.",
        either([
            json!({"enum": Topology::NAMED.map(|(word, _)| word)}),
            json!({"type": "string", "pattern": drawn::NAME, "patternErrorMessage": "a topology that is drawn under `topologies`"}),
            drawn::drawing(),
        ]),
    )
}

fn concurrency() -> Value {
    described(
        "How many clients ask at the same time: `10`, or `2n` for two on each node.",
        either([
            json!({"type": "integer", "minimum": 1, "maximum": NODES_MAX}),
            json!({"type": "string", "pattern": "^\\s*\\+?[0-9]*[1-9][0-9]*n?\\s*$", "examples": ["1n", "2n"]}),
        ]),
    )
}

/// One node's delay, several joined by `+`, or a list.
fn own_delay() -> Value {
    let each = "\\s*[A-Za-z0-9_][A-Za-z0-9._-]*\\s*=\\s*\\+?[0-9.]+\\s*(us|µs|ms|s|m|min)\\s*";
    let words = json!({
        "type": "string", "pattern": format!("^\\s*(none|{each}(\\+{each})*)?\\s*$"),
        "patternErrorMessage": "a node and its delay, such as n12=20ms; several joined by `+`",
        "examples": ["n12=20ms"],
    });
    described(
        "Nodes for which `process-delay` is another: `n12=20ms`, several joined by `+`, or a list.",
        either([words.clone(), json!({"type": ["array", "null"], "items": words})]),
    )
}

fn distribution(description: &str) -> Value {
    let meaning = |word: &str| match word {
        "constant" => Some("always the mean"),
        "exponential" => Some("exponential with that mean"),
        "uniform" => Some("from 0 to twice the mean"),
        _ => None,
    };
    choice(description, Distribution::NAMED.map(|(word, _)| word), meaning, None)
}

fn nodes() -> Value {
    let taken: Vec<String> = SERVICES.iter().map(|name| format!("{name}\\s*$")).collect();
    let pattern = format!("^\\s*(?!c|{})[A-Za-z0-9_][A-Za-z0-9._-]*\\s*$", taken.join("|"));
    json!({
        "description": "The nodes by name, in the cluster's order. `node-count` numbers them instead.",
        "type": "array", "minItems": 1, "maxItems": NODES_MAX, "uniqueItems": true,
        "items": {
            "type": ["string", "number", "boolean"], "pattern": pattern,
            "patternErrorMessage": "letters, digits, `.`, `_`, `-`; not `c…`, which is a client, nor a service's name",
        },
        "examples": [["a", "b"]],
    })
}

/// One fault, several joined by `+`, or a list. A fault whose usual form has an amount may be given another.
fn nemesis() -> Value {
    let with_amount = |name: &str| {
        let usual = name.parse::<Nemesis>().map(|nemesis| nemesis.to_string()).unwrap_or_default();
        match usual.split_once('=') {
            None => name.to_owned(),
            Some((_, amount)) if amount.ends_with('%') => format!("{name}(\\s*=\\s*\\+?[0-9.]+\\s*%)?"),
            Some(_) => format!("{name}(\\s*=\\s*\\+?[0-9]+x?)?"),
        }
    };
    let each = Nemesis::names().map(with_amount).collect::<Vec<_>>().join("|");
    let names: Vec<&str> = std::iter::once("none").chain(Nemesis::names()).collect();
    let words = either([
        json!({"enum": names}),
        json!({
            "type": "string", "pattern": format!("^\\s*(none|({each})(\\s*[+,]\\s*({each}))*)?\\s*$"),
            "patternErrorMessage": "faults joined by `+`, such as partition+loss=10%",
            "examples": ["partition+loss=10%", "crash=2"],
        }),
    ]);
    described(
        "What breaks while clients send: one fault, several joined by `+`, or a list. All but `partition` are the engines' \
         `embedded` and `simulated`.",
        either([words.clone(), json!({"type": ["array", "null"], "items": words})]),
    )
}

fn described(description: &str, mut shape: Value) -> Value {
    shape["description"] = description.into();
    shape
}
