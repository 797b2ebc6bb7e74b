//! An axis of the matrix: what its name means, and what a value of it sets.
//!
//! Absent: which cells the axes come to; that is [`super::cells`].

use camino::{Utf8Path, Utf8PathBuf};
use engine::{Custom, Topology};
use node::Config;

use super::diagnostic::{Code, Diagnostic, Problems, listed, shown};
use super::nearest::nearest;
use super::option::{self, TestOption};
use super::topologies::{self, Topologies};
use super::value::{list, switch, word};
use super::yaml::{Key, Kind, Node, Span};

/// What an axis's name means.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum AxisKind {
    /// The node binary's arguments.
    Args,
    /// One argument of this project's node, which takes a span of time: `batch-window` means `--batch-window`.
    Argument(&'static str),
    /// The node binary.
    Bin,
    /// One of several features that begin with this word: the value `grid` of `topology` means `topology-grid`.
    Group(String),
    /// An option of the test.
    Option(&'static str),
    /// A feature, on or off.
    Switch(String),
}

/// One axis's value in one place of the file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Choice {
    /// The axis's name as written here.
    pub(crate) axis: String,
    pub(crate) kind: AxisKind,
    /// The value as the file writes it; a switch's as `on` or `off`.
    pub(crate) text: String,
    pub(crate) setting: Setting,
    pub(crate) span: Span,
}

/// What a value sets.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Setting {
    Args(Vec<String>),
    Argument(&'static str, String),
    Bin(Utf8PathBuf),
    /// The test offers this topology, and the node takes what the test offers.
    Drawn(Custom),
    Feature(String, bool),
    Option(TestOption),
}

/// What names may mean in one file.
pub(super) struct Vocabulary<'a> {
    /// The node's features; `None` if the node is a binary, which has none.
    pub(super) features: Option<&'a [String]>,
    /// What the file draws for the test to offer.
    pub(super) topologies: &'a Topologies,
    /// Where the file lies: relative paths of binaries begin here.
    pub(super) directory: &'a Utf8Path,
}

impl AxisKind {
    /// Whether two axes set the same thing, as `nodes` and `node-count` do.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        let counted = |kind: &Self| matches!(kind, Self::Option("nodes" | "node-count"));
        self == other || counted(self) && counted(other)
    }
}

impl Vocabulary<'_> {
    /// What an axis's name means: a feature or a group of features before an option of the test, which `test.` before
    /// its name means in any case.
    pub(super) fn kind(&self, key: &Key) -> Result<AxisKind, Box<Diagnostic>> {
        let name = key.name.as_str();
        let option_named = |name: &str| option::NAMES.into_iter().find(|option| *option == name);
        if let Some(option) = name.strip_prefix("test.") {
            return option_named(option).map(AxisKind::Option).ok_or_else(|| Box::new(self.unknown(key)));
        }
        let features = self.features.unwrap_or_default();
        if features.iter().any(|feature| feature == name) {
            Ok(AxisKind::Switch(name.to_owned()))
        } else if !name.is_empty() && self.variants(name).next().is_some() {
            Ok(AxisKind::Group(name.to_owned()))
        } else if let Some(option) = option_named(name) {
            Ok(AxisKind::Option(option))
        } else if let Some(flag) = self.argument(name) {
            Ok(AxisKind::Argument(flag))
        } else if name == "args" {
            Ok(AxisKind::Args)
        } else if name == "bin" && self.features.is_some() {
            let title = "`bin` names a binary, and this node is built from a crate";
            let label = "write `node: {bin: PATH}`, or leave `node` without `crate`";
            Err(Box::new(Diagnostic::new(Code::ConflictingKeys, &key.span, title, label)))
        } else if name == "bin" {
            Ok(AxisKind::Bin)
        } else {
            Err(Box::new(self.unknown(key)))
        }
    }

    /// Reads one value of an axis.
    pub(super) fn choice(&self, key: &Key, kind: &AxisKind, node: &Node, problems: &mut Problems) -> Option<Choice> {
        let (text, setting) = match kind {
            AxisKind::Args => {
                let args = arguments(node, problems)?;
                (if args.is_empty() { "-".to_owned() } else { args.join(" ") }, Setting::Args(args))
            }
            AxisKind::Argument(flag) => {
                let value = word(node, &format!("`{}`", key.name), problems)?.trim();
                let tried = Config::named(&[]).map(|config| config.with_arguments(&[flag, value]));
                if let Ok(Err(error)) = tried {
                    let label = "expected a span of time, such as `200ms`";
                    problems.push(Diagnostic::new(Code::BadDuration, &node.span, error.to_string(), label));
                    return None;
                }
                (value.to_owned(), Setting::Argument(flag, value.to_owned()))
            }
            AxisKind::Bin => (word(node, "`bin`", problems)?.to_owned(), Setting::Bin(self.binary(node, problems)?)),
            AxisKind::Group(group) => {
                if let (TOPOLOGY, Kind::Mapping(_)) = (group.as_str(), &node.kind) {
                    problems.push(unnamed(&node.span));
                    return None;
                }
                let value = word(node, &format!("`{group}`"), problems)?;
                let setting = match self.drawn(group, value) {
                    Some(custom) => Setting::Drawn(custom.clone()),
                    None => Setting::Feature(self.variant(group, value, &node.span, problems)?, true),
                };
                (value.to_owned(), setting)
            }
            AxisKind::Option(name) => {
                let option = TestOption::read(name, node, self.topologies, problems)?;
                if let (Kind::Mapping(_), TestOption::Topology(Topology::Custom(_))) = (&node.kind, &option) {
                    problems.push(unnamed(&node.span));
                    return None;
                }
                let text = match (&node.kind, &option) {
                    (Kind::Scalar(text), _) => text.trim().to_owned(),
                    (_, TestOption::Nodes(names)) => names.join(" "),
                    (_, TestOption::Nemesis(nemeses)) => nemeses.to_string(),
                    _ => "none".to_owned(),
                };
                (text, Setting::Option(option))
            }
            AxisKind::Switch(feature) => {
                let on = switch(node, &format!("`{feature}`"), problems)?;
                (if on { "on" } else { "off" }.to_owned(), Setting::Feature(feature.clone(), on))
            }
        };
        Some(Choice { axis: key.name.clone(), kind: kind.clone(), text, setting, span: node.span.clone() })
    }

    /// The argument of this project's node that an axis of that name sets.
    fn argument(&self, name: &str) -> Option<&'static str> {
        let named = |flag: &&'static str| flag.strip_prefix("--") == Some(name);
        Config::ARGUMENTS.into_iter().find(named).filter(|_| self.features.is_some())
    }

    /// The path of a binary. A relative one begins at the experiment's file, wherever the program is started.
    pub(super) fn binary(&self, node: &Node, problems: &mut Problems) -> Option<Utf8PathBuf> {
        let text = word(node, "`bin`", problems)?;
        if text.is_empty() || text.contains('\0') {
            let title = "`bin` is the path of a program";
            problems.push(Diagnostic::new(Code::BadName, &node.span, title, "expected a path"));
            return None;
        }
        Some(self.directory.join(text.trim_start_matches("./")))
    }

    /// A feature that the node has.
    pub(super) fn feature(&self, node: &Node, problems: &mut Problems) -> Option<String> {
        let name = word(node, "a feature", problems)?;
        let features = self.features.unwrap_or_default();
        if features.iter().any(|feature| feature == name) {
            return Some(name.to_owned());
        }
        problems.push(unknown_feature(&node.span, name, name, features.iter().map(|feature| (&**feature, &**feature))));
        None
    }

    /// The features of a group, each with the value that names it in the group.
    fn variants(&self, group: &str) -> impl Iterator<Item = (&str, &str)> {
        let value = move |feature: &str| feature.strip_prefix(group)?.strip_prefix('-').map(str::len);
        let features = self.features.unwrap_or_default().iter().map(String::as_str);
        features.filter_map(move |feature| Some((&feature[feature.len() - value(feature)?..], feature)))
    }

    /// The drawn topology that a value of this group names, if this node can take what the test offers.
    fn drawn(&self, group: &str, value: &str) -> Option<&Custom> {
        let takes_them = self.features.unwrap_or_default().iter().any(|feature| feature == OFFERED);
        self.topologies.named(value).filter(|_| group == TOPOLOGY && takes_them)
    }

    fn variant(&self, group: &str, value: &str, span: &Span, problems: &mut Problems) -> Option<String> {
        if let Some((_, feature)) = self.variants(group).find(|(variant, _)| *variant == value) {
            return Some(feature.to_owned());
        }
        if group == TOPOLOGY && self.topologies.has(value) {
            // Drawn with mistakes, which have been told; or for another node.
            let label = format!("drawn for the test to offer, and the node has no feature `{OFFERED}`");
            let title = format!("this node cannot take the topology `{}`", shown(value));
            if self.topologies.named(value).is_some() {
                problems.push(Diagnostic::new(Code::UnknownFeature, span, title, label));
            }
            return None;
        }
        if let (TOPOLOGY, Some(near)) = (group, nearest(value, self.topologies.names())) {
            let title = format!("`{}` is no value of `{TOPOLOGY}`", shown(value));
            let known = self.variants(group).map(|(variant, _)| variant).chain(self.topologies.names());
            let help = format!("a topology with a similar name is drawn: `{near}`");
            problems.push(
                Diagnostic::new(Code::UnknownChoice, span, title, format!("not one of {}", listed(known))).help(help),
            );
            return None;
        }
        let problem = unknown_feature(span, &format!("{group}-{value}"), value, self.variants(group));
        problems.push(if group == TOPOLOGY { problem.or_help(topologies::DRAW) } else { problem });
        None
    }

    fn unknown(&self, key: &Key) -> Diagnostic {
        let features = self.features.unwrap_or_default();
        let arguments = Config::ARGUMENTS.into_iter().filter_map(|flag| flag.strip_prefix("--"));
        let arguments = arguments.filter(|_| self.features.is_some());
        let words = option::NAMES
            .into_iter()
            .chain(["args", "bin"])
            .chain(arguments)
            .chain(features.iter().map(String::as_str));
        let groups = features.iter().filter_map(|feature| feature.split_once('-').map(|(group, _)| group));
        let (prefix, name) = key.name.strip_prefix("test.").map_or(("", &*key.name), |name| ("test.", name));
        let near = nearest(name, words.chain(groups));
        if let Some(near) = near.filter(|near| features.iter().any(|feature| feature == near)) {
            return unknown_feature(&key.span, &key.name, near, [(near, near)].into_iter());
        }
        let title = format!("`{}` is no axis", shown(&key.name));
        let label = match self.features {
            Some(_) => "neither a feature of the node nor an option of the test",
            None => "not an option of the test, and a node given by `bin` has no features",
        };
        let help = near.map(|near| format!("an axis with a similar name exists: `{prefix}{near}`"));
        Diagnostic::new(Code::UnknownAxis, &key.span, title, label).help(help)
    }
}

/// A drawing on an axis: several of them could not be told apart in a table.
fn unnamed(span: &Span) -> Diagnostic {
    let title = "a topology on an axis needs a name";
    Diagnostic::new(Code::BadTopology, span, title, "this one has none").or_help(topologies::DRAW)
}

/// The group of features, and the option, that a drawn topology can be a value of.
const TOPOLOGY: &str = "topology";

/// The feature with which a node takes the edges that the test offers.
pub(super) const OFFERED: &str = "topology-offered";

/// The words of a list of arguments; a single word counts as a list of itself.
pub(super) fn arguments(node: &Node, problems: &mut Problems) -> Option<Vec<String>> {
    if let Kind::Scalar(text) = &node.kind {
        return Some(vec![text.clone()]);
    }
    let items = list(node, "`args`", problems)?;
    items.iter().map(|item| word(item, "an argument", problems).map(str::to_owned)).collect()
}

/// `variants` are the words that would have been right, each with the feature that it means.
fn unknown_feature<'a>(
    span: &Span,
    feature: &str,
    word: &str,
    variants: impl Iterator<Item = (&'a str, &'a str)>,
) -> Diagnostic {
    let variants: Vec<_> = variants.collect();
    let whole = variants.iter().find(|(_, whole)| *whole == word).map(|(variant, _)| *variant);
    let near = whole.or_else(|| nearest(word, variants.iter().map(|(variant, _)| *variant)));
    let help = near.map(|near| {
        let (_, feature) = variants.iter().find(|(variant, _)| *variant == near).expect("it is one of them");
        if near == *feature {
            format!("a feature with a similar name exists: `{feature}`")
        } else {
            format!("a feature with a similar name exists: `{feature}`; write `{near}`")
        }
    });
    let title = format!("the node has no feature `{}`", shown(feature));
    let label = format!("not one of {}", listed(variants.iter().map(|(variant, _)| *variant)));
    Diagnostic::new(Code::UnknownFeature, span, title, label).help(help)
}
