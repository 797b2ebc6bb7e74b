//! The front as a table, the answers and the method in words.
//!
//! Absent: colour.

use std::fmt::{self, Write as _};

use comfy_table::{Cell, CellAlignment, ContentArrangement, LineStyle, Table, presets};

use super::{Answer, Done, Row};
use crate::figure::{Figure, Unit};
use crate::limit::Limit;
use crate::search::{ERRORS, TOLERANCE};
use crate::statistics::Spread;
use crate::words::counted;

/// Everything that a person wants to know of it.
pub(crate) fn table(done: &Done) -> String {
    let mut text = String::new();
    write(&mut text, done).expect("a string takes everything");
    text
}

fn write(text: &mut String, done: &Done) -> fmt::Result {
    let asked = &done.asked;
    writeln!(
        text,
        "{}: the least {} against {}, means over {}\n",
        asked.experiment,
        asked.cost,
        asked.against,
        counted(asked.seeds as usize, "seed")
    )?;
    if done.front.is_empty() {
        writeln!(text, "no design came to the end\n")?;
    } else {
        writeln!(text, "{}\n", front(done).trim_fmt())?;
        writeln!(text, "latencies in ms; propag.: from the broadcast until all hold it, at most\n")?;
    }
    for row in done.front.iter().filter(|row| row.is_unsafe.is_some()) {
        writeln!(text, "unsafe: {}: {}", row.cell, row.is_unsafe.as_deref().unwrap_or_default())?;
    }
    searched(text, done)?;
    for answer in &done.answers {
        answered(text, done, answer)?;
    }
    Ok(())
}

/// A row for each design that no safe one beats.
fn front(done: &Done) -> Table {
    let asked = &done.asked;
    let mut table = Table::new();
    table.load_style(presets::NOTHING.header_separator(LineStyle::new('─', '─', '─', '─')));
    table.set_content_arrangement(ContentArrangement::Disabled).force_no_tty();
    let mut figures = vec![asked.cost, Figure::StableLatencyMedian, Figure::StableLatencyMax];
    if !figures.contains(&asked.against) {
        figures.insert(1, asked.against);
    }
    figures.extend([Figure::PropagationMax, Figure::ClientLatencyMedian]);
    let number = |text: String| Cell::new(text).set_alignment(CellAlignment::Right);
    let is_broken = !asked.safe_under.is_empty();
    let mut header: Vec<Cell> = asked.axes.iter().map(Cell::new).collect();
    header.extend(figures.iter().map(|figure| number(heading(*figure))));
    if is_broken {
        header.push(number(format!("when broken\n{}", heading(asked.cost).replace('\n', " "))));
        header.push(Cell::new("safe"));
    }
    table.set_header(header);
    for row in &done.front {
        let mut cells: Vec<Cell> = row.axes.iter().map(|(_, value)| Cell::new(value)).collect();
        cells.extend(figures.iter().map(|figure| number(value(*figure, row.calm.get(figure)))));
        if is_broken {
            cells.push(number(value(asked.cost, row.broken.get(&asked.cost))));
            cells.push(Cell::new(if row.is_unsafe.is_none() { "yes" } else { "NO" }));
        }
        table.add_row(cells);
    }
    let last = table.column_count().saturating_sub(1);
    for (place, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, if place == last { 0 } else { 2 }));
    }
    table
}

fn heading(figure: Figure) -> String {
    match figure {
        Figure::ServerMsgsPerOp => "msgs/op\nservers".to_owned(),
        Figure::MsgsPerOp => "msgs/op\nall".to_owned(),
        Figure::MsgsPerBroadcast => "msgs/\nbcast".to_owned(),
        Figure::PropagationMax => "propag.\nmax".to_owned(),
        other => other.name().replace("-latency", "").replacen('.', "\n", 1),
    }
}

/// A mean and its deviation.
fn value(figure: Figure, spread: Option<&Spread>) -> String {
    let Some(spread) = spread else { return "-".to_owned() };
    let mean = number(figure, spread.mean);
    match spread.deviation.map(|deviation| number(figure, deviation)) {
        Some(deviation) if deviation.parse() != Ok(0.0) => format!("{mean} ±{deviation}"),
        _ => mean,
    }
}

fn number(figure: Figure, value: f64) -> String {
    match figure.unit() {
        Unit::Ratio => format!("{value:.2}"),
        Unit::Count | Unit::Milliseconds => format!("{value:.0}"),
    }
}

/// How the space was searched, and what became of it.
fn searched(text: &mut String, done: &Done) -> fmt::Result {
    let (asked, counts) = (&done.asked, &done.counts);
    let skipped: usize = asked.skipped.values().sum();
    writeln!(text, "space    {}, {}", counted(counts.designs + skipped, "cell"), counted(counts.designs, "design"))?;
    for (why, count) in &asked.skipped {
        writeln!(text, "         {} skipped: {why}", counted(*count, "cell"))?;
    }
    match done.rounds.as_slice() {
        [_] => writeln!(text, "method   the whole space, each design with {}", counted(asked.seeds as usize, "seed"))?,
        rounds => {
            writeln!(
                text,
                "method   in rounds; dropped is who is beaten by more than {:.0} % and {ERRORS:.0} standard errors, and better in nothing",
                TOLERANCE * 100.0
            )?;
            for round in rounds {
                let restored =
                    if round.restored > 0 { format!(", {} of them restored", round.restored) } else { String::new() };
                let cut =
                    if round.cut > 0 { format!(", {} cut by the budget before", round.cut) } else { String::new() };
                writeln!(
                    text,
                    "         {} with {}{restored}: {} dropped{cut}",
                    counted(round.measured, "design"),
                    counted(round.seeds as usize, "seed"),
                    round.dominated
                )?;
            }
        }
    }
    if !asked.safe_under.is_empty() {
        let seeds = counted(asked.seeds as usize, "seed");
        writeln!(
            text,
            "safety   under {}: {} lose values; those of the front were run with {seeds}",
            asked.safe_under, counts.is_unsafe
        )?;
    }
    for (cell, why) in done.failed.iter().take(FAILED_SHOWN) {
        writeln!(text, "failed   {cell}: {why}")?;
    }
    if done.failed.len() > FAILED_SHOWN {
        writeln!(text, "         and {} more", done.failed.len() - FAILED_SHOWN)?;
    }
    writeln!(text, "engine   simulated {}", env!("CARGO_PKG_VERSION"))?;
    writeln!(text, "time     {:.0} s", done.wall_seconds)
}

fn answered(text: &mut String, done: &Done, answer: &Answer) -> fmt::Result {
    let asked = &done.asked;
    let limits: Vec<String> = answer.limits.iter().map(Limit::to_string).collect();
    let safe = if asked.safe_under.is_empty() { String::new() } else { format!(", safe under {}", asked.safe_under) };
    writeln!(text, "\n{}: fewest {} with {}{safe}?", answer.question, asked.cost, limits.join(", "))?;
    let told = |row: &Row| {
        let cost = row.calm.get(&asked.cost);
        let limited = answer.limits.iter().filter_map(|limit| {
            let spread = row.calm.get(&limit.figure)?;
            let unit = if limit.figure.unit() == Unit::Milliseconds { " ms" } else { "" };
            let worst = if spread.least < limit.bound { spread.greatest } else { spread.least };
            Some(format!("{} {}{unit} at worst", limit.figure, number(limit.figure, worst)))
        });
        let limited: Vec<String> = limited.collect();
        format!("{}, {}: {}", row.cell, value(asked.cost, cost), limited.join(", "))
    };
    match &answer.best {
        Some(best) => writeln!(text, "  {}", told(best))?,
        None => writeln!(text, "  none of the {} does", counted(done.counts.finalists, "design"))?,
    }
    if let Some(cheaper) = &answer.cheaper {
        writeln!(
            text,
            "  cheaper but unsafe: {} ({})",
            told(cheaper),
            cheaper.is_unsafe.as_deref().unwrap_or_default()
        )?;
    }
    Ok(())
}

const FAILED_SHOWN: usize = 5;
