//! Finds where forms end, without reading them. Forms that are not quite EDN have ends all the same.

use super::{EdnError, place};

/// Finds where forms end, without reading them.
pub(super) struct Scanner<'a> {
    text: &'a str,
    /// How far it is, in bytes.
    pub(super) at: usize,
}

impl<'a> Scanner<'a> {
    /// At the beginning of a text.
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(super) fn error(&self, problem: impl Into<String>) -> EdnError {
        let (line, column) = place(&self.text[..self.at]);
        EdnError { line, column, problem: problem.into() }
    }

    pub(super) fn skip_blank(&mut self) {
        loop {
            let rest = self.rest().trim_start_matches(|c: char| c == ',' || c.is_whitespace());
            let comment = if rest.starts_with(';') { rest.find('\n').unwrap_or(rest.len()) } else { 0 };
            self.at = self.text.len() - rest.len() + comment;
            if comment == 0 {
                return;
            }
        }
    }

    /// Steps over the tags in front of a form.
    pub(super) fn skip_tags(&mut self) -> Result<(), EdnError> {
        while self.rest().starts_with('#') && !self.rest().starts_with("#{") {
            self.skip_atom()?;
            self.skip_blank();
        }
        Ok(())
    }

    /// The form that begins here.
    pub(super) fn form(&mut self) -> Result<&'a str, EdnError> {
        let start = self.at;
        if self.skip_form()? {
            return Ok(&self.text[start..self.at]);
        }
        Err(self.error("the text ends in the middle of a map; the file was cut short"))
    }

    /// Steps over one form; false if there is only the end of the text.
    pub(super) fn skip_form(&mut self) -> Result<bool, EdnError> {
        let mut open: Vec<char> = Vec::new();
        loop {
            self.skip_blank();
            let Some(next) = self.rest().chars().next() else {
                return if open.is_empty() {
                    Ok(false)
                } else {
                    let many = if open.len() == 1 { "a form is" } else { "forms are" };
                    Err(self.error(format!("the text ends while {many} open; the file was cut short")))
                };
            };
            // A tag belongs to the form behind it.
            let mut complete = !self.rest().starts_with('#');
            match next {
                '(' | '[' | '{' => {
                    open.push(match next {
                        '(' => ')',
                        '[' => ']',
                        _ => '}',
                    });
                    self.at += 1;
                }
                ')' | ']' | '}' => {
                    match open.pop() {
                        Some(expected) if expected == next => {}
                        Some(expected) => return Err(self.error(format!("found `{next}`; expected `{expected}`"))),
                        None => return Err(self.error(format!("found `{next}`, which closes nothing"))),
                    }
                    self.at += 1;
                }
                _ => complete = self.skip_atom()?,
            }
            if open.len() > DEPTH_MAX {
                return Err(self.error(format!("forms nest deeper than {DEPTH_MAX} levels; no results do")));
            }
            if complete && open.is_empty() {
                return Ok(true);
            }
        }
    }

    /// Steps over a string, a character or a plain word; false if it was a tag or a set's `#`.
    pub(super) fn skip_atom(&mut self) -> Result<bool, EdnError> {
        let rest = self.rest();
        if rest.starts_with('"') {
            let mut escaped = false;
            let end = rest.char_indices().skip(1).find(|&(_, c)| {
                let end = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                end
            });
            let Some((end, _)) = end else {
                return Err(self.error("this string has no end; the file was cut short"));
            };
            self.at += end + 1;
            return Ok(true);
        }
        if rest.starts_with("#{") {
            self.at += 1;
            return Ok(false);
        }
        // A character may be a delimiter itself: `\(`.
        let head = if rest.starts_with('\\') { rest.chars().take(2).map(char::len_utf8).sum() } else { 0 };
        let tail = rest[head..].find(|c: char| c.is_whitespace() || "()[]{}\",;".contains(c));
        self.at += tail.map_or(rest.len(), |tail| head + tail).max(1);
        Ok(!rest.starts_with('#') || rest.starts_with("##"))
    }
}

/// Jepsen's own results nest about fifteen levels deep, a stack trace a few more.
const DEPTH_MAX: usize = 500;
