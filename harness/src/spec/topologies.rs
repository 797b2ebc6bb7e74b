//! Topologies that a file draws, for the test to offer: each node with the list of its neighbours, as Maelstrom's `topology`
//! message has them.
//!
//! An edge leads one way, from the node whose list it stands in; one that leads both ways stands in two lists, as all of
//! Maelstrom's do. Whatever the lists, a value has to come from every node to every other, since clients broadcast everywhere.
//!
//! Absent: ways through a graph ([`reach`]).

mod reach;

use std::collections::{BTreeMap, BTreeSet};

use engine::{Custom, Topology};

use super::diagnostic::{Code, Diagnostic, Problems, listed, shown};
use super::nearest::nearest;
use super::value::{mapping, one_or_more, word};
use super::yaml::{Key, Kind, Node, Span};

/// The topologies of one file.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Topologies {
    /// In the file's order.
    drawn: Vec<Custom>,
    /// Those with mistakes: known by name, so that their use is no second mistake.
    mistaken: BTreeSet<String>,
}

impl Topologies {
    /// Reads the section `topologies`. `features` are the node's, whose topologies have names of their own.
    pub(super) fn read(node: &Node, features: &[String], problems: &mut Problems) -> Self {
        let mut all = Self::default();
        for (key, value) in mapping(node, "`topologies`", problems).unwrap_or_default() {
            match graph(&key.name, value, problems) {
                Some(custom) if is_free(key, features, problems) => all.drawn.push(custom),
                _ => _ = all.mistaken.insert(key.name.clone()),
            }
        }
        all
    }

    /// All of them, in the file's order.
    pub(super) fn all(&self) -> &[Custom] {
        &self.drawn
    }

    /// The one of that name.
    pub(super) fn named(&self, name: &str) -> Option<&Custom> {
        self.drawn.iter().find(|custom| custom.name == name)
    }

    /// Whether the file draws one of that name, rightly or not.
    pub(super) fn has(&self, name: &str) -> bool {
        self.named(name).is_some() || self.mistaken.contains(name)
    }

    /// Their names, for a message.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.drawn.iter().map(|custom| custom.name.as_str()).chain(self.mistaken.iter().map(String::as_str))
    }

    /// Reads a value of the test's option: a word of Maelstrom's, the name of a drawn one, or a drawing without a name.
    pub(super) fn choose(&self, node: &Node, problems: &mut Problems) -> Option<Topology> {
        if let Kind::Mapping(_) = node.kind {
            return graph(UNNAMED, node, problems).map(Topology::Custom);
        }
        let text = word(node, "`topology`", problems)?;
        if let Some((_, topology)) = Topology::NAMED.into_iter().find(|(word, _)| *word == text) {
            return Some(topology);
        }
        if self.has(text) {
            return self.named(text).cloned().map(Topology::Custom);
        }
        let names = || Topology::NAMED.iter().map(|(word, _)| *word).chain(self.names());
        let title = format!("`{}` is no value of `topology`", shown(text));
        let problem =
            Diagnostic::new(Code::UnknownChoice, &node.span, title, format!("not one of {}", listed(names())));
        let near = nearest(text, names()).map(|near| format!("a value with a similar name exists: `{near}`"));
        problems.push(problem.help(near).or_help(DRAW));
        None
    }
}

/// What is wrong with offering this topology to these nodes, if anything; `span` is where that is asked for.
pub(super) fn stranger(custom: &Custom, nodes: &[String], span: &Span) -> Option<Diagnostic> {
    let (extra, missing) = custom.strangers(nodes);
    let name = shown(&custom.name);
    let title = match (missing.first(), extra.first()) {
        (None, None) => return None,
        (Some(missing), _) => format!("the topology `{name}` lacks `{}`, which is a node of the test", shown(missing)),
        (None, Some(extra)) => format!("the topology `{name}` has `{}`, which is no node of the test", shown(extra)),
    };
    let label = format!("drawn for {} nodes, and the test has {}", custom.neighbours.len(), nodes.len());
    let few = |names: &[&str]| some(names.iter().copied());
    let help = match (missing.is_empty(), extra.is_empty()) {
        (true, _) => format!("leave {} out of the drawing, or add nodes to the test", few(&extra)),
        (false, true) => format!(
            "draw {}, or run the test with `node-count: {}` or a list of `nodes`",
            few(&missing),
            custom.neighbours.len()
        ),
        (false, false) => {
            format!("drawn and not in the test: {}; in the test and not drawn: {}", few(&extra), few(&missing))
        }
    };
    Some(Diagnostic::new(Code::ImpossibleTest, span, title, label).help(help))
}

/// Names go into names of cells and into `--only AXIS=VALUE`, and must not mean anything else.
fn is_free(key: &Key, features: &[String], problems: &mut Problems) -> bool {
    let name = key.name.as_str();
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let is_plain = name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(plain);
    let is_maelstroms = Topology::NAMED.iter().any(|(word, _)| *word == name);
    let is_nodes = features.iter().any(|feature| feature.strip_prefix("topology-") == Some(name));
    let wrong = if !is_plain || name.len() > NAME_MAX {
        format!("expected up to {NAME_MAX} letters, digits, `.`, `_` and `-`, a letter first")
    } else if is_maelstroms {
        "Maelstrom has a topology of this name; expected another name".to_owned()
    } else if is_nodes {
        format!("the node has the feature `topology-{name}`; expected another name")
    } else {
        return true;
    };
    let title = format!("no drawn topology can be called `{}`", shown(name));
    problems.push(Diagnostic::new(Code::BadName, &key.span, title, wrong));
    false
}

/// Reads a mapping of nodes to their neighbours.
fn graph(name: &str, node: &Node, problems: &mut Problems) -> Option<Custom> {
    let name = shown(name);
    let entries = mapping(node, &format!("the topology `{name}`"), problems)?;
    if entries.is_empty() {
        let title = format!("the topology `{name}` has no nodes");
        let label = "expected each node with its neighbours, such as `n0: [n1, n2]`";
        problems.push(Diagnostic::new(Code::BadTopology, &node.span, title, label));
        return None;
    }
    let mut mistakes = Problems::default();
    let lists: Vec<(&Key, Vec<(&str, &Span)>)> =
        entries.iter().map(|(key, list)| (key, neighbours(key, list, &mut mistakes))).collect();
    without_lists(&name, &lists, &mut mistakes);
    let names = |around: &[(&str, &Span)]| around.iter().map(|(other, _)| (*other).to_owned()).collect();
    let neighbours: BTreeMap<String, Vec<String>> =
        lists.iter().map(|(key, around)| (key.name.clone(), names(around))).collect();
    if mistakes.is_empty() {
        unreachable(&name, &lists, &neighbours, &mut mistakes);
    }
    let is_sound = mistakes.is_empty();
    problems.append(mistakes);
    is_sound.then_some(Custom { name, neighbours })
}

/// One node's list.
fn neighbours<'a>(key: &Key, list: &'a Node, problems: &mut Problems) -> Vec<(&'a str, &'a Span)> {
    let node = shown(&key.name);
    let mut around: Vec<(&str, &Span)> = Vec::new();
    for item in one_or_more(list) {
        let Some(other) = word(item, &format!("a neighbour of `{node}`"), problems) else { continue };
        if other == key.name {
            let title = format!("`{node}` stands in its own list");
            let problem = Diagnostic::new(Code::BadTopology, &item.span, title, "an edge leads to another node");
            problems.push(problem.help("remove it: a node need not be told to keep what it has".to_owned()));
        } else if let Some((_, first)) = around.iter().find(|(known, _)| *known == other) {
            let title = format!("`{}` stands twice in the list of `{node}`", shown(other));
            let problem = Diagnostic::new(Code::DuplicateValue, &item.span, title, "remove one of them");
            problems.push(problem.also(first, "first here"));
        } else {
            around.push((other, &item.span));
        }
    }
    around
}

/// Reports nodes that stand in a list and have none, at the first place.
fn without_lists(name: &str, lists: &[(&Key, Vec<(&str, &Span)>)], problems: &mut Problems) {
    let drawn: BTreeSet<&str> = lists.iter().map(|(key, _)| key.name.as_str()).collect();
    let mut seen = BTreeSet::new();
    let all = lists.iter().flat_map(|(key, around)| around.iter().map(move |(other, span)| (*key, *other, *span)));
    let lacking: Vec<_> = all.filter(|(_, other, _)| !drawn.contains(other) && seen.insert(*other)).collect();
    let Some((key, first, span)) = lacking.first() else { return };
    let names = some(lacking.iter().map(|(_, other, _)| *other));
    let have = if lacking.len() == 1 { "has" } else { "have" };
    let title = format!("in the topology `{name}` {names} {have} no list");
    let label = format!("`{}` tells it, and whom does it tell?", shown(&key.name));
    let help = format!(
        "write `{}: [{}]` for an edge that leads both ways, as all of Maelstrom's do",
        shown(first),
        shown(&key.name)
    );
    problems.push(Diagnostic::new(Code::BadTopology, span, title, label).help(help));
}

/// Reports one node that cannot be reached from another, if there is one.
fn unreachable(
    name: &str,
    lists: &[(&Key, Vec<(&str, &Span)>)],
    neighbours: &BTreeMap<String, Vec<String>>,
    problems: &mut Problems,
) {
    let Some(reach::Gap { from, to, reached, back }) = reach::gap(neighbours) else { return };
    let Some((key, _)) = lists.iter().find(|(key, _)| key.name == from) else { return };
    let title = format!("in the topology `{name}` `{to}` cannot be reached from `{from}`");
    let label = if reached.len() == 1 {
        format!("a broadcast that `{from}` gets stays there")
    } else {
        let others = reached.iter().copied().filter(|node| *node != from);
        format!("a broadcast that `{from}` gets comes to {} and no further", some(others))
    };
    let help = match back {
        Some((ours, theirs)) => format!(
            "an edge leads from the node whose list it stands in: write `{theirs}` into the list of `{ours}` too, and the one \
             between them leads both ways"
        ),
        None => format!(
            "no edge joins these parts of the graph: write `{to}` and `{from}` into each other's lists, for one"
        ),
    };
    problems.push(Diagnostic::new(Code::Unreachable, &key.span, title, label).help(help));
}

/// The first few of many names.
fn some<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(shown).collect();
    let few = listed(names.iter().take(SOME).map(String::as_str));
    match names.len().saturating_sub(SOME) {
        0 => few,
        more => format!("{few} and {more} more"),
    }
}

/// What a drawing is called that stands in the test itself.
const UNNAMED: &str = "custom";

/// How one is drawn.
pub(super) const DRAW: &str = "draw one of your own under `topologies`, such as `topologies: {mine: {n0: [n1], n1: [n0]}}`, and write `mine` here";

/// Names of cells are made of such names.
const NAME_MAX: usize = 40;

/// So many names are told one by one.
const SOME: usize = 5;
