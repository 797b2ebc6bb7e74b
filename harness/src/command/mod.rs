//! The verbs: a file for each, in which it reads as its stages, beginning with the function of its name.
//!
//! The other files are what verbs share, or have too much of:
//!
//! - of `run`, and whoever makes runs: `engines` (which engine), `ready` (the nodes), `reuse` (what the store has already),
//!   `partition` (whose share it is), `forecast` (how long it takes), `schedule` and `batch` (runs side by side, kept as they end),
//!   `retry` (late ones again);
//! - of `test`: `flags` and `request` (Maelstrom's command line), `offered` (its `--topology`);
//! - of results that were there before: `stored` (what is said of every run from the store), `recording` (what was written
//!   elsewhere), `assemble` (put together to a run);
//! - `export` (where an answer goes beside standard output), and `complete` (what a shell is told).

mod assemble;
mod baseline;
mod batch;
mod check;
mod compare;
mod complete;
mod completions;
mod doctor;
mod engines;
mod export;
mod fidelity;
mod flags;
mod forecast;
mod gate;
mod import;
mod init;
mod list;
mod man;
mod merge;
mod offered;
mod partition;
mod plan;
mod ready;
mod recording;
mod report;
mod request;
mod retry;
mod reuse;
mod rm;
mod run;
mod schedule;
mod schema;
mod search;
mod setup;
mod show;
mod stored;
mod test;
mod topology;
mod trace;
mod watch;

pub use self::completions::answer as answer_completions;

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use camino::Utf8Path;

use crate::cli::{Cli, Verb};
use crate::console::Console;
use crate::exit::ExitStatus;
use crate::process;
use crate::spec::SpecError;

/// Does what the command line says, and gives the code to end with.
pub fn run(cli: &Cli) -> ExitCode {
    let console = Console::new();
    let interrupted = match process::install_interrupt() {
        Ok(interrupted) => interrupted,
        Err(error) => {
            console.say(&format!("error: cannot listen for Ctrl-C: {error}"));
            return ExitStatus::Unknown.into();
        }
    };
    let status = match &cli.verb {
        Verb::Baseline(args) => baseline::baseline(args, &console),
        Verb::Check(args) => check::check(args, &console),
        Verb::Compare(args) => compare::compare(args, &console),
        Verb::Completions(args) => completions::completions(*args, &console),
        Verb::Doctor(args) => doctor::doctor(args, &console),
        Verb::Fidelity(args) => fidelity::fidelity(args, &console, interrupted),
        Verb::Gate(args) => gate::gate(args, &console),
        Verb::Import(args) => import::import(args, &console),
        Verb::Init(args) => init::init(args, &console),
        Verb::List(args) => list::list(args, &console),
        Verb::Man(args) => man::man(args, &console),
        Verb::Merge(args) => merge::merge(args, &console),
        Verb::Plan(args) => plan::plan(args, &console),
        Verb::Report(args) => report::report(args, &console),
        Verb::Rm(args) => rm::rm(args, &console),
        Verb::Run(args) => run::run(args, &console, interrupted),
        Verb::Schema(_) => schema::schema(&console),
        Verb::Search(args) => search::search(args, &console, interrupted),
        Verb::Setup(args) => setup::setup(args, &console, interrupted),
        Verb::Show(args) => show::show(args, &console),
        Verb::Test(args) => {
            // Its exit codes are Maelstrom's, and its store is where Maelstrom's is.
            let backend = engines::embedded();
            let root = Utf8Path::new("store");
            let scene = test::Scene { backend: &*backend, console: &console, interrupted, root };
            return test::test(&args.arguments, &scene);
        }
        Verb::Topology(args) => topology::topology(args, &console),
        Verb::Trace(args) => trace::trace(args, &console),
        Verb::Watch(args) => watch::watch(args, &console, interrupted),
    };
    status.unwrap_or_else(|error| failed(&error, &console, interrupted)).into()
}

/// Says why there is no answer.
fn failed(error: &anyhow::Error, console: &Console, interrupted: &AtomicBool) -> ExitStatus {
    if interrupted.load(Ordering::Relaxed) {
        // What an interrupt broke off is no error of its own.
        console.say("interrupted");
        return ExitStatus::Interrupted;
    }
    tell(error, console);
    ExitStatus::Unknown
}

/// Says what is wrong, in the error's own form.
fn tell(error: &anyhow::Error, console: &Console) {
    match error.downcast_ref() {
        // A snippet says what it is.
        Some(mistakes @ SpecError::Invalid(_)) if console.is_coloured() => console.say(&mistakes.in_colour()),
        Some(mistakes @ SpecError::Invalid(_)) => console.say(&mistakes.to_string()),
        _ => console.say(&format!("error: {error:#}")),
    }
}
