//! A fresh directory to work in, an environment without surprises, the program at hand, and how its commands end.
//!
//! Every command that ends is also asked what it left running: all that it starts inherits a variable that names the
//! session, and nothing of that may be there any more.

use std::fmt;
use std::fs;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

/// A directory to work in, and the program at hand.
pub(crate) struct Session {
    directory: TempDir,
    variables: Vec<(String, String)>,
    /// The directory to work in, below the session's own.
    place: PathBuf,
}

/// A command under way.
pub(crate) struct Running<'a> {
    session: &'a Session,
    command: String,
    child: Child,
}

/// How a command ended. Each method checks one thing and says everything when it is not so.
#[must_use]
pub(crate) struct Ended {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    command: String,
    code: Option<i32>,
}

impl Session {
    /// A fresh directory.
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        Self { directory, variables: Vec::new(), place: PathBuf::new() }
    }

    /// A fresh directory with [`NODE`] in it, as `node`.
    pub(crate) fn with_node() -> Self {
        Self::new().script("node", NODE)
    }

    /// With a file in it.
    pub(crate) fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("below the directory")).expect("the directory is ours");
        fs::write(path, content).expect("the directory is ours");
        self
    }

    /// With an executable file in it.
    pub(crate) fn script(self, name: &str, content: &str) -> Self {
        let session = self.file(name, content);
        session.allow(name, 0o755);
        session
    }

    /// With an environment variable.
    pub(crate) fn variable(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.variables.push((name.to_owned(), value.to_string()));
        self
    }

    /// From now on in this directory, which is made.
    pub(crate) fn inside(mut self, place: &str) -> Self {
        self.place = self.path(place);
        fs::create_dir_all(&self.place).expect("the directory is ours");
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

    /// Sets a file's or directory's permissions.
    pub(crate) fn allow(&self, name: &str, mode: u32) {
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(mode)).expect("it is ours");
    }

    /// The text of a file that something under way is about to write.
    pub(crate) fn wait_for(&self, name: &str) -> String {
        let until = Instant::now() + LONG;
        while Instant::now() < until {
            match fs::read_to_string(self.path(name)) {
                Ok(text) if text.ends_with('\n') => return text,
                _ => thread::sleep(TICK),
            }
        }
        panic!("`{name}` did not appear within {} s", LONG.as_secs());
    }

    /// Runs the program with these words, split at blanks.
    pub(crate) fn run(&self, words: &str) -> Ended {
        self.run_words(&words.split_whitespace().collect::<Vec<_>>())
    }

    /// Runs the program with these words.
    pub(crate) fn run_words(&self, words: &[&str]) -> Ended {
        self.command(PROGRAM, words).end()
    }

    /// Starts the program, to be interrupted.
    pub(crate) fn start(&self, words: &str) -> Running<'_> {
        self.command(PROGRAM, &words.split_whitespace().collect::<Vec<_>>())
    }

    /// Runs a line of shell, in which `harness` is the program.
    pub(crate) fn shell(&self, line: &str) -> Ended {
        self.command("/bin/sh", &["-c", &line.replace("harness ", &format!("'{PROGRAM}' "))]).end()
    }

    fn command(&self, program: &str, words: &[&str]) -> Running<'_> {
        let place = if self.place.as_os_str().is_empty() { self.directory.path() } else { &self.place };
        let mut command = Command::new(program);
        command.args(words).current_dir(place);
        // What a developer has set must not change what is tested.
        for name in ["MAELSTROM", "COLUMNS", "NO_COLOR", "RUST_BACKTRACE", "XDG_DATA_HOME"] {
            command.env_remove(name);
        }
        command.env("HOME", self.directory.path()).env(MARK, self.mark());
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        let child = command.spawn().expect("the program was built");
        Running { session: self, command: format!("harness {}", words.join(" ")), child }
    }

    /// A kept result, whole and readable: its record, which is returned, and what the engine left.
    pub(crate) fn result(&self, place: &str) -> serde_json::Value {
        let read = |name: &str| {
            let path = self.path(place).join(name);
            fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        };
        let record: serde_json::Value = serde_json::from_str(&read("record.json")).expect("a record is JSON");
        assert!(record["outcome"]["figures"].is_object(), "{record}");
        assert!(read("results.edn").trim_end().ends_with('}'), "results.edn is whole");
        record
    }

    fn mark(&self) -> &Path {
        self.directory.path()
    }
}

impl Running<'_> {
    /// Sends the program a signal, and not its group: what it started must hear of it from the program.
    pub(crate) fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.child.id().try_into().expect("a process id")), signal).expect("it runs");
    }

    /// Waits until a line of stderr begins so.
    #[expect(clippy::unbuffered_bytes, reason = "what comes behind the line is for whoever reads next")]
    pub(crate) fn wait_to_say(&mut self, beginning: &str) {
        let stderr = self.child.stderr.as_mut().expect("it is a pipe");
        let mut line = Vec::new();
        for byte in stderr.bytes().map_while(Result::ok) {
            if byte != b'\n' {
                line.push(byte);
            } else if String::from_utf8_lossy(&std::mem::take(&mut line)).starts_with(beginning) {
                return;
            }
        }
        panic!("it ended without `{beginning}`");
    }

    /// Waits for the end, whatever else of the session still runs.
    pub(crate) fn code(mut self) -> Option<i32> {
        self.child.wait().expect("the program ends").code()
    }

    /// Waits for the end. Nothing that was started may be left then.
    pub(crate) fn end(self) -> Ended {
        let output = self.child.wait_with_output().expect("the program ends");
        let ended = Ended {
            stdout: String::from_utf8(output.stdout).expect("the program writes text"),
            stderr: String::from_utf8(output.stderr).expect("the program writes text"),
            command: self.command,
            code: output.status.code(),
        };
        // What was killed takes a moment to be gone.
        let until = Instant::now() + LONG;
        let mut left = processes_with(self.session.mark());
        while !left.is_empty() && Instant::now() < until {
            thread::sleep(TICK);
            left = processes_with(self.session.mark());
        }
        assert!(left.is_empty(), "still running: {left:?} {ended}");
        ended.is_calm();
        ended
    }
}

impl Ended {
    /// It ended with this code.
    pub(crate) fn ends_with(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    /// Whether it ended with 0.
    pub(crate) fn succeeded(&self) -> bool {
        self.code == Some(0)
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

    /// Either stream holds this text.
    pub(crate) fn tells(&self, text: &str) -> &Self {
        assert!(self.stdout.contains(text) || self.stderr.contains(text), "nowhere `{text}`: {self}");
        self
    }

    /// Neither stream shows what only a bug shows.
    fn is_calm(&self) {
        for text in [&self.stdout, &self.stderr] {
            assert!(!text.contains("panicked") && !text.contains("RUST_BACKTRACE"), "{self}");
        }
    }
}

impl fmt::Display for Ended {
    /// As a session in a terminal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { command, code, stdout, stderr } = self;
        write!(f, "\n$ {command}\n{stdout}--- stderr:\n{stderr}--- ended with {code:?}")
    }
}

/// The processes that inherited the mark, zombies left aside.
#[cfg(target_os = "linux")]
fn processes_with(mark: &Path) -> Vec<String> {
    let mark = format!("{MARK}={}", mark.display());
    let mut found = Vec::new();
    for process in fs::read_dir("/proc").expect("there is a /proc").filter_map(Result::ok) {
        // A zombie has no environment any more, and other users' cannot be read.
        let environment = fs::read(process.path().join("environ")).unwrap_or_default();
        if environment.split(|byte| *byte == 0).any(|variable| variable == mark.as_bytes()) {
            let words = fs::read(process.path().join("cmdline")).unwrap_or_default();
            found.push(String::from_utf8_lossy(&words).replace('\0', " "));
        }
    }
    found
}

/// The processes that inherited the mark, zombies left aside.
#[cfg(not(target_os = "linux"))]
fn processes_with(mark: &Path) -> Vec<String> {
    let mark = format!("{MARK}={}", mark.display());
    let listed = Command::new("ps").args(["-A", "-E", "-ww", "-o", "stat=,command="]).output().expect("there is a ps");
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    listed.lines().filter(|line| line.contains(&mark) && !line.starts_with('Z')).map(str::to_owned).collect()
}

/// A node for `echo` and `broadcast`; its first argument says what is wrong with it.
pub(crate) const NODE: &str = include_str!("node.sh");

/// The variable that everything a session starts inherits.
const MARK: &str = "HARNESS_TEST_SESSION";
const PROGRAM: &str = env!("CARGO_BIN_EXE_harness");
/// Longer than anything here takes on a busy machine.
const LONG: Duration = Duration::from_mins(1);
const TICK: Duration = Duration::from_millis(10);

#[test]
fn what_a_session_leaves_running_is_seen() {
    let session = Session::new();
    let mut left = session.command("/bin/sh", &["-c", "while :; do sleep 1; done"]);
    // Its environment can be read once it has become the shell.
    let begun = Instant::now();
    while processes_with(session.mark()).is_empty() {
        assert!(begun.elapsed() < LONG, "what runs is not seen");
        thread::sleep(TICK);
    }
    left.child.kill().expect("it runs");
    left.child.wait().expect("it was killed");
}
