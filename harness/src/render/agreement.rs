//! Experiments under both engines, for a terminal and as the document beside the engine.
//!
//! Absent: what agrees and what does not ([`crate::fidelity::agreement`]).

use super::sheet::{Entry, Heading, Mood, Sheet};
use super::table::Look;
use crate::exit::ExitStatus;
use crate::fidelity::agreement::{Agreement, FIGURES, Held, Row, Verdict};
use crate::figure::{Figure, Unit};
use crate::statistics::Spread;
use crate::words::counted;

/// For a terminal.
pub(crate) fn terminal(agreement: &Agreement, look: Look) -> String {
    let table = sheet(agreement).table(look);
    format!("{table}\n\n{LEGEND}{}\n{}\n", notes(agreement, ""), answer(agreement))
}

/// As a document.
pub(crate) fn document(agreement: &Agreement) -> String {
    let (table, notes) = (sheet(agreement).markdown(), notes(agreement, "- "));
    format!("{HEAD}\n{table}\n{notes}\n{}.\n", answer(agreement))
}

/// In one line.
fn answer(agreement: &Agreement) -> String {
    let of = |wanted| agreement.rows.iter().filter(|row| row.standing() == wanted).count();
    let mut parts =
        vec![format!("the engines agree on {} of {}", of(ExitStatus::Yes), counted(agreement.rows.len(), "cell"))];
    parts.extend(
        [(of(ExitStatus::No), "differ"), (of(ExitStatus::Unknown), "could not be told")]
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}")),
    );
    let explained = agreement.count(Verdict::Explained);
    let explained =
        (explained > 0).then(|| format!("{} only with the process delay (d)", counted(explained, "figure")));
    parts.extend(explained);
    parts.join(", ")
}

fn sheet(agreement: &Agreement) -> Sheet {
    let figures = FIGURES.map(|figure| {
        Heading::right(match figure {
            Figure::ServerMsgsPerOp => "msgs/op\nservers",
            Figure::MsgsPerBroadcast => "msgs/\nbcast",
            Figure::StableLatencyMedian => "stable\np50",
            Figure::StableLatencyMax => "stable\nmax",
            Figure::PropagationMedian => "propag.\np50",
            Figure::PropagationMax => "propag.\nmax",
            Figure::ClientLatencyMedian => "client\np50",
            _ => "missing",
        })
    });
    let left = [Heading::left("cell"), Heading::left("engine")];
    let right = [Heading::right("late\np99"), Heading::left("verdict")];
    Sheet {
        header: left.into_iter().chain(figures).chain(right).collect(),
        rows: agreement.rows.iter().flat_map(lines).collect(),
    }
}

fn lines(row: &Row) -> Vec<Vec<Entry>> {
    let seeds = row.seeds.len();
    let engine = |name: &str| if seeds == 1 { name.to_owned() } else { format!("{name} ×{seeds}") };
    let plain = |spreads: &std::collections::BTreeMap<Figure, Spread>| {
        FIGURES.map(|figure| spreads.get(&figure).map_or_else(|| ABSENT.into(), |spread| value(figure, spread).into()))
    };
    let line = |cell: String, engine: String, figures: [Entry; FIGURES.len()], late: String, verdict: Entry| {
        [cell.into(), engine.into()].into_iter().chain(figures).chain([late.into(), verdict]).collect()
    };
    let cell = if row.cell == "default" { row.experiment.clone() } else { format!("{}: {}", row.experiment, row.cell) };
    let nothing = || (String::new(), Entry::from(""));
    let (late, verdict) = nothing();
    let mut lines = vec![line(cell, engine("simulated"), plain(&row.simulated), late, verdict)];
    if let Some(delayed) = &row.delayed {
        let (late, verdict) = nothing();
        lines.push(line(String::new(), "with process delay".into(), plain(delayed), late, verdict));
    }
    let held = FIGURES.map(|figure| {
        let Some(spread) = row.embedded.get(&figure) else { return ABSENT.into() };
        let Some(held) = row.held.get(&figure) else { return value(figure, spread).into() };
        let mood = if held.verdict == Verdict::Outside { Mood::Bad } else { Mood::Plain };
        Entry::new(format!("{} {}", value(figure, spread), off(figure, held, spread)), mood)
    });
    let late = row.late_ms.map_or_else(|| ABSENT.to_owned(), |late| format!("{late:.1}"));
    lines.push(line(String::new(), engine("embedded"), held, late, verdict_of(row)));
    lines
}

fn verdict_of(row: &Row) -> Entry {
    match row.verdict() {
        _ if row.trouble.is_some() => Entry::new("no result", Mood::Bad),
        _ if row.is_late => Entry::new("late", Mood::Doubtful),
        Verdict::Within => Entry::new("agree", Mood::Good),
        Verdict::Explained => Entry::new("agree, d", Mood::Good),
        Verdict::Undecided => Entry::new("undecided", Mood::Doubtful),
        Verdict::Outside => Entry::new("DIFFER", Mood::Bad),
    }
}

fn value(figure: Figure, spread: &Spread) -> String {
    match figure.unit() {
        Unit::Ratio => format!("{:.2}", spread.mean),
        Unit::Milliseconds if figure == Figure::ClientLatencyMedian => format!("{:.1}", spread.mean),
        _ => format!("{:.0}", spread.mean),
    }
}

/// How far from the simulated value, as a share of that where there is one, and what follows.
fn off(figure: Figure, held: &Held, embedded: &Spread) -> String {
    let mark = match held.verdict {
        Verdict::Within => "✓",
        Verdict::Explained => "d",
        Verdict::Undecided => "?",
        Verdict::Outside => "✗",
    };
    let simulated = embedded.mean - held.distance;
    let is_share = figure.unit() != Unit::Count && figure != Figure::ClientLatencyMedian && simulated > 0.0;
    let text =
        if is_share { format!("{:+.1}%", 100.0 * held.distance / simulated) } else { format!("{:+.1}", held.distance) };
    let is_nothing = text.trim_matches(['+', '-', '0', '.', '%']).is_empty();
    if is_nothing { mark.to_owned() } else { format!("{text} {mark}") }
}

fn notes(agreement: &Agreement, bullet: &str) -> String {
    let mut notes = Vec::new();
    for row in &agreement.rows {
        notes.extend(row.trouble.as_ref().map(|trouble| format!("`{}`, `{}`: {trouble}", row.experiment, row.cell)));
    }
    let day = agreement.started.split('T').next().unwrap_or_default();
    notes.push(format!("embedded: measured on {day}, {}", agreement.machine));
    notes.into_iter().flat_map(|note| [bullet.to_owned(), note, ".\n".to_owned()]).collect()
}

const LEGEND: &str = "\
Means over the same seeds; latencies in ms. Behind a figure is its distance from the simulated one: ✓ within 5 % (client p50: 5 ms;
missing: the same), d within 5 % of what is simulated with the embedded engine's process delay, ✗ outside, ? outside by less than
chance between the seeds explains. late: how far behind its due time the embedded engine was, in ms; above 10 nothing is trusted.
";

const ABSENT: &str = "–";

const HEAD: &str = include_str!("agreement/head.md");
