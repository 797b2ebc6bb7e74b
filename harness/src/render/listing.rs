//! The runs in a store, a line each.

use std::fmt::Write as _;

use serde::Serialize;

/// One run.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Listed {
    /// As `<experiment>/<time>`.
    pub(crate) run: String,
    pub(crate) directory: String,
    /// RFC 3339.
    pub(crate) started: String,
    pub(crate) engine: String,
    pub(crate) cells: usize,
    /// How many results there are.
    pub(crate) results: usize,
    /// How many there were to be.
    pub(crate) expected: usize,
    /// How many were measured by earlier runs.
    pub(crate) reused: usize,
    /// Files that hold no result that this program reads.
    pub(crate) unreadable: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) part: Option<String>,
    pub(crate) state: State,
    /// What `harness run` ends with for such results.
    pub(crate) exit_code: u8,
    pub(crate) answer: String,
}

/// How far a run came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum State {
    /// It ended before its end.
    Interrupted,
    /// Some process is making it.
    UnderWay,
    /// It has all its results.
    Whole,
}

/// The runs as JSON.
pub(crate) fn json(runs: &[Listed]) -> String {
    let whole = serde_json::json!({ "format": 1, "runs": runs });
    serde_json::to_string_pretty(&whole).expect("strings, numbers, and maps with names for keys") + "\n"
}

/// The runs as a table. The last column is cut where the page ends.
pub(crate) fn table(runs: &[Listed], width: u16) -> String {
    if runs.is_empty() {
        return String::new();
    }
    let header = ["run", "started", "engine", "results", "answer"].map(str::to_owned);
    let rows: Vec<[String; 5]> = std::iter::once(header).chain(runs.iter().map(row)).collect();
    let widths: [usize; 4] =
        std::array::from_fn(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0));
    let rest = usize::from(width).saturating_sub(widths.iter().map(|width| width + 2).sum()).max(ANSWER_MIN);
    let mut text = String::new();
    for row in rows {
        for (cell, width) in row.iter().zip(widths) {
            let _ = write!(text, "{cell:<width$}  ");
        }
        if row[4].chars().count() > rest {
            text.extend(row[4].chars().take(rest - 1).chain(['…']));
        } else {
            text += &row[4];
        }
        text = text.trim_end().to_owned() + "\n";
    }
    text
}

fn row(run: &Listed) -> [String; 5] {
    let results = if run.results == run.expected {
        run.results.to_string()
    } else {
        format!("{} of {}", run.results, run.expected)
    };
    let mut notes = Vec::new();
    match run.state {
        State::Interrupted => notes.push("interrupted".to_owned()),
        State::UnderWay => notes.push("under way".to_owned()),
        State::Whole => {}
    }
    notes.extend(run.part.as_ref().map(|part| format!("part {part}")));
    notes.extend((run.unreadable > 0).then(|| format!("{} unreadable", run.unreadable)));
    notes.extend((run.reused > 0).then(|| format!("{} reused", run.reused)));
    let mark = match (run.state, run.exit_code) {
        (State::Whole, 0) => "✓ ",
        (State::Whole, 1) => "✗ ",
        _ => "? ",
    };
    let notes = if notes.is_empty() { String::new() } else { format!("{}; ", notes.join(", ")) };
    let answer = run.answer.split("; fewest").next().unwrap_or_default();
    let plain = |text: &str| text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    [plain(&run.run), run.started.clone(), run.engine.clone(), results, format!("{mark}{notes}{answer}")]
}

/// Enough of an answer to be worth a column.
const ANSWER_MIN: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_far_a_run_came() {
        let whole = Listed {
            run: "efficient/20261122T191538Z".into(),
            directory: "store/efficient/20261122T191538Z".into(),
            started: "2026-11-22T19:15:38Z".into(),
            engine: "embedded 0.1.0".into(),
            cells: 6,
            results: 6,
            expected: 6,
            reused: 0,
            unreadable: 0,
            part: None,
            state: State::Whole,
            exit_code: 0,
            answer: "4 of 4 required cells pass; fewest messages: x (1.00 per operation)".into(),
        };
        let cut = Listed {
            results: 3,
            reused: 2,
            unreadable: 1,
            part: Some("1/4".into()),
            state: State::Interrupted,
            exit_code: 2,
            answer: "1 of 4 required cells pass, 3 could not be judged".into(),
            ..whole.clone()
        };
        assert_eq!(
            table(&[whole.clone(), cut], 200),
            "run                         started               engine          results  answer\n\
             efficient/20261122T191538Z  2026-11-22T19:15:38Z  embedded 0.1.0  6        ✓ 4 of 4 required cells pass\n\
             efficient/20261122T191538Z  2026-11-22T19:15:38Z  embedded 0.1.0  3 of 6   ? interrupted, part 1/4, 1 \
             unreadable, 2 reused; 1 of 4 required cells pass, 3 could not be judged\n"
        );
        let odd = Listed { run: "a\u{1b}[2J/1".into(), ..whole };
        assert!(!table(std::slice::from_ref(&odd), 80).contains('\u{1b}'));
        assert!(table(&[odd], 20).lines().all(|line| line.chars().count() < 90));
        assert_eq!((table(&[], 80).as_str(), json(&[]).as_str()), ("", "{\n  \"format\": 1,\n  \"runs\": []\n}\n"));
    }
}
