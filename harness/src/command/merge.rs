//! `harness merge`: the parts of an experiment that several machines made become one run, and are judged as one.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, bail, ensure};
use camino::{Utf8Path, Utf8PathBuf};

use super::assemble::{self, Piece};
use super::export::Exports;
use super::stored;
use crate::about::{About, Part};
use crate::cli::{Format, MergeArgs};
use crate::console::Console;
use crate::exit::ExitStatus;
use crate::measured::{self, Measured, find};
use crate::render::{Summary, json, table};
use crate::store::Store;
use crate::words::listed;

/// The whole verb. It ends as `harness run` does.
pub(super) fn merge(args: &MergeArgs, console: &Console) -> anyhow::Result<ExitStatus> {
    let exports = Exports::open(&args.answer.exports)?;
    let parts = newest(found(args)?, console);
    let about = whole(&parts)?;
    let pieces = pieces(&parts, &about)?;
    let missing = missing(&parts, &about, &pieces);
    match (missing, args.partial) {
        (Some(missing), false) => bail!("{missing}; `--partial` merges what there is"),
        (Some(missing), true) => console.say(&missing),
        (None, _) => {}
    }
    let directory = assemble::keep(&args.answer.store, &about, &pieces)?;
    let measured = Measured::read(&directory, &about.experiment)?;
    let mut summary = Summary::of(&measured.about, &measured.records, &directory, None);
    summary.remarks = stored::remarks(&measured);
    let text = match args.answer.format {
        Format::Json => json::json(&summary),
        Format::Table => table::table(&summary, console.look()),
    };
    console.answer(&text).context("cannot write the answer")?;
    exports.summary(&summary, None, console)?;
    Ok(summary.status)
}

/// A run that is a part.
#[derive(Debug)]
struct Found {
    directory: Utf8PathBuf,
    about: About,
    part: Part,
}

/// Every part that the words name.
fn found(args: &MergeArgs) -> anyhow::Result<Vec<Found>> {
    let mut parts = Vec::new();
    for word in &args.part {
        let path = Utf8Path::new(word);
        let experiments = if path.is_dir() && !Store::is_run(path) { Store::experiments(path)? } else { Vec::new() };
        let runs: Vec<Utf8PathBuf> = match experiments.as_slice() {
            [] => vec![find(&args.answer.store, word)?],
            _ => experiments.iter().map(|name| Store::runs(path, name)).collect::<Result<Vec<_>, _>>()?.concat(),
        };
        let is_store = !experiments.is_empty();
        let before = parts.len();
        for directory in runs {
            let about = measured::about(&directory)?;
            match about.part {
                Some(part) => parts.push(Found { directory, about, part }),
                // A store may hold whole runs too.
                None if is_store => {}
                None => {
                    bail!("`{word}` is a whole run and no part of one; parts are made with `harness run --partition`")
                }
            }
        }
        ensure!(parts.len() > before, "the store `{word}` holds no parts; `harness run --partition` makes them");
    }
    Ok(parts)
}

/// Each part once: the newest, where it was made several times.
fn newest(mut parts: Vec<Found>, console: &Console) -> Vec<Found> {
    parts.sort_by(|a, b| a.part.cmp(&b.part).then_with(|| b.about.started.cmp(&a.about.started)));
    let mut seen: BTreeSet<(String, Part)> = BTreeSet::new();
    parts.retain(|one| {
        let is_first = seen.insert((one.about.experiment.clone(), one.part));
        if !is_first {
            console.say(&format!("part {} was made again later; `{}` is left out", one.part, one.directory));
        }
        is_first
    });
    parts
}

/// What the parts are parts of. All must agree.
fn whole(parts: &[Found]) -> anyhow::Result<About> {
    let first = &parts[0];
    for other in &parts[1..] {
        if let Some(what) = difference(&first.about, &other.about) {
            bail!("`{}` and `{}` are no parts of one run: {what}", first.directory, other.directory);
        }
    }
    let started = parts.iter().map(|one| one.about.started.clone()).min().unwrap_or_default();
    Ok(About { part: None, started, command: undivided(&first.about.command), ..first.about.clone() })
}

/// What keeps two runs from being parts of one.
fn difference(one: &About, other: &About) -> Option<String> {
    let both = |what: &str, one: &str, other: &str| (one != other).then(|| format!("{what} `{one}`, {what} `{other}`"));
    let engine = |about: &About| format!("{} {}", about.engine.name, about.engine.version);
    let of = |about: &About| about.part.map_or(0, |part| part.of).to_string();
    let cells = |about: &About| about.cells.iter().map(|cell| cell.cell.clone()).collect::<Vec<_>>();
    both("experiment", &one.experiment, &other.experiment)
        .or_else(|| both("engine", &engine(one), &engine(other)))
        .or_else(|| both("parts in all", &of(one), &of(other)))
        .or_else(|| both("repetitions", &one.repeat.to_string(), &other.repeat.to_string()))
        .or_else(|| (cells(one) != cells(other)).then(|| "they have other cells".to_owned()))
        .or_else(|| {
            let pairs = one.cells.iter().zip(&other.cells);
            let differing = pairs.filter(|(one, other)| one != other).map(|(one, _)| one.cell.clone()).next();
            differing.map(|cell| format!("cell `{cell}` has other options or another node"))
        })
        .or_else(|| {
            let is_judged_alike = (&one.limits, one.judged_by) == (&other.limits, other.judged_by);
            (!is_judged_alike).then(|| "they have other limits".to_owned())
        })
}

/// Every result, cell by cell, repetition by repetition.
fn pieces(parts: &[Found], about: &About) -> anyhow::Result<Vec<Piece>> {
    let mut all: BTreeMap<(Option<usize>, u32), Piece> = BTreeMap::new();
    let mut made_of: BTreeMap<String, &Utf8Path> = BTreeMap::new();
    for part in parts {
        for piece in stored::pieces(&part.directory)? {
            if let Some(sources) = &piece.record.provenance.sources {
                made_of.entry(sources.clone()).or_insert(&part.directory);
            }
            let place = about.cells.iter().position(|cell| cell.cell == piece.record.cell);
            all.insert((place, piece.record.repetition), piece);
        }
    }
    let made_of: Vec<String> = made_of.values().map(ToString::to_string).collect();
    ensure!(made_of.len() <= 1, "the parts are of different states of the node's sources: {}", listed(&made_of));
    Ok(all.into_values().collect())
}

/// What is not there, if anything: whole parts, or results of a part.
fn missing(parts: &[Found], about: &About, pieces: &[Piece]) -> Option<String> {
    let of = parts[0].part.of;
    let is_absent = |number: &u32| parts.iter().all(|one| one.part.number != *number);
    // Of few runs, some parts have none.
    let has_runs = |number: &u32| {
        let part = Some(Part { number: *number, of });
        !About { part, ..about.clone() }.expected().is_empty()
    };
    let absent: Vec<u32> = (1..=of).filter(is_absent).filter(has_runs).collect();
    if !absent.is_empty() {
        let names: Vec<String> = absent.iter().map(|number| format!("{number}/{of}")).collect();
        let are = if names.len() == 1 { "is" } else { "are" };
        return Some(format!("{} of {of} parts {are} missing: {}", names.len(), listed(&names)));
    }
    let has = |cell: usize, repetition: u32| {
        pieces.iter().any(|piece| piece.record.repetition == repetition && piece.record.cell == about.cells[cell].cell)
    };
    let lacking = parts.iter().filter_map(|one| {
        let mut lacks = one.about.expected().into_iter().filter(|(cell, repetition)| !has(*cell, *repetition));
        let (cell, repetition) = lacks.next()?;
        let more = lacks.count();
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        let cell = &about.cells[cell].cell;
        Some(format!("part {} lacks repetition {repetition} of cell `{cell}`{more}", one.part))
    });
    let lacking: Vec<String> = lacking.collect();
    (!lacking.is_empty()).then(|| format!("{}; run it again, which measures only what is missing", lacking.join(", ")))
}

/// A command line without its part.
fn undivided(command: &[String]) -> Vec<String> {
    let mut words = command.iter();
    let mut kept = Vec::new();
    while let Some(word) = words.next() {
        if word == "--partition" {
            words.next();
        } else if !word.starts_with("--partition=") {
            kept.push(word.clone());
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_told_without_its_part() {
        let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(undivided(&words("harness run --partition 1/4 x.yaml")), words("harness run x.yaml"));
        assert_eq!(
            undivided(&words("harness run x.yaml --partition=auto --jobs 2")),
            words("harness run x.yaml --jobs 2")
        );
    }
}
