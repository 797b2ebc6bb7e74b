//! Lays a value out over lines of about 70 columns, as Maelstrom's printer does: what fits stays on its line; otherwise each
//! item begins a line, in the column of the first.

use super::Edn;

/// Lines are broken so as to end before this column; what follows a value, such as its brackets, may reach beyond.
const WIDTH: usize = 70;

/// The value over as many lines as it takes, without a line end after it.
pub(super) fn pretty(edn: &Edn) -> String {
    let mut out = String::new();
    write(edn, 0, &mut out);
    out
}

/// Writes a value that begins in this column.
fn write(edn: &Edn, column: usize, out: &mut String) {
    let line = edn.to_string();
    if column + line.chars().count() <= WIDTH {
        out.push_str(&line);
        return;
    }
    match edn {
        Edn::List(items) => sequence("(", items, ")", column, out),
        Edn::Map(entries) => map(entries, column, out),
        Edn::Set(items) => sequence("#{", items, "}", column, out),
        Edn::Tagged(tag, entries) => {
            out.push('#');
            out.push_str(tag);
            map(entries, column + 1 + tag.chars().count(), out);
        }
        Edn::Vector(items) => sequence("[", items, "]", column, out),
        _ => out.push_str(&line),
    }
}

fn sequence(open: &str, items: &[Edn], close: &str, column: usize, out: &mut String) {
    let inner = column + open.len();
    out.push_str(open);
    for (k, item) in items.iter().enumerate() {
        if k > 0 {
            break_line(inner, out);
        }
        write(item, inner, out);
    }
    out.push_str(close);
}

fn map(entries: &[(Edn, Edn)], column: usize, out: &mut String) {
    let inner = column + 1;
    out.push('{');
    for (k, (key, value)) in entries.iter().enumerate() {
        if k > 0 {
            out.push(',');
            break_line(inner, out);
        }
        let key = key.to_string();
        out.push_str(&key);
        out.push(' ');
        write(value, inner + key.chars().count() + 1, out);
    }
    out.push('}');
}

fn break_line(column: usize, out: &mut String) {
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', column));
}
