//! What Maelstrom's console tells while it runs: its phase, lines of nodes that it refused, and why it crashed.
//!
//! Only what is worth repeating is kept, each in a bounded number of lines. Absent: the verdict, which the exit code and
//! results.edn give.

use std::fs;

use camino::Utf8Path;

use super::progress::Phase;
use crate::process::Tail;

/// The console so far.
#[derive(Debug, Default)]
pub(super) struct Log {
    phase: Phase,
    torn_down: bool,
    /// The record that lines without a head of their own belong to.
    current: Option<Record>,
    refused: Vec<Record>,
    crash: Option<Record>,
}

/// A log record that is kept.
#[derive(Debug)]
struct Record {
    kind: Kind,
    /// The thread, which for a refused line names the node: `n1 stdout`.
    thread: String,
    /// The exception's text, its stack trace left out.
    lines: Vec<String>,
    in_trace: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Crash,
    Refused,
}

impl Log {
    /// Takes a line.
    pub(super) fn read(&mut self, line: &str) {
        let Some((thread, message)) = head(line) else {
            if let Some(record) = &mut self.current {
                record.push(line);
            }
            return;
        };
        self.keep_current();
        let begins = |marker: &str| message.starts_with(marker);
        if begins("jepsen.core Running test:") || begins("jepsen.db Setting up DB") {
            self.phase = self.phase.max(Phase::Nodes);
        } else if begins("jepsen.core Relative time begins now") {
            self.phase = self.phase.max(Phase::Load);
        } else if begins("jepsen.generator.interpreter Waiting for recovery") {
            self.phase = self.phase.max(Phase::Recovery);
        } else if begins("jepsen.core Run complete") {
            self.phase = Phase::Analysis;
        } else if begins("maelstrom.db Tearing down") {
            self.phase = Phase::Analysis;
            self.torn_down = true;
        } else if begins("maelstrom.process Error!") && !self.torn_down {
            // Once nodes are torn down, the rest write to peers that are gone; that means nothing.
            self.current = Some(Record::new(Kind::Refused, thread));
        } else if begins("jepsen.core Test crashed!") || begins("jepsen.cli Oh jeez") {
            self.current = Some(Record::new(Kind::Crash, thread));
        }
    }

    /// What Maelstrom is doing.
    pub(super) fn phase(&self) -> Phase {
        self.phase
    }

    /// The nodes that are not heard any more since a line of theirs was refused, and why the first was; nothing if there
    /// are none.
    pub(super) fn muted(&self) -> Option<String> {
        let first = self.refused().next()?.text();
        let nodes: Vec<&str> = self.refused().map(Record::node).collect();
        Some(format!("Maelstrom stopped listening to {}: {first}", nodes.join(", ")))
    }

    /// Why it crashed, with the last words of the node that is to blame; nothing if it did not say.
    pub(super) fn crash(&self, node_logs: &Utf8Path) -> Option<String> {
        let current = self.current.as_ref().filter(|record| record.kind == Kind::Crash);
        let record = self.crash.as_ref().or(current)?;
        let lines: Vec<&str> = record.lines.iter().map(String::as_str).collect();
        let message = lines.first().copied().map(without_class)?;
        // Of a node that crashed Maelstrom shows two tails, of up to 32 lines each.
        let reason = if let Some((crash, _)) = message.split_once(". Before crashing, it wrote to STDOUT:") {
            format!("{crash}.{}", last_words(&lines[1..]))
        } else {
            let node = message.split_once("node ").and_then(|(_, rest)| rest.split([' ', ',', '.']).next());
            let said = node.and_then(|node| fs::read(node_logs.join(format!("{node}.log"))).ok());
            let said = said.map(|bytes| Tail::of(&String::from_utf8_lossy(&bytes))).filter(|tail| !tail.is_empty());
            let words = said.map_or(String::new(), |tail| format!(" Its standard error ends:{tail}"));
            format!("{}{words}", record.text())
        };
        Some(match self.refused().next() {
            None => reason,
            Some(refused) => {
                let (node, text) = (refused.node(), refused.text());
                format!("{reason}\nBefore that, a line of {node} was refused: {text}")
            }
        })
    }

    fn refused(&self) -> impl Iterator<Item = &Record> {
        let current = self.current.iter().filter(|record| record.kind == Kind::Refused);
        self.refused.iter().chain(current)
    }

    fn keep_current(&mut self) {
        match self.current.take() {
            Some(record) if record.kind == Kind::Crash => {
                self.crash.get_or_insert(record);
            }
            Some(record) if self.refused.len() < REFUSED_MAX => self.refused.push(record),
            _ => {}
        }
    }
}

impl Record {
    fn new(kind: Kind, thread: &str) -> Self {
        Self { kind, thread: thread.to_owned(), lines: Vec::new(), in_trace: false }
    }

    fn push(&mut self, line: &str) {
        self.in_trace |= line.starts_with("\tat ") || line.starts_with("Caused by:");
        if !self.in_trace && self.lines.len() < LINES_MAX {
            self.lines.push(line.chars().take(LINE_MAX).collect());
        }
    }

    /// The node whose thread it is.
    fn node(&self) -> &str {
        self.thread.split(' ').next().unwrap_or_default()
    }

    /// The exception's text in one paragraph.
    fn text(&self) -> String {
        let mut lines = self.lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty());
        let first = lines.next().map_or("no reason is given", without_class);
        lines.fold(first.to_owned(), |text, line| text + " " + line)
    }
}

/// Thread and message of a record's first line: `LEVEL [time] thread - logger message`.
fn head(line: &str) -> Option<(&str, &str)> {
    let (level, rest) = line.split_once(" [")?;
    if !matches!(level, "TRACE" | "DEBUG" | "INFO" | "WARN" | "ERROR") {
        return None;
    }
    let (_, rest) = rest.split_once("] ")?;
    rest.split_once(" - ")
}

/// An exception's message without its Java class.
fn without_class(line: &str) -> &str {
    let class = |word: &str| word.contains('.') && !word.contains(' ');
    line.split_once(": ").filter(|(word, _)| class(word)).map_or(line, |(_, message)| message)
}

/// The end of what a crashed node wrote, standard error first.
fn last_words(lines: &[&str]) -> String {
    let stderr_at = lines.iter().position(|line| *line == "And to STDERR:").unwrap_or(lines.len());
    let (stdout, stderr) = lines.split_at(stderr_at);
    let said = |lines: &[&str]| {
        let said = lines.iter().filter(|line| !line.is_empty() && !line.starts_with("Full STDERR logs"));
        Tail::of(&said.copied().collect::<Vec<_>>().join("\n"))
    };
    let (stdout, stderr) = (said(stdout), said(stderr.get(1..).unwrap_or_default()));
    match (stderr.is_empty(), stdout.is_empty()) {
        (false, _) => format!(" Its standard error ends:{stderr}"),
        (true, false) => format!(" It wrote nothing to standard error; its standard output ends:{stdout}"),
        (true, true) => " It wrote nothing.".to_owned(),
    }
}

/// Two tails of 32 lines, with what stands around them.
const LINES_MAX: usize = 100;
/// Characters of a line that are kept.
const LINE_MAX: usize = 2000;
/// Refused lines that are kept; a node has one at most.
const REFUSED_MAX: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    fn log_of(recording: &str) -> Log {
        let path = format!("{}/tests/results/{recording}/tail.log", env!("CARGO_MANIFEST_DIR"));
        let mut log = Log::default();
        let text = fs::read_to_string(path).unwrap();
        text.lines().filter(|line| !line.starts_with("---")).for_each(|line| log.read(line));
        log
    }

    fn crash_of(recording: &str) -> String {
        log_of(recording).crash(Utf8Path::new("/no/logs")).unwrap()
    }

    #[test]
    fn a_crashed_node_has_the_last_word() {
        let reason = crash_of("d-midcrash");
        assert!(reason.starts_with("Node n1 crashed with exit status 3. Its standard error ends:\n    "), "{reason}");
        assert!(reason.ends_with("\n    2026/11/22 19:36:36 giving up now"), "{reason}");
        let reason = crash_of("d-crash-start");
        let words =
            "Node n3 crashed with exit status 1. Its standard error ends:\n    panic: cannot start, no such config";
        assert_eq!(reason, words);
    }

    #[test]
    fn a_crash_names_the_line_that_led_to_it() {
        let reason = crash_of("d-garbage-start");
        assert!(reason.starts_with("Expected node n2 to respond to an init message, but node did not respond."));
        assert!(
            reason.contains("\nBefore that, a line of n4 was refused: Node n4 printed a line to STDOUT which was not")
        );
        assert!(reason.contains("Starting server v1.0 ..."), "{reason}");
        assert!(crash_of("d-baddest").contains("Invalid dest for message"), "{}", crash_of("d-baddest"));
        assert!(crash_of("d-badmsg").contains(":src missing-required-key"), "{}", crash_of("d-badmsg"));
        let missing =
            "Cannot run program \"bin/does-not-exist\" (in directory TMP): error=2, No such file or directory";
        assert_eq!(crash_of("d-nobin"), missing);
    }

    #[test]
    fn a_silent_node_is_quoted_from_its_own_log() {
        let logs = tempfile::tempdir().unwrap();
        fs::write(logs.path().join("n1.log"), "starting\nno such config\n").unwrap();
        let reason = log_of("d-silent").crash(Utf8Path::from_path(logs.path()).unwrap()).unwrap();
        let expected = "Expected node n1 to respond to an init message, but node did not respond. Its standard error \
                        ends:\n    starting\n    no such config";
        assert_eq!(reason, expected);
    }

    #[test]
    fn a_node_that_is_not_heard_any_more_is_named_unless_the_run_is_over() {
        let muted = log_of("d-garbage-mid").muted().unwrap();
        let expected = "Maelstrom stopped listening to n0, n1, n2, n3: Node n0 printed a line to STDOUT which was not \
                        well-formed JSON: debug: this is not JSON";
        assert!(muted.starts_with(expected), "{muted}");
        let mut log = Log::default();
        log.read("INFO [2026-11-22 19:25:41,158] jepsen node n0 - maelstrom.db Tearing down n0");
        log.read("WARN [2026-11-22 19:25:41,258] n1 stdout - maelstrom.process Error!");
        log.read("java.lang.AssertionError: Assert failed: Invalid dest");
        assert_eq!(log.muted(), None);
    }

    #[test]
    fn phases_follow_the_marker_lines() {
        let mut log = Log::default();
        let mut seen = vec![log.phase()];
        for message in [
            "jepsen.core Running test:",
            "jepsen.core Relative time begins now",
            "jepsen.generator.interpreter Waiting for recovery...",
            "jepsen.core Run complete, writing",
        ] {
            log.read(&format!("INFO [2026-11-22 19:25:41,158] jepsen test runner - {message}"));
            seen.push(log.phase());
        }
        assert_eq!(seen, [Phase::Start, Phase::Nodes, Phase::Load, Phase::Recovery, Phase::Analysis]);
    }
}
