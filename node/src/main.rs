//! The shell: lines from standard input to the machine, what it says to standard output, one timer. Ends at end of input.
//!
//! Absent: everything a node decides.
#![expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "the shell owns clock, streams and threads")]

use std::fmt::Display;
use std::io::{BufRead, ErrorKind, Write, stderr, stdin, stdout};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use node::{Config, Wire};
use protocol::Time;
use tokio::sync::mpsc;

/// At most so many lines are handled before their answers are written.
const BATCH: usize = 1024;

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    let config = match Config::from_features() {
        Ok(config) => config,
        Err(error) => {
            log(format_args!("{error}; build it with `--no-default-features --features shell,…`"));
            return 2.into();
        }
    };
    let words: Result<Vec<String>, _> = std::env::args_os().skip(1).map(std::ffi::OsString::into_string).collect();
    let config = match words.map(|words| config.with_arguments(&words)) {
        Ok(Ok(config)) => config,
        Ok(Err(error)) => {
            log(error);
            return 2.into();
        }
        Err(word) => {
            log(format_args!("the argument {} is no text", word.display()));
            return 2.into();
        }
    };
    log(format_args!("built with {config}"));
    match run(Wire::new(config), input()).await {
        // Whoever listened has gone; there is nobody left to serve.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            log(format_args!("cannot write to standard output: {error}"));
            1.into()
        }
        Ok(()) | Err(_) => 0.into(),
    }
}

/// Standard input line by line. It is read on a thread, since a read that waits cannot be cancelled.
fn input() -> mpsc::Receiver<Vec<u8>> {
    let (lines, receiver) = mpsc::channel(BATCH);
    std::thread::spawn(move || {
        // A line that is no UTF-8 is the codec's to refuse; input that cannot be read has ended.
        stdin().lock().split(b'\n').map_while(Result::ok).try_for_each(|line| lines.blocking_send(line))
    });
    receiver
}

/// Whatever has arrived is handled in one go and answered with one write: a node among many shares its processor.
async fn run(mut wire: Wire, mut lines: mpsc::Receiver<Vec<u8>>) -> std::io::Result<()> {
    let start = Instant::now();
    // Since 1970, so that a node that is started again goes on from where its time was, not from zero (`node::recovery`).
    let began = Time::ZERO + SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().into();
    let now = || began + start.elapsed().into();
    let (mut text, mut introduced) = (String::new(), false);
    loop {
        let wake = wire.next_wake().map(|wake| start + wake.since(began).into());
        let first = tokio::select! {
            line = lines.recv() => match line {
                Some(line) => Some(line),
                None => return Ok(()),
            },
            () = tokio::time::sleep_until(wake.unwrap_or(start).into()), if wake.is_some() => None,
        };
        for line in first.into_iter().chain(std::iter::from_fn(|| lines.try_recv().ok()).take(BATCH)) {
            if let Err(error) = wire.on_line(now(), &line, &mut text) {
                log(error);
            }
        }
        wire.on_wake(now(), &mut text);
        if !introduced && let Some(introduction) = wire.introduction() {
            introduced = true;
            log(introduction);
        }
        stdout().write_all(text.as_bytes())?;
        stdout().flush()?;
        text.clear();
    }
}

/// Maelstrom keeps what a node says on standard error as its log. One that nobody keeps is no reason to stop.
fn log(what: impl Display) {
    let _ = writeln!(stderr(), "node: {what}");
}
