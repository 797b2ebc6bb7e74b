//! YAML text as a tree in which every node knows its place. The only file that knows the YAML crate.
//!
//! Absent: what keys and values mean. A typed reading would stop at the first mistake; a tree lets [`super::check`] report
//! all of them.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::options::{DuplicateKeyPolicy, NonFiniteFloatPolicy};
use serde_saphyr::{Error, Location, MessageFormatter as _, Options, Spanned};

use super::diagnostic::{Code, Diagnostic, Problems, escaped, shown};

/// A place in the source, in bytes.
pub(crate) type Span = Range<usize>;

/// One YAML node.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    /// Where it stands; for an alias, where the alias stands.
    pub(super) span: Span,
    pub(super) kind: Kind,
}

/// What a node holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// Keys are unique.
    Mapping(Vec<(Key, Node)>),
    Null,
    /// Any scalar, as the file writes it, quotes left out.
    Scalar(String),
    Sequence(Vec<Node>),
}

/// A key of a mapping.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Key {
    pub(super) name: String,
    pub(super) span: Span,
}

/// Reads one document. Duplicate keys and keys that are no scalars are reported and left out; broken syntax, too much
/// nesting and too many aliases leave no tree at all.
pub(super) fn tree(source: &str, problems: &mut Problems) -> Option<Node> {
    match serde_saphyr::from_str_with_options::<Spanned<Raw>>(source, options()) {
        Ok(root) => Some(node(root, source, problems)),
        Err(error) => {
            problems.push(syntax(error.without_snippet(), source));
            None
        }
    }
}

/// What the YAML crate gives, before places are turned into bytes of the source.
enum Raw {
    Mapping(Vec<(Spanned<Self>, Spanned<Self>)>),
    Null,
    /// Read as something other than text; the source says how it was spelt.
    Plain(String),
    Sequence(Vec<Spanned<Self>>),
    Text(String),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a scalar, a list or a mapping")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Plain(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::Plain(value.to_string()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Raw, E> {
        Ok(Raw::Plain(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
        Ok(Raw::Plain(value.to_string()))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Raw, E> {
        Ok(Raw::Plain(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Raw, E> {
        Ok(Raw::Plain(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Raw, E> {
        Ok(Raw::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Raw, E> {
        Ok(Raw::Text(value))
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Raw, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Raw::Sequence(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Raw, A::Error> {
        let mut list = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            list.push(entry);
        }
        Ok(Raw::Mapping(list))
    }

    fn visit_bytes<E: serde::de::Error>(self, _: &[u8]) -> Result<Raw, E> {
        Err(E::custom("binary values mean nothing here"))
    }
}

/// How much a file may be. An experiment has depth 4 and a few dozen nodes; aliases count as what they stand for.
fn options() -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_depth: DEPTH_MAX, max_nodes: YAML_NODES_MAX },
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: YAML_NODES_MAX },
        // All of a file's duplicates are reported at once, so the tree is given them.
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        non_finite_float_policy: NonFiniteFloatPolicy::PassThrough,
        reject_unsupported_tags: true,
        // `on` and `yes` stay words; a switch understands them, a name may be one.
        strict_booleans: true,
        with_snippet: false,
    }
}

/// Recursion follows the nesting, which the budget has bounded to [`DEPTH_MAX`].
fn node(raw: Spanned<Raw>, source: &str, problems: &mut Problems) -> Node {
    let mut span = bytes(raw.referenced, source);
    let kind = match raw.value {
        Raw::Null => Kind::Null,
        Raw::Text(text) => Kind::Scalar(text),
        // The number `0.90` is shown as the user wrote it, not as the number prints.
        Raw::Plain(read) => match source.get(bytes(raw.defined, source)).map(str::trim) {
            Some(written) if !written.is_empty() => Kind::Scalar(written.to_owned()),
            _ => Kind::Scalar(read),
        },
        Raw::Sequence(items) => Kind::Sequence(items.into_iter().map(|item| node(item, source, problems)).collect()),
        Raw::Mapping(entries) => {
            let entries = mapping(entries, source, problems);
            // A block mapping has no mark of its own; its first key stands for it.
            if let (true, Some((key, _))) = (span.is_empty(), entries.first()) {
                span = key.span.clone();
            }
            Kind::Mapping(entries)
        }
    };
    Node { span, kind }
}

fn mapping(entries: Vec<(Spanned<Raw>, Spanned<Raw>)>, source: &str, problems: &mut Problems) -> Vec<(Key, Node)> {
    let mut unique: Vec<(Key, Node)> = Vec::new();
    let mut places: BTreeMap<String, Span> = BTreeMap::new();
    for (key, value) in entries {
        let key = node(key, source, problems);
        let value = node(value, source, problems);
        let Kind::Scalar(name) = key.kind else {
            let title = format!("a key is a word, not {}", key.kind.name());
            problems.push(Diagnostic::new(Code::WrongType, &key.span, title, "expected a word"));
            continue;
        };
        if let Some(first) = places.get(&name) {
            let title = format!("the key `{}` stands twice", shown(&name));
            let problem = Diagnostic::new(Code::DuplicateKey, &key.span, title, "remove one of them");
            problems.push(problem.also(first, "first here"));
        } else {
            places.insert(name.clone(), key.span.clone());
            unique.push((Key { name, span: key.span }, value));
        }
    }
    unique
}

fn bytes(location: Location, source: &str) -> Span {
    let span = location.span();
    let (Some(start), Some(length)) = (span.byte_offset(), span.byte_len()) else {
        let start = offset(location, source);
        return start..start;
    };
    let [start, length] = [start, length].map(|count| usize::try_from(count).unwrap_or(usize::MAX));
    let end = start.saturating_add(length).min(source.len());
    // A block scalar's bytes end behind its last line.
    let trimmed = source.get(start..end).map_or(0, |text| text.trim_end().len());
    start.min(source.len())..start.min(source.len()) + trimmed
}

/// Where a line and column are, for errors of the scanner, which knows no bytes.
fn offset(location: Location, source: &str) -> usize {
    let line = usize::try_from(location.line()).unwrap_or(usize::MAX).saturating_sub(1);
    let column = usize::try_from(location.column()).unwrap_or(usize::MAX).saturating_sub(1);
    let start: usize = source.split_inclusive('\n').take(line).map(str::len).sum();
    let rest = source[start..].lines().next().unwrap_or_default();
    start + rest.char_indices().nth(column).map_or(rest.len(), |(byte, _)| byte)
}

fn syntax(error: &Error, source: &str) -> Diagnostic {
    let span = error.location().map_or(0..0, |location| bytes(location, source));
    let mut cause = error;
    while let Error::AliasError { error, .. } = cause {
        cause = error;
    }
    let (title, label) = match cause {
        Error::Budget { .. } | Error::AliasReplayLimitExceeded { .. } => (
            "this is more than an experiment may hold".to_owned(),
            format!("at most {DEPTH_MAX} levels and {YAML_NODES_MAX} nodes, aliases written out"),
        ),
        Error::MultipleDocuments { .. } => {
            ("one file holds one experiment".to_owned(), "a second document begins here".to_owned())
        }
        other => {
            let message = serde_saphyr::DefaultMessageFormatter.format_message(other);
            (format!("this is not YAML: {}", escaped(&message)), "reading stopped here".to_owned())
        }
    };
    let problem = Diagnostic::new(Code::Syntax, &span, title, label);
    // The limit `> 1`, unquoted, is the beginning of a text over several lines.
    let is_limit = source.get(span.start..).is_some_and(|rest| rest.starts_with('>'));
    problem.help(is_limit.then(|| "a value that begins with `>` needs quotes: `\"> 1\"`".to_owned()))
}

/// Levels of nesting.
const DEPTH_MAX: usize = 32;

/// Scalars, lists and mappings.
const YAML_NODES_MAX: usize = 20_000;

impl Kind {
    /// What it is, in a message.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Mapping(_) => "a mapping",
            Self::Null => "nothing",
            Self::Scalar(_) => "a word",
            Self::Sequence(_) => "a list",
        }
    }
}
