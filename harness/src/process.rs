//! The only room that starts processes: each in its own group, with a deadline, its last words kept, and killed as a group.
//!
//! Four ways in: [`spawn_node`] for a node with three pipes, [`Running`] for a long program whose lines are followed while
//! it runs, [`run_captured`] for a short helper, [`Attached`] for another harness. A group is killed when its guard is
//! dropped, so a panic leaves no process behind either. Absent: what any program's output means.
//!
//! What cannot be done from here: when the harness itself is killed with SIGKILL nothing of it runs any more, and asking
//! Linux to kill children then takes unsafe code. A node ends by itself when its standard input does; Maelstrom's JVM, whose
//! nodes are its own children, ends with its test.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, PipeReader, Read as _, Write as _};
use std::process::{ExitStatus, Output};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use camino::Utf8Path;

pub use self::attached::Attached;
pub use self::failure::{ProcessError, Tail};
pub use self::group::{Group, continue_group, kill_group, stop_group};
pub use self::interrupt::{install_interrupt, interrupted};
pub use self::invocation::Invocation;
pub use self::node::spawn_node;

mod attached;
mod failure;
mod group;
mod interrupt;
mod invocation;
mod node;

/// A program that runs in its own group, its standard output and error read line by line as one stream.
pub struct Running {
    handle: duct::Handle,
    group: Group,
    lines: Receiver<String>,
}

/// How a [`Running`] program ended.
#[derive(Debug)]
pub struct Ended {
    /// Why.
    pub cause: Cause,
    /// Its last lines.
    pub tail: Tail,
}

/// Why a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It was still running at its deadline and was killed.
    Deadline,
    /// By itself, with this status.
    Exited(ExitStatus),
    /// The user wanted everything to end.
    Interrupted,
}

/// Runs a short helper to its end and gives what it printed. A status other than 0 is an error that shows the last lines.
pub fn run_captured(invocation: &Invocation, deadline: Duration) -> Result<Output, ProcessError> {
    let expression = invocation.expression().stdin_null().stdout_capture().stderr_capture();
    let handle = retry_while_busy(|| expression.start()).map_err(|source| invocation.not_started(source))?;
    let group = Group::of_leader(leader(&handle));
    let until = Instant::now() + deadline;
    loop {
        if let Some(output) = handle.wait_timeout(TICK).map_err(|source| invocation.not_started(source))? {
            let output = output.clone();
            drop(group);
            return if output.status.success() { Ok(output) } else { Err(invocation.failed(output)) };
        }
        let stop = interrupted().load(Ordering::Relaxed);
        if stop || Instant::now() >= until {
            group.end(&handle);
            let command = invocation.to_string();
            return Err(if stop {
                ProcessError::Interrupted { command }
            } else {
                ProcessError::Deadline { command, after: deadline }
            });
        }
    }
}

impl Running {
    /// Starts a program. With a log, all that it prints is written there too, as it comes.
    pub fn start(invocation: &Invocation, log: Option<&Utf8Path>) -> Result<Self, ProcessError> {
        let not_started = |source| invocation.not_started(source);
        let log = log.map(File::create).transpose().map_err(not_started)?;
        let (reader, writer) = io::pipe().map_err(not_started)?;
        // The expression holds the pipe's writing end and must be gone for the stream to end, hence the block.
        let handle = {
            let expression = invocation.expression().stdin_null().stderr_to_stdout().stdout_file(writer);
            retry_while_busy(|| expression.start()).map_err(not_started)?
        };
        let group = Group::of_leader(leader(&handle));
        let (sender, lines) = sync_channel(1024);
        thread::spawn(move || forward(reader, log, &sender));
        Ok(Self { handle, group, lines })
    }

    /// Follows the program to its end. `on_output` hears each line, and nothing (`None`) now and then while there is none.
    pub fn wait(
        self,
        deadline: Duration,
        interrupted: &AtomicBool,
        on_output: &mut dyn FnMut(Option<&str>),
    ) -> io::Result<Ended> {
        let until = Instant::now() + deadline;
        let mut tail = Tail::default();
        let cause = loop {
            match self.lines.recv_timeout(TICK) {
                Ok(line) => {
                    on_output(Some(&line));
                    tail.push(line);
                }
                Err(RecvTimeoutError::Timeout) => on_output(None),
                // It closed its output, which is not yet the end.
                Err(RecvTimeoutError::Disconnected) => {
                    on_output(None);
                    self.handle.wait_timeout(TICK)?;
                }
            }
            if let Some(output) = self.handle.try_wait()? {
                break Cause::Exited(output.status);
            } else if interrupted.load(Ordering::Relaxed) {
                break Cause::Interrupted;
            } else if Instant::now() >= until {
                break Cause::Deadline;
            }
        };
        if !matches!(cause, Cause::Exited(_)) {
            self.group.end(&self.handle);
        }
        // What the program left running in its group goes with it.
        self.group.kill();
        // What it said last is still in the pipe. Something that left the group might hold the other end for ever.
        let patience = Instant::now() + LAST_WORDS;
        while let Ok(line) = self.lines.recv_timeout(patience.saturating_duration_since(Instant::now())) {
            on_output(Some(&line));
            tail.push(line);
        }
        Ok(Ended { cause, tail })
    }
}

/// The leader of a group that was just started.
fn leader(handle: &duct::Handle) -> u32 {
    *handle.pids().first().expect("one command is one process")
}

/// Reads lines until the last writer is gone. A line without end is cut, bytes that are no text are replaced.
fn forward(reader: PipeReader, mut log: Option<File>, lines: &SyncSender<String>) {
    let mut reader = BufReader::new(reader);
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        match (&mut reader).take(LINE_MAX).read_until(b'\n', &mut bytes) {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        // A full disk must not stop the program; the run's own files will tell of it.
        if let Some(file) = &mut log
            && file.write_all(&bytes).is_err()
        {
            log = None;
        }
        let line = String::from_utf8_lossy(&bytes);
        if lines.send(line.trim_end_matches(['\n', '\r']).to_owned()).is_err() {
            return;
        }
    }
}

/// A binary that was just copied may still be open for writing in a process that another thread is forking: the system
/// then says "text file busy" for a moment.
fn retry_while_busy<T>(mut start: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    for _ in 0..100 {
        match start() {
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy => thread::sleep(Duration::from_millis(10)),
            result => return result,
        }
    }
    start()
}

/// How often a waiting harness looks up.
const TICK: Duration = Duration::from_millis(20);
/// How long the rest of a dead program's output is waited for.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// Longer lines are cut.
const LINE_MAX: u64 = 1 << 20;

#[cfg(test)]
mod tests;
