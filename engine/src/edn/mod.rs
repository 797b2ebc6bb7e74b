//! EDN, the notation in which Maelstrom writes histories and results, as far as those need it: writing, not reading.
//!
//! A history is one op a line ([`write_history`]). Results are laid out for people ([`results()`]): the same values in the same
//! places as Maelstrom's, so that whoever reads the one reads the other. Absent: files.

use std::fmt;

pub use history::{history, write_history};
pub use results::results;

mod history;
mod layout;
mod number;
mod results;

/// A value of EDN.
#[derive(Clone, Debug, PartialEq)]
enum Edn {
    Bool(bool),
    Float(f32),
    Float64(f64),
    Int(i64),
    Keyword(String),
    List(Vec<Edn>),
    Map(Vec<(Edn, Edn)>),
    Nil,
    Set(Vec<Edn>),
    Str(String),
    Symbol(&'static str),
    /// A tag, without its `#`, and the map it marks.
    Tagged(&'static str, Vec<(Edn, Edn)>),
    /// An integer of its own size, beyond 64 bits with a sign.
    Uint(u64),
    Vector(Vec<Edn>),
}

impl Edn {
    fn keyword(name: impl Into<String>) -> Self {
        Self::Keyword(name.into())
    }

    fn list(items: impl IntoIterator<Item = impl Into<Self>>) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}

/// A map with keywords for keys.
fn record<const N: usize>(entries: [(&str, Edn); N]) -> Vec<(Edn, Edn)> {
    entries.into_iter().map(|(key, value)| (Edn::keyword(key), value)).collect()
}

impl From<bool> for Edn {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Edn {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<u64> for Edn {
    fn from(value: u64) -> Self {
        Self::Uint(value)
    }
}

impl From<usize> for Edn {
    fn from(value: usize) -> Self {
        Self::Uint(value as u64)
    }
}

impl From<&str> for Edn {
    fn from(value: &str) -> Self {
        Self::Str(value.to_owned())
    }
}

impl From<&serde_json::Value> for Edn {
    /// As Maelstrom reads JSON: the keys of objects become keywords. A key that no keyword can spell stays a string.
    fn from(value: &serde_json::Value) -> Self {
        use serde_json::Value;
        match value {
            Value::Array(items) => Self::Vector(items.iter().map(Self::from).collect()),
            Value::Bool(value) => Self::Bool(*value),
            Value::Null => Self::Nil,
            Value::Number(number) => match (number.as_i64(), number.as_u64()) {
                (Some(value), _) => Self::Int(value),
                (None, Some(value)) => Self::Uint(value),
                (None, None) => Self::Float64(number.as_f64().unwrap_or(f64::NAN)),
            },
            Value::Object(entries) => {
                Self::Map(entries.iter().map(|(key, value)| (key_of(key), value.into())).collect())
            }
            Value::String(text) => text.as_str().into(),
        }
    }
}

fn key_of(key: &str) -> Edn {
    let spells = |c: char| c.is_alphanumeric() || "*+!-_?<>=.$&%".contains(c);
    if !key.is_empty() && key.chars().all(spells) { Edn::keyword(key) } else { key.into() }
}

impl fmt::Display for Edn {
    /// On one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => value.fmt(f),
            Self::Float(value) => number::float(f, *value, f64::from(*value)),
            Self::Float64(value) => number::float(f, *value, *value),
            Self::Int(value) => value.fmt(f),
            Self::Keyword(name) => write!(f, ":{name}"),
            Self::List(items) => sequence(f, "(", items, ")"),
            Self::Map(entries) => map(f, entries),
            Self::Nil => f.write_str("nil"),
            Self::Set(items) => sequence(f, "#{", items, "}"),
            Self::Str(text) => string(f, text),
            Self::Symbol(name) => f.write_str(name),
            Self::Tagged(tag, entries) => {
                write!(f, "#{tag}")?;
                map(f, entries)
            }
            Self::Uint(value) => number::unsigned(f, *value),
            Self::Vector(items) => sequence(f, "[", items, "]"),
        }
    }
}

fn sequence(f: &mut fmt::Formatter<'_>, open: &str, items: &[Edn], close: &str) -> fmt::Result {
    f.write_str(open)?;
    for (k, item) in items.iter().enumerate() {
        f.write_str(if k == 0 { "" } else { " " })?;
        write!(f, "{item}")?;
    }
    f.write_str(close)
}

fn map(f: &mut fmt::Formatter<'_>, entries: &[(Edn, Edn)]) -> fmt::Result {
    f.write_str("{")?;
    for (k, (key, value)) in entries.iter().enumerate() {
        write!(f, "{}{key} {value}", if k == 0 { "" } else { ", " })?;
    }
    f.write_str("}")
}

/// With the escapes that Clojure writes; everything else stands for itself.
fn string(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    use fmt::Write;
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            '\u{8}' => f.write_str("\\b")?,
            '\u{c}' => f.write_str("\\f")?,
            c => f.write_char(c)?,
        }
    }
    f.write_char('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_clojure_writes_them() {
        let json =
            serde_json::json!({"a": [1, -2, 2.5, true, null], "b c": "say \"hi\"\\\n\tä", "d": u64::MAX, "e": {}});
        let expected = r#"{:a [1 -2 2.5 true nil], "b c" "say \"hi\"\\\n\tä", :d 18446744073709551615N, :e {}}"#;
        assert_eq!(Edn::from(&json).to_string(), expected);
        assert_eq!(Edn::list([1_i64, 2]).to_string(), "(1 2)");
        assert_eq!(Edn::List(Vec::new()).to_string(), "()");
        assert_eq!(Edn::Set(vec!["n1".into(), "n2".into()]).to_string(), r#"#{"n1" "n2"}"#);
        assert_eq!(Edn::Tagged("a.B", record([("x", Edn::Nil)])).to_string(), "#a.B{:x nil}");
    }
}
