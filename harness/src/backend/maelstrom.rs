//! The official program as an engine: one `maelstrom test` per run.
//!
//! Each run has a working directory of its own, so the `store` in it can only be this run's, and after a crash nobody reads
//! an older one. Each runs in its own process group with a deadline. Maelstrom cannot be given a seed; [`Options::seed`] has
//! no effect here. Absent: what its files mean ([`crate::results`]).

use std::fs;
use std::io;
use std::process::ExitStatus;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use camino::{Utf8Path, Utf8PathBuf};
use engine::Options;

use super::{Backend, Order, Watch};
use crate::exit::MaelstromExit;
use crate::figure::Figures;
use crate::outcome::{EngineId, Finding, Outcome, Validity};
use crate::process::{Cause, Ended, Invocation, Running};
use crate::results::{self, Reading};

use self::log::Log;
use self::progress::{Phase, Progress};

pub(crate) use self::locate::{Maelstrom, Surroundings, java};

mod command;
mod locate;
mod log;
mod progress;
#[cfg(test)]
mod tests;

impl Backend for Maelstrom {
    fn id(&self) -> EngineId {
        EngineId { name: "maelstrom".to_owned(), version: self.version.clone() }
    }

    fn rules(&self) -> &'static str {
        env!("HARNESS_RULES_MAELSTROM")
    }

    fn execute(&self, order: &Order<'_>, watch: &Watch<'_>) -> anyhow::Result<Outcome> {
        let (bin, args, directory) = order.program()?;
        let args = command::arguments(order.options, bin, args)?;
        self.check_java()?;
        let began = Instant::now();
        let invocation = Invocation::new(self.program.as_str(), args)
            .in_directory(directory)
            .with_variable("PATH", &self.search_path);
        let mut log = Log::default();
        let mut progress = Progress::of(order.options);
        let running = Running::start(&invocation, Some(&directory.join(CONSOLE)))?;
        let deadline = self.deadline.unwrap_or_else(|| command::deadline(order.options));
        let ended = running.wait(deadline, watch.interrupted, &mut |line| {
            if let Some(line) = line {
                log.read(line);
            }
            let (phase, share) = progress.at(log.phase(), Instant::now());
            (watch.progress)(phase, share);
        });
        let ended = ended.with_context(|| format!("cannot wait for `{}`", self.program))?;
        collect(directory).with_context(|| format!("cannot sort the files in `{directory}`"))?;
        let place = Place { options: order.options, directory };
        let judged = self.judge(&place, &log, &ended, deadline)?;
        Ok(Outcome { wall_seconds: began.elapsed().as_secs_f64(), ..judged })
    }
}

impl Maelstrom {
    /// The release's wrapper runs the first `java` on PATH, and without one says so only in a shell's words. Another
    /// wrapper may bring its own.
    fn check_java(&self) -> anyhow::Result<()> {
        static JAVA: OnceLock<()> = OnceLock::new();
        if !self.is_release() || JAVA.get().is_some() {
            return Ok(());
        }
        if java(&self.search_path).is_none() {
            bail!(
                "Maelstrom needs Java (a JDK, version 11 or newer) and `java` on PATH does not run; install one, or use \
                 `--engine embedded`"
            );
        }
        let _ = JAVA.set(());
        Ok(())
    }

    /// What the run came to, its files in place.
    fn judge(&self, place: &Place<'_>, log: &Log, ended: &Ended, deadline: Duration) -> anyhow::Result<Outcome> {
        let status = match ended.cause {
            Cause::Exited(status) => status,
            Cause::Interrupted => return Ok(crashed(place, "interrupted".to_owned())),
            Cause::Deadline => {
                let phase = log.phase().name();
                let limit = deadline.as_secs();
                let said = if ended.tail.is_empty() { "It said nothing" } else { "Its last lines:" };
                let why =
                    format!("still running after {limit} s, in the phase `{phase}`; stopped. {said}{}", ended.tail);
                return Ok(crashed(place, why));
            }
        };
        match MaelstromExit::of(status) {
            Some(MaelstromExit::Valid | MaelstromExit::Invalid | MaelstromExit::Unknown) => {
                let results = place.directory.join("results.edn");
                if log.phase() == Phase::Start && !results.exists() {
                    bail!(
                        "`{}` ended with {status} and did nothing of what Maelstrom does; is it Maelstrom? Its last lines:{}",
                        self.program,
                        ended.tail
                    );
                }
                let read = results::read(place.directory, place.options);
                // The directory is still a hidden one, which nobody will find under its present name.
                let here = format!("{}/", place.directory);
                Ok(read.map_or_else(
                    |error| crashed(place, format!("{:#}", anyhow::Error::from(error)).replace(&here, "")),
                    |reading| finished(reading, log),
                ))
            }
            Some(MaelstromExit::BadArguments) => {
                let complaint = ended.tail.lines().collect::<Vec<_>>().join("; ");
                Ok(crashed(place, format!("Maelstrom {} refuses its command line: {complaint}", self.version)))
            }
            Some(MaelstromExit::Crashed) => {
                let reason = log.crash(&place.directory.join("node-logs"));
                Ok(crashed(
                    place,
                    reason.unwrap_or_else(|| format!("Maelstrom crashed; its last lines:{}", ended.tail)),
                ))
            }
            None if matches!(status.code(), Some(126 | 127)) => {
                bail!("`{}` does not run ({status}):{}", self.program, ended.tail)
            }
            None => Ok(crashed(place, format!("Maelstrom ended with {status}; its last lines:{}", ended.tail))),
        }
    }
}

/// What was run, and where it left its files.
struct Place<'a> {
    options: &'a Options,
    directory: &'a Utf8Path,
}

impl MaelstromExit {
    /// The meaning of a status; nothing if it is none of Maelstrom's, such as a signal's.
    fn of(status: ExitStatus) -> Option<Self> {
        [Self::Valid, Self::Invalid, Self::Unknown, Self::BadArguments, Self::Crashed]
            .into_iter()
            .find(|exit| status.code() == Some(exit.code().into()))
    }
}

/// A run that was judged.
fn finished(reading: Reading, log: &Log) -> Outcome {
    let Reading { validity, figures, mut findings, missing, error } = reading;
    findings.extend(error.map(|reason| Finding::NotJudged { part: "analysis".to_owned(), reason }));
    findings.extend(log.muted().map(|text| Finding::Note { text }));
    Outcome { validity, crash: None, figures, findings, wall_seconds: 0.0, missing, trace_digest: None }
}

/// A run that was not. Its history may tell something all the same.
fn crashed(place: &Place<'_>, why: String) -> Outcome {
    let partial = results::read_unjudged(place.directory, place.options);
    let (figures, missing) = partial
        .map_or_else(Default::default, |reading: Reading| -> (Figures, _) { (reading.figures, reading.missing) });
    let validity = Validity::Unknown;
    Outcome {
        validity,
        crash: Some(why),
        figures,
        findings: Vec::new(),
        wall_seconds: 0.0,
        missing,
        trace_digest: None,
    }
}

/// Moves the run's files out of `store/<workload>/<time>` to where an order wants them, and takes the empty store away. A
/// run that died very early has none.
fn collect(directory: &Utf8Path) -> io::Result<()> {
    let store = directory.join("store");
    if !store.is_dir() {
        return Ok(());
    }
    for workload in real_directories(&store)? {
        for run in real_directories(&workload)? {
            for entry in run.read_dir_utf8()? {
                let entry = entry?;
                fs::rename(entry.path(), directory.join(entry.file_name()))?;
            }
        }
    }
    fs::remove_dir_all(store)
}

/// The directories in a directory. `current` and `latest` are links, which name what is here already.
fn real_directories(directory: &Utf8Path) -> io::Result<Vec<Utf8PathBuf>> {
    let mut directories = Vec::new();
    for entry in directory.read_dir_utf8()? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            directories.push(entry.into_path());
        }
    }
    Ok(directories)
}

/// Whether Maelstrom can be asked for a test of these options.
pub(crate) fn check(options: &Options) -> Result<(), command::Inexpressible> {
    command::arguments(options, Utf8Path::new("/"), &[]).map(drop)
}

/// Everything that Maelstrom printed, beside the run's other files.
const CONSOLE: &str = "maelstrom.log";
