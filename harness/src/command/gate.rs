//! `harness gate`: what a run measured, judged by today's file and against a baseline. Nothing is run.

mod regressions;
mod today;

use anyhow::Context as _;
use camino::Utf8PathBuf;

use super::export::Exports;
use crate::artifact::Toolchain;
use crate::baseline::Baseline;
use crate::cli::{Format, GateArgs};
use crate::compare::Condition;
use crate::console::Console;
use crate::exit::ExitStatus;
use crate::measured::Measured;
use crate::render::{Summary, json, table};
use crate::spec::Spec;

/// The whole verb.
pub(super) fn gate(args: &GateArgs, console: &Console) -> anyhow::Result<ExitStatus> {
    let allowed = args.allow.iter().map(|text| Condition::allowing(text)).collect::<Result<Vec<_>, _>>()?;
    let exports = Exports::open(&args.answer.exports)?;
    let measured = Measured::open(&args.answer.store, &args.run)?;
    let file = today::file(args, &measured)?;
    let toolchain = Toolchain::around(&file).context("cannot tell which directory this is")?;
    let spec = Spec::load(&file, &toolchain.known_features())?;
    let today::Today { about, doubts, remarks } = today::judged_by(&spec, args, &measured)?;
    let mut summary = Summary::of(&about, &measured.records, &measured.directory, None);
    summary.remarks.extend(remarks);
    for (cell, reason) in doubts {
        summary.doubt(&cell, reason);
    }
    if let Some(name) = &args.baseline {
        let directory = args.baselines.clone().unwrap_or_else(|| file.with_file_name("baselines"));
        let baseline = baseline(&directory, name, &about.experiment)?;
        regressions::hold(&mut summary, &measured, &baseline, &allowed)?;
    }
    let text = match args.answer.format {
        Format::Json => json::json(&summary),
        Format::Table => table::table(&summary, console.look()),
    };
    console.answer(&text).context("cannot write the answer")?;
    exports.summary(&summary, Some(&file), console)?;
    Ok(summary.status)
}

/// A baseline and what the user calls it.
struct Named {
    name: String,
    path: Utf8PathBuf,
    baseline: Baseline,
}

fn baseline(directory: &camino::Utf8Path, name: &str, experiment: &str) -> anyhow::Result<Named> {
    let baseline = Baseline::open(directory, name).with_context(|| {
        format!("baselines are looked for in `{directory}` (`--baselines DIR` names another place)")
    })?;
    baseline.is_for(name, experiment)?;
    Ok(Named { name: name.to_owned(), path: directory.join(format!("{name}.json")), baseline })
}
