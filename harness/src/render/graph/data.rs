//! A topology as data.
//!
//! Absent: the words that a terminal gets ([`super::text`]).

use serde_json::{Value, json};

use super::names;
use crate::topology::spread::{Cost, Relay, Spread};
use crate::topology::{Graph, KnownTo, sum_of_squares};

/// Everything that [`super::text`] tells, as data.
pub(crate) fn data(graph: &Graph, latency_ms: u32) -> Value {
    let cost = |relay| {
        Cost::of(graph, relay).map(|cost| {
            let (soonest, median, farthest) = cost.hops;
            json!({
                "messages-per-broadcast": {"least": cost.least, "mean": cost.mean, "most": cost.most},
                "messages-per-broadcast-acknowledged": {"least": cost.least * 2, "mean": cost.mean * 2.0, "most": cost.most * 2},
                "hops-until-all": {"least": soonest, "median": median, "most": farthest},
                "ms-until-all": {"least": soonest * latency_ms, "median": median * latency_ms, "most": farthest * latency_ms},
            })
        })
    };
    let degrees = graph.out_degrees();
    let from_root = graph.hops_from(graph.root);
    let node = |node: u32| {
        let farthest = |relay| Spread::of(graph, node, relay).until_all();
        json!({
            "node": format!("n{node}"),
            "neighbours": names(&graph.neighbours[node as usize]),
            "children": names(&graph.children[node as usize]),
            "hops-from-root": from_root[node as usize],
            "eccentricity": graph.hops_from(node).into_iter().flatten().max(),
            "hops-until-all": farthest(Relay::Off),
            "hops-until-all-relayed": graph.relays().then(|| farthest(Relay::On)),
        })
    };
    json!({
        "topology": graph.name,
        "known-to": match graph.known_to {
            KnownTo::Experiment => "experiment",
            KnownTo::Node => "node",
            KnownTo::Test => "test",
        },
        "nodes": graph.nodes(),
        "root": format!("n{}", graph.root),
        "edges": graph.edges(),
        "edges-one-way": graph.one_way(),
        "is-tree": graph.is_tree(),
        "latency-ms": latency_ms,
        "out-degrees": degrees,
        "sum-of-squared-out-degrees": sum_of_squares(&degrees),
        "relay-off": cost(Relay::Off),
        "relay-on": cost(Relay::On),
        "each-node": (0..graph.nodes()).map(node).collect::<Vec<_>>(),
    })
}
