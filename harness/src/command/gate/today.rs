//! What an experiment's file says today of a run that was made some other day.

use std::collections::BTreeSet;

use anyhow::bail;
use camino::{Utf8Path, Utf8PathBuf};

use crate::about::{About, AboutCell};
use crate::cli::GateArgs;
use crate::command::stored;
use crate::compare::facts;
use crate::measured::Measured;
use crate::plan::{NodeSource, Plan};
use crate::spec::Spec;

/// The run as today's file would have it.
pub(super) struct Today {
    /// Today's cells, limits and requirements.
    pub(super) about: About,
    /// Cells whose results are not of what the file says today, with the reason.
    pub(super) doubts: Vec<(String, String)>,
    /// What to know of the run as a whole.
    pub(super) remarks: Vec<String>,
}

/// The experiment's file.
pub(super) fn file(args: &GateArgs, measured: &Measured) -> anyhow::Result<Utf8PathBuf> {
    if let Some(file) = &args.experiment {
        return Ok(file.clone());
    }
    let name = &measured.about.experiment;
    let is_yaml = |path: &Utf8Path| matches!(path.extension(), Some("yaml" | "yml"));
    let typed = std::iter::once(&args.run).chain(&measured.about.command).map(Utf8PathBuf::from);
    let usual = Utf8Path::new("experiments").join(format!("{name}.yaml"));
    let candidates = typed.filter(|path| is_yaml(path)).chain([usual]);
    // A file that has another experiment's name by now is not this one's.
    let is_its = |path: &Utf8PathBuf| {
        path.is_file() && (*path == args.run || Spec::name_in(path).is_ok_and(|found| found.as_ref() == Some(name)))
    };
    match candidates.into_iter().find(is_its) {
        Some(file) => Ok(file),
        None => bail!("where the file of the experiment `{name}` is, nobody says: `--experiment FILE` does"),
    }
}

/// Today's limits, for what was measured.
pub(super) fn judged_by(spec: &Spec, args: &GateArgs, measured: &Measured) -> anyhow::Result<Today> {
    let then = &measured.about;
    if spec.name != then.experiment {
        bail!("the run is of the experiment `{}`, and the file is of `{}`", then.experiment, spec.name);
    }
    let mut plan = Plan::under(spec, then.plan().engine);
    plan.only(&args.only)?;
    for cell in &mut plan.cells {
        // The seeds are the run's own.
        if let Some(then) = then.cells.iter().find(|then| then.cell == cell.name) {
            cell.options.seed = then.options.seed;
        }
    }
    let about = About {
        description: plan.description.clone(),
        axes: plan.axes.clone(),
        limits: plan.limits.clone(),
        judged_by: args.judge.map_or(plan.judged_by, Into::into),
        cells: plan.cells.iter().map(AboutCell::from).collect(),
        ..then.clone()
    };
    let doubts = about.cells.iter().filter_map(|cell| Some((cell.cell.clone(), changed(cell, measured)?)));
    let doubts = doubts.collect();
    let mut remarks = stored::remarks(measured);
    remarks.extend(gone(&about, measured, args));
    Ok(Today { about, doubts, remarks })
}

/// What a cell was measured with that the file says otherwise today.
fn changed(today: &AboutCell, measured: &Measured) -> Option<String> {
    let record = measured.of_cell(&today.cell).next()?;
    let (was, is) = (facts::of_options(&record.options), facts::of_options(&today.options));
    let mut differences: Vec<String> = is
        .iter()
        .filter_map(|(name, is)| Some((name, is, was.get(name)?)))
        .filter(|(_, is, was)| is != was)
        .map(|(name, is, was)| format!("{name} {was}, and the file says {is} today"))
        .collect();
    let then = measured.about.cells.iter().find(|cell| cell.cell == today.cell);
    if let Some(then) = then.filter(|then| !is_same(&then.source, &today.source)) {
        differences.push(format!("the node `{}`, and the file says `{}` today", then.node, today.node));
    }
    let first = differences.first()?;
    let more = if differences.len() == 1 { String::new() } else { format!(" (and {} more)", differences.len() - 1) };
    Some(format!("measured with {first}{more}: run it again"))
}

/// Whether two nodes are the same as far as a file says. Where a binary lies depends on where the harness was started.
fn is_same(then: &NodeSource, today: &NodeSource) -> bool {
    match (then, today) {
        (NodeSource::Bin { path: a, args: then }, NodeSource::Bin { path: b, args: today }) => {
            a.file_name() == b.file_name() && then == today
        }
        _ => then == today,
    }
}

/// Cells that were measured and that the file has no more.
fn gone(about: &About, measured: &Measured, args: &GateArgs) -> Option<String> {
    let known: BTreeSet<&str> = about.cells.iter().map(|cell| cell.cell.as_str()).collect();
    let gone: BTreeSet<&str> = measured.records.iter().map(|record| record.cell.as_str()).collect();
    let gone: Vec<&str> = gone.into_iter().filter(|cell| !known.contains(cell)).collect();
    (!gone.is_empty() && args.only.is_empty())
        .then(|| format!("measured, and no longer in the file: {}", gone.join("; ")))
}
