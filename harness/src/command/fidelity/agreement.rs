//! `harness fidelity EXPERIMENT…`: the same cells and seeds under both of this project's engines.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, bail};
use camino::Utf8Path;

use crate::artifact::Toolchain;
use crate::backend::Backend;
use crate::cli::{FidelityArgs, FidelityFormat};
use crate::command::engines;
use crate::command::ready::{self, can_be_simulated};
use crate::command::reuse::{self, Addresses};
use crate::command::schedule::{Made, Run, Stage};
use crate::console::Console;
use crate::exit::ExitStatus;
use crate::fidelity::agreement::{self, Agreement, Kept, SEEDS};
use crate::outcome::Record;
use crate::plan::{EngineChoice, Plan};
use crate::provenance::{self, Origin};
use crate::render::agreement as render;
use crate::spec::Spec;
use crate::store::{Store, Wanted};

/// The whole of it.
pub(super) fn agree(args: &FidelityArgs, console: &Console, interrupted: &AtomicBool) -> anyhow::Result<ExitStatus> {
    let known = args.embedded_from.as_deref().map(read).transpose()?;
    let experiments: Vec<Experiment<'_>> =
        args.experiments.iter().map(|path| Experiment::load(path, args)).collect::<anyhow::Result<_>>()?;
    let scene = Scene { args, console, interrupted };
    let (mut simulated, mut delayed, mut embedded) = (Vec::new(), Vec::new(), Vec::new());
    for experiment in &experiments {
        if let Some(plan) = &experiment.delayed {
            delayed.extend(scene.make(experiment, plan, &*engines::simulated())?);
        }
        simulated.extend(scene.make(experiment, &experiment.simulated, &*engines::simulated())?);
        if known.is_none() {
            embedded.extend(scene.make(experiment, &experiment.embedded, &*engines::embedded())?);
        }
    }
    let embedded = known.unwrap_or_else(|| Kept::of(&embedded));
    if let Some(path) = &args.save_embedded {
        let text = serde_json::to_string_pretty(&embedded)? + "\n";
        fs::write(path, text).with_context(|| format!("cannot write `{path}`"))?;
    }
    let runs = |records: &[Record]| records.iter().map(agreement::Run::of).collect::<Vec<_>>();
    let agreement = Agreement::of(&runs(&simulated), &runs(&delayed), &embedded);
    if agreement.rows.is_empty() {
        bail!(
            "nothing to compare: `{}` has no run of these cells and seeds",
            args.embedded_from.as_ref().map_or("the store", |path| path.as_str())
        );
    }
    let text = match args.format {
        FidelityFormat::Json => serde_json::to_string_pretty(&agreement)? + "\n",
        FidelityFormat::Markdown => render::document(&agreement),
        FidelityFormat::Table => render::terminal(&agreement, console.look()),
    };
    console.answer(&text).context("cannot write the answer")?;
    Ok(agreement.status())
}

fn read(path: &Utf8Path) -> anyhow::Result<Kept> {
    let text = fs::read(path).with_context(|| format!("cannot read `{path}`"))?;
    serde_json::from_slice(&text).with_context(|| format!("`{path}` is not what `--save-embedded` writes"))
}

/// One experiment's file, and what it comes to.
struct Experiment<'a> {
    path: &'a Utf8Path,
    toolchain: Toolchain,
    simulated: Plan,
    /// With the embedded engine's process delay, where that is another.
    delayed: Option<Plan>,
    embedded: Plan,
}

impl<'a> Experiment<'a> {
    fn load(path: &'a Utf8Path, args: &FidelityArgs) -> anyhow::Result<Self> {
        let toolchain = Toolchain::around(path).context("cannot tell which directory this is")?;
        let spec = Spec::load(path, &toolchain.known_features())?;
        let under = |engine| -> anyhow::Result<Plan> {
            let mut plan = Plan { repeat: args.seeds.unwrap_or(SEEDS), ..Plan::under(&spec, engine) };
            plan.only(&args.only)?;
            Ok(plan)
        };
        let (simulated, embedded) = (under(EngineChoice::Simulated)?, under(EngineChoice::Embedded)?);
        can_be_simulated(&simulated)
            .with_context(|| format!("`{path}` cannot be held against itself: this cannot be simulated"))?;
        let delayed =
            (embedded.cells != simulated.cells).then(|| Plan { engine: EngineChoice::Simulated, ..embedded.clone() });
        Ok(Self { path, toolchain, simulated, delayed, embedded })
    }
}

/// Where runs are made.
struct Scene<'a> {
    args: &'a FidelityArgs,
    console: &'a Console,
    interrupted: &'a AtomicBool,
}

impl Scene<'_> {
    /// Every run of a plan, kept like those of `harness run`, and found again as they are.
    fn make(&self, experiment: &Experiment<'_>, plan: &Plan, backend: &dyn Backend) -> anyhow::Result<Vec<Record>> {
        let Self { args, console, interrupted } = *self;
        let Experiment { path, toolchain, .. } = experiment;
        let nodes = ready::nodes(plan, toolchain, console)?;
        let origin = &Origin::here(backend.id());
        let store = &Store::open(&args.store, &plan.name, &provenance::compact_time(), &origin.about(plan))
            .context("the store cannot be used (`--store DIR` names another)")?;
        let cells = plan.cells.iter().map(|cell| (cell, &nodes[&cell.node]));
        let runs: Vec<Run<'_>> = cells
            .flat_map(|(cell, node)| (0..plan.repeat).map(move |repetition| Run { cell, repetition, node }))
            .collect();
        let made_of = reuse::made_of(plan, reuse::workspace(&toolchain.directory));
        let mut addresses = Addresses::of(backend, &nodes, made_of, &[path.to_path_buf(), args.store.clone()]);
        let is_simulated = plan.engine == EngineChoice::Simulated;
        if !args.fresh && !is_simulated {
            addresses.look(&args.store, &runs, Wanted::Figures, console);
        }
        let jobs = args.jobs.unwrap_or_else(|| engines::default_jobs(&origin.engine, plan));
        let addresses = &addresses;
        let stage = Stage { plan, backend, origin, addresses, store, console, interrupted, retries: RETRIES };
        let made = if is_simulated { stage.make_in_batches(&runs, jobs) } else { stage.make(&runs, jobs) };
        let Made { records, trouble, .. } = made;
        match trouble {
            Some(trouble) => Err(trouble),
            None if records.len() < runs.len() && interrupted.load(Ordering::Relaxed) => bail!("interrupted"),
            None => Ok(records),
        }
    }
}

/// How often a run is made again that the machine made too late.
const RETRIES: u32 = 1;
