//! The table: a row per cell, what it was judged by, and the answer.
//!
//! A failed figure carries a mark beside its colour, so nothing is said by colour alone. On a narrow terminal the figures
//! that nobody limits give way, and the text says which.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use comfy_table::{Attribute, Cell, CellAlignment, Color, ContentArrangement, LineStyle, Table, presets};

use super::{Row, Summary, finding};
use crate::figure::{Figure, Unit};
use crate::gate::{Breach, Verdict};
use crate::outcome::{Finding, Validity};

/// How the table is to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Look {
    /// Columns of the terminal, or of the page.
    pub(crate) width: u16,
    /// Whether colour helps the reader.
    pub(crate) is_coloured: bool,
}

/// A column of figures: its heading in two lines, and whether it may give way on a narrow terminal, the first before the
/// second.
struct Column {
    figure: Figure,
    heading: &'static str,
    gives_way: Option<u8>,
}

const COLUMNS: [Column; 11] = [
    Column { figure: Figure::MsgsPerOp, heading: "msgs/op\nall", gives_way: None },
    Column { figure: Figure::ServerMsgsPerOp, heading: "msgs/op\nservers", gives_way: None },
    Column { figure: Figure::MsgsPerBroadcast, heading: "msgs/\nbcast", gives_way: Some(4) },
    Column { figure: Figure::StableLatencyMedian, heading: "stable\np50", gives_way: None },
    Column { figure: Figure::StableLatencyP95, heading: "stable\np95", gives_way: None },
    Column { figure: Figure::StableLatencyP99, heading: "stable\np99", gives_way: Some(3) },
    Column { figure: Figure::StableLatencyMax, heading: "stable\nmax", gives_way: None },
    Column { figure: Figure::ClientLatencyMedian, heading: "client\np50", gives_way: Some(2) },
    Column { figure: Figure::PropagationMedian, heading: "propag.\np50", gives_way: Some(1) },
    Column { figure: Figure::Lost, heading: "lost", gives_way: None },
    Column { figure: Figure::Missing, heading: "missing", gives_way: None },
];

/// The whole answer: table, facts, what is wrong, and one line.
pub(crate) fn table(summary: &Summary<'_>, look: Look) -> String {
    let (table, hidden) = fitting(summary, look);
    let mut text = format!("{}\n\n", table.trim_fmt());
    facts(&mut text, summary, &hidden).expect("a string takes everything");
    troubles(&mut text, summary).expect("a string takes everything");
    findings(&mut text, summary).expect("a string takes everything");
    text + &format!("\n{}\n", summary.answer)
}

/// The widest table that fits, and the figures it had to leave out.
fn fitting(summary: &Summary<'_>, look: Look) -> (Table, Vec<&'static str>) {
    let wanted = || COLUMNS.iter().filter(|column| is_wanted(summary, column));
    let turns = wanted().filter_map(|column| column.gives_way).max().unwrap_or(0);
    for turn in 0..=turns {
        let stays =
            |column: &&Column| column.gives_way.is_none_or(|way| way > turn) || is_limited(summary, column.figure);
        let (shown, hidden): (Vec<_>, Vec<_>) = wanted().partition(stays);
        for gap in [2, 1] {
            let mut table = build(summary, &shown, look.is_coloured, gap);
            let fits = width(&table, gap) <= look.width;
            if fits || (turn == turns && gap == 1) {
                if !fits {
                    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(look.width);
                }
                return (table, hidden.iter().map(|column| column.figure.name()).collect());
            }
        }
    }
    unreachable!("the last turn's tighter table is taken whether it fits or not")
}

/// A table's width, its escape sequences left aside.
fn width(table: &Table, gap: u16) -> u16 {
    let widths = table.column_max_content_widths();
    widths.iter().map(|content| content + gap).sum::<u16>().saturating_sub(gap)
}

fn build(summary: &Summary<'_>, columns: &[&Column], is_coloured: bool, gap: u16) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING.header_separator(RULE));
    table.set_content_arrangement(ContentArrangement::Disabled);
    if is_coloured {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    // A plan without axes has one cell, and a name says more than no column at all.
    let axes = &summary.plan.axes;
    let names = if axes.is_empty() { vec!["cell".to_owned()] } else { axes.clone() };
    let names = names.iter().map(|name| Cell::new(folded(name)));
    let figures = columns.iter().map(|column| Cell::new(column.heading).set_alignment(CellAlignment::Right));
    let header: Vec<Cell> = names.chain([Cell::new("valid")]).chain(figures).chain([Cell::new("verdict")]).collect();
    table.set_header(header);
    for row in &summary.rows {
        table.add_row(cells(summary, row, columns));
    }
    let last = table.column_count() - 1;
    for (place, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, if place == last { 0 } else { gap }));
    }
    table
}

/// A long axis name in two lines, so that it does not make its column wider than its values.
fn folded(name: &str) -> String {
    let middle = name.len() / 2;
    let hyphens = name.match_indices('-').map(|(place, _)| place);
    match hyphens.min_by_key(|place| place.abs_diff(middle)) {
        Some(place) if name.len() > 9 => format!("{}\n{}", &name[..=place], &name[place + 1..]),
        _ => name.to_owned(),
    }
}

fn cells(summary: &Summary<'_>, row: &Row<'_>, columns: &[&Column]) -> Vec<Cell> {
    let axes: Vec<Cell> = if summary.plan.axes.is_empty() {
        vec![Cell::new(&row.cell.name)]
    } else {
        row.cell.axes.iter().map(|(_, value)| Cell::new(value)).collect()
    };
    let figures = columns.iter().map(|column| figure(row, column.figure).set_alignment(CellAlignment::Right));
    axes.into_iter().chain([valid(row)]).chain(figures).chain([verdict(row)]).collect()
}

fn valid(row: &Row<'_>) -> Cell {
    let says = |validity| row.records.iter().any(|record| record.outcome.validity == validity);
    if row.records.is_empty() {
        Cell::new(ABSENT)
    } else if row.is_crashed() {
        Cell::new("crash").fg(Color::Yellow)
    } else if says(Validity::Invalid) {
        Cell::new("no ✗").fg(Color::Red)
    } else if says(Validity::Unknown) {
        Cell::new("?").fg(Color::Yellow)
    } else {
        Cell::new("yes")
    }
}

fn figure(row: &Row<'_>, figure: Figure) -> Cell {
    let Some(value) = row.worst.value(figure) else { return Cell::new(ABSENT) };
    let text = value_of(figure, value);
    if row.breaks(figure) { Cell::new(format!("{text} ✗")).fg(Color::Red) } else { Cell::new(text) }
}

/// A figure's value as the table writes it, without its unit.
fn value_of(figure: Figure, value: f64) -> String {
    match figure.unit() {
        Unit::Ratio => format!("{value:.2}"),
        Unit::Milliseconds if value < 10.0 && value.fract() != 0.0 => format!("{value:.1}"),
        Unit::Count | Unit::Milliseconds => format!("{value:.0}"),
    }
}

fn verdict(row: &Row<'_>) -> Cell {
    let (word, colour) = match row.judgement.verdict {
        Verdict::Fail { .. } => ("fail", Color::Red),
        Verdict::Pass => ("pass", Color::Green),
        Verdict::Unknown { .. } => ("?", Color::Yellow),
    };
    let required = if row.cell.required { " *" } else { "" };
    let late = if row.judgement.unreliable { " (late)" } else { "" };
    let cell = Cell::new(format!("{word}{required}{late}")).fg(colour);
    if row.cell.required { cell.add_attribute(Attribute::Bold) } else { cell }
}

/// A column is shown if it is limited or measured; `missing` only if it is not 0.
fn is_wanted(summary: &Summary<'_>, column: &Column) -> bool {
    let is_limited = is_limited(summary, column.figure);
    let mut values = summary.rows.iter().filter_map(|row| row.worst.value(column.figure));
    match column.figure {
        Figure::Missing => is_limited || values.any(|value| value > 0.0),
        _ => is_limited || values.next().is_some() || column.gives_way.is_none(),
    }
}

fn is_limited(summary: &Summary<'_>, figure: Figure) -> bool {
    summary.plan.limits.iter().any(|limit| limit.figure == figure)
}

/// What the figures were judged by and where they come from.
fn facts(text: &mut String, summary: &Summary<'_>, hidden: &[&str]) -> fmt::Result {
    let plan = summary.plan;
    writeln!(text, "latencies in ms; * required cell")?;
    if plan.repeat > 1 {
        writeln!(text, "each figure is the worst of {} repetitions", plan.repeat)?;
    }
    if !hidden.is_empty() {
        writeln!(text, "left out for want of width: {}", hidden.join(", "))?;
    }
    writeln!(text)?;
    let limits: Vec<String> = plan.limits.iter().map(ToString::to_string).collect();
    writeln!(text, "limits  {}", if limits.is_empty() { "none".into() } else { limits.join(", ") })?;
    writeln!(text, "engine  {} {}", summary.engine.name, summary.engine.version)?;
    let runs = summary.rows.iter().map(|row| row.records.len()).sum();
    writeln!(text, "time    {:.0} s for {}", summary.wall_seconds, finding::counted(runs, "run"))?;
    if let Some(Finding::Late { p50_ms, p99_ms, max_ms, bound_ms }) = latest(summary) {
        writeln!(
            text,
            "late    {p50_ms:.1} ms (p50), {p99_ms:.1} ms (p99, at most {bound_ms:.0}), {max_ms:.1} ms (max)"
        )?;
    }
    if runs > 0 {
        writeln!(text, "store   {}", summary.directory)?;
    }
    Ok(())
}

/// The lateness of the run that was latest, if that is within its bound; else it is told among the findings.
fn latest<'a>(summary: &Summary<'a>) -> Option<&'a Finding> {
    let all = summary.rows.iter().flat_map(|row| &row.records).flat_map(|record| &record.outcome.findings);
    let p99 = |finding: &&Finding| match finding {
        Finding::Late { p99_ms, .. } => Some(*p99_ms),
        _ => None,
    };
    let late = all.filter(|finding| p99(finding).is_some());
    late.max_by(|a, b| p99(a).partial_cmp(&p99(b)).unwrap_or(Ordering::Equal))
        .filter(|finding| !finding::is_warning(finding))
}

/// Why cells fail, and why others could not be judged.
fn troubles(text: &mut String, summary: &Summary<'_>) -> fmt::Result {
    let is_trouble = |row: &&Row<'_>| row.judgement.verdict != Verdict::Pass;
    for (place, row) in summary.rows.iter().filter(is_trouble).enumerate() {
        if place == 0 {
            writeln!(text)?;
        }
        let name = &row.cell.name;
        match &row.judgement.verdict {
            Verdict::Fail { breaches } => {
                let breaches: Vec<String> = breaches.iter().map(|breach| broken(row, breach)).collect();
                let separator = if breaches.len() == 1 { " " } else { "\n    " };
                writeln!(text, "✗ {name}:{separator}{}", breaches.join(separator))?;
            }
            Verdict::Unknown { reason } => {
                // A crash brings the node's last words along: they are kept together.
                let reason = reason.trim_end().replace('\n', "\n    ");
                writeln!(text, "? {name}: {reason}")?;
            }
            Verdict::Pass => {}
        }
    }
    Ok(())
}

fn broken(row: &Row<'_>, breach: &Breach) -> String {
    match (breach, row.worst.value(Figure::Lost)) {
        (Breach::Exceeded(exceeded), _) => exceeded.to_string(),
        (Breach::Invalid { .. }, Some(lost)) if lost > 0.0 => {
            format!("invalid: {lost:.0} acknowledged values are lost")
        }
        (Breach::Invalid { .. }, _) => "invalid; results.edn in the store says why".into(),
    }
}

/// What else to know, each thing once with the cells it concerns.
fn findings(text: &mut String, summary: &Summary<'_>) -> fmt::Result {
    let mut cells: BTreeMap<(String, Option<&str>), Vec<&str>> = BTreeMap::new();
    for row in &summary.rows {
        let findings = row.records.iter().flat_map(|record| &record.outcome.findings);
        for finding in findings.filter(|one| finding::is_warning(one) || matches!(one, Finding::Note { .. })) {
            let concerned = cells.entry(finding::words(finding)).or_default();
            if concerned.last() != Some(&row.cell.name.as_str()) {
                concerned.push(&row.cell.name);
            }
        }
    }
    if !cells.is_empty() {
        writeln!(text)?;
    }
    for ((words, hint), concerned) in cells {
        let whom = match concerned.as_slice() {
            all if all.len() == summary.rows.len() && all.len() > 1 => "all cells".into(),
            [one] => (*one).to_owned(),
            some => finding::counted(some.len(), "cell"),
        };
        let hint = hint.map(|hint| format!("; {hint}")).unwrap_or_default();
        writeln!(text, "! {whom}: {words}{hint}")?;
    }
    Ok(())
}

const RULE: LineStyle = LineStyle::none().fill('─');

/// What stands where a run gave nothing.
const ABSENT: &str = "–";

#[cfg(test)]
mod tests {
    use camino::Utf8Path;

    use super::*;
    use crate::exit::ExitStatus;
    use crate::outcome::{EngineId, Record};
    use crate::plan::Plan;
    use crate::sample;

    fn shown(plan: &Plan, records: &[Record], width: u16) -> String {
        let engine = EngineId { name: "embedded".into(), version: "0.1.0".into() };
        let summary = Summary::of(plan, &engine, records, Utf8Path::new("store/efficient/20261122T191538Z"), 62.4);
        table(&summary, Look { width, is_coloured: false })
    }

    fn records(plan: &Plan) -> Vec<Record> {
        plan.cells.iter().map(|cell| sample::record(cell, 0)).collect()
    }

    #[test]
    fn six_cells_on_a_wide_page() {
        let plan = sample::plan(1);
        insta::assert_snapshot!(shown(&plan, &records(&plan), 120));
    }

    #[test]
    fn trouble_of_every_kind() {
        let plan = sample::plan(1);
        let mut records = records(&plan);
        records[1].outcome.crash = Some("node `n3` exited with status 1; its last words:\nout of cheese\n".into());
        records[2].outcome.validity = Validity::Invalid;
        records[2].outcome.figures.set(Figure::Lost, 3.0);
        records[2].outcome.figures.set(Figure::Missing, 5.0);
        let late = |p99_ms| Finding::Late { p50_ms: 0.1, p99_ms, max_ms: 12.0, bound_ms: 5.0 };
        records[3].outcome.findings = vec![late(9.0), Finding::MissingButStable { values: 2, nodes: 1 }];
        records[4].outcome.figures.0.remove(&Figure::StableLatencyMax);
        records.pop();
        insta::assert_snapshot!(shown(&plan, &records, 120));
    }

    #[test]
    fn every_page_keeps_to_its_width() {
        let plan = sample::plan(1);
        let records = records(&plan);
        for width in 72..=130 {
            let text = shown(&plan, &records, width);
            let table = text.split("\n\n").next().expect("the table comes first");
            let widest = table.lines().map(|line| line.chars().count()).max();
            assert!(widest <= Some(usize::from(width)), "{width}:\n{table}");
        }
    }

    #[test]
    fn what_gives_way_is_said_and_limited_figures_stay() {
        let mut plan = sample::plan(1);
        plan.limits[1].figure = Figure::PropagationMedian;
        let text = shown(&plan, &records(&plan), 80);
        assert!(text.contains("left out for want of width: msgs-per-broadcast, "), "{text}");
        assert!(text.contains("propag."), "{text}");
    }

    #[test]
    fn a_plan_without_axes_shows_its_cell_by_name() {
        let mut plan = sample::plan(1);
        plan.axes.clear();
        plan.cells.truncate(1);
        plan.cells[0].axes.clear();
        plan.cells[0].name = "default".into();
        assert!(shown(&plan, &[], 120).contains("\ndefault  –"));
    }

    #[test]
    fn colour_adds_nothing_but_colour() {
        let plan = sample::plan(1);
        let (records, engine) = (records(&plan), EngineId { name: "embedded".into(), version: "0.1.0".into() });
        let summary = Summary::of(&plan, &engine, &records, Utf8Path::new("store"), 1.0);
        let page = table(&summary, Look { width: 120, is_coloured: false });
        let coloured = table(&summary, Look { width: 120, is_coloured: true });
        assert!(coloured.contains("\u{1b}[") && !page.contains('\u{1b}'));
        let mut text = String::new();
        for (place, part) in coloured.split('\u{1b}').enumerate() {
            text += if place == 0 { part } else { part.split_once('m').expect("an escape ends").1 };
        }
        let stripped: Vec<&str> = text.lines().map(str::trim_end).collect();
        assert_eq!(stripped, page.lines().collect::<Vec<_>>());
        assert_eq!(summary.status, ExitStatus::Yes);
    }
}
