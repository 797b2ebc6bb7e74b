//! A run in the terminal: the table, and below it a plot in characters of what stable latencies each cell has.

use std::fmt::Write as _;

use super::Shown;
use super::clients::flags;
use super::series::{Cast, cut};
use crate::figure::Figure;
use crate::limit::{Comparison, Limit};
use crate::render::escape::terminal;
use crate::render::table::{Look, table};
use crate::render::{Row, Summary};

/// The whole text.
pub(crate) fn text(run: &Shown<'_>, look: Look) -> String {
    let mut text = format!("{}\n{}", table(&run.summary, look), plot(&run.summary, look, Charset::of_environment()));
    for (place, (cell, why)) in flags(run).into_iter().enumerate() {
        let _ = writeln!(text, "{}! {}: {why}", if place == 0 { "\n" } else { "" }, terminal(cell));
    }
    text
}

/// Which characters a terminal knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Charset {
    Ascii,
    Unicode,
}

impl Charset {
    /// Unicode, unless the environment's locale says otherwise.
    fn of_environment() -> Self {
        Self::of(|name| std::env::var(name).ok())
    }

    fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let mut locales = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(variable);
        let locale = locales.find(|locale| !locale.is_empty()).map(|locale| locale.to_lowercase());
        match locale {
            Some(locale) if !locale.contains("utf-8") && !locale.contains("utf8") => Self::Ascii,
            _ => Self::Unicode,
        }
    }

    /// From the least, through, at the 95th percentile, at the greatest, the median, a limit.
    const fn marks(self) -> [char; 6] {
        match self {
            Self::Ascii => ['|', '-', '+', '|', 'o', ':'],
            Self::Unicode => ['├', '─', '┼', '┤', '●', '┊'],
        }
    }
}

/// What a row shows, in milliseconds.
struct Range {
    least: f64,
    median: f64,
    p95: Option<f64>,
    greatest: f64,
}

impl Range {
    fn of(row: &Row<'_>) -> Option<Self> {
        let value = |figure| row.counted.value(figure);
        let median = value(Figure::StableLatencyMedian)?;
        Some(Self {
            least: value(Figure::StableLatencyMin).unwrap_or(median),
            median,
            p95: value(Figure::StableLatencyP95),
            greatest: value(Figure::StableLatencyMax).unwrap_or(median),
        })
    }
}

/// A line for each cell. Nothing on a page so narrow that nothing could be seen.
fn plot(summary: &Summary<'_>, look: Look, charset: Charset) -> String {
    let cast = Cast::of(summary);
    let width = usize::from(look.width);
    let longest = cast.labels.iter().map(|label| terminal(label).chars().count()).max().unwrap_or(0);
    let labels = longest.min(width / 2).min(44);
    let Some(columns) = width.checked_sub(labels + 2).filter(|columns| *columns >= NARROWEST) else {
        return String::new();
    };
    let columns = columns.min(WIDEST);
    let ranges: Vec<Option<Range>> = summary.rows.iter().map(Range::of).collect();
    let limits: Vec<&Limit> = summary.about.limits.iter().filter(|limit| is_drawn(limit)).collect();
    let ends = ranges.iter().flatten().map(|range| range.greatest).chain(limits.iter().map(|limit| limit.bound));
    let end = ends.fold(0.0, f64::max);
    if end <= 0.0 || ranges.iter().all(Option::is_none) {
        return String::new();
    }
    let axis = Axis { end, columns, charset };
    let mut text = format!("stable latency: {}\n", legend(charset, !limits.is_empty()));
    for (label, range) in cast.labels.iter().zip(&ranges) {
        let line = axis.line(range.as_ref(), &limits);
        let label = cut(&terminal(label), labels);
        let label = if charset == Charset::Ascii { label.replace('…', "~") } else { label };
        let _ = writeln!(text, "{label:<labels$}  {}", line.trim_end());
    }
    let _ = writeln!(text, "{:<labels$}  {}", "", axis.scale());
    text
}

fn legend(charset: Charset, is_limited: bool) -> String {
    let [least, through, p95, greatest, median, limit] = charset.marks();
    let limit = if is_limited { format!(", {limit} limit") } else { String::new() };
    format!("{least}{through} least to greatest {through}{greatest}, {median} median, {p95} 95 %{limit}")
}

const NARROWEST: usize = 24;
const WIDEST: usize = 100;

fn is_drawn(limit: &Limit) -> bool {
    let is_upper = matches!(limit.comparison, Comparison::Less | Comparison::LessOrEqual);
    is_upper && matches!(limit.figure, Figure::StableLatencyMedian | Figure::StableLatencyMax)
}

struct Axis {
    end: f64,
    columns: usize,
    charset: Charset,
}

impl Axis {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place on a line of a hundred columns"
    )]
    fn at(&self, value: f64) -> usize {
        ((value / self.end * (self.columns - 1) as f64).round() as usize).min(self.columns - 1)
    }

    fn line(&self, range: Option<&Range>, limits: &[&Limit]) -> String {
        let [least, through, p95, greatest, median, limit] = self.charset.marks();
        let mut line = vec![' '; self.columns];
        for bound in limits.iter().map(|limit| limit.bound) {
            line[self.at(bound)] = limit;
        }
        let Some(range) = range else {
            line.iter_mut().zip("no values".chars()).for_each(|(mark, letter)| *mark = letter);
            return line.into_iter().collect();
        };
        let (from, to) = (self.at(range.least), self.at(range.greatest));
        // A limit shows through, so that one sees on which side of it values lie.
        line[from..=to].iter_mut().filter(|mark| **mark != limit).for_each(|mark| *mark = through);
        (line[from], line[to]) = (least, greatest);
        if let Some(value) = range.p95 {
            line[self.at(value)] = p95;
        }
        line[self.at(range.median)] = median;
        line.into_iter().collect()
    }

    /// 0, the middle and the end.
    fn scale(&self) -> String {
        let end = format!("{:.0} ms", self.end);
        let middle = format!("{:.0}", self.end / 2.0);
        let room = self.columns.saturating_sub(1 + end.len());
        let before = (self.columns / 2).saturating_sub(middle.len() / 2 + 1);
        let between = room.saturating_sub(before + middle.len());
        format!("0{}{middle}{}{end}", " ".repeat(before), " ".repeat(between))
    }
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;

    use super::*;
    use crate::outcome::Record;
    use crate::sample;

    fn plotted(width: u16, charset: Charset, is_measured: impl Fn(usize) -> bool) -> String {
        let (plan, about) = (sample::plan(1), sample::about(1));
        let cells = plan.cells.iter().enumerate().filter(|(place, _)| is_measured(*place));
        let records: Vec<Record> = cells.map(|(_, cell)| sample::record(cell, 0)).collect();
        let summary = Summary::of(&about, &records, Utf8Path::new("store"), None);
        plot(&summary, Look { width, is_coloured: false }, charset)
    }

    #[test]
    fn six_cells() {
        insta::assert_snapshot!(plotted(100, Charset::Unicode, |place| place != 4));
    }

    #[test]
    fn a_terminal_without_unicode() {
        let text = plotted(80, Charset::Ascii, |_| true);
        assert!(text.is_ascii() && text.contains('o'), "{text}");
    }

    #[test]
    fn every_page_keeps_to_its_width() {
        for width in 10..=140 {
            let text = plotted(width, Charset::Unicode, |place| place != 2);
            let widest = text.lines().skip(1).map(|line| line.chars().count()).max().unwrap_or(0);
            assert!(widest <= usize::from(width.max(34)), "{width}: {widest}\n{text}");
        }
    }

    #[test]
    fn nothing_measured_plots_nothing() {
        assert_eq!(plotted(100, Charset::Unicode, |_| false), "");
    }

    #[test]
    fn the_locale_says_which_characters_there_are() {
        let of = |variables: &[(&str, &str)]| {
            Charset::of(|name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
        };
        assert_eq!(of(&[]), Charset::Unicode);
        assert_eq!(of(&[("LANG", "C")]), Charset::Ascii);
        assert_eq!(of(&[("LC_ALL", ""), ("LANG", "de_DE.UTF-8")]), Charset::Unicode);
        assert_eq!(of(&[("LC_ALL", "POSIX"), ("LANG", "de_DE.UTF-8")]), Charset::Ascii);
    }
}
