//! What went wrong with a process, and what it said last.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::process::Output;
use std::time::Duration;

/// Why a program did not do what it was started for.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// It ran longer than it may and was killed.
    #[error("`{command}` was still running after {} s and was stopped", after.as_secs())]
    Deadline {
        /// The command as typed.
        command: String,
        /// How long it had.
        after: Duration,
    },
    /// It ended with a status other than 0.
    #[error("`{command}` failed with {}{}", output.status, last_lines(output))]
    Failed {
        /// The command as typed.
        command: String,
        /// Its status, and everything it printed.
        output: Box<Output>,
    },
    /// The user wanted everything to end.
    #[error("`{command}` was interrupted")]
    Interrupted {
        /// The command as typed.
        command: String,
    },
    /// It could not be started.
    #[error("cannot run `{command}`{hint}")]
    NotStarted {
        /// The command as typed.
        command: String,
        /// What the system's own words leave out.
        hint: String,
        /// The system's own words.
        source: io::Error,
    },
}

/// The last lines of a program's output.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tail(VecDeque<String>);

impl Tail {
    /// How many lines are kept.
    pub const LINES: usize = 20;

    /// The tail of a whole output.
    pub fn of(text: &str) -> Self {
        let mut tail = Self::default();
        text.lines().for_each(|line| tail.push(line.to_owned()));
        tail
    }

    /// Adds a line; the oldest goes.
    pub fn push(&mut self, line: String) {
        if self.0.len() == Self::LINES {
            self.0.pop_front();
        }
        self.0.push_back(line);
    }

    /// The lines, oldest first.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether nothing was said.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Tail {
    /// Each line indented, after a line break; nothing if nothing was said.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines().try_for_each(|line| write!(f, "\n    {}", shortened(line)))
    }
}

/// A line that fits a message: a read of a thousand values is not worth its length.
fn shortened(line: &str) -> String {
    match line.char_indices().nth(300) {
        Some((end, _)) => format!("{} …", &line[..end]),
        None => line.to_owned(),
    }
}

/// What it said on standard error, or else on standard output.
fn last_lines(output: &Output) -> String {
    let said = if output.stderr.trim_ascii().is_empty() { &output.stdout } else { &output.stderr };
    let tail = Tail::of(&String::from_utf8_lossy(said));
    if tail.is_empty() { ", without a word".to_owned() } else { format!("; its last lines:{tail}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tail_keeps_the_last_lines() {
        let lines: Vec<String> = (0..30).map(|k| format!("line {k}")).collect();
        let tail = Tail::of(&lines.join("\n"));
        assert_eq!(tail.lines().count(), 20);
        assert_eq!(tail.lines().next(), Some("line 10"));
        assert!(tail.to_string().ends_with("\n    line 29"));
        assert!(Tail::of(&"x".repeat(1000)).to_string().len() < 400);
    }
}
