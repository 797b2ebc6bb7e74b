//! `harness run`: every run of the plan, kept as it ends, then the table.

use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context as _;
use camino::Utf8Path;

use super::engines;
use super::export::Exports;
use super::partition;
use super::ready::{self, Nodes};
use super::reuse::{self, Addresses};
use super::schedule::{Made, Run, Stage};
use crate::about::{About, Part};
use crate::artifact::Toolchain;
use crate::cli::{Format, RunArgs};
use crate::console::Console;
use crate::exit::ExitStatus;
use crate::plan::{EngineChoice, Plan};
use crate::provenance::{self, Origin};
use crate::render::{Summary, json, table};
use crate::spec::Spec;
use crate::store::{Store, Wanted};

/// The whole verb.
pub(super) fn run(args: &RunArgs, console: &Console, interrupted: &AtomicBool) -> anyhow::Result<ExitStatus> {
    let toolchain = Toolchain::around(&args.experiment).context("cannot tell which directory this is")?;
    let plan = planned(args, &toolchain)?;
    let exports = Exports::open(&args.exports)?;
    let backend = engines::open(args, &plan, console)?;
    let origin = Origin::here(backend.id());
    let about = About { part: share(args, console)?, ..origin.about(&plan) };
    let store = Store::open(&args.store, &plan.name, &provenance::compact_time(), &about)
        .context("the store cannot be used (`--store DIR` names another)")?;
    let workspace = reuse::workspace(&toolchain.directory);
    let made_of = reuse::made_of(&plan, workspace);
    let nodes = ready::nodes(&plan, &toolchain, console)?;
    let runs = runs(&plan, &nodes, about.part);
    let wanted = wanted(&plan, args);
    let mut addresses = Addresses::of(&*backend, &nodes, made_of, &[args.experiment.clone(), args.store.clone()]);
    if !args.fresh {
        addresses.look(&args.store, &runs, wanted, console);
    }
    let jobs = args.jobs.unwrap_or_else(|| engines::default_jobs(&origin.engine, &plan));
    let stage = Stage {
        plan: &plan,
        backend: &*backend,
        origin: &origin,
        addresses: &addresses,
        store: &store,
        console,
        interrupted,
        retries: args.retries,
    };
    let made = match wanted {
        Wanted::Files => stage.make(&runs, jobs),
        Wanted::Figures => stage.make_in_batches(&runs, jobs),
    };
    let outlets = Outlets { format: args.format, exports, experiment: &args.experiment };
    answer(&stage, &about, made, runs.len(), outlets, addresses.remarks(workspace))
}

/// What is asked for: the experiment's file, and what the command line says.
pub(super) fn planned(args: &RunArgs, toolchain: &Toolchain) -> anyhow::Result<Plan> {
    let spec = Spec::load(&args.experiment, &toolchain.known_features())?;
    let planned = args.engine.map_or_else(|| Plan::of(&spec), |engine| Plan::under(&spec, engine.into()));
    let mut plan = overridden(planned, args);
    plan.only(&args.only)?;
    Ok(plan)
}

/// The plan as the command line will have it.
fn overridden(mut plan: Plan, args: &RunArgs) -> Plan {
    if let Some(seed) = args.seed {
        plan.cells.iter_mut().for_each(|cell| cell.options.seed = seed);
    }
    plan.repeat = args.seeds.unwrap_or(plan.repeat);
    plan.judged_by = args.judge.map_or(plan.judged_by, Into::into);
    plan
}

/// What a result in the store must hold to stand for a run.
pub(super) fn wanted(plan: &Plan, args: &RunArgs) -> Wanted {
    if leaves_files(plan, args.keep_raw) { Wanted::Files } else { Wanted::Figures }
}

/// Whether every run leaves its raw files, some megabytes, and has a directory for them. Nobody reads those of hundreds of
/// simulated runs, and writing them takes longer than the runs.
fn leaves_files(plan: &Plan, keep_raw: bool) -> bool {
    keep_raw || plan.engine != EngineChoice::Simulated || plan.cells.len() * plan.repeat as usize <= RUNS_WITH_FILES
}

/// Runs of one experiment whose raw files somebody may still look through. Told in the help of `--keep-raw`.
const RUNS_WITH_FILES: usize = 20;

/// The share of the runs that is asked for.
pub(super) fn share(args: &RunArgs, console: &Console) -> anyhow::Result<Option<Part>> {
    let variable = |name: &str| std::env::var(name).ok();
    if let Some(hint) = partition::hint(args.partition, variable) {
        console.say(&hint);
    }
    partition::part(args.partition, variable)
}

/// Every repetition of every cell, cell by cell; of a share, those that belong to it.
fn runs<'a>(plan: &'a Plan, nodes: &'a Nodes, part: Option<Part>) -> Vec<Run<'a>> {
    let cells = plan.cells.iter().map(|cell| (cell, &nodes[&cell.node]));
    let all = cells.flat_map(|(cell, node)| (0..plan.repeat).map(move |repetition| Run { cell, repetition, node }));
    let is_ours = |place: usize| part.is_none_or(|part| part.has(place));
    (0..).zip(all).filter(|(place, _)| is_ours(*place)).map(|(_, run)| run).collect()
}

/// Where the answer goes.
struct Outlets<'a> {
    format: Format,
    exports: Exports,
    /// The experiment's file, into which annotations point.
    experiment: &'a Utf8Path,
}

/// Shows what was measured, and says what it amounts to. What ended the runs early is told after what they gave.
fn answer(
    stage: &Stage<'_>,
    about: &About,
    made: Made,
    expected: usize,
    outlets: Outlets<'_>,
    remarks: Vec<String>,
) -> anyhow::Result<ExitStatus> {
    let Made { records, trouble, wall_seconds } = made;
    let is_cut_short = records.len() < expected && stage.interrupted.load(Ordering::Relaxed);
    let mut summary = Summary::of(about, &records, stage.store.directory(), Some(wall_seconds));
    summary.remarks = remarks;
    if trouble.is_some() {
        summary = summary.cut_short(ExitStatus::Unknown, "stopped");
    } else if is_cut_short {
        summary = summary.cut_short(ExitStatus::Interrupted, "interrupted");
    }
    let text = match outlets.format {
        Format::Json => json::json(&summary),
        Format::Table => table::table(&summary, stage.console.look()),
    };
    stage.console.answer(&text).context("cannot write the answer")?;
    outlets.exports.summary(&summary, Some(outlets.experiment), stage.console)?;
    match trouble {
        Some(trouble) => Err(trouble),
        None => Ok(summary.status),
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use camino::Utf8PathBuf;
    use clap::Parser as _;

    use super::ready::Ready;
    use super::*;
    use crate::artifact::Built;
    use crate::backend::fake::Fake;
    use crate::cli::{Cli, Verb};
    use crate::limit::JudgedBy;
    use crate::outcome::{EngineId, Outcome};
    use crate::sample;

    fn args(flags: &[String]) -> RunArgs {
        let words = ["harness", "run", "x.yaml"].map(str::to_owned);
        let Verb::Run(args) = Cli::try_parse_from(words.iter().chain(flags)).unwrap().verb else { panic!("it runs") };
        args
    }

    /// Carries out the sample plan with a fake engine, and answers.
    fn carried_out(
        backend: &Fake<'_>,
        interrupted: &AtomicBool,
        seed: Option<u64>,
    ) -> (anyhow::Result<ExitStatus>, Vec<u64>) {
        let directory = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(directory.path().to_owned()).unwrap();
        let flags = seed.map(|seed| format!("--seed={seed}"));
        let plan = overridden(sample::plan(2), &args(flags.as_slice()));
        let node = Ready::Program(Built { bin: "/bin/node".into(), sha256: "00ff".into(), label: "node".into() });
        let nodes: Nodes = plan.cells.iter().map(|cell| (cell.node.clone(), node.clone())).collect();
        let engine = EngineId { name: "fake".into(), version: "1".into() };
        let origin = Origin { engine, git: None, host: "here".into(), command: vec!["harness".into()] };
        let about = origin.about(&plan);
        let store = Store::open(&root, &plan.name, "now", &about).unwrap();
        let console = Console::new();
        let runs = runs(&plan, &nodes, None);
        let addresses = &Addresses::of(backend, &nodes, None, &[]);
        let (plan, origin, store, console) = (&plan, &origin, &store, &console);
        let stage = Stage { plan, backend, origin, addresses, store, console, interrupted, retries: 0 };
        let made = stage.make(&runs, NonZeroUsize::MIN);
        let experiment = Utf8Path::new("x.yaml");
        let outlets = Outlets { format: Format::Json, exports: Exports::default(), experiment };
        let seeds = made.records.iter().map(|record| record.options.seed).collect();
        (answer(&stage, &about, made, runs.len(), outlets, Vec::new()), seeds)
    }

    fn good() -> Outcome {
        sample::outcome(25.0, 386.0, 512.0)
    }

    #[test]
    fn the_verdicts_decide_the_exit_code() {
        let calm = AtomicBool::new(false);
        let (status, seeds) = carried_out(&Fake::answering(|_| Ok(good())), &calm, None);
        assert_eq!((status.unwrap(), seeds), (ExitStatus::Yes, [0, 1].repeat(6)));
        // Runs 0 to 3 are grid's, which is for information.
        let grid_crashes = Fake::answering(|run| Ok(Outcome { crash: (run < 4).then(|| "boom".into()), ..good() }));
        assert_eq!(carried_out(&grid_crashes, &calm, None).0.unwrap(), ExitStatus::Yes);
        let star_crashes = Fake::answering(|run| Ok(Outcome { crash: (run == 5).then(|| "boom".into()), ..good() }));
        assert_eq!(carried_out(&star_crashes, &calm, None).0.unwrap(), ExitStatus::Unknown);
        let star_is_slow =
            Fake::answering(|run| Ok(if run == 5 { sample::outcome(25.0, 412.0, 512.0) } else { good() }));
        assert_eq!(carried_out(&star_is_slow, &calm, None).0.unwrap(), ExitStatus::No);
    }

    #[test]
    fn a_seed_of_the_users_replaces_every_cells() {
        let (_, seeds) = carried_out(&Fake::answering(|_| Ok(good())), &AtomicBool::new(false), Some(40));
        assert_eq!(seeds, [40, 41].repeat(6));
    }

    #[test]
    fn the_command_line_has_the_last_word() {
        let flags = ["--seeds=300", "--judge=mean"].map(str::to_owned);
        let plan = overridden(sample::plan(2), &args(&flags));
        assert_eq!((plan.repeat, plan.judged_by), (300, JudgedBy::Mean));
        let plan = overridden(Plan { judged_by: JudgedBy::Median, ..sample::plan(2) }, &args(&[]));
        assert_eq!((plan.repeat, plan.judged_by), (2, JudgedBy::Median));
    }

    #[test]
    fn only_few_simulated_runs_leave_files() {
        let plan = |engine, repeat| Plan { engine, ..sample::plan(repeat) };
        assert!(leaves_files(&plan(EngineChoice::Simulated, 3), false), "18 runs");
        assert!(!leaves_files(&plan(EngineChoice::Simulated, 4), false), "24 runs");
        assert!(leaves_files(&plan(EngineChoice::Simulated, 4), true));
        assert!(leaves_files(&plan(EngineChoice::Embedded, 4), false));
    }

    #[test]
    fn an_interrupt_outweighs_every_verdict() {
        let interrupted = AtomicBool::new(false);
        let slow_then_cut = Fake::answering(|run| {
            interrupted.store(run == 5, Ordering::Relaxed);
            Ok(Outcome { crash: (run == 5).then(|| "interrupted".into()), ..sample::outcome(40.0, 500.0, 700.0) })
        });
        assert_eq!(carried_out(&slow_then_cut, &interrupted, None).0.unwrap(), ExitStatus::Interrupted);
    }

    #[test]
    fn an_interrupt_after_the_last_run_changes_nothing() {
        let interrupted = AtomicBool::new(false);
        let cut_at_the_end = Fake::answering(|run| {
            interrupted.store(run == 11, Ordering::Relaxed);
            Ok(good())
        });
        assert_eq!(carried_out(&cut_at_the_end, &interrupted, None).0.unwrap(), ExitStatus::Yes);
    }

    #[test]
    fn trouble_is_the_error_that_the_user_sees() {
        let no_engine = Fake::answering(|_| Err(anyhow::anyhow!("java is not installed")));
        let error = carried_out(&no_engine, &AtomicBool::new(false), None).0.unwrap_err();
        assert!(format!("{error:#}").ends_with("java is not installed"));
    }
}
