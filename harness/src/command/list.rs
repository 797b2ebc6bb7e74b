//! `harness list`: the runs in the store, newest first.

use anyhow::{Context as _, ensure};
use camino::Utf8Path;

use crate::cli::{Format, ListArgs};
use crate::console::Console;
use crate::exit::ExitStatus;
use crate::measured::Measured;
use crate::render::Summary;
use crate::render::listing::{self, Listed, State};
use crate::spec::nearest::nearest;
use crate::store::{Store, newest_first, title};

/// The whole verb.
pub(super) fn list(args: &ListArgs, console: &Console) -> anyhow::Result<ExitStatus> {
    let mut runs = Vec::new();
    for experiment in wanted(args)? {
        runs.extend(Store::runs(&args.store, &experiment)?);
    }
    newest_first(&mut runs);
    let count = runs.len();
    if !args.all {
        runs.truncate(args.newest);
    }
    let mut listed = Vec::new();
    for run in &runs {
        match Measured::read(run, &title(run)) {
            Ok(measured) => listed.push(row(run, &measured)),
            Err(error) => console.say(&format!("left out: {error:#}")),
        }
    }
    let text = match args.format {
        Format::Json => listing::json(&listed),
        Format::Table => listing::table(&listed, console.look().width),
    };
    console.answer(&text).context("cannot write the answer")?;
    if count == 0 {
        console.say(&format!("no runs are in `{}`; `harness run FILE` makes one", args.store));
    }
    if count > runs.len() {
        console.say(&format!("{} older runs are not listed; `--all` lists them", count - runs.len()));
    }
    Ok(ExitStatus::Yes)
}

/// The experiments to list; every one that is asked for is there.
fn wanted(args: &ListArgs) -> anyhow::Result<Vec<String>> {
    let all = Store::experiments(&args.store)?;
    for name in &args.experiment {
        let near = nearest(name, all.iter().map(String::as_str));
        let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        ensure!(all.contains(name), "no run of `{}` is in `{}`{hint}", name.escape_debug(), args.store);
    }
    Ok(if args.experiment.is_empty() { all } else { args.experiment.clone() })
}

fn row(run: &Utf8Path, measured: &Measured) -> Listed {
    let Measured { about, records, directory, skipped, .. } = measured;
    let summary = Summary::of(about, records, directory, None);
    let expected = about.expected().len();
    let state = match records.len() {
        _ if Store::is_under_way(run) => State::UnderWay,
        made if made < expected => State::Interrupted,
        _ => State::Whole,
    };
    Listed {
        run: title(run),
        directory: run.to_string(),
        started: about.started.clone(),
        engine: format!("{} {}", about.engine.name, about.engine.version),
        cells: about.cells.len(),
        results: records.len(),
        expected,
        reused: records.iter().filter(|record| record.provenance.reused.is_some()).count(),
        unreadable: skipped.len(),
        part: about.part.map(|part| part.to_string()),
        state,
        exit_code: summary.status.code(),
        answer: summary.answer,
    }
}
