//! `harness trace`: the life of one broadcast under the simulated engine.
//!
//! The run is made twice, first for its digest and the values it has, then watched: a watched run that is not the same would
//! be told.

use anyhow::{Context as _, bail, ensure};
use engine::{Options, Run};
use node::Config;

use super::ready;
use crate::artifact::Toolchain;
use crate::backend::{digest, simulated};
use crate::cli::{Format, TraceArgs};
use crate::console::Console;
use crate::exit::ExitStatus;
use crate::measured::Measured;
use crate::plan::{Cell, EngineChoice, Plan};
use crate::shell;
use crate::spec::Spec;
use crate::trace::{self, Life, Recorder, Story, broadcast_values};
use crate::words::listed;

/// The whole verb.
pub(super) fn trace(args: &TraceArgs, console: &Console) -> anyhow::Result<ExitStatus> {
    let toolchain = Toolchain::around(&args.experiment).context("cannot tell which directory this is")?;
    let spec = Spec::load(&args.experiment, &toolchain.known_features())?;
    let plan = narrowed(Plan::under(&spec, EngineChoice::Simulated), args.cell.as_deref())?;
    let cell = &plan.cells[0];
    let config = ready::config(cell)?;
    let options = Options { seed: args.seed.unwrap_or(cell.options.seed), ..cell.options.clone() };
    let Watched { life, digest } = watched(&options, config, args.value)?;
    let node = format!("{} {}", cell.node, shell::line(cell.node.args()));
    let story = Story {
        experiment: &plan.name,
        cell: &cell.name,
        node: node.trim_end(),
        seed: options.seed,
        digest: &digest,
        life: &life,
    };
    if let Some(path) = &args.svg {
        std::fs::write(path, trace::svg(&story)).with_context(|| format!("cannot write `{path}`"))?;
        console.say(&format!("drawn in {path}"));
    }
    let text = match args.format {
        Format::Json => trace::json(&story),
        Format::Table => trace::table(&story, console.look()),
    };
    console.answer(&text).context("cannot write the answer")?;
    match &args.against {
        Some(kept) => compared(args, kept, cell, &options, &digest, console),
        None => Ok(ExitStatus::Yes),
    }
}

/// The plan with the one cell that is asked for.
fn narrowed(mut plan: Plan, cell: Option<&str>) -> anyhow::Result<Plan> {
    let all = |plan: &Plan| listed(&plan.cells.iter().map(|cell| cell.name.clone()).collect::<Vec<_>>());
    plan.only(cell.as_slice())?;
    match (plan.cells.len(), cell) {
        (1, _) => Ok(plan),
        (count, Some(selector)) => bail!("`--cell {selector}` names {count} cells: {}; say which", all(&plan)),
        (count, None) => {
            bail!("this experiment has {count} cells: say with `--cell` which one; they are {}", all(&plan))
        }
    }
}

struct Watched {
    life: Life,
    digest: String,
}

/// Makes the run, and makes it again under watch.
fn watched(options: &Options, config: Config, value: Option<i64>) -> anyhow::Result<Watched> {
    let (run, _) = simulated::run_watched(options, config, engine::Unwatched)?;
    let digest = digest::of(&run);
    let value = chosen(&run, value)?;
    let (again, recorder) = simulated::run_watched(options, config, Recorder::of(value))?;
    ensure!(digest::of(&again) == digest, "the watched run is not the same run: this is a mistake in the engine");
    let life =
        Life::of(value, recorder, &again, options.nodes.clone()).context("the value's invocation is not there")?;
    Ok(Watched { life, digest })
}

/// The value asked for, if the run has it; else the first.
fn chosen(run: &Run, asked: Option<i64>) -> anyhow::Result<i64> {
    let values = broadcast_values(&run.history);
    match (asked, values.first(), values.last()) {
        (_, None, _) | (_, _, None) => bail!("nothing was broadcast in this run"),
        (None, Some(first), _) => Ok(*first),
        (Some(value), ..) if values.contains(&value) => Ok(value),
        (Some(value), Some(first), Some(last)) => {
            bail!("value {value} was not broadcast in this run: expected one from {first} to {last}")
        }
    }
}

/// Holds the digest against that of the same run in the store.
fn compared(
    args: &TraceArgs,
    kept: &str,
    cell: &Cell,
    options: &Options,
    digest: &str,
    console: &Console,
) -> anyhow::Result<ExitStatus> {
    let measured = Measured::open(&args.store, kept)?;
    let seeds: Vec<u64> = measured.of_cell(&cell.name).map(|record| record.options.seed).collect();
    let record = measured.of_cell(&cell.name).find(|record| record.options.seed == options.seed);
    let record = record.with_context(|| {
        let (cell, seed) = (&cell.name, options.seed);
        match (seeds.iter().min(), seeds.iter().max()) {
            (Some(first), Some(last)) if first == last => {
                format!("`{kept}` holds no run of cell `{cell}` with seed {seed}, but one with `--seed {first}`")
            }
            (Some(first), Some(last)) => {
                format!(
                    "`{kept}` holds no run of cell `{cell}` with seed {seed}, but some with seeds {first} to {last}"
                )
            }
            _ => format!("`{kept}` holds no run of cell `{cell}`"),
        }
    })?;
    let Some(stored) = &record.outcome.trace_digest else {
        bail!("`{kept}` was run by the {} engine, whose runs have no digest", record.provenance.engine.name);
    };
    if stored == digest {
        console.say(&format!("the same run as in {}", measured.directory));
        return Ok(ExitStatus::Yes);
    }
    let why = if record.options == *options {
        "the node or the engine has changed since"
    } else {
        "the experiment asks for something else since"
    };
    console.say(&format!("not the run in {}, whose digest is {stored}: {why}", measured.directory));
    Ok(ExitStatus::No)
}

#[cfg(test)]
mod tests {
    use engine::{Nemeses, ProcessDelay};
    use protocol::Duration;

    use super::*;
    use crate::sample;

    fn options(nemesis: &str) -> Options {
        Options {
            nodes: Options::numbered_nodes(9),
            time_limit: Duration::from_secs(4),
            rate: 30.0,
            process_delay: ProcessDelay::NONE,
            nemesis: nemesis.parse().unwrap(),
            nemesis_interval: Duration::from_millis(700),
            ..Options::default()
        }
    }

    #[test]
    fn a_watched_run_is_the_same_run_whatever_breaks() {
        for features in [&["topology-grid"][..], &["topology-n12-tree", "relay-to-master"]] {
            let config = Config::named(features).unwrap();
            for nemesis in ["none", "partition", "loss=20%+duplication=20%", "pause=2+crash=1", "one-way+slow=5"] {
                let options = options(nemesis);
                let plain = digest::of(&simulated::run_watched(&options, config, engine::Unwatched).unwrap().0);
                for value in [None, Some(5)] {
                    assert_eq!(watched(&options, config, value).unwrap().digest, plain, "{nemesis}");
                }
            }
        }
        assert_eq!(options("none").nemesis, Nemeses::NONE);
    }

    #[test]
    fn one_cell_is_chosen_or_the_choice_is_told() {
        let error = |cell| narrowed(sample::plan(1), cell).unwrap_err().to_string();
        assert!(
            error(None)
                .starts_with("this experiment has 6 cells: say with `--cell` which one; they are `topology=grid")
        );
        assert!(error(Some("topology=star")).contains("names 2 cells: `topology=star,relay-to-master=off`, "));
        assert!(error(Some("topology=ring")).contains("no cell is `topology=ring`; the cells are `topology=grid"));
        let one = narrowed(sample::plan(1), Some("topology=star,relay-to-master=on")).unwrap();
        assert_eq!((one.cells.len(), one.cells[0].name.as_str()), (1, "topology=star,relay-to-master=on"));
    }

    #[test]
    fn a_value_that_was_not_broadcast_is_refused_with_those_that_were() {
        let config = Config::named(&["topology-star"]).unwrap();
        let run = |options: &Options| simulated::run_watched(options, config, engine::Unwatched).unwrap().0;
        let all = run(&options("none"));
        let last = *broadcast_values(&all.history).last().unwrap();
        assert_eq!((chosen(&all, None).unwrap(), chosen(&all, Some(last)).unwrap()), (0, last));
        let error = chosen(&all, Some(last + 1)).unwrap_err().to_string();
        assert_eq!(error, format!("value {} was not broadcast in this run: expected one from 0 to {last}", last + 1));
        let silent = run(&Options { rate: 0.0, ..options("none") });
        assert!(chosen(&silent, None).is_err());
    }
}
