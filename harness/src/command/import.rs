//! `harness import`: results that were written elsewhere become a run of the store, a cell for each test.

use std::collections::BTreeSet;

use anyhow::{Context as _, bail, ensure};
use camino::Utf8Path;

use super::assemble::{self, Files, Piece};
use super::recording::{self, Recording};
use super::stored;
use crate::about::{About, AboutCell};
use crate::cli::ImportArgs;
use crate::console::Console;
use crate::exit::ExitStatus;
use crate::limit::JudgedBy;
use crate::measured::{self, Measured};
use crate::outcome::{EngineId, Provenance, Record};
use crate::plan::NodeSource;
use crate::provenance::Origin;
use crate::render::{Summary, table};
use crate::store::{Store, is_name};

/// The whole verb.
pub(super) fn import(args: &ImportArgs, console: &Console) -> anyhow::Result<ExitStatus> {
    let name = name(args)?;
    let (about, pieces) = match args.directory.as_slice() {
        [run] if Store::is_run(run) => whole(run, &name)?,
        directories => tests(directories, &args.flags, &name, console)?,
    };
    let directory = assemble::keep(&args.store, &about, &pieces)?;
    let measured = Measured::read(&directory, &name)?;
    let mut summary = Summary::of(&measured.about, &measured.records, &directory, None);
    summary.remarks = stored::remarks(&measured);
    console.answer(&table::table(&summary, console.look())).context("cannot write the answer")?;
    Ok(ExitStatus::Yes)
}

/// The experiment that the results become a run of.
fn name(args: &ImportArgs) -> anyhow::Result<String> {
    if let Some(name) = &args.name {
        ensure!(
            is_name(name) && !name.starts_with('-') && !name.contains(['\\', ':', '*', '?', '"', '<', '>', '|']),
            "`{}` cannot be the name of an experiment, which is a directory's name in the store",
            name.escape_debug()
        );
        return Ok(name.clone());
    }
    let first =
        args.directory[0].canonicalize_utf8().with_context(|| format!("cannot find `{}`", args.directory[0]))?;
    if Store::is_run(&first) {
        return Ok(measured::about(&first)?.experiment);
    }
    // A test's own name is its time.
    let is_time = |name: &&str| !name.get(..9).is_some_and(|start| start.starts_with("20") && start.ends_with('T'));
    let parts = first.components().rev().map(|part| part.as_str());
    let word = parts.take(2).find(is_time).unwrap_or("tests");
    let plain = |c: char| if c.is_alphanumeric() || "._- ".contains(c) { c } else { '_' };
    Ok(format!("{}-imported", word.trim_start_matches(['.', '-']).chars().map(plain).collect::<String>()))
}

/// A run of some other store, as it is.
fn whole(run: &Utf8Path, name: &str) -> anyhow::Result<(About, Vec<Piece>)> {
    let about = About { experiment: name.to_owned(), ..measured::about(run)? };
    Ok((about, stored::pieces(run)?))
}

/// Tests by themselves, each a cell.
fn tests(
    directories: &[camino::Utf8PathBuf],
    flags: &[String],
    name: &str,
    console: &Console,
) -> anyhow::Result<(About, Vec<Piece>)> {
    let mut recordings = Vec::new();
    for directory in directories {
        for test in recording::find(directory)? {
            match Recording::read(&test, flags) {
                Ok(recording) => recordings.push(recording),
                Err(error) => console.say(&format!("left out: `{test}`: {error:#}")),
            }
        }
    }
    let Some(first) = recordings.first() else { bail!("nothing of this could be imported") };
    let engine = first.engine.clone();
    if recordings.iter().any(|one| one.engine != engine) {
        console.say("the tests are of several engines; each result says of which");
    }
    let origin = Origin::here(engine);
    let mut taken = BTreeSet::new();
    let names: Vec<String> = recordings.iter().map(|one| cell_name(&one.directory, &mut taken)).collect();
    let pieces: Vec<Piece> = recordings.iter().zip(&names).map(|(one, cell)| piece(one, cell, name, &origin)).collect();
    let cells = pieces.iter().zip(&recordings).map(|(Piece { record, .. }, recording)| AboutCell {
        cell: record.cell.clone(),
        axes: record.axes.clone(),
        required: false,
        node: record.provenance.node.clone(),
        source: source(recording),
        options: record.options.clone(),
    });
    let about = About {
        format: About::FORMAT,
        experiment: name.to_owned(),
        description: String::new(),
        engine: origin.engine.clone(),
        command: origin.command.clone(),
        git: None,
        host: origin.host.clone(),
        started: recordings.iter().map(|one| one.started.clone()).min().unwrap_or_default(),
        axes: vec![AXIS.to_owned()],
        limits: Vec::new(),
        repeat: 1,
        judged_by: JudgedBy::default(),
        cells: cells.collect(),
        part: None,
    };
    Ok((about, pieces))
}

/// A directory's name, told apart from those before it.
fn cell_name(directory: &Utf8Path, taken: &mut BTreeSet<String>) -> String {
    let real = directory.canonicalize_utf8().unwrap_or_else(|_| directory.to_owned());
    let plain = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' };
    let name: String = real.file_name().unwrap_or("test").trim_start_matches('.').chars().map(plain).collect();
    let name = format!("{AXIS}={name}");
    let numbered = std::iter::once(name.clone()).chain((2..).map(|number| format!("{name}+{number}")));
    let name = numbered.into_iter().find(|name| !taken.contains(name)).unwrap_or(name);
    taken.insert(name.clone());
    name
}

fn source(recording: &Recording) -> NodeSource {
    let (path, args) = recording.asked.node.clone().unwrap_or_else(|| ("unknown".into(), Vec::new()));
    NodeSource::Bin { path, args }
}

fn piece(recording: &Recording, cell: &str, experiment: &str, origin: &Origin) -> Piece {
    let Recording { directory, asked, engine, started, outcome } = recording;
    let node = asked.node.as_ref().map_or_else(|| "unknown".to_owned(), |(bin, _)| bin.to_string());
    let value = cell.split_once('=').map_or(cell, |(_, value)| value);
    let record = Record {
        format: Record::FORMAT,
        experiment: experiment.to_owned(),
        cell: cell.to_owned(),
        axes: vec![(AXIS.to_owned(), value.to_owned())],
        repetition: 0,
        options: asked.options.clone(),
        provenance: Provenance {
            engine: EngineId::clone(engine),
            started: started.clone(),
            host: "unknown".to_owned(),
            git: None,
            ..origin.of_run(&node, "unknown")
        },
        outcome: outcome.clone(),
    };
    Piece { record, files: Files::Foreign(directory.clone()) }
}

/// What tells imported tests apart.
const AXIS: &str = "test";
