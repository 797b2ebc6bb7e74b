//! The text of a baseline: JSON with keys in order, and a list of values in one line.

use serde_json::Value;

use super::Baseline;

/// The whole file.
pub(super) fn text(baseline: &Baseline) -> String {
    let value = serde_json::to_value(baseline).expect("strings, finite numbers, and maps with names for keys");
    let mut text = String::new();
    write(&mut text, &value, 0);
    text + "\n"
}

fn write(text: &mut String, value: &Value, depth: usize) {
    match value {
        Value::Array(values) if !values.iter().all(is_flat) => {
            let items: Vec<(String, &Value)> = values.iter().map(|value| (String::new(), value)).collect();
            block(text, ('[', ']'), &items, depth);
        }
        Value::Object(fields) if !fields.is_empty() => {
            let mut items: Vec<(String, &Value)> =
                fields.iter().map(|(name, value)| (format!("{}: ", Value::from(name.as_str())), value)).collect();
            items.sort_by(|a, b| a.0.cmp(&b.0));
            block(text, ('{', '}'), &items, depth);
        }
        Value::Array(values) => {
            let values: Vec<String> = values.iter().map(flat).collect();
            *text += &["[", &values.join(", "), "]"].concat();
        }
        other => text.push_str(&flat(other)),
    }
}

fn block(text: &mut String, (open, close): (char, char), items: &[(String, &Value)], depth: usize) {
    let indent = "  ".repeat(depth + 1);
    text.push(open);
    for (place, (name, value)) in items.iter().enumerate() {
        text.push_str(if place == 0 { "\n" } else { ",\n" });
        text.push_str(&indent);
        text.push_str(name);
        write(text, value, depth + 1);
    }
    text.push('\n');
    text.push_str(&"  ".repeat(depth));
    text.push(close);
}

/// Whether a value stands in a line: a word, a number, or a list of them.
fn is_flat(value: &Value) -> bool {
    match value {
        Value::Array(values) => values.iter().all(|value| !value.is_array() && !value.is_object()),
        Value::Object(_) => false,
        _ => true,
    }
}

fn flat(value: &Value) -> String {
    match value {
        // 48.0 is 48, which is the same number and shorter.
        Value::Number(number) => number.as_f64().map_or_else(|| number.to_string(), |number| number.to_string()),
        Value::Array(values) => format!("[{}]", values.iter().map(flat).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}
