//! `harness watch`: run, wait until something has changed, run again.
//!
//! The runs are another harness's: `harness run` with the same flags. So a run can be dropped the moment a source is saved,
//! and the simulated engine, which has the node inside, runs the node that was just built: the harness is built anew first.
//!
//! Absent: which files count ([`files`]).

mod files;

use std::ffi::OsString;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use clap::Parser as _;

use self::files::{Files, Stamps};
use super::{compare, ready, reuse, run, tell};
use crate::artifact::Toolchain;
use crate::cli::{Cli, Format, RunArgs, Verb, WatchArgs};
use crate::console::Console;
use crate::exit::ExitStatus;
use crate::measured::find;
use crate::plan::{EngineChoice, Plan};
use crate::process::{Attached, Invocation};
use crate::render::escape;
use crate::words::counted;

/// The whole verb. It ends when the user ends it.
pub(super) fn watch(args: &WatchArgs, console: &Console, interrupted: &AtomicBool) -> anyhow::Result<ExitStatus> {
    let args = &args.run;
    anyhow::ensure!(args.experiment.is_file(), "cannot watch `{}`: there is no such file", args.experiment);
    let mut scene = Scene {
        args,
        // Asked once: a build replaces the file, and the system would then call it deleted.
        program: std::env::current_exe().context("cannot tell where this program is")?,
        files: Files::of_experiment(&args.experiment),
        seen: Stamps::default(),
        console,
        interrupted,
    };
    while !interrupted.load(Ordering::Relaxed) {
        let changed = match scene.round() {
            Ok(Round::Changed(changed)) => changed,
            Ok(Round::Ended) => scene.wait(),
            Ok(Round::Interrupted) => break,
            Err(_) if interrupted.load(Ordering::Relaxed) => break,
            Err(error) => {
                tell(&error, console);
                scene.wait()
            }
        };
        if let Some(first) = changed.first().map(|path| beside_here(path)) {
            let more = if changed.len() > 1 { format!(" and {} more", changed.len() - 1) } else { String::new() };
            let first = escape::terminal(first.as_str());
            console.say(&format!("\n── {}: `{first}`{more} changed", jiff::Zoned::now().strftime("%H:%M:%S")));
        }
    }
    console.say("interrupted");
    Ok(ExitStatus::Interrupted)
}

/// What stays from round to round.
struct Scene<'a> {
    args: &'a RunArgs,
    program: std::path::PathBuf,
    /// What is watched: what the last experiment without mistakes is made of.
    files: Files,
    /// What they were when the round began.
    seen: Stamps,
    console: &'a Console,
    interrupted: &'a AtomicBool,
}

/// How a round ended.
enum Round {
    /// Something it was about has changed meanwhile, and it was dropped.
    Changed(Vec<Utf8PathBuf>),
    Ended,
    Interrupted,
}

impl Scene<'_> {
    /// Builds what has to be built and runs the experiment.
    fn round(&mut self) -> anyhow::Result<Round> {
        self.seen = self.files.stamps();
        let toolchain = Toolchain::around(&self.args.experiment).context("cannot tell which directory this is")?;
        let plan = run::planned(self.args, &toolchain)?;
        let engine = engine(&plan);
        let workspace = reuse::workspace(&toolchain.directory);
        self.files = Files::of(&self.args.experiment, &plan, engine, workspace);
        self.seen = self.files.stamps().but_as_in(&self.seen);
        let program = self.program(engine, &plan, &toolchain, workspace)?;
        let invocation = Invocation::new(program, words(engine, &plan));
        let before = find(&self.args.store, &plan.name).ok();
        let harness = Attached::start(&invocation)?;
        loop {
            if harness.wait(TICK).with_context(|| format!("cannot wait for `{invocation}`"))?.is_some() {
                if let Some(before) = before {
                    self.compare(&plan.name, &before)?;
                }
                return Ok(Round::Ended);
            }
            if self.interrupted.load(Ordering::Relaxed) {
                return Ok(Round::Interrupted);
            }
            let changed = self.files.stamps().changed_inputs(&self.seen);
            if !changed.is_empty() {
                drop(harness);
                self.settle();
                return Ok(Round::Changed(changed));
            }
        }
    }

    /// The program that runs the experiment: for the simulated engine one with the node as it is now.
    fn program(
        &self,
        engine: EngineChoice,
        plan: &Plan,
        toolchain: &Toolchain,
        workspace: Option<&Utf8Path>,
    ) -> anyhow::Result<OsString> {
        match workspace.filter(|_| engine == EngineChoice::Simulated) {
            Some(root) => {
                let wait = self.console.wait_for("building the harness with its node");
                let cells: Vec<String> = plan.cells.iter().map(|cell| cell.name.clone()).collect();
                let built = toolchain.harness(root, &cells);
                drop(wait);
                Ok(built?.into_os_string())
            }
            None => Ok(self.program.clone().into_os_string()),
        }
    }

    /// Shows what differs between a run and the one that has just ended, if it came to a result.
    fn compare(&self, name: &str, before: &Utf8Path) -> anyhow::Result<()> {
        let store = &self.args.store;
        let after = find(store, name)?;
        if after == before || self.args.format != Format::Table {
            return Ok(());
        }
        // As `harness compare` knows them: by their times.
        let word = |run: &Utf8Path| run.strip_prefix(store).unwrap_or(run).to_string();
        let (before, after) = (word(before), word(&after));
        let words = ["harness", "compare", &before, &after, "--store", store.as_str()];
        let Verb::Compare(args) = Cli::try_parse_from(words).context("runs are no flags")?.verb else { return Ok(()) };
        self.console.say("\nsince the run before:\n");
        compare::compare(&args, self.console)?;
        Ok(())
    }

    /// Waits until a file is no longer what it was, and gives those; nothing if the user interrupts.
    fn wait(&self) -> Vec<Utf8PathBuf> {
        let ended = self.files.stamps();
        self.console.say(&format!("watching {}; Ctrl-C ends it", counted(ended.len(), "file")));
        while !self.interrupted.load(Ordering::Relaxed) {
            let now = self.files.stamps();
            let mut changed = now.changed_inputs(&self.seen);
            // What a program wrote beside itself while it ran is not a change of the program.
            changed.extend(now.changed_around(&ended));
            if !changed.is_empty() {
                self.settle();
                return changed;
            }
            thread::sleep(TICK);
        }
        Vec::new()
    }

    /// Waits until whoever writes has finished: an editor, or a compiler.
    fn settle(&self) {
        let mut before = self.files.stamps();
        while !self.interrupted.load(Ordering::Relaxed) {
            thread::sleep(TICK);
            let now = self.files.stamps();
            if now == before {
                return;
            }
            before = now;
        }
    }
}

/// A path as one would type it.
fn beside_here(path: &Utf8Path) -> Utf8PathBuf {
    let here = std::env::current_dir().ok().and_then(|here| Utf8PathBuf::from_path_buf(here).ok());
    here.and_then(|here| path.strip_prefix(here).ok().map(Utf8Path::to_owned)).unwrap_or_else(|| path.to_owned())
}

/// The command line of `harness run` for this one of `harness watch`.
fn words(engine: EngineChoice, plan: &Plan) -> Vec<OsString> {
    let mut words: Vec<OsString> = std::env::args_os().skip(1).collect();
    if let Some(verb) = words.iter_mut().find(|word| *word == "watch") {
        *verb = "run".into();
    }
    if engine != plan.engine {
        words.insert(1, format!("--engine={}", engine.name()).into());
    }
    words
}

/// The engine of every round: the one that is asked for, or else the fastest that can run the plan. Whoever watches wants to
/// see something soon, so that Maelstrom is not chosen unasked.
fn engine(plan: &Plan) -> EngineChoice {
    match plan.engine {
        EngineChoice::Auto if ready::can_be_simulated(plan).is_ok() => EngineChoice::Simulated,
        EngineChoice::Auto => EngineChoice::Embedded,
        named => named,
    }
}

/// How often files are looked at. A few hundred of them take less than a millisecond, on every system and file system alike.
const TICK: Duration = Duration::from_millis(100);
