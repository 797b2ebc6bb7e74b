//! The table: a row per cell, what it was judged by, and the answer.
//!
//! A failed figure carries a mark beside its colour, so nothing is said by colour alone. On a narrow terminal the figures
//! that nobody limits give way, then the deviations of all, and the text says so.

use super::sheet::{Entry, Heading, Mood, Sheet};
use super::{Row, Summary, escape, notes};
use crate::figure::{Figure, Unit};
use crate::gate::Verdict;
use crate::outcome::Validity;

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

/// A table that fits its page.
struct Fitting {
    table: String,
    /// What it had to leave out.
    left_out: Vec<&'static str>,
    shows_spread: bool,
}

/// The whole answer: table, facts, what is wrong, and one line.
pub(crate) fn table(summary: &Summary<'_>, look: Look) -> String {
    let Fitting { table, left_out, shows_spread } = fitting(summary, look);
    let text = notes::around(summary, &left_out, shows_spread);
    // What a node has said stands in there, and commands no terminal.
    format!("{table}\n\n{}\n{}\n", escape::terminal_lines(&text), summary.answer)
}

/// The widest table that fits.
fn fitting(summary: &Summary<'_>, look: Look) -> Fitting {
    let wanted = || COLUMNS.iter().filter(|column| is_wanted(summary, column));
    let turns = wanted().filter_map(|column| column.gives_way).max().unwrap_or(0);
    let spreads = if summary.about.repeat > 1 { &[true, false][..] } else { &[false] };
    for &shows_spread in spreads {
        for turn in 0..=turns {
            let stays =
                |column: &&Column| column.gives_way.is_none_or(|way| way > turn) || is_limited(summary, column.figure);
            let (shown, hidden): (Vec<_>, Vec<_>) = wanted().partition(stays);
            let sheet = sheet(summary, &shown, shows_spread);
            let is_last = !shows_spread && turn == turns;
            let table = sheet.fitted(look).or_else(|| is_last.then(|| sheet.table(look)));
            if let Some(table) = table {
                let mut left_out: Vec<_> = hidden.iter().map(|column| column.figure.name()).collect();
                left_out.extend((spreads.len() > 1 && !shows_spread).then_some("standard deviations"));
                return Fitting { table, left_out, shows_spread };
            }
        }
    }
    unreachable!("the last turn's table is taken whether it fits or not")
}

/// Every column that says something, with standard deviations if there are any: for pages without an edge.
pub(super) fn whole(summary: &Summary<'_>) -> Sheet {
    let columns: Vec<&Column> = COLUMNS.iter().filter(|column| is_wanted(summary, column)).collect();
    sheet(summary, &columns, summary.about.repeat > 1)
}

fn sheet(summary: &Summary<'_>, columns: &[&Column], shows_spread: bool) -> Sheet {
    // A plan without axes has one cell, and a name says more than no column at all.
    let axes = &summary.about.axes;
    let names = if axes.is_empty() { vec!["cell".to_owned()] } else { axes.clone() };
    let names = names.iter().map(|name| Heading::left(folded(name)));
    let figures = columns.iter().map(|column| Heading::right(column.heading));
    Sheet {
        header: names.chain([Heading::left("valid")]).chain(figures).chain([Heading::left("verdict")]).collect(),
        rows: summary.rows.iter().map(|row| entries(summary, row, columns, shows_spread)).collect(),
    }
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

fn entries(summary: &Summary<'_>, row: &Row<'_>, columns: &[&Column], shows_spread: bool) -> Vec<Entry> {
    let axes: Vec<Entry> = if summary.about.axes.is_empty() {
        vec![row.cell.cell.as_str().into()]
    } else {
        row.cell.axes.iter().map(|(_, value)| value.as_str().into()).collect()
    };
    let figures = columns.iter().map(|column| figure(row, column.figure, shows_spread));
    axes.into_iter().chain([valid(row)]).chain(figures).chain([verdict(row)]).collect()
}

fn valid(row: &Row<'_>) -> Entry {
    let says = |validity| row.records.iter().any(|record| record.outcome.validity == validity);
    if row.records.is_empty() {
        ABSENT.into()
    } else if row.is_crashed() {
        Entry::new("crash", Mood::Doubtful)
    } else if says(Validity::Invalid) {
        Entry::new("no ✗", Mood::Bad)
    } else if says(Validity::Unknown) {
        Entry::new("?", Mood::Doubtful)
    } else {
        "yes".into()
    }
}

fn figure(row: &Row<'_>, figure: Figure, shows_spread: bool) -> Entry {
    let Some(value) = row.counted.value(figure) else { return ABSENT.into() };
    let deviation = row.spread.get(&figure).and_then(|spread| spread.deviation).filter(|_| shows_spread);
    let spread = deviation.and_then(|deviation| spread_of(figure, deviation)).unwrap_or_default();
    let text = format!("{}{spread}", value_of(figure, value));
    if row.breaks(figure) { Entry::new(format!("{text} ✗"), Mood::Bad) } else { text.into() }
}

/// A column's heading: short for the figures that have a column here.
pub(super) fn heading_of(figure: Figure) -> &'static str {
    COLUMNS.iter().find(|column| column.figure == figure).map_or(figure.name(), |column| column.heading)
}

/// A figure's value as the table writes it, without its unit.
pub(crate) fn value_of(figure: Figure, value: f64) -> String {
    match figure.unit() {
        Unit::Ratio => format!("{value:.2}"),
        Unit::Milliseconds if value < 10.0 && value.fract() != 0.0 => format!("{value:.1}"),
        Unit::Count | Unit::Milliseconds => format!("{value:.0}"),
    }
}

/// A standard deviation behind its value, unless it is nothing at this precision.
pub(crate) fn spread_of(figure: Figure, deviation: f64) -> Option<String> {
    let places = match figure.unit() {
        Unit::Ratio => 2,
        Unit::Count | Unit::Milliseconds => usize::from(deviation < 0.95),
    };
    let text = format!("{deviation:.places$}");
    (text.parse() != Ok(0.0)).then(|| format!(" ±{text}"))
}

/// What the gate says, in a word or two: the same in every form.
pub(super) fn verdict(row: &Row<'_>) -> Entry {
    let (word, mood) = match row.judgement.verdict {
        Verdict::Fail { .. } => ("fail", Mood::Bad),
        Verdict::Pass => ("pass", Mood::Good),
        Verdict::Unknown { .. } => ("?", Mood::Doubtful),
    };
    let required = if row.cell.required { " *" } else { "" };
    let late = if row.judgement.unreliable { " (late)" } else { "" };
    let flaky = if row.judgement.flaky { " FLAKY" } else { "" };
    Entry::new(format!("{word}{required}{late}{flaky}"), mood).strong(row.cell.required)
}

/// A column is shown if it is limited or measured; `missing` only if it is not 0.
fn is_wanted(summary: &Summary<'_>, column: &Column) -> bool {
    let is_limited = is_limited(summary, column.figure);
    let mut values = summary.rows.iter().filter_map(|row| row.counted.value(column.figure));
    match column.figure {
        Figure::Missing => is_limited || values.any(|value| value > 0.0),
        _ => is_limited || values.next().is_some() || column.gives_way.is_none(),
    }
}

fn is_limited(summary: &Summary<'_>, figure: Figure) -> bool {
    summary.about.limits.iter().any(|limit| limit.figure == figure)
}

/// What stands where a run gave nothing.
const ABSENT: &str = "–";

#[cfg(test)]
mod tests {
    use camino::Utf8Path;

    use super::*;
    use crate::exit::ExitStatus;
    use crate::outcome::{Finding, Record};
    use crate::plan::Plan;
    use crate::sample;

    fn shown(plan: &Plan, records: &[Record], width: u16) -> String {
        let about = sample::about_of(plan);
        let summary = Summary::of(&about, records, Utf8Path::new("store/efficient/20261122T191538Z"), Some(62.4));
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

    /// Three repetitions, of which the second is slower and, for one cell, too slow.
    fn repeated() -> (Plan, Vec<Record>) {
        let plan = sample::plan(3);
        let mut records: Vec<Record> =
            plan.cells.iter().flat_map(|cell| (0..3).map(|repetition| sample::record(cell, repetition))).collect();
        for record in &mut records {
            record.options.seed = record.repetition.into();
        }
        for record in records.iter_mut().filter(|record| record.repetition == 1) {
            let slower = if record.cell.contains("star,relay-to-master=off") { 60.0 } else { 6.0 };
            record.outcome.figures.set(Figure::StableLatencyMedian, 386.0 + slower);
            record.outcome.figures.set(Figure::MsgsPerOp, 25.47);
        }
        records[17].outcome.crash = Some("a node panicked: out of cheese".into());
        (plan, records)
    }

    #[test]
    fn repetitions_show_what_counts_and_how_it_spreads() {
        let (mut plan, records) = repeated();
        plan.cells.iter_mut().for_each(|cell| cell.options.process_delay = engine::ProcessDelay::NONE);
        let mut about = sample::about_of(&plan);
        about.engine.name = "simulated".into();
        let summary = Summary::of(&about, &records, Utf8Path::new("store/efficient/20261122T191538Z"), Some(0.24));
        insta::assert_snapshot!(table(&summary, Look { width: 120, is_coloured: false }));
    }

    #[test]
    fn deviations_give_way_after_the_figures_that_nobody_limits() {
        let (plan, records) = repeated();
        for width in 76..=140 {
            let text = shown(&plan, &records, width);
            let table = text.split("\n\n").next().expect("the table comes first");
            let widest = table.lines().map(|line| line.chars().count()).max();
            assert!(widest <= Some(usize::from(width)), "{width}:\n{table}");
            let is_said =
                text.lines().any(|line| line.starts_with("left out") && line.ends_with("standard deviations"));
            assert_eq!(table.contains('±'), !is_said, "{width}:\n{text}");
        }
        assert!(shown(&plan, &records, 140).contains('±') && !shown(&plan, &records, 76).contains('±'));
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
        let (records, about) = (records(&plan), sample::about_of(&plan));
        let summary = Summary::of(&about, &records, Utf8Path::new("store"), None);
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
