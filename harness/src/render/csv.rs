//! An answer as comma-separated values: a line per cell, every figure in full precision.
//!
//! Absent: repetitions one by one, which the JSON has.

use super::sheet::{Entry, Heading, Sheet};
use super::{Row, Summary, notes};
use crate::figure::Figure;
use crate::gate::Verdict;

/// The whole answer.
pub(crate) fn csv(summary: &Summary<'_>) -> String {
    let mut names: Vec<String> = vec!["cell".to_owned()];
    names.extend(summary.about.axes.iter().cloned());
    names.extend(["required", "verdict", "late", "flaky", "runs"].map(str::to_owned));
    names.extend(Figure::ALL.map(|figure| figure.name().to_owned()));
    names.push("why".to_owned());
    let header = names.into_iter().map(Heading::left).collect();
    let sheet = Sheet { header, rows: summary.rows.iter().map(|row| fields(summary, row)).collect() };
    sheet.csv()
}

fn fields(summary: &Summary<'_>, row: &Row<'_>) -> Vec<Entry> {
    let verdict = match row.judgement.verdict {
        Verdict::Fail { .. } => "fail",
        Verdict::Pass => "pass",
        Verdict::Unknown { .. } => "unknown",
    };
    let flag = |is_set: bool| u8::from(is_set).to_string();
    let mut fields = vec![row.cell.cell.clone()];
    fields.extend(row.cell.axes.iter().map(|(_, value)| value.clone()));
    fields.extend([
        flag(row.cell.required),
        verdict.to_owned(),
        flag(row.judgement.unreliable),
        flag(row.judgement.flaky),
        row.records.len().to_string(),
    ]);
    let value = |figure: Figure| row.counted.value(figure).map(|value| value.to_string()).unwrap_or_default();
    fields.extend(Figure::ALL.map(value));
    fields.push(notes::reasons(summary, row).join("; "));
    fields.into_iter().map(Entry::from).collect()
}
