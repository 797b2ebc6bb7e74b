//! Single values of a node: words, numbers, lists, the fields of a mapping. Each reading that fails says so and gives
//! `None`, so that the next field is still read.
//!
//! Absent: which fields and values an experiment has.

use std::str::FromStr;

use protocol::Duration;

use super::diagnostic::{Code, Diagnostic, Problems, listed, shown};
use super::nearest::nearest;
use super::units;
use super::yaml::{Key, Kind, Node, Span};

/// The fields of a mapping, every key known.
pub(super) struct Fields<'a>(Vec<(&'a Key, &'a Node)>);

impl<'a> Fields<'a> {
    /// The mapping's fields. Unknown keys are reported and left out; `None` if this is no mapping. Nothing at all counts
    /// as a mapping without fields: that is what remains when all of a section's lines are commented out.
    pub(super) fn read(node: &'a Node, what: &str, names: &[&str], problems: &mut Problems) -> Option<Self> {
        let entries = mapping(node, what, problems)?;
        let mut known = Vec::new();
        for (key, value) in entries {
            if names.contains(&key.name.as_str()) {
                known.push((key, value));
                continue;
            }
            let title = format!("{what} has no key `{}`", shown(&key.name));
            let label = format!("not one of {}", listed(names.iter().copied()));
            let near = nearest(&key.name, names.iter().copied());
            let help = near.map(|near| format!("a key with a similar name exists: `{near}`"));
            problems.push(Diagnostic::new(Code::UnknownKey, &key.span, title, label).help(help));
        }
        Some(Self(known))
    }

    /// A field's key and value; `None` if it is absent or empty.
    pub(super) fn field(&self, name: &str) -> Option<(&'a Key, &'a Node)> {
        self.0.iter().find(|(key, value)| key.name == name && value.kind != Kind::Null).copied()
    }

    /// A field's value.
    pub(super) fn value(&self, name: &str) -> Option<&'a Node> {
        self.field(name).map(|(_, value)| value)
    }

    /// All fields that are there, in the file's order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&'a Key, &'a Node)> {
        self.0.iter().copied()
    }
}

/// A mapping's entries.
pub(super) fn mapping<'a>(node: &'a Node, what: &str, problems: &mut Problems) -> Option<&'a [(Key, Node)]> {
    match &node.kind {
        Kind::Mapping(entries) => Some(entries),
        Kind::Null => Some(&[]),
        other => {
            problems.push(wrong_type(&node.span, what, "a mapping of keys to values", other));
            None
        }
    }
}

/// A list's items. Nothing at all is an empty list.
pub(super) fn list<'a>(node: &'a Node, what: &str, problems: &mut Problems) -> Option<&'a [Node]> {
    match &node.kind {
        Kind::Sequence(items) => Some(items),
        Kind::Null => Some(&[]),
        other => {
            problems.push(wrong_type(&node.span, what, "a list", other));
            None
        }
    }
}

/// A list's items; a value that is no list counts as a list of itself.
pub(super) fn one_or_more(node: &Node) -> &[Node] {
    match &node.kind {
        Kind::Sequence(items) => items,
        Kind::Null => &[],
        _ => std::slice::from_ref(node),
    }
}

/// A single word or number, as written.
pub(super) fn word<'a>(node: &'a Node, what: &str, problems: &mut Problems) -> Option<&'a str> {
    match &node.kind {
        Kind::Scalar(text) => Some(text.trim()),
        other => {
            problems.push(wrong_type(&node.span, what, "a single value", other));
            None
        }
    }
}

/// One of a closed list of words.
pub(super) fn choice<T: Copy>(node: &Node, what: &str, words: &[(&str, T)], problems: &mut Problems) -> Option<T> {
    let text = word(node, what, problems)?;
    if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
        return Some(*value);
    }
    let names = || words.iter().map(|(word, _)| *word);
    let near = nearest(text, names());
    let title = format!("`{}` is no value of {what}", shown(text));
    let problem = Diagnostic::new(Code::UnknownChoice, &node.span, title, format!("not one of {}", listed(names())));
    problems.push(problem.help(near.map(|near| format!("a value with a similar name exists: `{near}`"))));
    None
}

/// A switch, in any spelling that YAML has had for it.
pub(super) fn switch(node: &Node, what: &str, problems: &mut Problems) -> Option<bool> {
    let text = word(node, what, problems)?;
    match text.to_lowercase().as_str() {
        "on" | "true" | "yes" => Some(true),
        "off" | "false" | "no" => Some(false),
        _ => {
            let title = format!("`{}` is no value of the switch {what}", shown(text));
            problems.push(Diagnostic::new(Code::UnknownChoice, &node.span, title, "not one of `on`, `off`"));
            None
        }
    }
}

/// A number between two bounds, both included.
pub(super) fn number<T>(node: &Node, what: &str, kind: &str, least: T, most: T, problems: &mut Problems) -> Option<T>
where
    T: Copy + FromStr + PartialOrd + std::fmt::Display,
{
    let text = word(node, what, problems)?;
    let range = format!("expected {kind} from {least} to {most}");
    let Ok(value) = text.parse::<T>() else {
        // What is a number, only not of this type, is too large, too small or a fraction.
        let is_number = text.parse::<f64>().is_ok_and(f64::is_finite);
        let code = if is_number { Code::OutOfRange } else { Code::BadNumber };
        let title = if is_number { "is out of range" } else { "is no number" };
        problems.push(Diagnostic::new(code, &node.span, format!("{what} `{}` {title}", shown(text)), range));
        return None;
    };
    // A number that is not a number is in no range.
    if value >= least && value <= most {
        return Some(value);
    }
    let title = format!("{what} `{}` is out of range", shown(text));
    problems.push(Diagnostic::new(Code::OutOfRange, &node.span, title, range));
    None
}

/// A span of time. `usual` is the unit to propose for a bare number.
pub(super) fn duration(node: &Node, what: &str, usual: &str, problems: &mut Problems) -> Option<Duration> {
    let text = word(node, what, problems)?;
    match units::duration(text) {
        Ok(span) if span <= DURATION_MAX => Some(span),
        Ok(_) => {
            let title = format!("{what} `{}` is out of range", shown(text));
            problems.push(Diagnostic::new(Code::OutOfRange, &node.span, title, "at most a week"));
            None
        }
        Err(error) => {
            let help =
                (error == units::DurationError::NoUnit).then(|| format!("write it with its unit: `{text}{usual}`"));
            let title = format!("{what} `{}` is no span of time", shown(text));
            problems.push(Diagnostic::new(Code::BadDuration, &node.span, title, error.to_string()).help(help));
            None
        }
    }
}

/// A mistake in what kind of node stands somewhere.
fn wrong_type(span: &Span, what: &str, expected: &str, found: &Kind) -> Diagnostic {
    let title = format!("{what} is {expected}, not {}", found.name());
    Diagnostic::new(Code::WrongType, span, title, format!("expected {expected}"))
}

/// Whoever writes more means something else.
const DURATION_MAX: Duration = Duration::from_secs(7 * 24 * 3600);
