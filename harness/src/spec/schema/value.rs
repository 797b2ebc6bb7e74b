//! Shapes of single values: words, choices, numbers with a unit.
//!
//! Absent: which key has which.

use serde_json::{Value, json};

/// Text, which YAML may take for a number or a switch if it looks like one.
pub(super) fn word(description: &str, more: &Value) -> Value {
    let mut shape = json!({"description": description, "type": ["string", "number", "boolean"]});
    if let (Some(shape), Some(more)) = (shape.as_object_mut(), more.as_object()) {
        shape.extend(more.clone());
    }
    shape
}

/// One of a closed list of words. Editors show beside each what it means.
pub(super) fn choice(
    description: &str,
    words: impl IntoIterator<Item = &'static str>,
    meaning: fn(&str) -> Option<&'static str>,
    usual: Option<&str>,
) -> Value {
    let words: Vec<&str> = words.into_iter().collect();
    let mut shape = json!({"description": description, "enum": words});
    if words.iter().all(|word| meaning(word).is_some()) {
        shape["enumDescriptions"] = words.iter().map(|word| meaning(word)).collect();
    }
    if let Some(usual) = usual {
        shape["default"] = usual.into();
    }
    shape
}

/// Text of a fixed form. Editors show the error in place of the pattern.
pub(super) fn quoted(pattern: &str, error: &str, examples: &[&str]) -> Value {
    json!({"type": "string", "pattern": pattern, "patternErrorMessage": error, "examples": examples})
}

/// A span of time; `least` says whether none at all is one.
pub(super) fn duration(description: &str, least: Least, units: &str, examples: &[&str]) -> Value {
    let more_than_nothing = match least {
        Least::Nothing => "",
        Least::Something => "(?=[0.]*[1-9])",
    };
    let pattern = format!("^\\s*\\+?{more_than_nothing}{NUMBER}\\s*({units})\\s*$");
    let example = examples.first().copied().unwrap_or_default();
    let mut shape = quoted(&pattern, &format!("a number and its unit, such as {example}"), examples);
    shape["description"] = description.into();
    shape
}

/// The shortest that a span of time may be.
#[derive(Clone, Copy)]
pub(super) enum Least {
    Nothing,
    Something,
}

/// A list.
pub(super) fn array(description: &str, mut shape: Value, examples: Value) -> Value {
    shape["description"] = description.into();
    shape["examples"] = examples;
    shape
}

/// Any of these shapes.
pub(super) fn either<const N: usize>(shapes: [Value; N]) -> Value {
    json!({"anyOf": Vec::from(shapes)})
}

/// A number that is not negative, as [`crate::spec::units`] reads it.
pub(super) const NUMBER: &str = r"([0-9]+\.?[0-9]*|\.[0-9]+)";

/// The same from 0 to 1.
pub(super) const SHARE: &str = r"(0*\.?[0-9]+|0+\.?[0-9]*|0*1\.?0*)";

/// Units of time.
pub(super) const UNITS: &str = "us|µs|ms|s|m|min";
