//! What Clojure prints and the EDN crate refuses, rewritten into what it reads.

use std::borrow::Cow;

use super::scanner::Scanner;

/// Rewrites what Clojure prints and the crate refuses: `12N`, `1.5M`, `##Inf`, and the escapes `\f`, `\b`, `\u0041` in
/// strings. Columns after a rewritten escape are off by what it was shorter.
pub(super) fn tidy(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut kept = 0;
    let mut scanner = Scanner::new(text);
    while scanner.at < text.len() {
        let start = scanner.at;
        let first = scanner.rest().chars().next().expect("not at the end");
        if "()[]{},;".contains(first) || first.is_whitespace() {
            scanner.at += first.len_utf8();
            continue;
        }
        if scanner.skip_atom().is_err() {
            break;
        }
        if let Some(new) = tidy_atom(&text[start..scanner.at]) {
            out.push_str(&text[kept..start]);
            out.push_str(&new);
            kept = scanner.at;
        }
    }
    if kept == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[kept..]);
    Cow::Owned(out)
}

fn tidy_atom(atom: &str) -> Option<String> {
    if let Some(inner) = atom.strip_prefix('"').and_then(|atom| atom.strip_suffix('"')) {
        return inner.contains('\\').then(|| format!("\"{}\"", unescaped(inner)));
    }
    if let Some(name) = atom.strip_prefix("##") {
        // Not a number of ours: a symbol, which no figure takes for one.
        return Some(format!("  {name}"));
    }
    let number = atom.strip_suffix(['N', 'M'])?;
    let digits = number.strip_prefix('-').unwrap_or(number);
    let plain = digits.starts_with(|c: char| c.is_ascii_digit()) && number.parse::<f64>().is_ok();
    let fits = number.parse::<i64>().is_ok() || number.contains(['.', 'E', 'e']);
    plain.then(|| if fits { format!("{number} ") } else { format!("{number}.0 ") })
}

/// A string's inside with the three escapes that the crate does not know replaced by what they stand for.
fn unescaped(inner: &str) -> String {
    let mut out = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let escape = &rest[at..];
        let code = escape.strip_prefix("\\u").and_then(|hex| u32::from_str_radix(hex.get(..4)?, 16).ok());
        let length = match (escape.as_bytes().get(1), code) {
            (Some(b'f'), _) => {
                out.push('\u{c}');
                2
            }
            (Some(b'b'), _) => {
                out.push('\u{8}');
                2
            }
            (Some(b'u'), Some(code)) => {
                match char::from_u32(code) {
                    Some(c @ ('"' | '\\')) => out.extend(['\\', c]),
                    // One half of a surrogate pair stands for nothing by itself.
                    c => out.push(c.unwrap_or(char::REPLACEMENT_CHARACTER)),
                }
                6
            }
            _ => {
                let length = 1 + escape[1..].chars().next().map_or(0, char::len_utf8);
                out.push_str(&escape[..length]);
                length
            }
        };
        rest = &escape[length..];
    }
    out + rest
}
