//! Which engine judges, and how many tests it can run at the same time.

use std::num::NonZeroUsize;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, bail};

use crate::backend::Backend;
use crate::backend::embedded::Embedded;
use crate::backend::maelstrom::{self, Maelstrom, Surroundings};
use crate::cli::RunArgs;
use crate::console::Console;
use crate::outcome::EngineId;
use crate::plan::{EngineChoice, Plan};

/// The engine that a plan is to run under. `auto` is Maelstrom if it is there and can run the plan; if not, one line says
/// so.
pub(super) fn open(
    choice: EngineChoice,
    args: &RunArgs,
    plan: &Plan,
    console: &Console,
) -> anyhow::Result<Box<dyn Backend>> {
    match choice {
        EngineChoice::Embedded => {
            if let Some(named) = &args.maelstrom {
                console.say(&format!("`--maelstrom {named}` has no effect with the embedded engine"));
            }
            Ok(embedded())
        }
        EngineChoice::Maelstrom => {
            can_run(plan).context("this needs `--engine embedded`")?;
            match locate(args)? {
                Some(maelstrom) => Ok(Box::new(maelstrom)),
                None => bail!("Maelstrom was not found; {HOW_TO_GET_IT}, or use `--engine embedded`"),
            }
        }
        EngineChoice::Auto => match (locate(args)?, can_run(plan)) {
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

/// How many tests to run at the same time if the user does not say. Maelstrom wants the machine for itself: a JVM keeps
/// two cores busy and takes a gigabyte. The embedded engine runs as many as there are cores.
///
/// Measured with `experiments/efficient.yaml`, 25 nodes and 100 operations a second in each test, on 2 cores that were also
/// used otherwise. Not the engine but the busiest node of `star` with `relay-to-master` is what suffers first:
///
/// | at a time | lateness p99, worst test | that cell's stable latency, median and max |
/// |---|---|---|
/// | 1 | 2.1 ms | 245 ms, 561 ms |
/// | 2 | 0.6 ms | 225 ms, 553 ms |
/// | 3 | 0.5 ms | 239 ms, 567 ms |
/// | 6 | 2.3 ms | 299 ms, 768 ms |
pub(super) fn default_jobs(engine: &EngineId) -> NonZeroUsize {
    match engine.name.as_str() {
        "maelstrom" => NonZeroUsize::MIN,
        _ => thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
    }
}

fn locate(args: &RunArgs) -> anyhow::Result<Option<Maelstrom>> {
    let mut found = Maelstrom::locate(args.maelstrom.as_deref(), &Surroundings::of_process())?;
    if let Some(maelstrom) = &mut found {
        maelstrom.deadline = args.deadline.map(|seconds| Duration::from_secs(seconds.get()));
    }
    Ok(found)
}

/// Whether Maelstrom's command line can say what every cell runs.
fn can_run(plan: &Plan) -> anyhow::Result<()> {
    for cell in &plan.cells {
        maelstrom::check(&cell.options).with_context(|| format!("Maelstrom cannot run cell `{}`", cell.name))?;
    }
    Ok(())
}

const HOW_TO_GET_IT: &str = "`harness setup maelstrom` fetches it";
