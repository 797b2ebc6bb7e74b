//! The meaning of an experiment's keys.
//!
//! Absent: YAML ([`super::yaml`]), single values ([`super::value`], [`super::option`], [`super::limit`]), the matrix's
//! sections ([`super::matrix`]), and the matrix as a whole ([`super::cells`]).

use std::collections::BTreeMap;

use camino::Utf8Path;
use engine::Options;

use super::axis::{AxisKind, Choice, Setting, Vocabulary, arguments};
use super::diagnostic::{Code, Diagnostic, Problems, shown};
use super::option::{self, TestOption};
use super::topologies::Topologies;
use super::value::{Fields, choice, list, number, word};
use super::yaml::{Kind, Node};
use super::{NodeSpec, Require, Spec, cells, limit, matrix, search};
use crate::limit::JudgedBy;
use crate::plan::EngineChoice;

/// Reads an experiment. What comes back is whole only if no problem was found.
pub(super) fn experiment(
    root: &Node,
    directory: &Utf8Path,
    features: &[String],
    problems: &mut Problems,
) -> Option<Spec> {
    let fields = Fields::read(root, "an experiment", &KEYS, problems)?;
    let name = required(&fields, "name", root, NAME_HELP, problems).and_then(|node| name(node, problems));
    let description = fields.value("description").and_then(|node| word(node, "`description`", problems));
    let engine = fields.value("engine").and_then(|node| choice(node, "`engine`", &ENGINES, problems));
    let (node, args) = match fields.value("node") {
        // Such an axis says what is tested in every cell.
        None if fields.value("matrix").is_some_and(matrix::names_binaries) => (NodeSpec::Bin(None), Vec::new()),
        _ => required(&fields, "node", root, NODE_HELP, problems)
            .and_then(|section| node(section, fields.value("matrix"), features, directory, problems))
            .unwrap_or_else(|| (NodeSpec::Crate(BTreeMap::new()), Vec::new())),
    };

    let features = matches!(node, NodeSpec::Crate(_)).then_some(features);
    let topologies = fields
        .value("topologies")
        .map_or_else(Topologies::default, |node| Topologies::read(node, features.unwrap_or_default(), problems));
    let test = fields.value("test").map_or_else(Vec::new, |node| test(node, &topologies, problems));
    let vocabulary = Vocabulary { features, topologies: &topologies, directory };
    let axes =
        fields.value("matrix").map_or_else(Vec::new, |section| matrix::axes(section, &node, &vocabulary, problems));
    let include =
        fields.value("include").map_or_else(Vec::new, |section| matrix::include(section, &vocabulary, problems));
    let known = matrix::known_axes(&axes, &[]);
    let exclude = fields
        .value("exclude")
        .map_or_else(Vec::new, |section| matrix::assignments(section, "`exclude`", &known, &vocabulary, problems));
    let known = matrix::known_axes(&axes, &include);
    let require =
        fields.value("require").map_or(Require::All, |section| require(section, &known, &vocabulary, problems));
    let search = fields.value("search").and_then(|section| search::search(section, problems));
    let limits = fields.value("limits").map_or_else(Vec::new, |section| limit::limits(section, problems));

    let repeat = whole(&fields, "repeat", 1, REPEAT_MAX, problems).unwrap_or(1);
    let judged_by = fields.value("judge").and_then(|node| choice(node, "`judge`", &STATISTICS, problems));
    let seed = whole(&fields, "seed", 0, u64::MAX, problems).unwrap_or(0);
    let options = options(seed, &test);
    let spec = Spec {
        name: name.unwrap_or_default().to_owned(),
        description: description.unwrap_or_default().to_owned(),
        engine: engine.unwrap_or_default(),
        limits,
        repeat: u32::try_from(repeat).expect("at most `REPEAT_MAX`"),
        judged_by: judged_by.unwrap_or_default(),
        require,
        search,
        test,
        options,
        topologies,
        node,
        args,
        matrix: fields.field("matrix").map_or(root.span.clone(), |(key, _)| key.span.clone()),
        axes,
        exclude,
        include,
    };
    // What follows from a mistake is no second mistake.
    if problems.leave_cells_known() {
        cells::check(&spec, problems);
    }
    Some(spec)
}

/// What a cell runs that sets nothing itself.
fn options(seed: u64, test: &[Choice]) -> Options {
    let mut options = Options { seed, ..Options::default() };
    for choice in test {
        if let Setting::Option(option) = &choice.setting {
            option.apply(&mut options);
        }
    }
    options
}

/// An experiment's name, if it has a good one.
pub(super) fn name_of(root: &Node) -> Option<String> {
    let Kind::Mapping(fields) = &root.kind else { return None };
    let (_, value) = fields.iter().find(|(key, _)| key.name == "name")?;
    name(value, &mut Problems::default()).map(str::to_owned)
}

/// A field that no experiment lacks.
fn required<'a>(fields: &Fields<'a>, name: &str, root: &Node, help: &str, problems: &mut Problems) -> Option<&'a Node> {
    let found = fields.value(name);
    if found.is_none() {
        let title = format!("an experiment has a `{name}`");
        let problem = Diagnostic::new(Code::MissingKey, &root.span, title, format!("`{name}` is missing"));
        problems.push(problem.help(help.to_owned()));
    }
    found
}

fn whole(fields: &Fields<'_>, name: &str, least: u64, most: u64, problems: &mut Problems) -> Option<u64> {
    number(fields.value(name)?, &format!("`{name}`"), "a whole number", least, most, problems)
}

/// Whether a character can stand in no experiment's name, since some system has no directory of such a name.
pub(crate) fn is_barred(c: char) -> bool {
    c.is_control() || "/\\:*?\"<>|".contains(c)
}

/// Results are kept in a directory of this name, so it must be one on every system, and never a path out of the store.
fn name<'a>(node: &'a Node, problems: &mut Problems) -> Option<&'a str> {
    let name = word(node, "`name`", problems)?;
    let expected = if name.is_empty() || name.len() > NAME_MAX {
        format!("expected from 1 to {NAME_MAX} bytes")
    } else if let Some(wrong) = name.chars().find(|c| is_barred(*c)) {
        format!("expected no `{}`", wrong.escape_debug())
    } else if name.starts_with(['.', '-']) || name.ends_with('.') {
        "expected a letter or digit at both ends".to_owned()
    } else {
        return Some(name);
    };
    let title = format!("`{}` cannot be the name of a directory", shown(name));
    problems.push(Diagnostic::new(Code::BadName, &node.span, title, expected).help(NAME_HELP.to_owned()));
    None
}

/// The section `test`: options by name.
fn test(node: &Node, drawn: &Topologies, problems: &mut Problems) -> Vec<Choice> {
    let Some(fields) = Fields::read(node, "`test`", &option::NAMES, problems) else { return Vec::new() };
    if let (Some((count, _)), Some((names, _))) = (fields.field("node-count"), fields.field("nodes")) {
        let title = "`node-count` and `nodes` both say which nodes there are";
        let problem = Diagnostic::new(Code::ConflictingKeys, &names.span, title, "remove one of them");
        problems.push(problem.also(&count.span, "the other"));
    }
    let mut choices = Vec::new();
    for (key, value) in fields.iter() {
        let name = option::NAMES.into_iter().find(|name| *name == key.name).expect("only known keys are fields");
        if let Some(option) = TestOption::read(name, value, drawn, problems) {
            let kind = AxisKind::Option(name);
            let setting = Setting::Option(option);
            choices.push(Choice {
                axis: key.name.clone(),
                kind,
                text: String::new(),
                setting,
                span: value.span.clone(),
            });
        }
    }
    choices
}

/// The section `node`: what is tested, and its arguments.
fn node(
    section: &Node,
    matrix: Option<&Node>,
    features: &[String],
    directory: &Utf8Path,
    problems: &mut Problems,
) -> Option<(NodeSpec, Vec<String>)> {
    let fields = Fields::read(section, "`node`", &NODE_KEYS, problems)?;
    let args = fields.value("args").and_then(|node| arguments(node, problems)).unwrap_or_default();
    let has_bin_axis = matrix.is_some_and(matrix::names_binaries);
    let vocabulary = Vocabulary { features: Some(features), topologies: &Topologies::default(), directory };
    let node = match (fields.field("crate"), fields.field("bin")) {
        (Some((key, _)), Some((bin, _))) => {
            let title = "`crate` and `bin` both say what is tested";
            let problem = Diagnostic::new(Code::ConflictingKeys, &bin.span, title, "remove one of them");
            problems.push(problem.also(&key.span, "the other"));
            return None;
        }
        (Some((_, value)), None) => {
            choice(value, "`crate`", &[("node", ())], problems);
            let items =
                fields.value("features").and_then(|node| list(node, "`features`", problems)).unwrap_or_default();
            let feature = |item| Some((vocabulary.feature(item, problems)?, item.span.clone()));
            NodeSpec::Crate(items.iter().filter_map(feature).collect())
        }
        (None, bin) => {
            if let Some((features, _)) = fields.field("features") {
                let title = "`features` are those of a crate, and this node is a binary";
                let label = "only `crate: node` has features";
                problems.push(Diagnostic::new(Code::ConflictingKeys, &features.span, title, label));
            }
            if bin.is_none() && !has_bin_axis {
                let title = "`node` says what is tested: `crate` or `bin`";
                let problem = Diagnostic::new(Code::MissingKey, &section.span, title, "both are missing");
                problems.push(problem.help(NODE_HELP.to_owned()));
                return None;
            }
            NodeSpec::Bin(bin.and_then(|(_, value)| vocabulary.binary(value, problems)))
        }
    };
    Some((node, args))
}

/// The section `require`.
fn require(node: &Node, known: &[(&str, &AxisKind)], vocabulary: &Vocabulary<'_>, problems: &mut Problems) -> Require {
    match &node.kind {
        Kind::Sequence(_) => Require::Some(matrix::assignments(node, "`require`", known, vocabulary, problems)),
        Kind::Scalar(_) => match choice(node, "`require`", &REQUIRE, problems) {
            Some(false) => Require::None,
            _ => Require::All,
        },
        other => {
            let title = format!("`require` is `all`, `none` or a list of cells, not {}", other.name());
            let label = "expected a list, such as `[{topology: star}]`";
            problems.push(Diagnostic::new(Code::WrongType, &node.span, title, label));
            Require::All
        }
    }
}

/// The keys of an experiment.
pub(super) const KEYS: [&str; 15] = [
    "name",
    "description",
    "engine",
    "test",
    "topologies",
    "node",
    "matrix",
    "exclude",
    "include",
    "limits",
    "require",
    "repeat",
    "judge",
    "seed",
    "search",
];

pub(super) const ENGINES: [(&str, EngineChoice); 4] = [
    ("auto", EngineChoice::Auto),
    ("embedded", EngineChoice::Embedded),
    ("maelstrom", EngineChoice::Maelstrom),
    ("simulated", EngineChoice::Simulated),
];

pub(super) const STATISTICS: [(&str, JudgedBy); 3] =
    [("worst", JudgedBy::Worst), ("median", JudgedBy::Median), ("mean", JudgedBy::Mean)];

/// The keys of the section `node`.
pub(super) const NODE_KEYS: [&str; 4] = ["crate", "features", "bin", "args"];

/// What `require` may be besides a list of cells; whether that is all of them.
pub(super) const REQUIRE: [(&str, bool); 2] = [("all", true), ("none", false)];

const NAME_HELP: &str = "results are kept in a directory of this name: `name: my-experiment`";

const NODE_HELP: &str = "write `node: {crate: node}`, or `node: {bin: PATH}` for a program of your own";

/// File systems end at 255 bytes; a time is added.
pub(super) const NAME_MAX: usize = 100;

/// Whoever writes more means something else.
pub(super) const REPEAT_MAX: u64 = 10_000;
