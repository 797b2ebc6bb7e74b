//! The shape of the section `topologies`, and of what the use of a drawn topology depends on.
//!
//! Absent: whether a value comes from every node to every other, which only the reader can tell.

use engine::Topology;
use serde_json::{Value, json};

use super::{AxisNames, listed};
use crate::spec::option::NODES_MAX;

/// The section `topologies`.
pub(super) fn topologies() -> Value {
    json!({
        "description": "Topologies of your own by name, for `topology` in the test or on an axis: each node with the list of its \
                        neighbours. An edge leads one way; one that leads both ways stands in both lists.",
        "type": ["object", "null"],
        "propertyNames": {"pattern": NAME, "maxLength": 40, "not": {"enum": Topology::NAMED.map(|(word, _)| word)}},
        "additionalProperties": drawing(),
        "examples": [{"mine": {"n0": ["n1", "n2"], "n1": ["n0"], "n2": ["n0"]}}],
    })
}

/// One drawing.
pub(super) fn drawing() -> Value {
    let name = json!({"type": ["string", "number", "boolean"]});
    json!({
        "type": "object", "minProperties": 1, "maxProperties": NODES_MAX,
        "additionalProperties": {"anyOf": [
            name.clone(),
            {"type": ["array", "null"], "uniqueItems": true, "items": name},
        ]},
        "examples": [{"n0": ["n1", "n2"], "n1": ["n0"], "n2": ["n0"]}],
    })
}

/// What holds in a file without the section: a name means nothing that the program does not know itself.
pub(super) fn without_drawings(names: &AxisNames<'_>, own_node: &Value) -> Value {
    let none = json!({"not": {"required": ["topologies"]}});
    let known = json!({"anyOf": [{"enum": Topology::NAMED.map(|(word, _)| word)}, {"type": "object"}]});
    let axis = |name: &str, value: Value| json!({"properties": {"matrix": {"properties": {name: value}}}});
    let offered = listed(json!({"enum": Topology::NAMED.map(|(word, _)| word)}));
    let by_feature = names.groups().find(|(name, _)| name == TOPOLOGY);
    let by_feature = by_feature.map_or_else(|| json!({}), |(_, value)| axis(TOPOLOGY, listed(value)));
    json!({
        "if": none,
        "then": {"allOf": [
            {"properties": {"test": {"properties": {TOPOLOGY: known}}}},
            axis("test.topology", offered.clone()),
            {"if": own_node, "then": by_feature, "else": axis(TOPOLOGY, offered)},
        ]},
    })
}

/// A name that a drawn topology can have.
pub(super) const NAME: &str = "^\\s*[A-Za-z][A-Za-z0-9._-]*\\s*$";

const TOPOLOGY: &str = "topology";
