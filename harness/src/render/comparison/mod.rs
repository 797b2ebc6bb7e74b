//! A comparison, shown: what the sides were measured with, the rows, what they are worth, and one line.
//!
//! Absent: what differs ([`crate::compare`]).

mod data;
mod notes;
mod rows;

pub(crate) use self::data::{csv, json, junit};
use super::escape;
use super::table::Look;
use crate::compare::{Change, Comparison, Condition, Held, Row, Standing};
use crate::exit::ExitStatus;
use crate::words::counted;

/// A comparison and what is asked of it.
#[derive(Debug)]
pub(crate) struct Page<'a> {
    pub(crate) comparison: &'a Comparison,
    pub(crate) layout: Layout,
    pub(crate) shown: Shown,
    /// What fails it.
    pub(crate) conditions: &'a [Condition],
    /// What does.
    pub(crate) held: Vec<Held>,
    pub(crate) status: ExitStatus,
    /// What cannot be seen in the comparison itself, such as results that could not be read.
    pub(crate) remarks: Vec<String>,
}

/// How many rows a cell has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// One, with the figures side by side.
    PerCell,
    /// One for every figure.
    PerFigure,
}

/// What is said of a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Detail {
    /// How large it is.
    Differences,
    /// How it is known too.
    WithProof,
}

/// Which rows are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// Every one.
    All,
    /// Those in which something differs, or may.
    Changes,
}

impl<'a> Page<'a> {
    /// Holds a comparison against what fails it.
    pub(crate) fn of(comparison: &'a Comparison, layout: Layout, shown: Shown, conditions: &'a [Condition]) -> Self {
        let held: Vec<Held> = conditions.iter().flat_map(|condition| condition.held_by(comparison)).collect();
        let status = if held.is_empty() { ExitStatus::Yes } else { ExitStatus::No };
        Self { comparison, layout, shown, conditions, held, status, remarks: Vec::new() }
    }

    /// For a terminal, or as plain text.
    pub(crate) fn table(&self, look: Look) -> String {
        let mut text = notes::sides(self);
        let sheet = rows::sheet(self, Detail::WithProof);
        let fitted = sheet.fitted(look);
        let is_narrow = fitted.is_none();
        if !sheet.rows.is_empty() {
            let table = fitted.unwrap_or_else(|| rows::sheet(self, Detail::Differences).table(look));
            text += &["\n", &table, "\n"].concat();
        }
        let mut notes = notes::below(self);
        if is_narrow && self.comparison.tests > 0 {
            notes.insert(0, "left out for want of width: p (`--format csv` has it)".to_owned());
        }
        if !notes.is_empty() {
            text += "\n";
        }
        for note in notes {
            text += &(escape::terminal_lines(&note) + "\n");
        }
        text + &format!("\n{}\n", escape::terminal(&self.answer()))
    }

    /// The same as Markdown.
    pub(crate) fn markdown(&self) -> String {
        let (title, answer) = (escape::markdown(&self.title()), escape::markdown(&self.answer()));
        let mut text = format!("### {title}\n\n**{answer}**\n\n");
        let sheet = rows::sheet(self, Detail::WithProof);
        if !sheet.rows.is_empty() {
            text += &(sheet.markdown() + "\n");
        }
        for line in notes::sides(self).lines().map(str::trim_end).chain(notes::below(self).iter().map(String::as_str)) {
            text += &["- ", &escape::markdown(line.trim()), "\n"].concat();
        }
        text
    }

    /// What is compared, in one line.
    pub(crate) fn title(&self) -> String {
        let labels: Vec<&str> = self.comparison.sides.iter().map(|side| side.label.as_str()).collect();
        labels.join(" vs ")
    }

    /// The whole comparison in one line.
    pub(crate) fn answer(&self) -> String {
        let differs = |row: &Row| row.has(|standing| standing == Standing::Differs);
        let cells: Vec<String> = self
            .comparison
            .cells
            .iter()
            .filter_map(|cell| {
                let figures: Vec<&str> =
                    cell.rows.iter().filter(|row| differs(row)).map(|row| row.figure.name()).collect();
                let more = figures.len().saturating_sub(FIGURES_NAMED);
                let more = if more == 0 { String::new() } else { format!(" and {more} more") };
                let named = figures[..figures.len().min(FIGURES_NAMED)].join(", ");
                (!figures.is_empty()).then(|| format!("{} ({named}{more})", cell.cell))
            })
            .collect();
        let is_doubtful = |standing| matches!(standing, Standing::Untested | Standing::TooFew);
        let doubtful =
            self.comparison.cells.iter().flat_map(|cell| &cell.rows).filter(|row| row.has(is_doubtful)).count();
        let mut parts = vec![match cells.as_slice() {
            [] if self.comparison.cells.iter().all(|cell| cell.is_identical) => "the runs are identical".to_owned(),
            [] => "no difference is proven".to_owned(),
            some if some.len() <= CELLS_NAMED => format!("differs: {}", some.join("; ")),
            some => format!(
                "differs in {} of {}: {}; and {} more",
                some.len(),
                counted(self.comparison.cells.len(), "cell"),
                some[..CELLS_NAMED].join("; "),
                some.len() - CELLS_NAMED
            ),
        }];
        if doubtful > 0 {
            parts.push(format!("{} cannot be told from noise", counted(doubtful, "figure")));
        }
        if !self.conditions.is_empty() {
            parts.push(match self.held.len() {
                0 => format!("{} kept", counted(self.conditions.len(), "condition")),
                broken => format!("{} beyond what is allowed", counted(broken, "difference")),
            });
        }
        parts.join("; ")
    }
}

/// A difference that fails, in words.
pub(crate) fn held_words(comparison: &Comparison, held: &Held) -> String {
    let figure = held.condition.figure;
    let unit = rows::unit_of(figure);
    format!(
        "{figure} is {}{unit} on `{}`, {} from {}{unit} on `{}`: fails `{}`{}",
        rows::exact_value(figure, held.after),
        comparison.sides[held.side].label,
        rows::difference(figure, &held.change),
        rows::exact_value(figure, held.before),
        comparison.sides[comparison.reference].label,
        held.condition,
        rows::proof(&held.change, None).map(|proof| format!(" ({proof})")).unwrap_or_default(),
    )
}

/// How a difference is known, in words; nothing where nothing could be tested.
pub(crate) fn proof_words(change: &Change) -> Option<String> {
    rows::proof(change, None)
}

/// Cells that one line can name, and figures of each.
const CELLS_NAMED: usize = 4;
const FIGURES_NAMED: usize = 4;

#[cfg(test)]
mod tests;
