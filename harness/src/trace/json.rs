//! The life as data.

use protocol::Time;
use serde::Serialize;

use super::life::{End, Life, Message, Role, Story};

/// The version of this form. It grows when a reader of the old form would misunderstand the new one.
const FORMAT: u32 = 1;

/// Times are milliseconds since the client asked; `invoked_ms` alone counts from the test's beginning.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Whole<'a> {
    format: u32,
    experiment: &'a str,
    cell: &'a str,
    node: &'a str,
    engine: &'static str,
    seed: u64,
    trace_digest: &'a str,
    value: i64,
    invoked_ms: f64,
    acknowledged_ms: Option<f64>,
    nodes: Vec<OneNode<'a>>,
    messages: Vec<OneMessage<'a>>,
    faults: Vec<OneFault<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct OneNode<'a> {
    node: &'a str,
    reached_ms: Option<f64>,
    from: Option<String>,
    hops: Option<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct OneMessage<'a> {
    /// The network's number. Copies of one message share it.
    id: u64,
    sent_ms: f64,
    received_ms: Option<f64>,
    lost_ms: Option<f64>,
    hop: Option<u32>,
    from: String,
    to: String,
    message: &'a str,
    /// Whether it carries the value, or only answers.
    carries: bool,
    what: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct OneFault<'a> {
    what: &'a str,
    /// Below zero if it was there before the client asked.
    begun_ms: f64,
    ended_ms: Option<f64>,
    nodes: Vec<&'a str>,
}

/// The whole answer.
pub(crate) fn json(story: &Story<'_>) -> String {
    let Story { experiment, cell, node, seed, digest, life } = *story;
    let origin = life.invoked.since(life.origin).as_millis_f64();
    let whole = Whole {
        format: FORMAT,
        experiment,
        cell,
        node,
        engine: "simulated",
        seed,
        trace_digest: digest,
        value: life.value,
        invoked_ms: origin,
        acknowledged_ms: life.acknowledged.map(|at| life.millis(at)),
        nodes: life.names.iter().zip(&life.reached).map(|(name, how)| one_node(life, name, *how)).collect(),
        messages: life.messages.iter().map(|message| one_message(life, message)).collect(),
        faults: life
            .faults
            .iter()
            .map(|fault| OneFault {
                what: &fault.what,
                begun_ms: fault.begun.since(life.origin).as_millis_f64() - origin,
                ended_ms: fault.ended.map(|at| life.millis(at)),
                nodes: fault.victims.iter().map(|node| life.names[*node as usize].as_str()).collect(),
            })
            .collect(),
    };
    serde_json::to_string_pretty(&whole).expect("plain words and numbers") + "\n"
}

fn one_node<'a>(life: &Life, node: &'a str, how: Option<super::life::Reached>) -> OneNode<'a> {
    OneNode {
        node,
        reached_ms: how.map(|how| life.millis(how.at)),
        from: how.map(|how| life.name(how.parent)),
        hops: how.and_then(|how| how.hops),
    }
}

fn one_message<'a>(life: &Life, message: &'a Message) -> OneMessage<'a> {
    let millis = |at: Time| life.millis(at);
    let (received, lost) = match message.end {
        End::Arrived { at, .. } => (Some(at), None),
        End::Lost { at, .. } => (None, Some(at)),
        End::UnderWay => (None, None),
    };
    OneMessage {
        id: message.id,
        sent_ms: millis(message.sent),
        received_ms: received.map(millis),
        lost_ms: lost.map(millis),
        hop: if let Role::Carrier { hop } = message.role { hop } else { None },
        from: life.name(message.src),
        to: life.name(message.dest),
        message: &message.kind,
        carries: message.is_carrier(),
        what: message.fate(),
    }
}
