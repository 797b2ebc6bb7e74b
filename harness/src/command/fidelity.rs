//! `harness fidelity`: every scenario under our engines, held against what the real program measured; and the controls, which
//! have to fail. Of experiments that are named, the engines are held against each other (`agreement`).

mod agreement;

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, bail};
use camino::{Utf8Path, absolute_utf8};

use super::engines;
use super::ready::{self, Nodes, Ready};
use super::reuse::Addresses;
use super::schedule::{Made, Run, Stage};
use crate::artifact::{self, Toolchain};
use crate::backend::Backend;
use crate::backend::simulated::outcome_of;
use crate::cli::{Engines, FidelityArgs, FidelityFormat};
use crate::console::Console;
use crate::exit::ExitStatus;
use crate::fidelity::SEEDS;
use crate::fidelity::control::{self, Control};
use crate::fidelity::embedded::{self, Embedded};
use crate::fidelity::recorded::{self, Recording};
use crate::fidelity::replay;
use crate::fidelity::report::Report;
use crate::fidelity::scenario::{self, Scenario};
use crate::outcome::Record;
use crate::plan::{Cell, EngineChoice, Plan};
use crate::provenance::{self, Origin};
use crate::render::fidelity as render;
use crate::spec::nearest::nearest;
use crate::store::Store;

/// The whole verb.
pub(super) fn fidelity(args: &FidelityArgs, console: &Console, interrupted: &AtomicBool) -> anyhow::Result<ExitStatus> {
    if !args.experiments.is_empty() {
        return agreement::agree(args, console, interrupted);
    }
    if let (Engines::Simulated, Some(path)) = (args.engine, &args.save_embedded) {
        bail!("`--save-embedded {path}` has nothing to write: add `--engine both`");
    }
    let asked = Asked::of(&args.only)?;
    let recordings = recorded::all();
    let scene = Scene { args, console, interrupted };
    let simulated = scene.simulate(&asked, &recordings)?;
    let embedded = match args.engine {
        Engines::Both => scene.measure(&asked, &recordings)?,
        Engines::Simulated => Embedded::known(),
    };
    let protocol = scene.replay(&asked, &recordings)?;
    let report = Report::of(&simulated, &protocol, &embedded, args.engine == Engines::Both, &recordings);
    let text = match args.format {
        FidelityFormat::Json => serde_json::to_string_pretty(&report)? + "\n",
        FidelityFormat::Markdown => render::document(&report),
        FidelityFormat::Table => render::terminal(&report, console.look()),
    };
    console.answer(&text).context("cannot write the answer")?;
    Ok(report.status())
}

/// Runs of recorded partitions are made like any other.
static REPLAYS: [Scenario; replay::ALL.len()] = replay::ALL;

/// What is to be run.
#[derive(Debug)]
struct Asked {
    scenarios: Vec<&'static Scenario>,
    controls: Vec<&'static Control>,
}

impl Asked {
    /// All of it, or what these name.
    fn of(only: &[String]) -> anyhow::Result<Self> {
        let scenarios = || scenario::ALL.iter().chain(&REPLAYS);
        let names = || scenarios().map(|one| one.name).chain(control::ALL.iter().map(|one| one.name));
        if let Some(unknown) = only.iter().find(|name| !names().any(|known| known == name.as_str())) {
            let near = nearest(unknown, names());
            let hint = near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
            let all: Vec<&str> = names().collect();
            bail!("no scenario and no control is called `{unknown}`; {hint}there are {}", all.join(", "));
        }
        let is_asked = |name: &str| only.is_empty() || only.iter().any(|asked| asked == name);
        Ok(Self {
            scenarios: scenarios().filter(|one| is_asked(one.name)).collect(),
            controls: control::ALL.iter().filter(|one| is_asked(one.name)).collect(),
        })
    }
}

/// Where runs are made.
struct Scene<'a> {
    args: &'a FidelityArgs,
    console: &'a Console,
    interrupted: &'a AtomicBool,
}

impl Scene<'_> {
    /// Scenarios and controls under the virtual clock.
    fn simulate(&self, asked: &Asked, recordings: &[Recording]) -> anyhow::Result<Vec<Record>> {
        let scenarios = asked.scenarios.iter().map(|one| one.cell(recordings));
        let controls = asked.controls.iter().map(|one| one.cell(recordings));
        let cells: Vec<Cell> = scenarios.chain(controls).collect();
        let plan = scenario::plan("fidelity", EngineChoice::Simulated, cells, self.args.seeds.unwrap_or(SEEDS));
        let program = std::env::current_exe().context("cannot tell where this program is")?;
        let program = absolute_utf8(program).context("this program's own path is not text")?;
        let sha256 = artifact::file_digest(&program)?;
        let machine = |config: node::Config, label: String| Ready::Machine { config, label, sha256: sha256.clone() };
        let scenarios = asked.scenarios.iter().map(|one| {
            let config = node::Config::named(one.features).context("this program's node lacks a feature")?;
            let config = config.with_arguments(one.arguments).context("this program's node lacks an argument")?;
            Ok(machine(config, one.node().to_string()))
        });
        let controls = asked.controls.iter().map(|one| {
            let label = format!("{}, {}", one.scenario().node(), one.name);
            Ok(machine(one.config(), label))
        });
        let nodes: Vec<Ready> = scenarios.chain(controls).collect::<anyhow::Result<_>>()?;
        self.make(&plan, &*engines::simulated(), &nodes)
    }

    /// Recorded partitions with the recorded program's own protocol, seed by seed.
    fn replay(&self, asked: &Asked, recordings: &[Recording]) -> anyhow::Result<Vec<embedded::Run>> {
        let replays = asked.scenarios.iter().filter(|one| replay::ALL.iter().any(|replay| replay.name == one.name));
        let cells: Vec<Cell> = replays.map(|one| one.cell(recordings)).collect();
        let seeds = self.args.seeds.unwrap_or(SEEDS);
        let runs = cells.iter().flat_map(|cell| (0..seeds).map(move |seed| (cell, seed)));
        let run = |(cell, seed): (&Cell, u32)| {
            let options = cell.options_of(seed);
            let outcome = outcome_of(&options, |node| replay::machine(&cell.name, node, &options))?;
            Ok(embedded::Run::named(&cell.name, &outcome))
        };
        runs.map(run).collect()
    }

    /// Scenarios with processes, in real time.
    fn measure(&self, asked: &Asked, recordings: &[Recording]) -> anyhow::Result<Embedded> {
        let cells = asked.scenarios.iter().map(|one| one.cell(recordings)).collect();
        let plan = scenario::plan("fidelity-embedded", EngineChoice::Embedded, cells, self.args.runs);
        let toolchain = Toolchain::around(Utf8Path::new(".")).context("cannot tell which directory this is")?;
        let built = ready::nodes(&plan, &toolchain, self.console)?;
        let nodes: Vec<Ready> = plan.cells.iter().map(|cell| built[&cell.node].clone()).collect();
        let embedded = Embedded::of(&self.make(&plan, &*engines::embedded(), &nodes)?);
        if let Some(path) = &self.args.save_embedded {
            let text = serde_json::to_string_pretty(&embedded)? + "\n";
            std::fs::write(path, text).with_context(|| format!("cannot write `{path}`"))?;
        }
        Ok(embedded)
    }

    /// Makes every run of a plan, and keeps it. `nodes` are those of its cells.
    fn make(&self, plan: &Plan, backend: &dyn Backend, nodes: &[Ready]) -> anyhow::Result<Vec<Record>> {
        let origin = Origin::here(backend.id());
        let store = Store::open(&self.args.store, &plan.name, &provenance::compact_time(), &origin.about(plan))
            .context("the store cannot be used (`--store DIR` names another)")?;
        let cells = plan.cells.iter().zip(nodes);
        let runs: Vec<Run<'_>> = cells
            .flat_map(|(cell, node)| (0..plan.repeat).map(move |repetition| Run { cell, repetition, node }))
            .collect();
        let jobs = self.args.jobs.unwrap_or_else(|| default_jobs(&origin, plan));
        let Self { console, interrupted, .. } = self;
        // Without addresses nothing is reused, and nobody takes a control's result for that of a node.
        let addresses = &Addresses::of(backend, &Nodes::new(), None, &[]);
        let stage =
            Stage { plan, backend, origin: &origin, addresses, store: &store, console, interrupted, retries: 0 };
        let Made { records, trouble, .. } = match plan.engine {
            EngineChoice::Simulated => stage.make_in_batches(&runs, jobs),
            _ => stage.make(&runs, jobs),
        };
        match trouble {
            Some(trouble) => Err(trouble),
            None if records.len() < runs.len() && interrupted.load(Ordering::Relaxed) => bail!("interrupted"),
            None => Ok(records),
        }
    }
}

fn default_jobs(origin: &Origin, plan: &Plan) -> NonZeroUsize {
    engines::default_jobs(&origin.engine, plan)
}
