//! Sessions with the program: what is typed, what comes out, how it ends.
//!
//! [`Session`] is the fixture: a fresh directory and an environment without surprises. A test reads as a session:
//!
//! ```text
//! Session::new().file("x.yaml", "…").run("run x.yaml").fails_with(2).says("x.yaml:1:1").prints_nothing();
//! ```
//!
//! A session that needs a node of its own writes a script with [`Session::script`]; one that interrupts the program starts
//! it with [`Session::start`].

#![cfg(unix)]

mod run;
mod test;
mod verbs;

use std::fmt;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

/// A directory to work in, and the program at hand.
pub(crate) struct Session {
    directory: TempDir,
    variables: Vec<(String, String)>,
}

/// How a command ended. Each method checks one thing and says everything when it is not so.
#[must_use]
pub(crate) struct Ended {
    command: String,
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Session {
    /// A fresh directory.
    pub(crate) fn new() -> Self {
        Self { directory: tempfile::tempdir().expect("a temporary directory"), variables: Vec::new() }
    }

    /// With a file in it.
    pub(crate) fn file(self, name: &str, text: &str) -> Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("below the directory")).expect("the directory is ours");
        fs::write(path, text).expect("the directory is ours");
        self
    }

    /// With an executable shell script in it, such as a node that misbehaves.
    pub(crate) fn script(self, name: &str, body: &str) -> Self {
        let session = self.file(name, &format!("#!/bin/sh\n{body}\n"));
        fs::set_permissions(session.path(name), fs::Permissions::from_mode(0o755)).expect("the file is ours");
        session
    }

    /// With an environment variable.
    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A path in the directory.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Whether something of that name is in the directory.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.path(name).symlink_metadata().is_ok()
    }

    /// The text of a file that something under way is about to write.
    pub(crate) fn wait_for(&self, name: &str) -> String {
        for _ in 0..6000 {
            match fs::read_to_string(self.path(name)) {
                Ok(text) if text.ends_with('\n') => return text,
                _ => thread::sleep(Duration::from_millis(10)),
            }
        }
        panic!("`{name}` did not appear within a minute");
    }

    /// Runs the program with these words, split at blanks.
    pub(crate) fn run(&self, words: &str) -> Ended {
        let child = self.start(words);
        let output = child.wait_with_output().expect("the program ends");
        Ended {
            command: format!("harness {words}"),
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("the program writes text"),
            stderr: String::from_utf8(output.stderr).expect("the program writes text"),
        }
    }

    /// Starts the program, to be interrupted. It leads its own process group.
    pub(crate) fn start(&self, words: &str) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_harness"));
        command.args(words.split_whitespace()).current_dir(self.directory.path());
        // What a developer has set must not change what is tested.
        for name in ["MAELSTROM", "COLUMNS", "NO_COLOR", "RUST_BACKTRACE"] {
            command.env_remove(name);
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        command.spawn().expect("the program was built")
    }
}

impl Ended {
    /// It ended with this code.
    pub(crate) fn ends_with(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    /// Stderr holds this text.
    pub(crate) fn says(&self, text: &str) -> &Self {
        assert!(self.stderr.contains(text), "stderr lacks `{text}`: {self}");
        self
    }

    /// Stderr is exactly this.
    pub(crate) fn says_only(&self, text: &str) -> &Self {
        assert_eq!(self.stderr, text, "{self}");
        self
    }

    /// Stderr has as many lines as this, each beginning so.
    pub(crate) fn says_only_lines(&self, beginnings: &[&str]) -> &Self {
        let lines: Vec<&str> = self.stderr.lines().collect();
        assert_eq!(lines.len(), beginnings.len(), "{self}");
        assert!(lines.iter().zip(beginnings).all(|(line, beginning)| line.starts_with(beginning)), "{self}");
        self
    }

    /// Stdout holds this text.
    pub(crate) fn prints(&self, text: &str) -> &Self {
        assert!(self.stdout.contains(text), "stdout lacks `{text}`: {self}");
        self
    }

    /// Stdout is empty.
    pub(crate) fn prints_nothing(&self) -> &Self {
        assert_eq!(self.stdout, "", "{self}");
        self
    }

    /// Neither stream shows what only a bug shows.
    pub(crate) fn is_calm(&self) -> &Self {
        for text in [&self.stdout, &self.stderr] {
            assert!(!text.contains("panicked") && !text.contains("RUST_BACKTRACE"), "{self}");
        }
        self
    }
}

impl fmt::Display for Ended {
    /// As a session in a terminal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { command, code, stdout, stderr } = self;
        write!(f, "\n$ {command}\n{stdout}--- stderr:\n{stderr}--- ended with {code:?}")
    }
}

/// A node for the workload `echo`, in plain shell.
pub(crate) const ECHO_NODE: &str = r#"
while read -r line; do
  src=${line#*'"src":"'}; src=${src%%'"'*}
  dest=${line#*'"dest":"'}; dest=${dest%%'"'*}
  id=${line#*'"msg_id":'}; id=${id%%[,\}]*}
  case $line in
    *'"type":"init"'*) body='"type":"init_ok"' ;;
    *) echo=${line#*'"echo":'}; echo=${echo%%[,\}]*}; body="\"type\":\"echo_ok\",\"echo\":$echo" ;;
  esac
  echo "{\"src\":\"$dest\",\"dest\":\"$src\",\"body\":{$body,\"in_reply_to\":$id}}"
done"#;
