//! Which engine judges, and how many tests it can run at the same time.

use std::num::NonZeroUsize;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, bail};

use super::ready::can_be_simulated;
use crate::backend::Backend;
use crate::backend::embedded::Embedded;
use crate::backend::maelstrom::{self, Maelstrom, Surroundings};
use crate::backend::simulated::Simulated;
use crate::cli::RunArgs;
use crate::console::Console;
use crate::outcome::EngineId;
use crate::plan::{Cell, EngineChoice, NodeSource, Plan};

/// The engine that a plan is to run under. `auto` is Maelstrom if it is there and can run the plan; if not, one line says
/// so. It is never the simulated one: whoever wants virtual time says so.
pub(super) fn open(args: &RunArgs, plan: &Plan, console: &Console) -> anyhow::Result<Box<dyn Backend>> {
    let ours = match plan.engine {
        EngineChoice::Embedded => Some("embedded"),
        EngineChoice::Simulated => Some("simulated"),
        EngineChoice::Auto | EngineChoice::Maelstrom => None,
    };
    if let (Some(engine), Some(named)) = (ours, &args.maelstrom) {
        console.say(&format!("`--maelstrom {named}` has no effect with the {engine} engine"));
    }
    match plan.engine {
        EngineChoice::Simulated => {
            can_be_simulated(plan).context("this cannot be simulated")?;
            Ok(Box::new(Simulated))
        }
        EngineChoice::Embedded => Ok(embedded()),
        EngineChoice::Maelstrom => {
            maelstrom_can_run(plan).context("this needs `--engine embedded`")?;
            match locate(args)? {
                Some(maelstrom) => Ok(Box::new(maelstrom)),
                None => bail!("Maelstrom was not found; {HOW_TO_GET_IT}, or use `--engine embedded`"),
            }
        }
        EngineChoice::Auto => match (locate(args)?, maelstrom_can_run(plan)) {
            (Some(maelstrom), Ok(())) => Ok(Box::new(maelstrom)),
            (Some(_), Err(why)) => {
                console.say(&format!("engine: embedded, since {why:#}"));
                Ok(embedded())
            }
            (None, _) => {
                console.say(&format!("engine: embedded, since Maelstrom was not found; {HOW_TO_GET_IT}"));
                Ok(embedded())
            }
        },
    }
}

/// The engine in this program.
pub(super) fn embedded() -> Box<dyn Backend> {
    Box::new(Embedded)
}

/// Whether the engine that a plan names can run every cell, as far as that is known without looking for it.
pub(super) fn can_run(plan: &Plan) -> anyhow::Result<()> {
    match plan.engine {
        EngineChoice::Auto | EngineChoice::Embedded => Ok(()),
        EngineChoice::Maelstrom => maelstrom_can_run(plan),
        EngineChoice::Simulated => can_be_simulated(plan),
    }
}

/// The engine with a clock that jumps.
pub(super) fn simulated() -> Box<dyn Backend> {
    Box::new(Simulated)
}

/// How many tests to run at the same time if the user does not say. Maelstrom wants the machine for itself: a JVM keeps
/// two cores busy and takes a gigabyte. The simulated engine runs one on each core, which it keeps busy. The embedded engine
/// runs three of the challenge's tests (25 nodes, 100 operations a second) on each core, or as much of other loads; a binary
/// that is not this project's may cost anything and gets a core.
///
/// Measured embedded, with `experiments/efficient.yaml`, whose six cells include the costliest design, on 2 cores that were
/// also used otherwise (load average about 3):
///
/// | at a time | lateness p99, worst test | wall time | star with relay: median, max | n12-tree with relay: median, max |
/// |---|---|---|---|---|
/// | 2 | 1.9 ms | 90 s | 180, 204 ms | 385, 502 ms |
/// | 3 | 1.8 ms | 61 s | 180, 203 ms | 387, 504 ms |
/// | 6 | 2.2 ms | 30 s | 178, 207 ms | 387, 501 ms |
pub(super) fn default_jobs(engine: &EngineId, plan: &Plan) -> NonZeroUsize {
    let cores = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    match engine.name.as_str() {
        "maelstrom" => return NonZeroUsize::MIN,
        "simulated" => return cores,
        _ => {}
    }
    let heaviest = plan.cells.iter().map(load).fold(1.0, f64::max);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a small positive number, cut to whole"
    )]
    NonZeroUsize::new((cores.get() as f64 * CHALLENGES_PER_CORE / heaviest) as usize).unwrap_or(NonZeroUsize::MIN)
}

/// What a cell asks of the machine, in units of the challenge's.
fn load(cell: &Cell) -> f64 {
    let messages = f64::from(cell.options.node_count()) * cell.options.rate / (25.0 * 100.0);
    match cell.node {
        NodeSource::Bin { .. } => messages.max(1.0) * CHALLENGES_PER_CORE,
        NodeSource::Crate { .. } => messages,
    }
}

const CHALLENGES_PER_CORE: f64 = 3.0;

fn locate(args: &RunArgs) -> anyhow::Result<Option<Maelstrom>> {
    let mut found = Maelstrom::locate(args.maelstrom.as_deref(), &Surroundings::of_process())?;
    if let Some(maelstrom) = &mut found {
        maelstrom.deadline = args.deadline.map(|seconds| Duration::from_secs(seconds.get()));
    }
    Ok(found)
}

/// Whether Maelstrom's command line can say what every cell runs.
fn maelstrom_can_run(plan: &Plan) -> anyhow::Result<()> {
    for cell in &plan.cells {
        maelstrom::check(&cell.options).with_context(|| format!("cell `{}`", cell.name))?;
    }
    Ok(())
}

const HOW_TO_GET_IT: &str = "`harness setup maelstrom` fetches it";
