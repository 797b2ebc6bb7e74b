//! The node processes of one run and their pipes, all waited for by one thread.
//!
//! Writing never blocks: what a node does not read yet stays here. Reading never blocks either. So one slow node delays
//! nobody else, and the engine needs no thread per pipe.
//!
//! Absent: what the lines mean. Lines come out as text and go in as text.

mod fate;

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read, Write};
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use mio::unix::pipe::{Receiver, Sender};
use mio::{Events, Interest, Poll, Token};
use nix::sys::resource::{Resource, getrlimit, setrlimit};

use crate::backend::alarm::Alarm;
use crate::process;

/// All nodes of one run.
pub(crate) struct Cluster {
    poll: Poll,
    events: Events,
    alarm: Alarm,
    nodes: Vec<Node>,
    /// What every node runs.
    program: (Utf8PathBuf, Vec<String>),
    /// Nodes with something to write since the last flush.
    dirty: Vec<usize>,
    /// Pipes that gave more than is read at a time, and will not announce themselves again.
    unfinished: Vec<Token>,
    next_check: Instant,
}

struct Node {
    name: String,
    child: Child,
    stdin: Option<Sender>,
    stdout: Receiver,
    stderr: Receiver,
    unwritten: Vec<u8>,
    unread: Vec<u8>,
    log: File,
    /// Bytes that the node meant for the log.
    logged: usize,
    log_path: Utf8PathBuf,
    last_words: VecDeque<String>,
    unfinished_word: Vec<u8>,
    is_gone: bool,
    /// Waited for: the system may give the process's number to a stranger, who must not be killed in its place.
    is_reaped: bool,
}

struct Pipes {
    stdin: Sender,
    stdout: Receiver,
    stderr: Receiver,
}

/// What a node did.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    /// It exited, or closed its standard output, which is as good as gone; the status in words.
    Gone(usize, String),
    /// It printed a line.
    Line(usize, String),
}

/// How long a node may go on without an end of line: beyond this it is not printing messages.
const LINE_BYTES_MAX: usize = 64 << 20;
/// How many of a node's last lines on its standard error are kept for its obituary, as Maelstrom does.
const LAST_WORDS: usize = 32;
/// How much of one of these lines is kept.
const WORD_BYTES_MAX: usize = 1 << 10;
/// Where a node's log is cut: a node that floods its standard error must not fill the disk.
const LOG_BYTES_MAX: usize = 256 << 20;
const LOG_CUT: &str = "\n[harness: the node wrote more than 256 MB, the rest is not kept]\n";
/// How much of a pipe is read before others have their turn: a node that floods one must not keep the engine from its
/// clock, nor the user from an interrupt.
const TURN_BYTES: usize = 1 << 20;
/// How many turns a node's end gets.
const LAST_TURNS: usize = 16;
/// How often the processes themselves are looked at. A node that dies closes its pipes and is noticed at once, unless it
/// leaves a child behind that holds them open.
const CHECK_EVERY: Duration = Duration::from_millis(200);

const PIPES: usize = 3;
const STDIN: usize = 0;
const STDOUT: usize = 1;
const STDERR: usize = 2;

impl Cluster {
    /// Starts one process per name, each with the same arguments, from the system's directory for temporary files, as
    /// Maelstrom does. Their standard errors go to `logs/<name>.log`.
    pub(crate) fn start(bin: &Utf8Path, args: &[String], names: &[String], logs: &Utf8Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(logs)?;
        let poll = Poll::new()?;
        let alarm = Alarm::new(poll.registry())?;
        let mut cluster = Self {
            poll,
            alarm,
            events: Events::with_capacity(4 * names.len().max(64)),
            nodes: Vec::with_capacity(names.len()),
            program: (bin.to_owned(), args.to_owned()),
            dirty: Vec::new(),
            unfinished: Vec::new(),
            next_check: Instant::now() + CHECK_EVERY,
        };
        for name in names {
            let log_path = logs.join(format!("{}.log", name.replace(['/', '\\'], "_")));
            let log = File::create(&log_path)?;
            let child = process::spawn_node(bin, args, &std::env::temp_dir())
                .with_context(|| format!("node {name} did not start"))?;
            cluster.adopt(name, child, log, log_path)?;
        }
        Ok(cluster)
    }

    /// Queues text for a node's standard input.
    pub(crate) fn write(&mut self, node: usize, text: &str) {
        let receiver = &mut self.nodes[node];
        if receiver.unwritten.is_empty() {
            self.dirty.push(node);
        }
        if receiver.stdin.is_some() {
            receiver.unwritten.extend_from_slice(text.as_bytes());
        }
    }

    /// Writes what the pipes take; the rest goes out when they take more.
    pub(crate) fn flush(&mut self) {
        for node in std::mem::take(&mut self.dirty) {
            self.nodes[node].write_out();
        }
    }

    /// Waits until a node does something, or for that long, and tells what was done.
    pub(crate) fn wait(&mut self, timeout: Duration, signs: &mut Vec<Sign>) -> anyhow::Result<()> {
        let timeout = self.alarm.set(if self.unfinished.is_empty() { timeout } else { Duration::ZERO })?;
        match self.poll.poll(&mut self.events, timeout) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error.into()),
            _ => {}
        }
        let mut tokens = std::mem::take(&mut self.unfinished);
        for token in self.events.iter().map(mio::event::Event::token).filter(|&token| token != Alarm::TOKEN) {
            if !tokens.contains(&token) {
                tokens.push(token);
            }
        }
        for Token(token) in tokens {
            let (node, pipe) = (token / PIPES, token % PIPES);
            match pipe {
                STDIN => self.nodes[node].write_out(),
                STDOUT => {
                    if self.read_lines(node, signs)? {
                        self.unfinished.push(Token(token));
                    }
                }
                _ => {
                    if self.nodes[node].read_log()? == Drained::InPart {
                        self.unfinished.push(Token(token));
                    }
                }
            }
        }
        if Instant::now() >= self.next_check {
            self.next_check = Instant::now() + CHECK_EVERY;
            for node in 0..self.nodes.len() {
                if let Some(status) = self.nodes[node].status()? {
                    self.bury(node, Some(status), signs)?;
                }
            }
        }
        Ok(())
    }

    /// The last lines of a node's standard error, and where all of them are.
    pub(crate) fn last_words(&mut self, node: usize) -> anyhow::Result<(Vec<String>, &Utf8Path)> {
        let node = &mut self.nodes[node];
        for _ in 0..LAST_TURNS {
            if node.read_log()? != Drained::InPart {
                break;
            }
        }
        node.finish_word();
        Ok((node.last_words.iter().cloned().collect(), &node.log_path))
    }

    /// Ends every node and waits for its end. Their standard errors are read to the last.
    pub(crate) fn stop(&mut self) {
        let running = |node: &&mut Node| !node.is_reaped;
        for node in self.nodes.iter_mut().filter(running) {
            process::kill_group(&node.child);
        }
        for node in self.nodes.iter_mut().filter(running) {
            // Killed: the wait is short, and its status tells nothing.
            let _ = node.child.wait();
            let _ = node.read_log();
            node.is_reaped = true;
        }
    }

    fn adopt(&mut self, name: &str, mut child: Child, log: File, log_path: Utf8PathBuf) -> io::Result<()> {
        let Pipes { stdin, stdout, stderr } = self.connect(self.nodes.len(), &mut child)?;
        self.nodes.push(Node {
            name: name.to_owned(),
            child,
            stdin: Some(stdin),
            stdout,
            stderr,
            unwritten: Vec::new(),
            unread: Vec::new(),
            log,
            logged: 0,
            log_path,
            last_words: VecDeque::new(),
            unfinished_word: Vec::new(),
            is_gone: false,
            is_reaped: false,
        });
        Ok(())
    }

    /// The pipes of a process that is to be the node at that place.
    fn connect(&self, node: usize, child: &mut Child) -> io::Result<Pipes> {
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let mut stdin = Sender::from(stdin.expect("a node's standard input is piped"));
        let mut stdout = Receiver::from(stdout.expect("a node's standard output is piped"));
        let mut stderr = Receiver::from(stderr.expect("a node's standard error is piped"));
        stdin.set_nonblocking(true)?;
        stdout.set_nonblocking(true)?;
        stderr.set_nonblocking(true)?;
        let first = PIPES * node;
        let registry = self.poll.registry();
        registry.register(&mut stdin, Token(first + STDIN), Interest::WRITABLE)?;
        registry.register(&mut stdout, Token(first + STDOUT), Interest::READABLE)?;
        registry.register(&mut stderr, Token(first + STDERR), Interest::READABLE)?;
        Ok(Pipes { stdin, stdout, stderr })
    }

    /// Takes the lines that a node has printed. True if it has more to say.
    fn read_lines(&mut self, node: usize, signs: &mut Vec<Sign>) -> anyhow::Result<bool> {
        let speaker = &mut self.nodes[node];
        let known = speaker.unread.len();
        let drained = drain(&mut speaker.stdout, &mut speaker.unread)?;
        // What is known holds no end of line: a long line is not looked through again and again.
        let end = speaker.unread[known..].iter().rposition(|&byte| byte == b'\n');
        let lines: Vec<u8> = speaker.unread.drain(..end.map_or(0, |end| known + end + 1)).collect();
        for line in lines.split_inclusive(|&byte| byte == b'\n') {
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            signs.push(Sign::Line(node, String::from_utf8_lossy(line).into_owned()));
        }
        if speaker.unread.len() > LINE_BYTES_MAX {
            let beginning = String::from_utf8_lossy(&speaker.unread[..200]).into_owned();
            signs.push(Sign::Line(node, beginning));
        }
        if drained == Drained::Closed && !self.nodes[node].is_gone {
            let status = self.nodes[node].status_soon()?;
            self.bury(node, status, signs)?;
        }
        Ok(drained == Drained::InPart)
    }

    fn bury(&mut self, node: usize, status: Option<ExitStatus>, signs: &mut Vec<Sign>) -> anyhow::Result<()> {
        if !std::mem::replace(&mut self.nodes[node].is_gone, true) {
            // What it said before it died counts; what a child of its goes on saying does not.
            for _ in 0..LAST_TURNS {
                if !self.read_lines(node, signs)? {
                    break;
                }
            }
            let words = status.map_or_else(|| "it closed its standard output".to_owned(), |status| status.to_string());
            signs.push(Sign::Gone(node, words));
        }
        Ok(())
    }
}

impl Node {
    fn write_out(&mut self) {
        while let (Some(stdin), false) = (&mut self.stdin, self.unwritten.is_empty()) {
            match stdin.write(&self.unwritten) {
                Ok(written) => drop(self.unwritten.drain(..written)),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                // The node reads no more. Maelstrom drops the message too; its end is noticed elsewhere.
                Err(_) => {
                    self.stdin = None;
                    self.unwritten = Vec::new();
                }
            }
        }
    }

    fn read_log(&mut self) -> anyhow::Result<Drained> {
        let mut fresh = Vec::new();
        let drained = drain(&mut self.stderr, &mut fresh)?;
        let room = LOG_BYTES_MAX.saturating_sub(self.logged);
        let cut = if fresh.len() > room && room > 0 { LOG_CUT } else { "" };
        self.logged += fresh.len();
        let kept =
            self.log.write_all(&fresh[..fresh.len().min(room)]).and_then(|()| self.log.write_all(cut.as_bytes()));
        kept.map_err(|error| anyhow::anyhow!("cannot write the log of {} to `{}`: {error}", self.name, self.log_path))?;
        for piece in fresh.split_inclusive(|&byte| byte == b'\n') {
            let room = WORD_BYTES_MAX.saturating_sub(self.unfinished_word.len());
            self.unfinished_word.extend_from_slice(&piece[..piece.len().min(room)]);
            if piece.ends_with(b"\n") {
                self.finish_word();
            }
        }
        Ok(drained)
    }

    fn finish_word(&mut self) {
        let word = std::mem::take(&mut self.unfinished_word);
        let word = String::from_utf8_lossy(&word);
        if !word.trim_end().is_empty() {
            self.last_words.push_back(word.trim_end().to_owned());
        }
        while self.last_words.len() > LAST_WORDS {
            self.last_words.pop_front();
        }
    }

    /// The exit status of a process that has ended. What it left behind in its group is ended too, as long as the group's
    /// number is surely its own.
    fn status(&mut self) -> io::Result<Option<ExitStatus>> {
        let status = self.child.try_wait()?;
        if status.is_some() && !std::mem::replace(&mut self.is_reaped, true) {
            process::kill_group(&self.child);
        }
        Ok(status)
    }

    /// The exit status of a process that has closed its output: it is about to exit, if it has not.
    fn status_soon(&mut self) -> io::Result<Option<ExitStatus>> {
        for _ in 0..50 {
            if let Some(status) = self.status()? {
                return Ok(Some(status));
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Ok(None)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Each node takes three descriptors; the usual limit of 1024 would end at 340 nodes.
pub(crate) fn raise_open_files_limit() {
    if let Ok((_, most)) = getrlimit(Resource::RLIMIT_NOFILE) {
        // Where it may not be raised, starting a node says so.
        let _ = setrlimit(Resource::RLIMIT_NOFILE, most, most);
    }
}

/// How far a pipe was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Drained {
    Closed,
    /// It is empty, and will announce what comes next.
    Fully,
    /// There may be more.
    InPart,
}

/// Reads what there is, up to [`TURN_BYTES`].
fn drain(pipe: &mut Receiver, into: &mut Vec<u8>) -> io::Result<Drained> {
    let mut buffer = [0; 16 << 10];
    let enough = into.len() + TURN_BYTES;
    while into.len() < enough {
        match pipe.read(&mut buffer) {
            Ok(0) => return Ok(Drained::Closed),
            Ok(read) => {
                into.extend_from_slice(&buffer[..read]);
                // A short read has emptied the pipe.
                if read < buffer.len() {
                    return Ok(Drained::Fully);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(Drained::Fully),
            Err(error) => return Err(error),
        }
    }
    Ok(Drained::InPart)
}
