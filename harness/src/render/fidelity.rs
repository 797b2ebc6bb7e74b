//! The fidelity table, for a terminal and as the document that lies beside the engine.
//!
//! Absent: what is good and what is not ([`crate::fidelity::judge`]).

use super::sheet::{Entry, Heading, Mood, Sheet};
use super::table::Look;
use crate::exit::ExitStatus;
use crate::fidelity::FIGURES;
use crate::fidelity::judge::{Distance, Verdict};
use crate::fidelity::recorded::{Recording, Value};
use crate::fidelity::replay::{Place, Replayed};
use crate::fidelity::report::{Controlled, Measurement, Report, Row, Side, Tally};
use crate::figure::{Figure, Unit};
use crate::words::counted;

/// Whom the table is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reader {
    /// A page, with room for how figures spread.
    Document,
    /// A terminal.
    Terminal,
}

/// For a terminal.
pub(crate) fn terminal(report: &Report, look: Look) -> String {
    let sheets =
        [rows(report, Reader::Terminal), replays(report, Reader::Terminal), controls(report, Reader::Terminal)];
    let tables = sheets.iter().filter(|sheet| !sheet.rows.is_empty());
    let tables: String = tables.map(|sheet| sheet.table(look) + "\n\n").collect();
    let (notes, answer) = (notes(report, ""), answer(report));
    format!("{tables}{LEGEND}{notes}\n{answer}\n")
}

/// As a document.
pub(crate) fn document(report: &Report) -> String {
    let (rows, controls) = (rows(report, Reader::Document).markdown(), controls(report, Reader::Document).markdown());
    let (notes, answer) = (notes(report, "- "), answer(report));
    let without = report
        .controls
        .iter()
        .flat_map(|control| ["- `", control.control, "` is `", control.scenario, "` without ", control.without, ".\n"]);
    let without: String = without.collect();
    let replays = replays(report, Reader::Document).markdown();
    format!("{TITLE}\n{rows}\n{notes}\n{REPLAYS}\n{replays}\n{CONTROLS}\n{controls}\n{without}\n{answer}.\n")
}

/// In one line.
fn answer(report: &Report) -> String {
    let Tally { judged, within, outside, unknown, replayed, alike, controls, failing } = report.tally;
    let mut parts = match judged {
        0 => vec!["nothing that was run is recorded".to_owned()],
        _ => vec![format!("{within} of {judged} rows keep every bound")],
    };
    let is_judged = |row: &&Row| row.shown_only.is_none();
    let noisy: usize = report.rows.iter().filter(is_judged).map(|row| noisy(&row.simulated)).sum();
    let beside = [(outside, "outside"), (unknown, "could not be told")];
    parts.extend(beside.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")));
    parts.extend((noisy > 0).then(|| format!("{} too noisy to tell (~)", counted(noisy, "figure"))));
    parts.extend((replayed > 0).then(|| format!("{alike} of {replayed} replayed runs are as ours")));
    let rows = parts.join(", ");
    if controls == 0 { rows } else { format!("{rows}; {failing} of {controls} controls fail as they must") }
}

fn rows(report: &Report, reader: Reader) -> Sheet {
    let mut sheet = Sheet { header: header("scenario"), rows: Vec::new() };
    for row in &report.rows {
        let real = row.real.as_ref();
        sheet.rows.push(real.map_or_else(|| nothing_line(row.scenario), |real| real_line(row.scenario, real, reader)));
        for (engine, side) in [("embedded", row.embedded.as_ref()), ("simulated", Some(&row.simulated))] {
            sheet.rows.extend(side.map(|side| side_line("", engine, side, verdict(row, side), reader)));
        }
    }
    sheet
}

fn controls(report: &Report, reader: Reader) -> Sheet {
    let line = |control: &Controlled| {
        let verdict = match control.simulated.standing() {
            ExitStatus::No => Entry::new("fails, as it must", Mood::Good),
            _ => Entry::new("NOT FOUND OUT", Mood::Bad),
        };
        side_line(control.control, "simulated", &control.simulated, verdict, reader)
    };
    Sheet { header: header("control"), rows: report.controls.iter().map(line).collect() }
}

/// Recorded partitions. Behind a recorded figure is how many standard deviations of a run it lies from the mean of the protocol's runs.
fn replays(report: &Report, reader: Reader) -> Sheet {
    let rows = report.replayed.iter().flat_map(|one| replay_lines(one, reader)).collect();
    Sheet { header: header("replay"), rows }
}

fn replay_lines(one: &Replayed, reader: Reader) -> Vec<Vec<Entry>> {
    let real = FIGURES.iter().map(|figure| {
        let Some(&Value { mean, deviation }) = one.real.figures.get(figure) else { return ABSENT.into() };
        let value = value(*figure, mean, deviation, reader);
        let Some(&place) = one.places.get(figure) else { return value.into() };
        let Place { deviations, is_far } = place;
        Entry::new(format!("{value} ({deviations:+.1} σ)"), if is_far { Mood::Bad } else { Mood::Plain })
    });
    let head = [one.replay.into(), "real".into()];
    let real = head.into_iter().chain(real).chain([one.real.program.as_str().into()]).collect();
    let verdict = match one.standing() {
        ExitStatus::Yes => Entry::new("one draw more", Mood::Good),
        ExitStatus::No => Entry::new("OUTSIDE", Mood::Bad),
        _ => Entry::new("no result", Mood::Bad),
    };
    let ours = |engine: &str, side: &Side| side_line("", engine, side, of_ours(side), reader);
    let embedded = one.embedded.as_ref().map(|side| ours("this node, embedded", side));
    [
        real,
        side_line("", "its protocol, simulated", &one.protocol, verdict, reader),
        ours("this node, simulated", &one.simulated),
    ]
    .into_iter()
    .chain(embedded)
    .collect()
}

fn of_ours(side: &Side) -> Entry {
    side.trouble.as_ref().map_or_else(|| "none lost".into(), |trouble| Entry::new(trouble.as_str(), Mood::Bad))
}

fn header(first: &str) -> Vec<Heading> {
    let headings = FIGURES.map(|figure| {
        Heading::right(match figure {
            Figure::MsgsPerBroadcast => "msgs/\nbcast",
            Figure::ServerMsgsPerOp => "msgs/op\nservers",
            Figure::StableLatencyMedian => "stable\np50",
            Figure::StableLatencyP95 => "stable\np95",
            Figure::StableLatencyMax => "stable\nmax",
            Figure::ClientLatencyMedian => "client\np50",
            _ => "client\np95",
        })
    });
    let left = [Heading::left(first), Heading::left("engine")];
    left.into_iter().chain(headings).chain([Heading::left("verdict")]).collect()
}

fn nothing_line(name: &str) -> Vec<Entry> {
    let nothing = std::iter::repeat_n(Entry::from(""), FIGURES.len());
    [name.into(), "real".into()].into_iter().chain(nothing).chain(["no recording".into()]).collect()
}

fn real_line(name: &str, real: &Recording, reader: Reader) -> Vec<Entry> {
    let figures = FIGURES.iter().map(|figure| match real.figures.get(figure) {
        Some(&Value { mean, deviation }) => value(*figure, mean, deviation, reader).into(),
        None => ABSENT.into(),
    });
    let head = [name.into(), times("real", real.runs as usize).into()];
    head.into_iter().chain(figures).chain([real.program.as_str().into()]).collect()
}

fn side_line(name: &str, engine: &str, side: &Side, verdict: Entry, reader: Reader) -> Vec<Entry> {
    let figures = FIGURES.iter().map(|figure| {
        let Some(spread) = side.figures.get(figure) else { return ABSENT.into() };
        let value = value(*figure, spread.mean, spread.deviation, reader);
        let Some(distance) = side.distances.get(figure) else { return value.into() };
        let off = off(*figure, distance);
        let text = if reader == Reader::Document { format!("{value} ({off})") } else { format!("{value} {off}") };
        Entry::new(text, if distance.verdict == Verdict::Outside { Mood::Bad } else { Mood::Plain })
    });
    let head = [name.into(), times(engine, side.runs).into()];
    head.into_iter().chain(figures).chain([verdict]).collect()
}

fn times(engine: &str, runs: usize) -> String {
    if runs == 1 { engine.to_owned() } else { format!("{engine} ×{runs}") }
}

/// What a side of a row comes to.
fn verdict(row: &Row, side: &Side) -> Entry {
    if side.trouble.is_some() {
        return Entry::new("no result", Mood::Bad);
    }
    match side.standing() {
        _ if row.real.is_none() => ABSENT.into(),
        _ if row.shown_only.is_some() => "not judged".into(),
        ExitStatus::Yes if noisy(side) > 0 => Entry::new("within, ~", Mood::Good),
        ExitStatus::Yes => Entry::new("within", Mood::Good),
        ExitStatus::No => Entry::new("OUTSIDE", Mood::Bad),
        _ if side.is_late => Entry::new("late", Mood::Doubtful),
        _ => Entry::new("undecided", Mood::Doubtful),
    }
}

/// How many of its figures are too noisy to tell.
fn noisy(side: &Side) -> usize {
    side.distances.values().filter(|distance| distance.verdict == Verdict::Noise).count()
}

/// A value with as many places as somebody may compare, and how it spreads where there is room for it.
fn value(figure: Figure, mean: f64, deviation: Option<f64>, reader: Reader) -> String {
    let places = match figure.unit() {
        Unit::Ratio => 2,
        _ => usize::from(deviation.is_some() || mean.fract() != 0.0),
    };
    let spread = deviation.filter(|deviation| reader == Reader::Document && *deviation > 0.0);
    let spread = spread.map(|deviation| format!(" ± {deviation:.places$}", places = places.max(1))).unwrap_or_default();
    format!("{mean:.places$}{spread}")
}

/// How far from the real value, and what follows.
fn off(figure: Figure, distance: &Distance) -> String {
    let places = if figure.unit() == Unit::Ratio { 2 } else { 1 };
    let mark = match distance.verdict {
        Verdict::Within => '✓',
        Verdict::Noise => '~',
        Verdict::Undecided => '?',
        Verdict::Outside => '✗',
    };
    let text = format!("{:+.places$}", distance.distance);
    // A distance of nothing has no direction.
    let text = if text.trim_matches(['+', '-', '0', '.']).is_empty() { text.replace(['+', '-'], "±") } else { text };
    format!("{text} {mark}")
}

fn notes(report: &Report, bullet: &str) -> String {
    let mut notes = Vec::new();
    for row in &report.rows {
        notes.extend(row.shown_only.map(|why| format!("`{}` is shown and not judged: {why}", row.scenario)));
        for (engine, side) in [("embedded", row.embedded.as_ref()), ("simulated", Some(&row.simulated))] {
            let trouble = side.and_then(|side| side.trouble.as_ref());
            notes.extend(trouble.map(|trouble| format!("`{}`, {engine}: {trouble}", row.scenario)));
        }
    }
    let Measurement { started, machine, is_fresh } = &report.embedded;
    if report.rows.iter().any(|row| row.embedded.is_some()) {
        let day = started.split('T').next().unwrap_or_default();
        notes.push(match is_fresh {
            true => format!("embedded: measured now, {machine}"),
            false => format!("embedded: measured on {day}, {machine}; `--engine both` measures it again"),
        });
    }
    notes.into_iter().flat_map(|note| [bullet.to_owned(), note, ".\n".to_owned()]).collect()
}

const LEGEND: &str = "\
Latencies in ms. Behind a figure is its distance from the real program's: ✓ within its bound (msgs/bcast 0.5 %, stable p50
3 % or 10 ms, stable p95 3 %, client p50 5 ms), ✗ outside; ? beyond the bound by less than two standard deviations of the
recording's own noise; ~ likewise, where that noise is larger than the bound, so that nobody can tell.
";

const ABSENT: &str = "–";

/// The head of the document.
const TITLE: &str = include_str!("fidelity/head.md");

/// The head of its part on partitions.
const REPLAYS: &str = include_str!("fidelity/replays.md");

/// The head of its last part.
const CONTROLS: &str = include_str!("fidelity/controls.md");
