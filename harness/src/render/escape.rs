//! Names as other languages take them: whatever characters are in a name, it stays a name.
//!
//! Absent: XML and HTML, whose libraries escape what they write.

use std::borrow::Cow;

/// For a terminal: nothing in it moves the cursor, changes a colour or turns the line around.
pub(crate) fn terminal(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_active) {
        text.chars().map(|c| if is_active(c) { c.escape_unicode().to_string() } else { c.to_string() }).collect()
    } else {
        Cow::Borrowed(text)
    }
}

/// For a cell of a Markdown table, or within a paragraph.
pub(crate) fn markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => escaped.push_str("<br>"),
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            // A comment that names nobody calls nobody.
            '@' => escaped.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '$' => {
                escaped.push('\\');
                escaped.push(c);
            }
            c if is_active(c) => escaped.extend(c.escape_unicode().flat_map(|c| match c {
                '\\' => vec!['\\', '\\'],
                other => vec![other],
            })),
            c => escaped.push(c),
        }
    }
    escaped
}

/// For a field of a CSV file (RFC 4180). What a spreadsheet would take for a formula gets an apostrophe before it, unless it is
/// a number. Controls are spelt out as elsewhere: a file is also looked at in a terminal.
pub(crate) fn csv(text: &str) -> String {
    let text = &terminal_lines(text);
    let is_number = text.parse::<f64>().is_ok_and(f64::is_finite);
    let is_formula = text.trim_start().starts_with(['=', '+', '-', '@']);
    let text = if is_formula && !is_number { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) };
    if text.contains([',', '"', '\n', ';']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.into_owned() }
}

/// For what a command of GitHub's workflows says.
pub(crate) fn annotation(text: &str) -> String {
    terminal_lines(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// For a property of such a command.
pub(crate) fn annotation_property(text: &str) -> String {
    annotation(text).replace(':', "%3A").replace(',', "%2C")
}

/// Several lines, each safe for a terminal.
pub(crate) fn terminal_lines(text: &str) -> String {
    text.split('\n').map(terminal).collect::<Vec<_>>().join("\n")
}

/// Whether a character does something other than appear: controls, and marks that turn the direction of the text.
fn is_active(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_moves_the_cursor() {
        assert_eq!(terminal("topology=star"), "topology=star");
        assert_eq!(terminal("a\u{1b}[2Jb\r\u{202e}c"), "a\\u{1b}[2Jb\\u{d}\\u{202e}c");
        assert_eq!(terminal_lines("a\u{7}\nb"), "a\\u{7}\nb");
    }

    #[test]
    fn markdown_takes_no_mark_from_a_name() {
        assert_eq!(markdown("a|b*c_d`e"), "a\\|b\\*c\\_d\\`e");
        assert_eq!(markdown("<img src=x>&"), "&lt;img src=x&gt;&amp;");
        assert_eq!(markdown("[x](y) @me #1 \\"), "\\[x\\](y) &#64;me \\#1 \\\\");
        assert_eq!(markdown("a\nb\u{1b}"), "a<br>b\\\\u{1b}");
    }

    #[test]
    fn a_spreadsheet_computes_nothing() {
        for (name, field) in [
            ("star", "star"),
            ("-12.5", "-12.5"),
            ("+5%", "'+5%"),
            ("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\""),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("-2+3+cmd|' /C calc'!A0", "'-2+3+cmd|' /C calc'!A0"),
            (" =1", "' =1"),
            ("\t=1", "\\u{9}=1"),
            ("a,b", "\"a,b\""),
            ("a\nb", "\"a\nb\""),
        ] {
            assert_eq!(csv(name), field);
        }
    }

    #[test]
    fn a_workflow_runs_no_command_from_a_name() {
        assert_eq!(annotation("100 %\n::error::x"), "100 %25%0A::error::x");
        assert_eq!(annotation_property("a:b,c\n"), "a%3Ab%2Cc%0A");
    }
}
