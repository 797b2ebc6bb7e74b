//! The shape of the section `search`.
//!
//! Absent: limits, which a question shares with the experiment.

use serde_json::{Map, Value, json};

use super::value::choice;
use super::{described, limits, reference};
use crate::figure::Figure;
use crate::spec::search::{self, Search};

/// The section `search`. What one of its keys lacks here, a test finds.
pub(super) fn search() -> Value {
    let usual = Search::default();
    let figures = |description: &str, usual: Figure| {
        choice(
            description,
            Figure::ALL.map(Figure::name),
            |name| Figure::named(name).map(Figure::meaning),
            Some(usual.name()),
        )
    };
    let property = |key: &str| match key {
        "cost" => figures("What a design is to have little of.", usual.cost),
        "against" => figures("What the cost is set against.", usual.against),
        "seeds" => json!({
            "description": "With how many seeds each design of the front is measured.",
            "type": "integer", "minimum": 1, "maximum": search::SEEDS_MAX, "default": usual.seeds,
        }),
        "first-seeds" => json!({
            "description": "With how many seeds each design of a large space is measured at first; then the beaten ones are dropped.",
            "type": "integer", "minimum": 1, "maximum": search::SEEDS_MAX, "default": usual.first_seeds,
        }),
        "budget" => json!({
            "description": "At most so many runs. What they do not reach for is told.",
            "type": "integer", "minimum": 1, "maximum": u32::MAX,
        }),
        "safe-under" => described("What a design must survive without losing a value.", reference("nemesis")),
        "questions" => {
            let mut asked = limits();
            asked["description"] = "What the answer must keep, judged as `judge` says.".into();
            asked["minProperties"] = 1.into();
            json!({
                "description": "Named sets of limits. The answer to each is the safe design with the least cost that keeps them.",
                "type": ["object", "null"], "additionalProperties": asked,
                "examples": [{"3d": {"stable-latency.median": "< 400ms", "stable-latency.max": "< 600ms"}}],
            })
        }
        _ => json!({}),
    };
    json!({
        "description": "What `harness search` looks for in the matrix: the designs that no other beats in cost and latency.",
        "type": ["object", "null"],
        "properties": search::KEYS.map(|key| (key.to_owned(), property(key))).into_iter().collect::<Map<_, _>>(),
        "additionalProperties": false,
    })
}
