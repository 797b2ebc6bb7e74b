//! Results that were written elsewhere: what they are, and what was asked for when they were made.
//!
//! What was asked for stands in one of several places: on the command line that the user gives; in our own `strict.json`; in
//! Maelstrom's `jepsen.log`, which begins with its command line; in a `cmd.txt` beside them. Where none tells, the history
//! gives a guess, and the result says that it is one. Absent: keeping them.

use std::fs;
use std::io;

use anyhow::{Context as _, bail};
use camino::{Utf8Path, Utf8PathBuf};
use engine::history::{F, History, OpKind, Process};
use engine::{Options, Workload};
use jiff::Timestamp;
use protocol::Duration;
use serde::Deserialize;

use super::request::{self, Asked};
use crate::outcome::{EngineId, Finding, Outcome};
use crate::results::{self, Reading};

/// A test that somebody ran.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Recording {
    pub(super) directory: Utf8PathBuf,
    pub(super) asked: Test,
    pub(super) engine: EngineId,
    /// When it began, RFC 3339.
    pub(super) started: String,
    pub(super) outcome: Outcome,
}

/// What was asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Test {
    pub(super) options: Options,
    /// The node's program and its arguments, where they are known.
    pub(super) node: Option<(Utf8PathBuf, Vec<String>)>,
}

/// What our engines leave beside Maelstrom's files.
#[derive(Deserialize)]
struct Ours {
    engine: EngineId,
    options: Option<Options>,
}

/// Every directory with results, at this place or below.
pub(super) fn find(directory: &Utf8Path) -> anyhow::Result<Vec<Utf8PathBuf>> {
    let mut found = Vec::new();
    collect(directory, DEPTH_MAX, &mut found).with_context(|| format!("cannot look through `{directory}`"))?;
    if found.is_empty() {
        bail!("`{directory}` has no results: no results.edn and no history.edn is in it or below");
    }
    Ok(found)
}

fn collect(directory: &Utf8Path, depth: u32, found: &mut Vec<Utf8PathBuf>) -> io::Result<()> {
    if [RESULTS, HISTORY].iter().any(|name| directory.join(name).is_file()) {
        found.push(directory.to_owned());
        return Ok(());
    }
    let mut below = Vec::new();
    for entry in directory.read_dir_utf8()? {
        let entry = entry?;
        // Maelstrom's `latest` and `current` name what is there anyway.
        if entry.file_type()?.is_dir() && depth > 0 {
            below.push(entry.into_path());
        }
    }
    below.sort();
    below.iter().try_for_each(|directory| collect(directory, depth - 1, found))
}

impl Recording {
    /// Reads what lies in a directory. `flags` are Maelstrom's, if the user gives them.
    pub(super) fn read(directory: &Utf8Path, flags: &[String]) -> anyhow::Result<Self> {
        let ours: Option<Ours> =
            fs::read(directory.join("strict.json")).ok().and_then(|text| serde_json::from_slice(&text).ok());
        let history = results::read_history(directory);
        let mut notes = Vec::new();
        let asked = if let Some(asked) = asked(directory, flags, ours.as_ref())? {
            asked
        } else {
            let history = history.as_ref().ok().context(format!("what was asked for {UNTOLD}"))?;
            let text = format!("what was asked for is guessed from the history, since it {UNTOLD}");
            notes.push(Finding::Note { text });
            Test { options: guessed(history), node: None }
        };
        let reading = match results::read(directory, &asked.options) {
            Ok(reading) => reading,
            Err(error) => {
                if directory.join(RESULTS).exists() {
                    let text = format!("results.edn was not read: {:#}", anyhow::Error::from(error));
                    notes.push(Finding::Note { text });
                }
                results::rebuild(directory, &asked.options)?
            }
        };
        let seconds = history.ok().and_then(|history| history.ops().last().map(|op| op.time.as_nanos() as f64 / 1e9));
        let maelstrom = || EngineId { name: "maelstrom".into(), version: "unknown".into() };
        Ok(Self {
            directory: directory.to_owned(),
            asked,
            engine: ours.map_or_else(maelstrom, |ours| ours.engine),
            started: started(directory),
            outcome: outcome(reading, notes, seconds.unwrap_or_default()),
        })
    }
}

fn outcome(reading: Reading, notes: Vec<Finding>, wall_seconds: f64) -> Outcome {
    let Reading { validity, figures, mut findings, missing, error } = reading;
    findings.extend(error.map(|reason| Finding::NotJudged { part: "analysis".to_owned(), reason }));
    findings.extend(notes);
    Outcome { validity, crash: None, figures, findings, wall_seconds, missing, trace_digest: None }
}

/// What was asked for, if anything tells.
fn asked(directory: &Utf8Path, flags: &[String], ours: Option<&Ours>) -> anyhow::Result<Option<Test>> {
    if !flags.is_empty() {
        return Ok(Some(test(flags.to_vec()).context("the command line after `--` is not that of a test")?));
    }
    if let Some(options) = ours.and_then(|ours| ours.options.clone()) {
        return Ok(Some(Test { options, node: None }));
    }
    let log = fs::read_to_string(directory.join("jepsen.log")).unwrap_or_default();
    // What was typed stands behind these words, mostly in a line of its own.
    let logged = log.split_once(COMMAND_LINE).and_then(|(_, rest)| rest.trim_start().lines().next());
    let noted = fs::read_to_string(directory.join("cmd.txt")).ok();
    let Some(line) = logged.map(str::to_owned).or(noted) else { return Ok(None) };
    let words = line.split_whitespace().map(|word| word.trim_matches(['"', '\'']).to_owned());
    let words: Vec<String> = words.skip_while(|word| word != "test").skip(1).collect();
    Ok(Some(test(words).with_context(|| format!("`{directory}` was made with `{}`", line.trim()))?))
}

/// A command line of Maelstrom's.
fn test(mut words: Vec<String>) -> anyhow::Result<Test> {
    let is_named = words.iter().any(|word| word == "--bin" || word.starts_with("--bin="));
    if !is_named {
        words.splice(0..0, ["--bin".to_owned(), "unknown".to_owned()]);
    }
    match request::read(&words) {
        Ok(Asked::Test(request)) => {
            Ok(Test { options: request.options, node: is_named.then_some((request.bin, request.args)) })
        }
        Ok(Asked::Help) => bail!("it asks for help"),
        Err(problems) => bail!("{}", problems.join("; ")),
    }
}

/// Options as a history lets one guess them.
fn guessed(history: &History) -> Options {
    let invoked = || history.client_ops().map(|(_, op)| op).filter(|op| op.kind == OpKind::Invoke);
    let clients = |ops: &mut dyn Iterator<Item = &engine::history::Op>| {
        let mut clients: Vec<u64> =
            ops.filter_map(|op| if let Process::Client(client) = op.process { Some(client) } else { None }).collect();
        clients.sort_unstable();
        clients.dedup();
        u32::try_from(clients.len()).unwrap_or(u32::MAX)
    };
    // Every client reads once more at the end, and usually there is one for each node.
    let nodes = match clients(&mut invoked().filter(|op| op.is_final)) {
        0 => clients(&mut invoked()),
        readers => readers,
    };
    let seconds = invoked().filter(|op| !op.is_final).map(|op| op.time.as_nanos()).max().unwrap_or(0).div_ceil(NANOS);
    let count = invoked().filter(|op| !op.is_final).count();
    Options {
        workload: if invoked().any(|op| matches!(op.f, F::Echo(_))) { Workload::Echo } else { Workload::Broadcast },
        nodes: Options::numbered_nodes(nodes.max(1)),
        time_limit: Duration::from_secs(seconds.max(1)),
        rate: (count as f64 / seconds.max(1) as f64).round(),
        ..Options::default()
    }
}

/// When a test began: Jepsen names its directory so; or else when its files were written.
fn started(directory: &Utf8Path) -> String {
    let real = directory.canonicalize_utf8().unwrap_or_else(|_| directory.to_owned());
    let name = real.file_name().unwrap_or_default();
    let named = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%S", name.get(..15).unwrap_or_default());
    let named = named.ok().and_then(|time| time.to_zoned(jiff::tz::TimeZone::UTC).ok()).map(|time| time.timestamp());
    let written = || {
        let files = [HISTORY, RESULTS].iter().filter_map(|file| fs::metadata(directory.join(file)).ok());
        let times = files.filter_map(|data| Timestamp::try_from(data.modified().ok()?).ok());
        times.min().and_then(|time| Timestamp::from_second(time.as_second()).ok())
    };
    named.or_else(written).unwrap_or_default().to_string()
}

const COMMAND_LINE: &str = "Command line:";
const RESULTS: &str = "results.edn";
const HISTORY: &str = "history.edn";
const NANOS: u64 = 1_000_000_000;

/// A store, a workload, a test: nobody keeps results deeper than that, and nobody wants a whole disk looked through.
const DEPTH_MAX: u32 = 3;

const UNTOLD: &str = "stands nowhere beside it; give the flags after `--`, such as `-- -w broadcast --node-count 25`";
