//! `harness baseline`: make one of a run, list them, remove one.

use anyhow::{Context as _, bail};
use camino::Utf8Path;

use crate::baseline::Baseline;
use crate::cli::{BaselineArgs, BaselineVerb, SaveArgs};
use crate::compare::Side;
use crate::console::Console;
use crate::exit::ExitStatus;
use crate::measured::Measured;
use crate::render::sheet::{Heading, Sheet};
use crate::words::counted;

/// The whole verb.
pub(super) fn baseline(args: &BaselineArgs, console: &Console) -> anyhow::Result<ExitStatus> {
    match &args.what {
        BaselineVerb::List => list(&args.baselines, console)?,
        BaselineVerb::Rm { name } => {
            let path = Baseline::remove(&args.baselines, name)?;
            console.answer(&format!("removed {path}\n"))?;
        }
        BaselineVerb::Save(save_args) => save(save_args, &args.baselines, console)?,
    }
    Ok(ExitStatus::Yes)
}

fn save(args: &SaveArgs, directory: &Utf8Path, console: &Console) -> anyhow::Result<()> {
    let measured = Measured::open(&args.store, &args.run)?;
    for skipped in &measured.skipped {
        console.say(&format!("! {}", skipped.why));
    }
    let from = run_name(&measured);
    let side = Side::of(&from, measured.directory.as_str(), &measured.records);
    let whole = side.cells.iter().filter(|cell| !cell.samples.is_empty()).count();
    if whole == 0 {
        bail!("the run `{from}` measured nothing that could be a baseline");
    }
    let meant = measured.about.cells.len();
    if whole < meant {
        console.say(&format!(
            "! the run has figures of {whole} of {}; the baseline lacks the rest",
            counted(meant, "cell")
        ));
    }
    for cell in side.cells.iter().filter(|cell| cell.runs.invalid + cell.runs.crashed > 0) {
        let runs = cell.runs;
        console.say(&format!(
            "! {}: of {}, {} invalid, {} crashed",
            cell.name,
            counted(runs.made, "run"),
            runs.invalid,
            runs.crashed
        ));
    }
    let path = Baseline::of(&side, &measured.about.experiment, &from).save(directory, &args.name)?;
    console
        .answer(&format!("{path}: {} of {from}; commit it\n", counted(whole, "cell")))
        .context("cannot write the answer")
}

fn list(directory: &Utf8Path, console: &Console) -> anyhow::Result<()> {
    let header = ["baseline", "experiment", "cells", "engine", "of the run"].map(Heading::left).to_vec();
    let mut sheet = Sheet { header, rows: Vec::new() };
    for name in Baseline::names(directory)? {
        match Baseline::open(directory, &name) {
            Ok(baseline) => {
                let engine = baseline.facts.get("engine").map_or("several", String::as_str);
                let cells = baseline.cells.len().to_string();
                sheet.rows.push([&name, &baseline.experiment, &cells, engine, &baseline.from].map(Into::into).to_vec());
            }
            // One that cannot be read hides no other.
            Err(error) => console.say(&format!("! {error}")),
        }
    }
    if sheet.rows.is_empty() {
        console.say(&format!("no baselines in `{directory}`: `harness baseline save NAME RUN` makes one"));
        return Ok(());
    }
    console.answer(&format!("{}\n", sheet.table(console.look()))).context("cannot write the answer")
}

/// A run as the store names it.
pub(super) fn run_name(measured: &Measured) -> String {
    let time = measured.directory.file_name().unwrap_or_default();
    format!("{}/{time}", measured.about.experiment)
}
