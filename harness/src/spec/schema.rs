//! An experiment file's shape as a JSON Schema (draft 7), for editors: completion, help on hover, mistakes as they are typed.
//!
//! Names and words come from the tables that the reader itself uses ([`super::check`], [`super::option`], [`Figure`], the
//! node's features), so the schema knows every key that the reader knows; a test finds those nobody has described yet. The
//! schema refuses nothing that the reader takes, but for words in quotes where a number is meant. It takes what only a whole
//! file can tell: values that stand twice, cells that no axis makes.
//!
//! Absent: the reader's own rules ([`super::check`] and below).

mod drawn;
mod option;
mod search;
mod value;

use node::Config;
use serde_json::{Map, Value, json};

use self::value::{array, choice, either, quoted, word};
use super::axis::AxisKind;
use super::{check, limit, option as options};
use crate::figure::{Figure, Unit};

/// The schema, for a node with these features ([`crate::artifact::Toolchain::known_features`]).
pub fn schema(features: &[String]) -> Value {
    let mut properties = Map::new();
    for key in check::KEYS {
        properties.insert(key.to_owned(), section(key, features).unwrap_or_else(|| json!({})));
    }
    // What an axis's name means depends on what is tested: a feature or a group of features before an option of the test.
    let names = AxisNames::of(features);
    let groups: Map<String, Value> =
        names.groups().map(|(name, axis)| (name.clone(), listed(with_drawn(&name, axis)))).collect();
    let own_node = json!({"required": ["node"], "properties": {"node": {"type": "object", "required": ["crate"]}}});
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "An experiment",
        "description": "What `harness run` runs: a test, a node, a matrix of variants, and limits on what is measured.",
        "type": "object",
        "required": ["name"],
        "properties": properties,
        "additionalProperties": false,
        "anyOf": [
            {"required": ["node"], "properties": {"node": {"type": "object", "required": ["crate"]}}},
            {"required": ["node"], "properties": {"node": {"type": "object", "required": ["bin"]}}},
            {"required": ["matrix"], "properties": {"matrix": {"type": "object", "required": ["bin"]}}},
        ],
        "allOf": [drawn::without_drawings(&names, &own_node)],
        "if": own_node,
        "then": {"properties": {"matrix": {
            "properties": groups,
            "not": {"type": "object", "required": ["bin"]},
        }}},
        "else": {"properties": {"matrix": {
            "properties": {"topology": listed(reference("topology"))},
            "propertyNames": {"not": {"enum": features}},
        }}},
        "definitions": definitions(features),
    })
}

/// One key of an experiment. `None` if nobody has described it.
fn section(key: &str, features: &[String]) -> Option<Value> {
    Some(match key {
        "name" => word(
            "Names the experiment and, below the store, the directory of its results.",
            &json!({"pattern": NAME, "maxLength": check::NAME_MAX, "examples": ["mine"],
                "patternErrorMessage": "must be usable as the name of a directory: no / \\ : * ? \" < > |, no dot at an end"}),
        ),
        "description" => word("What the experiment is about, in a sentence. Stands above its results.", &json!({})),
        "engine" => choice(
            "What runs the tests. `--engine` on the command line goes before it.",
            check::ENGINES.map(|(word, _)| word),
            engine_meaning,
            Some("auto"),
        ),
        "test" => json!({
            "description": "The test, in Maelstrom's options. What is left out is as Maelstrom has it.",
            "type": ["object", "null"],
            "properties": options::NAMES.map(|name| (name.to_owned(), reference(name))).into_iter().collect::<Map<_, _>>(),
            "additionalProperties": false,
            "not": {"type": "object", "required": ["node-count", "nodes"]},
        }),
        "node" => node(features),
        "matrix" => matrix(features),
        "exclude" => cells("Cells of the matrix that are not run: all that have these values."),
        "include" => cells("Cells besides the matrix's, each naming every axis. They may set what no axis does."),
        "limits" => limits(),
        "require" => described(
            "Which cells must keep the limits for the answer to be yes. The others are for information.",
            either([
                json!({"enum": check::REQUIRE.map(|(word, _)| word), "default": "all"}),
                cells("All cells that have these values."),
            ]),
        ),
        "repeat" => json!({
            "description": "How often each cell is run, each time with the next seed.",
            "type": "integer", "minimum": 1, "maximum": check::REPEAT_MAX, "default": 1,
        }),
        "judge" => choice(
            "Which value over the repetitions the limits are held against.",
            check::STATISTICS.map(|(word, _)| word),
            statistic_meaning,
            Some("worst"),
        ),
        "seed" => json!({
            "description": "The seed of every cell's first run. The same seed draws the same latencies, operations and faults.",
            "type": "integer", "minimum": 0, "maximum": u64::MAX, "default": 0,
        }),
        "search" => search::search(),
        "topologies" => drawn::topologies(),
        _ => return None,
    })
}

/// The section `node`.
fn node(features: &[String]) -> Value {
    let property = |key: &str| match key {
        "crate" => json!({
            "description": "This project's own node, built with `features`.",
            "enum": ["node"],
        }),
        "features" => json!({
            "description": "Features that are on in every cell. One that changes from cell to cell is an axis of `matrix`.",
            "type": ["array", "null"], "items": {"enum": features}, "examples": [["topology-star"]],
        }),
        "bin" => json!({
            "description": "A program in any language. A relative path begins at this file.",
            "type": "string", "minLength": 1, "examples": ["./my-node"],
        }),
        "args" => array("What the program is started with.", argument_list(), json!([["--batch", "50ms"]])),
        _ => json!({}),
    };
    json!({
        "description": "What is tested: `crate: node`, or `bin:` and a path.",
        "type": ["object", "null"],
        "properties": check::NODE_KEYS.map(|key| (key.to_owned(), property(key))).into_iter().collect::<Map<_, _>>(),
        "additionalProperties": false,
        "not": {"type": "object", "required": ["crate", "bin"]},
        "dependencies": {"features": ["crate"]},
        "examples": [{"crate": "node"}, {"bin": "./my-node"}],
    })
}

/// Every name that an axis can have, and the shape of one value.
struct AxisNames<'a> {
    features: &'a [String],
}

impl<'a> AxisNames<'a> {
    fn of(features: &'a [String]) -> Self {
        Self { features }
    }

    fn all(&self) -> impl Iterator<Item = (String, AxisKind)> {
        let options = options::NAMES
            .into_iter()
            .flat_map(|name| [name.to_owned(), format!("test.{name}")].map(|key| (key, AxisKind::Option(name))));
        let named = [("args".to_owned(), AxisKind::Args), ("bin".to_owned(), AxisKind::Bin)];
        let arguments =
            Config::ARGUMENTS.into_iter().filter_map(|flag| flag.strip_prefix("--").map(|name| (name, flag)));
        let arguments = arguments.map(|(name, flag)| (name.to_owned(), AxisKind::Argument(flag)));
        let switches = self.features.iter().map(|feature| (feature.clone(), AxisKind::Switch(feature.clone())));
        let groups = self.features.iter().filter_map(|feature| feature.split_once('-'));
        let groups = groups.map(|(group, _)| (group.to_owned(), AxisKind::Group(group.to_owned())));
        options.chain(named).chain(arguments).chain(groups).chain(switches)
    }

    /// The shape of one value.
    fn value(&self, kind: &AxisKind) -> Value {
        match kind {
            AxisKind::Args => described("The program's arguments: one word, or a list.", argument_list()),
            AxisKind::Argument(flag) => json!({
                "description": format!("The node's argument `{flag}`: how long its batches gather, with the unit."),
                "type": "string", "examples": ["200ms"],
            }),
            AxisKind::Bin => json!({
                "description": "A program in any language. A relative path begins at this file.",
                "type": "string", "minLength": 1,
            }),
            AxisKind::Group(group) => {
                let variants =
                    self.features.iter().filter_map(|feature| feature.strip_prefix(group)?.strip_prefix('-'));
                json!({
                    "description": format!("One of the node's features that begin with `{group}-`."),
                    "enum": variants.collect::<Vec<_>>(),
                })
            }
            AxisKind::Option(name) => reference(name),
            AxisKind::Switch(feature) => described(
                &format!("The node's feature `{feature}`: on, off, or a list of both."),
                either([
                    json!({"enum": ["on", "off"]}),
                    json!({"type": "boolean"}),
                    json!({"type": "string", "pattern": "^\\s*([Oo][Nn]|[Oo][Ff][Ff]|[Yy][Ee][Ss]|[Nn][Oo]|[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])\\s*$"}),
                ]),
            ),
        }
    }

    fn groups(&self) -> impl Iterator<Item = (String, Value)> {
        self.all().filter(|(_, kind)| matches!(kind, AxisKind::Group(_))).map(|(name, kind)| (name, self.value(&kind)))
    }

    /// Each name with what a value of it may be, whatever is tested.
    fn values(&self) -> Map<String, Value> {
        let mut values: Map<String, Value> = Map::new();
        for (name, kind) in self.all() {
            let value = match &kind {
                AxisKind::Group(_) => with_drawn(&name, self.value(&kind)),
                _ => self.value(&kind),
            };
            let value = match values.remove(&name) {
                // `topology` is a group of features, or what the test offers.
                Some(other) if other != value => either([value, other]),
                _ => value,
            };
            values.insert(name, value);
        }
        values
    }
}

/// The values of a group of features; of `topology` also what the file draws.
fn with_drawn(group: &str, variants: Value) -> Value {
    if group == "topology" { either([variants, json!({"type": "string", "pattern": drawn::NAME})]) } else { variants }
}

/// The section `matrix`: every axis has a value or a list of them.
fn matrix(features: &[String]) -> Value {
    let mut axes = AxisNames::of(features).values();
    for (name, value) in &mut axes {
        let is_list = name.trim_start_matches("test.") == "nodes";
        let single = std::mem::take(value);
        *value = if is_list { values(&single) } else { listed(single) };
    }
    json!({
        "description": "The axes: one cell is run for every combination of their values. An axis is a feature of the node, a \
                        group of features, an option of the test, the program's arguments, or the program.",
        "type": ["object", "null"],
        "properties": axes,
        "additionalProperties": false,
        "examples": [{"topology": ["grid", "star"], "relay-to-master": ["on", "off"]}],
    })
}

/// A list of groups of cells, each by values of axes.
fn cells(description: &str) -> Value {
    json!({"description": description, "type": ["array", "null"], "items": reference("cell")})
}

/// The section `limits`: any figure can carry one.
fn limits() -> Value {
    let limit = |figure: Figure| {
        let shape = reference(match figure.unit() {
            Unit::Milliseconds => "limit-on-a-latency",
            Unit::Ratio if figure == Figure::OkFraction => "limit-on-a-share",
            Unit::Count | Unit::Ratio => "limit-on-a-number",
        });
        (figure.name().to_owned(), described(figure.meaning(), listed(shape)))
    };
    json!({
        "description": "What each required cell must keep. Any figure of a run can carry a limit.",
        "type": ["object", "null"],
        "properties": Figure::ALL.map(limit).into_iter().collect::<Map<_, _>>(),
        "additionalProperties": false,
        "examples": [{"msgs-per-op": "< 30", "stable-latency.max": "< 600ms"}],
    })
}

/// Shapes that stand in several places.
fn definitions(features: &[String]) -> Value {
    let limit = |figure: Figure, number: &str, unit: &str, error: &str| {
        quoted(
            &format!("^\\s*(<=|>=|==|<|>|=)\\s*\\+?{number}\\s*{unit}\\s*$"),
            error,
            &[limit::example(figure).trim_matches('"')],
        )
    };
    let number = value::NUMBER;
    let mut all = Map::new();
    let shapes = [
        (
            "limit-on-a-latency",
            limit(Figure::StableLatencyMax, number, "(ms|s)", "a comparison, a number and `ms` or `s`: \"< 400ms\""),
        ),
        ("limit-on-a-number", limit(Figure::MsgsPerOp, number, "", "a comparison and a number: \"< 30\"")),
        (
            "limit-on-a-share",
            limit(Figure::OkFraction, value::SHARE, "", "a comparison and a share from 0 to 1: \">= 0.99\""),
        ),
    ];
    all.extend(shapes.map(|(name, shape)| (name.to_owned(), shape)));
    for name in options::NAMES {
        all.insert(name.to_owned(), option::option(name).unwrap_or_else(|| json!({})));
    }
    let cell = json!({
        "type": "object", "minProperties": 1, "additionalProperties": false,
        "properties": AxisNames::of(features).values(),
    });
    all.insert("cell".to_owned(), cell);
    Value::Object(all)
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/definitions/{name}")})
}

/// One word, or a list of them.
fn argument_list() -> Value {
    let words = json!({"type": ["string", "number", "boolean"]});
    either([words.clone(), json!({"type": "array", "items": words})])
}

/// A value, or a list of values.
fn listed(value: Value) -> Value {
    let list = values(&value);
    either([value, list])
}

fn values(value: &Value) -> Value {
    json!({"type": "array", "minItems": 1, "uniqueItems": true, "items": value})
}

fn described(description: &str, mut shape: Value) -> Value {
    shape["description"] = description.into();
    shape
}

fn engine_meaning(word: &str) -> Option<&'static str> {
    Some(match word {
        "auto" => "Maelstrom if it is found, else embedded",
        "embedded" => "the engine in this program: real node processes in any language, no Java",
        "maelstrom" => "the official program; needs Java",
        "simulated" => "this project's node under a clock that jumps: milliseconds a run, the same figures for a seed",
        _ => return None,
    })
}

fn statistic_meaning(word: &str) -> Option<&'static str> {
    Some(match word {
        "mean" => "the arithmetic mean",
        "median" => "the middle value",
        "worst" => "the value farthest on the wrong side: every single run keeps the limits",
        _ => return None,
    })
}

/// What [`super::check`] says of names.
const NAME: &str = r#"^\s*(?![.-])[^\u0000-\u001f\u007f/\\:*?"<>|]*[^\u0000-\u001f\u007f/\\:*?"<>|.]\s*$"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_and_option_is_described() {
        let whole = schema(&[]);
        let keys = check::KEYS.map(|key| format!("/properties/{key}"));
        let node = check::NODE_KEYS.map(|key| format!("/properties/node/properties/{key}"));
        let options = options::NAMES.map(|name| format!("/definitions/{name}"));
        let places = keys.into_iter().chain(node).chain(options);
        let silent: Vec<_> =
            places.filter(|place| whole.pointer(place).is_none_or(|value| value["description"].is_null())).collect();
        assert_eq!(
            silent, [""; 0],
            "the reader knows these, and spec/schema.rs or spec/schema/option.rs does not describe them"
        );
    }

    #[test]
    fn every_word_of_a_choice_is_explained() {
        for (word, _) in check::ENGINES {
            assert!(engine_meaning(word).is_some(), "{word}");
        }
        for (word, _) in check::STATISTICS {
            assert!(statistic_meaning(word).is_some(), "{word}");
        }
    }

    #[test]
    fn an_axis_that_is_a_feature_and_an_option_takes_both_until_the_node_is_known() {
        let whole = schema(&["topology-star".to_owned()]);
        let axis = &whole["properties"]["matrix"]["properties"]["topology"];
        assert_eq!(axis["anyOf"][0]["anyOf"][0]["anyOf"][0]["enum"], json!(["star"]), "{axis}");
        assert_eq!(axis["anyOf"][0]["anyOf"][1], reference("topology"));
        let of_the_node = &whole["then"]["properties"]["matrix"]["properties"]["topology"];
        assert_eq!(of_the_node["anyOf"][0]["anyOf"][0]["enum"], json!(["star"]));
    }
}
