//! The sections that make cells: `matrix`, `exclude`, `include`, and the lists of `require`.
//!
//! Absent: what they come to together; that is [`super::cells`].

use super::axis::{AxisKind, Choice, Vocabulary};
use super::diagnostic::{Code, Diagnostic, Problems, listed, shown};
use super::nearest::nearest;
use super::value::{list, mapping, one_or_more};
use super::yaml::{Key, Kind, Node};
use super::{Assignment, Axis, NodeSpec};

/// Whether an axis names binaries, so that `node` needs none of its own.
pub(super) fn names_binaries(matrix: &Node) -> bool {
    matches!(&matrix.kind, Kind::Mapping(entries) if entries.iter().any(|(key, _)| key.name == "bin"))
}

/// The section `matrix`: axes and their values. An axis with one value may leave out the list.
pub(super) fn axes(node: &Node, tested: &NodeSpec, vocabulary: &Vocabulary<'_>, problems: &mut Problems) -> Vec<Axis> {
    let mut axes: Vec<Axis> = Vec::new();
    let mut keys: Vec<&Key> = Vec::new();
    for (key, value) in mapping(node, "`matrix`", problems).unwrap_or_default() {
        let kind = match vocabulary.kind(key) {
            Ok(kind) => kind,
            Err(problem) => {
                problems.push(*problem);
                continue;
            }
        };
        if let Some(other) = axes.iter().position(|axis| axis.kind.overlaps(&kind)) {
            let title = format!("`{}` and `{}` are the same axis", axes[other].name, key.name);
            let problem = Diagnostic::new(Code::ConflictingKeys, &key.span, title, "remove one of them");
            problems.push(problem.also(&keys[other].span, "the other"));
            continue;
        }
        always_on(key, &kind, tested, problems);
        if one_or_more(value).is_empty() {
            let title = format!("the axis `{}` has no value", key.name);
            problems.push(Diagnostic::new(Code::EmptyAxis, &value.span, title, "expected at least one"));
        }
        let mut choices: Vec<Choice> = Vec::new();
        for item in one_or_more(value) {
            let Some(choice) = vocabulary.choice(key, &kind, item, problems) else { continue };
            match choices.iter().find(|other| other.setting == choice.setting) {
                Some(other) => {
                    let title = format!("the axis `{}` has the value `{}` twice", key.name, shown(&choice.text));
                    let problem = Diagnostic::new(Code::DuplicateValue, &choice.span, title, "remove one of them");
                    problems.push(problem.also(&other.span, "first here"));
                }
                None => choices.push(choice),
            }
        }
        keys.push(key);
        axes.push(Axis { name: key.name.clone(), kind, choices });
    }
    axes
}

/// The section `include`: cells by their values. They may set what no axis does.
pub(super) fn include(node: &Node, vocabulary: &Vocabulary<'_>, problems: &mut Problems) -> Vec<Assignment> {
    groups(node, "`include`", |key| vocabulary.kind(key), vocabulary, problems)
}

/// The section `exclude`, or a list of `require`: groups of cells by values of known axes.
pub(super) fn assignments(
    node: &Node,
    what: &str,
    known: &[(&str, &AxisKind)],
    vocabulary: &Vocabulary<'_>,
    problems: &mut Problems,
) -> Vec<Assignment> {
    let kind = |key: &Key| {
        let found = vocabulary.kind(key).ok();
        let found = found.filter(|kind| known.iter().any(|(_, other)| other.overlaps(kind)));
        found.ok_or_else(|| Box::new(unknown_axis(key, known)))
    };
    groups(node, what, kind, vocabulary, problems)
}

/// The axes of the matrix and what included cells set besides, by name.
pub(super) fn known_axes<'a>(axes: &'a [Axis], include: &'a [Assignment]) -> Vec<(&'a str, &'a AxisKind)> {
    let axes = axes.iter().map(|axis| (axis.name.as_str(), &axis.kind));
    let choices = include.iter().flat_map(|assignment| &assignment.choices);
    axes.chain(choices.map(|choice| (choice.axis.as_str(), &choice.kind))).collect()
}

fn groups(
    node: &Node,
    what: &str,
    kind: impl Fn(&Key) -> Result<AxisKind, Box<Diagnostic>>,
    vocabulary: &Vocabulary<'_>,
    problems: &mut Problems,
) -> Vec<Assignment> {
    let mut groups = Vec::new();
    for item in list(node, what, problems).unwrap_or_default() {
        let Some(entries) = mapping(item, &format!("a cell of {what}"), problems) else { continue };
        if entries.is_empty() {
            let title = format!("a cell of {what} has the value of at least one axis");
            problems.push(Diagnostic::new(Code::MissingKey, &item.span, title, "expected an axis and its value"));
            continue;
        }
        let mut choices: Vec<Choice> = Vec::new();
        for (key, value) in entries {
            match kind(key) {
                Ok(kind) if choices.iter().any(|choice| choice.kind.overlaps(&kind)) => {
                    let title = format!("`{}` says again what this cell says already", key.name);
                    problems.push(Diagnostic::new(Code::ConflictingKeys, &key.span, title, "remove one of them"));
                }
                Ok(kind) => choices.extend(vocabulary.choice(key, &kind, value, problems)),
                Err(problem) => problems.push(*problem),
            }
        }
        groups.push(Assignment { choices, span: item.span.clone() });
    }
    groups
}

/// A feature that every node is built with cannot be an axis too.
fn always_on(key: &Key, kind: &AxisKind, tested: &NodeSpec, problems: &mut Problems) {
    let NodeSpec::Crate(features) = tested else { return };
    let sets = |feature: &str| match kind {
        AxisKind::Group(group) => feature.strip_prefix(group.as_str()).is_some_and(|rest| rest.starts_with('-')),
        AxisKind::Switch(name) => feature == name,
        AxisKind::Args | AxisKind::Argument(_) | AxisKind::Bin | AxisKind::Option(_) => false,
    };
    if let Some((feature, span)) = features.iter().find(|(feature, _)| sets(feature)) {
        let title = format!("the axis `{}` sets what `features` turns on already", key.name);
        let problem = Diagnostic::new(Code::ConflictingFeatures, &key.span, title, "remove one of them");
        problems.push(problem.also(span, format!("`{feature}` is always on")));
    }
}

fn unknown_axis(key: &Key, known: &[(&str, &AxisKind)]) -> Diagnostic {
    let names = || known.iter().map(|(name, _)| *name);
    let title = format!("`{}` is no axis of this matrix", shown(&key.name));
    let label = if known.is_empty() {
        "this experiment has no axes".to_owned()
    } else {
        format!("not one of {}", listed(names()))
    };
    let help = nearest(&key.name, names()).map(|near| format!("an axis with a similar name exists: `{near}`"));
    Diagnostic::new(Code::UnknownAxis, &key.span, title, label).help(help)
}
