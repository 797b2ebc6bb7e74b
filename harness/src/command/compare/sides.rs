//! What the words on the command line mean: runs, baselines, files, and the values of an axis.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context as _, bail};
use camino::{Utf8Path, Utf8PathBuf};
use serde::Deserialize;

use crate::baseline::Baseline;
use crate::cli::CompareArgs;
use crate::command::baseline::run_name;
use crate::compare::{Side, SideCell};
use crate::measured::{self, Measured};
use crate::outcome::Record;
use crate::store::Store;

/// What is to be compared.
#[derive(Debug)]
pub(super) struct Sides {
    pub(super) sides: Vec<Side>,
    /// What a reader should know of how they were read.
    pub(super) remarks: Vec<String>,
}

/// One word's results.
enum Source {
    /// Of these experiments, which a baseline must be of.
    Records { records: Vec<Record>, origin: String },
    /// Figures alone.
    Baseline { baseline: Box<Baseline>, path: Utf8PathBuf },
}

/// Finds and reads every side.
pub(super) fn open(args: &CompareArgs) -> anyhow::Result<Sides> {
    let mut remarks = Vec::new();
    let sides = match &args.by {
        Some(axis) => by(axis, args, &mut remarks)?,
        None => named(args, &mut remarks)?,
    };
    Ok(Sides { sides, remarks })
}

/// A side for every word; for one alone, the run before it too.
fn named(args: &CompareArgs, remarks: &mut Vec<String>) -> anyhow::Result<Vec<Side>> {
    let mut sources = Vec::new();
    if let [name] = args.names.as_slice() {
        sources.push(before(args, name, remarks)?);
    }
    for name in &args.names {
        sources.push((name.clone(), source(args, name, remarks)?));
    }
    are_of_one_experiment(&sources)?;
    let mut sides: Vec<Side> = Vec::new();
    for (name, source) in sources {
        let same = sides.iter().filter(|side| side.label.split(" (").next() == Some(name.as_str())).count();
        let label = if same == 0 { name } else { format!("{name} ({})", same + 1) };
        sides.push(match source {
            Source::Records { records, origin } => Side::of(&label, &origin, &records),
            Source::Baseline { baseline, path } => baseline.side(&label, &path),
        });
    }
    Ok(sides)
}

/// The run before the one that a word names.
fn before(args: &CompareArgs, name: &str, remarks: &mut Vec<String>) -> anyhow::Result<(String, Source)> {
    let alone = || format!("`{name}` alone cannot be compared: name a second run, or an axis (`--by AXIS`)");
    let directory = measured::find(&args.store, name).with_context(alone)?;
    let earlier = directory.parent().and_then(|parent| {
        let runs = Store::runs(parent.parent()?, parent.file_name()?).ok()?;
        let place = runs.iter().position(|run| run.file_name() == directory.file_name())?;
        runs.into_iter().nth(place + 1)
    });
    let earlier = earlier.with_context(|| format!("there is no run before `{directory}`")).with_context(alone)?;
    let label = earlier.file_name().unwrap_or_default().to_owned();
    let measured = Measured::read(&earlier, &label)?;
    let label = run_name(&measured);
    Ok((label, records(measured, remarks)))
}

/// What a word names: a file, a baseline by `baseline:NAME`, a run, or a baseline by its name alone.
fn source(args: &CompareArgs, name: &str, remarks: &mut Vec<String>) -> anyhow::Result<Source> {
    let path = Utf8Path::new(name);
    if path.is_file() && !matches!(path.extension(), Some("yaml" | "yml")) {
        return file(path);
    }
    let baseline = |name: &str| -> anyhow::Result<Source> {
        let baseline = Baseline::open(&args.baselines, name)?;
        Ok(Source::Baseline { baseline: Box::new(baseline), path: args.baselines.join(format!("{name}.json")) })
    };
    if let Some(name) = name.strip_prefix("baseline:") {
        return baseline(name);
    }
    let is_baseline = Baseline::names(&args.baselines)?.iter().any(|known| known == name);
    match measured::find(&args.store, name) {
        Ok(directory) => {
            if is_baseline {
                remarks.push(format!("`{name}` is the run; `baseline:{name}` is the baseline of that name"));
            }
            Ok(records(Measured::read(&directory, name)?, remarks))
        }
        Err(_) if is_baseline => baseline(name),
        Err(error) => {
            let there = Baseline::names(&args.baselines)?;
            let there: Vec<String> = there.iter().map(|name| format!("`{name}`")).collect();
            let there =
                if there.is_empty() { "none is there".to_owned() } else { format!("there is {}", there.join(", ")) };
            Err(error.context(format!("`{}` is no run, no baseline ({there}) and no file", name.escape_debug())))
        }
    }
}

fn records(measured: Measured, remarks: &mut Vec<String>) -> Source {
    remarks.extend(measured.skipped.iter().map(|skipped| skipped.why.clone()));
    let made: BTreeSet<&str> = measured.records.iter().map(|record| record.cell.as_str()).collect();
    let (made, meant) = (made.len(), measured.about.cells.len());
    if made < meant {
        remarks.push(format!("`{}` has results of {made} of its {meant} cells", measured.label));
    }
    Source::Records { origin: measured.directory.to_string(), records: measured.records }
}

/// A file: an answer as JSON, or a baseline from elsewhere.
fn file(path: &Utf8Path) -> anyhow::Result<Source> {
    #[derive(Deserialize)]
    struct Answer {
        cells: Vec<Cell>,
    }
    #[derive(Deserialize)]
    struct Cell {
        runs: Vec<Record>,
    }
    let text = fs::read(path).with_context(|| format!("cannot read `{path}`"))?;
    let value: serde_json::Value = serde_json::from_slice(&text)
        .with_context(|| format!("`{path}` is no JSON: expected what `--export json=PATH` writes, or a baseline"))?;
    if value["kind"] == Baseline::KIND {
        return Ok(Source::Baseline { baseline: Box::new(Baseline::read(path)?), path: path.to_owned() });
    }
    if value["kind"] == "comparison" {
        bail!("`{path}` is a comparison; compare the runs that it is made of");
    }
    let answer: Answer = serde_json::from_value(value)
        .with_context(|| format!("`{path}` is not what `harness run --export json=PATH` writes, nor a baseline"))?;
    let records = answer.cells.into_iter().flat_map(|cell| cell.runs).collect();
    Ok(Source::Records { records, origin: path.to_string() })
}

/// A baseline says something only about runs of its own experiment.
fn are_of_one_experiment(sources: &[(String, Source)]) -> anyhow::Result<()> {
    for (name, source) in sources {
        let Source::Baseline { baseline, .. } = source else { continue };
        for (_, other) in sources {
            match other {
                Source::Records { records, .. } => {
                    if let Some(record) = records.first() {
                        baseline.is_for(name, &record.experiment)?;
                    }
                }
                Source::Baseline { baseline: other, .. } => baseline.is_for(name, &other.experiment)?,
            }
        }
    }
    Ok(())
}

/// A side for every value of an axis.
fn by(axis: &str, args: &CompareArgs, remarks: &mut Vec<String>) -> anyhow::Result<Vec<Side>> {
    let (mut all, mut origins) = (Vec::new(), Vec::new());
    for name in &args.names {
        let several = if axis == "engine" { of_every_engine(args, name, remarks)? } else { None };
        let found = match several {
            Some(found) => found,
            None => vec![source(args, name, remarks)?],
        };
        for source in found {
            match source {
                Source::Records { records, origin } => {
                    all.extend(records);
                    origins.push(origin);
                }
                Source::Baseline { .. } => {
                    bail!("`{name}` is a baseline, which cannot be split by `{axis}`: name runs")
                }
            }
        }
    }
    let sides = Side::by(axis, &origins.join(", "), &all);
    match sides.as_slice() {
        [] => {
            let known: BTreeSet<&str> =
                all.iter().flat_map(|record| record.axes.iter().map(|(axis, _)| axis.as_str())).collect();
            let known: Vec<String> = known.into_iter().chain(["engine"]).map(|axis| format!("`{axis}`")).collect();
            bail!("no result has an axis `{axis}`; there is {}", known.join(", "))
        }
        [side] => bail!("nothing to compare: every result has `{axis}` at `{}`", side.label),
        _ => Ok(sides),
    }
}

/// The latest run under each engine of the experiment that a word names, if it names one and not a run.
fn of_every_engine(args: &CompareArgs, name: &str, remarks: &mut Vec<String>) -> anyhow::Result<Option<Vec<Source>>> {
    let Ok(directory) = measured::find(&args.store, name) else { return Ok(None) };
    let experiment = measured::about(&directory)?.experiment;
    let is_file = Utf8Path::new(name).is_file();
    if name != experiment && !is_file {
        return Ok(None);
    }
    let mut engines: Vec<String> = Vec::new();
    let mut found = Vec::new();
    for run in Store::runs(&args.store, &experiment)? {
        // What cannot be read is no run under any engine.
        let Ok(about) = measured::about(&run) else { continue };
        if !engines.contains(&about.engine.name) {
            engines.push(about.engine.name);
            found.push(records(Measured::read(&run, name)?, remarks));
        }
    }
    Ok(Some(found))
}

/// Keeps the cells that a selector names, on every side that has them.
pub(super) fn only(sides: &mut [Side], selectors: &[String]) -> anyhow::Result<()> {
    for selector in selectors {
        if !sides.iter().flat_map(|side| &side.cells).any(|cell| is_selected(cell, selector)) {
            bail!(
                "no cell is `{selector}` on any side: expected AXIS=VALUE, several with commas between them, or a cell's name"
            );
        }
    }
    if !selectors.is_empty() {
        for side in sides {
            side.cells.retain(|cell| selectors.iter().any(|selector| is_selected(cell, selector)));
        }
    }
    Ok(())
}

fn is_selected(cell: &SideCell, selector: &str) -> bool {
    let has = |pair: &str| {
        pair.split_once('=').is_some_and(|(axis, value)| {
            cell.axes.iter().any(|(name, text)| name == axis.trim() && text == value.trim())
        })
    };
    cell.name == selector || selector.split(',').all(has)
}
