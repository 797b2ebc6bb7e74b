//! `harness show`: a run again from the store, where it comes from, and how to repeat it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::Context as _;

use super::export::Exports;
use super::stored;
use crate::about::About;
use crate::cli::{Format, ShowArgs};
use crate::console::Console;
use crate::exit::ExitStatus;
use crate::measured::Measured;
use crate::outcome::Record;
use crate::render::{Summary, json, table};
use crate::shell;
use crate::words::counted;

/// The whole verb. It judges nothing: what is shown is shown, whatever the verdict.
pub(super) fn show(args: &ShowArgs, console: &Console) -> anyhow::Result<ExitStatus> {
    let exports = Exports::open(&args.answer.exports)?;
    let mut measured = Measured::open(&args.answer.store, &args.run)?;
    narrow(&mut measured.about, &args.cell)?;
    let Measured { about, records, directory, .. } = &measured;
    let mut summary = Summary::of(about, records, directory, None);
    summary.remarks = stored::remarks(&measured);
    let text = match args.answer.format {
        Format::Json => json::json(&summary),
        Format::Table => {
            let runs = if args.cell.is_empty() { String::new() } else { runs(&measured) };
            format!("{}{runs}\n{}", table::table(&summary, console.look()), origin(&measured))
        }
    };
    console.answer(&text).context("cannot write the answer")?;
    exports.summary(&summary, None, console)?;
    Ok(ExitStatus::Yes)
}

/// Keeps the cells that are asked for.
fn narrow(about: &mut About, cells: &[String]) -> anyhow::Result<()> {
    let mut plan = about.plan();
    plan.only(cells)?;
    about.cells.retain(|cell| plan.cells.iter().any(|kept| kept.name == cell.cell));
    Ok(())
}

/// Each run of the cells that are shown.
fn runs(measured: &Measured) -> String {
    let mut text = String::new();
    for cell in &measured.about.cells {
        let _ = writeln!(text, "\n{}", cell.cell);
        for record in measured.of_cell(&cell.cell) {
            let _ = writeln!(text, "  seed {}: {}", record.options.seed, run(record));
        }
    }
    text
}

fn run(Record { outcome, provenance, .. }: &Record) -> String {
    let how = outcome.ending();
    let late = if outcome.is_unreliable() { ", late" } else { "" };
    let reused = provenance.reused.as_ref().map(|run| format!(", reused from {run}")).unwrap_or_default();
    let digest = outcome.trace_digest.as_ref().map(|digest| format!(", trace {}", short(digest))).unwrap_or_default();
    format!("{how}{late}, measured {}{reused}{digest}", provenance.started)
}

/// Where a run comes from, and how to repeat it.
fn origin(Measured { about, directory, records, .. }: &Measured) -> String {
    let mut text = String::new();
    let mut line = |what: &str, value: &str| {
        let _ = writeln!(text, "{what:<8}{value}");
    };
    if !about.description.is_empty() {
        line("about", about.description.trim());
    }
    line("host", &about.host);
    line("git", about.git.as_deref().unwrap_or("not in a repository"));
    let mut nodes: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for Record { provenance, .. } in records.iter().filter(|one| about.cells.iter().any(|cell| cell.cell == one.cell)) {
        *nodes.entry((&provenance.node, &provenance.node_digest)).or_default() += 1;
    }
    for (place, ((node, digest), count)) in nodes.iter().enumerate() {
        let runs = counted(*count, "run");
        line(if place == 0 { "node" } else { "" }, &format!("{node}, SHA-256 {}, {runs}", short(digest)));
    }
    // Where cells are started with different words, the table tells them apart by these.
    if let [first, others @ ..] = &about.cells[..]
        && !first.source.args().is_empty()
        && others.iter().all(|cell| cell.source.args() == first.source.args())
    {
        line("args", &shell::line(first.source.args()));
    }
    let missing = about.expected().len().saturating_sub(records.len());
    if missing > 0 && about.cells.len() > 1 {
        line("missing", &format!("{missing} of {} results", about.expected().len()));
    }
    line("files", directory.as_str());
    if !about.command.is_empty() {
        line("repeat", &shell::line(&about.command));
    }
    text
}

fn short(digest: &str) -> &str {
    digest.get(..12).unwrap_or(digest)
}
