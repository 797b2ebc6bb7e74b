//! EDN as Jepsen writes it (semantics, section 7.4): the only file that knows the EDN crate.
//!
//! A map is read entry by entry ([`parts`]): exception data may hold forms that are not EDN, and must not cost the entries
//! that are. What Clojure prints and the crate refuses is rewritten first (`tidy`). Absent: what any of it means.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use clojure_reader::edn::{self, Edn};

use self::scanner::Scanner;
use self::tidy::tidy;

mod scanner;
mod tidy;

/// A value that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Form<'a>(Edn<'a>);

/// A value inside a [`Form`], tags taken off.
#[derive(Clone, Copy, Debug)]
pub struct Value<'a>(&'a Edn<'a>);

/// An entry of a map that was read by [`parts`].
#[derive(Debug)]
pub struct Part<'a> {
    /// Its key, if that is a keyword, without the colon; else as written.
    pub key: &'a str,
    /// Its value, or what is wrong with it.
    pub form: Result<Form<'a>, EdnError>,
}

/// Why a text is not EDN.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {problem}")]
pub struct EdnError {
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
    /// What is wrong there.
    pub problem: String,
}

/// Where the first form of a text begins and ends; nothing if there is only white space.
pub fn first(text: &str) -> Result<Option<Range<usize>>, EdnError> {
    let mut scanner = Scanner::new(text);
    scanner.skip_blank();
    let start = scanner.at;
    Ok(scanner.skip_form()?.then_some(start..scanner.at))
}

/// The entries of the map that a text consists of, in order.
pub fn parts(text: &str) -> Result<Vec<Part<'_>>, EdnError> {
    let mut scanner = Scanner::new(text);
    scanner.skip_blank();
    scanner.skip_tags()?;
    if !scanner.rest().starts_with('{') {
        return Err(scanner.error(match scanner.rest().chars().next() {
            None => "there is nothing here; expected a map `{…}`".to_owned(),
            Some(found) => format!("found `{}`; expected a map `{{…}}`", found.escape_debug()),
        }));
    }
    scanner.at += 1;
    let mut parts = Vec::new();
    loop {
        scanner.skip_blank();
        if scanner.rest().starts_with('}') {
            return Ok(parts);
        }
        let key = scanner.form()?;
        scanner.skip_blank();
        let start = scanner.at;
        let value = scanner.form()?;
        let key = key.strip_prefix(':').unwrap_or(key);
        parts.push(Part { key, form: read(value).map_err(|error| error.after(&text[..start])) });
    }
}

/// The one value that a text consists of.
pub fn read(text: &str) -> Result<Form<'_>, EdnError> {
    let located = |error: clojure_reader::error::Error| EdnError {
        line: error.line.unwrap_or(1),
        column: error.column.unwrap_or(1),
        problem: format!("not EDN as expected: {:?}", error.code),
    };
    match edn::read_string(text) {
        Ok(edn) => Ok(Form(edn)),
        Err(first) => match tidy(text) {
            Cow::Borrowed(_) => Err(located(first)),
            Cow::Owned(tidied) => edn::read_string(&tidied).map(|edn| Form(edn.into_owned())).map_err(located),
        },
    }
}

impl Form<'_> {
    /// The value itself.
    pub fn value(&self) -> Value<'_> {
        Value(&self.0).untagged()
    }
}

impl<'a> Value<'a> {
    /// The map's value for a keyword, given without its colon.
    pub fn entry(self, key: &str) -> Option<Self> {
        let Edn::Map(map) = self.0 else { return None };
        map.get(&Edn::key(key.to_owned())).map(|edn| Self(edn).untagged())
    }

    /// The map's value for a number: integers and floats are both keys of Jepsen's quantiles.
    pub fn at_number(self, number: f64) -> Option<Self> {
        let same = |key: &Self| key.number().is_some_and(|key| key.total_cmp(&number).is_eq());
        self.entries().find(|(key, _)| same(key)).map(|(_, value)| value)
    }

    /// The map's entries; none if it is no map.
    pub fn entries(self) -> impl Iterator<Item = (Self, Self)> {
        let map = if let Edn::Map(map) = self.0 { Some(map) } else { None };
        map.into_iter().flatten().map(|(key, value)| (Self(key).untagged(), Self(value).untagged()))
    }

    /// The elements of a list, a vector or a set.
    pub fn items(self) -> Option<Vec<Self>> {
        let items: Vec<&Edn<'_>> = match self.0 {
            Edn::List(items) | Edn::Vector(items) => items.iter().collect(),
            Edn::Set(items) => items.iter().collect(),
            _ => return None,
        };
        Some(items.into_iter().map(|edn| Self(edn).untagged()).collect())
    }

    /// A keyword's name, without the colon.
    pub fn keyword(self) -> Option<&'a str> {
        if let Edn::Key(name) = self.0 { Some(name) } else { None }
    }

    /// A string's text.
    pub fn string(self) -> Option<&'a str> {
        if let Edn::Str(text) = self.0 { Some(text) } else { None }
    }

    /// A number as a float.
    pub fn number(self) -> Option<f64> {
        match self.0 {
            Edn::Double(double) => Some(double.0),
            Edn::Int(integer) => Some(*integer as f64),
            Edn::Rational((numerator, denominator)) => Some(*numerator as f64 / *denominator as f64),
            _ => None,
        }
    }

    /// An integer.
    pub fn integer(self) -> Option<i64> {
        if let Edn::Int(integer) = self.0 { Some(*integer) } else { None }
    }

    /// `true` or `false`.
    pub fn boolean(self) -> Option<bool> {
        if let Edn::Bool(boolean) = self.0 { Some(*boolean) } else { None }
    }

    /// Whether this is a map.
    pub fn is_map(self) -> bool {
        matches!(self.0, Edn::Map(_))
    }

    /// Whether this is `nil`.
    pub fn is_nil(self) -> bool {
        matches!(self.0, Edn::Nil)
    }

    /// Unknown tags say nothing here.
    fn untagged(self) -> Self {
        let mut edn = self.0;
        while let Edn::Tagged(_, inner) = edn {
            edn = inner;
        }
        Self(edn)
    }
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl EdnError {
    /// The same error in a text that begins with `before`.
    pub(super) fn after(self, before: &str) -> Self {
        let (line, column) = place(before);
        let column = if self.line == 1 { self.column + column - 1 } else { self.column };
        Self { line: self.line + line - 1, column, ..self }
    }
}

/// Line and column right after a text.
fn place(before: &str) -> (usize, usize) {
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    (before.matches('\n').count() + 1, before[start..].chars().count() + 1)
}

#[cfg(test)]
mod tests;
