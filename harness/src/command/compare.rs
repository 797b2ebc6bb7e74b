//! `harness compare`: sides, side by side.

mod sides;

use anyhow::{Context as _, bail};

use self::sides::Sides;
use super::export::Exports;
use crate::cli::{CompareArgs, PageFormat};
use crate::compare::{Comparison, Condition, Question, Side, figure_named};
use crate::console::Console;
use crate::exit::ExitStatus;
use crate::figure::Figure;
use crate::render::comparison::{self, Layout, Page, Shown};

/// The whole verb.
pub(super) fn compare(args: &CompareArgs, console: &Console) -> anyhow::Result<ExitStatus> {
    let conditions = args.fail_if.iter().map(|text| Condition::parse(text)).collect::<Result<Vec<_>, _>>()?;
    let figures = figures(&args.figures, &conditions)?;
    let exports = Exports::open(&args.exports)?;
    let Sides { mut sides, remarks } = sides::open(args)?;
    sides::only(&mut sides, &args.only)?;
    let question = Question { reference: reference(&sides, args.reference.as_deref())?, figures, alpha: args.alpha };
    let comparison = Comparison::of(&sides, &question)?;
    let layout = if args.figures.is_empty() { Layout::PerFigure } else { Layout::PerCell };
    let shown = if args.all { Shown::All } else { Shown::Changes };
    let mut page = Page::of(&comparison, layout, shown, &conditions);
    page.remarks = remarks;
    let text = match args.format {
        PageFormat::Csv => comparison::csv(&page),
        PageFormat::Json => comparison::json(&page),
        PageFormat::Markdown => page.markdown(),
        PageFormat::Table => page.table(console.look()),
    };
    console.answer(&text).context("cannot write the answer")?;
    exports.comparison(&page, console)?;
    Ok(page.status)
}

/// The figures that are asked for, and those that a condition needs.
fn figures(names: &[String], conditions: &[Condition]) -> anyhow::Result<Vec<Figure>> {
    let mut figures = match names {
        [] => Question::FIGURES.to_vec(),
        [all] if all == "all" => Figure::ALL.to_vec(),
        names => {
            let mut figures = Vec::new();
            for name in names {
                let figure = figure_named(name.trim()).map_err(anyhow::Error::msg)?;
                if !figures.contains(&figure) {
                    figures.push(figure);
                }
            }
            figures
        }
    };
    for condition in conditions {
        if !figures.contains(&condition.figure) {
            figures.push(condition.figure);
        }
    }
    Ok(figures)
}

/// The place of the side that the others are held against.
fn reference(sides: &[Side], word: Option<&str>) -> anyhow::Result<usize> {
    let Some(word) = word else { return Ok(0) };
    if let Some(place) = sides.iter().position(|side| side.label == word) {
        return Ok(place);
    }
    match word.parse::<usize>() {
        Ok(number) if (1..=sides.len()).contains(&number) => Ok(number - 1),
        _ => {
            let labels: Vec<String> = sides.iter().map(|side| format!("`{}`", side.label)).collect();
            bail!("no side is called `{word}`; the sides are {}", labels.join(", "))
        }
    }
}
