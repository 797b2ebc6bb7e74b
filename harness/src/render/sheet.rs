//! Rows and columns of text, drawn for a terminal, as Markdown or as CSV: whatever is said in one of them is said in all.
//!
//! Absent: what the text says.

use comfy_table::{Attribute, Cell, CellAlignment, Color, ContentArrangement, LineStyle, Table, presets};

use super::escape;
use super::table::Look;

/// A table before it is drawn.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Sheet {
    pub(crate) header: Vec<Heading>,
    pub(crate) rows: Vec<Vec<Entry>>,
}

/// The head of a column.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Heading {
    /// May have several lines.
    pub(crate) text: String,
    pub(crate) side: Side,
}

/// On which side of its column a text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Right,
}

/// One field.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) text: String,
    pub(crate) mood: Mood,
    /// Whether it stands out.
    pub(crate) is_strong: bool,
}

/// What a field means, beside what it says: colour adds to it and carries nothing alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    Bad,
    Doubtful,
    Good,
    Plain,
}

impl Heading {
    /// Over words.
    pub(crate) fn left(text: impl Into<String>) -> Self {
        Self { text: text.into(), side: Side::Left }
    }

    /// Over numbers.
    pub(crate) fn right(text: impl Into<String>) -> Self {
        Self { text: text.into(), side: Side::Right }
    }
}

impl Heading {
    /// The same where there is one line: what was broken at a hyphen or a stroke comes together again.
    fn in_a_line(&self) -> String {
        self.text.replace("-\n", "-").replace("/\n", "/").replace('\n', " ")
    }
}

impl Entry {
    /// A field of this mood.
    pub(crate) fn new(text: impl Into<String>, mood: Mood) -> Self {
        Self { text: text.into(), mood, is_strong: false }
    }

    /// The same, standing out or not.
    pub(crate) fn strong(self, is_strong: bool) -> Self {
        Self { is_strong, ..self }
    }
}

impl<T: Into<String>> From<T> for Entry {
    fn from(text: T) -> Self {
        Self::new(text, Mood::Plain)
    }
}

impl Sheet {
    /// For a terminal or a page of this width. Where it does not fit, long fields are broken into lines, names at hyphens.
    pub(crate) fn table(&self, look: Look) -> String {
        self.fitted(look).unwrap_or_else(|| {
            let mut narrow = self.clone();
            narrow.rows.iter_mut().filter_map(|row| row.first_mut()).for_each(|name| name.text = folded(&name.text));
            let mut table = narrow.drawn(look, 1);
            table.set_content_arrangement(ContentArrangement::Dynamic).set_width(look.width);
            table.trim_fmt()
        })
    }

    /// The same if every field has its place in one line.
    pub(crate) fn fitted(&self, look: Look) -> Option<String> {
        [2, 1].into_iter().find_map(|gap| {
            let table = self.drawn(look, gap);
            (width(&table, gap) <= look.width).then(|| table.trim_fmt())
        })
    }

    fn drawn(&self, look: Look, gap: u16) -> Table {
        let mut table = Table::new();
        table.load_style(presets::NOTHING.header_separator(RULE));
        table.set_content_arrangement(ContentArrangement::Disabled);
        if look.is_coloured {
            table.enforce_styling();
        } else {
            table.force_no_tty();
        }
        let sides: Vec<CellAlignment> = self.header.iter().map(|heading| alignment(heading.side)).collect();
        let header = self.header.iter().zip(&sides);
        table.set_header(
            header.map(|(heading, side)| Cell::new(escape::terminal_lines(&heading.text)).set_alignment(*side)),
        );
        for row in &self.rows {
            table.add_row(row.iter().zip(&sides).map(|(entry, side)| entry.cell().set_alignment(*side)));
        }
        let last = table.column_count().saturating_sub(1);
        for (place, column) in table.column_iter_mut().enumerate() {
            column.set_padding((0, if place == last { 0 } else { gap }));
        }
        table
    }

    /// As a table of GitHub's Markdown.
    pub(crate) fn markdown(&self) -> String {
        let line = |fields: Vec<String>| format!("| {} |\n", fields.join(" | "));
        let header = line(self.header.iter().map(|heading| escape::markdown(&heading.in_a_line())).collect());
        let rule = self.header.iter().map(|heading| match heading.side {
            Side::Left => ":--".to_owned(),
            Side::Right => "--:".to_owned(),
        });
        let rows = self.rows.iter().map(|row| {
            line(
                row.iter()
                    .map(|entry| {
                        let text = escape::markdown(&entry.text);
                        if (entry.mood == Mood::Bad || entry.is_strong) && !text.is_empty() {
                            format!("**{text}**")
                        } else {
                            text
                        }
                    })
                    .collect(),
            )
        });
        header + &line(rule.collect()) + &rows.collect::<String>()
    }

    /// As comma-separated values, with a line of names first.
    pub(crate) fn csv(&self) -> String {
        let line = |fields: Vec<String>| fields.join(",") + "\n";
        let header = line(self.header.iter().map(|heading| escape::csv(&heading.in_a_line())).collect());
        let rows = self.rows.iter().map(|row| line(row.iter().map(|entry| escape::csv(&entry.text)).collect()));
        header + &rows.collect::<String>()
    }
}

impl Entry {
    fn cell(&self) -> Cell {
        let cell = Cell::new(escape::terminal_lines(&self.text));
        let cell = match self.mood {
            Mood::Bad => cell.fg(Color::Red),
            Mood::Doubtful => cell.fg(Color::Yellow),
            Mood::Good => cell.fg(Color::Green),
            Mood::Plain => cell,
        };
        if self.is_strong { cell.add_attribute(Attribute::Bold) } else { cell }
    }
}

/// A long name in lines that end in hyphens.
fn folded(name: &str) -> String {
    let mut text = String::new();
    let mut used = 0;
    for part in name.split_inclusive('-') {
        let width = part.chars().count();
        if used > 0 && used + width > NAME_WIDTH {
            text.push('\n');
            used = 0;
        }
        text.push_str(part);
        used += width;
    }
    text
}

/// What a name may take of a page that is too narrow.
const NAME_WIDTH: usize = 14;

/// A table's width, its escape sequences left aside.
fn width(table: &Table, gap: u16) -> u16 {
    let widths = table.column_max_content_widths();
    widths.iter().map(|content| content + gap).sum::<u16>().saturating_sub(gap)
}

const fn alignment(side: Side) -> CellAlignment {
    match side {
        Side::Left => CellAlignment::Left,
        Side::Right => CellAlignment::Right,
    }
}

const RULE: LineStyle = LineStyle::none().fill('─');

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet() -> Sheet {
        Sheet {
            header: vec![Heading::left("a|b"), Heading::right("msgs/op\nall")],
            rows: vec![vec!["=x\u{1b}[1m".into(), Entry::new("25.73 ✗", Mood::Bad)], vec!["y".into(), "1".into()]],
        }
    }

    #[test]
    fn all_three_say_the_same() {
        let look = Look { width: 80, is_coloured: false };
        assert_eq!(
            sheet().table(look),
            "a|b          msgs/op\n                 all\n────────────────────\n=x\\u{1b}[1m  25.73 ✗\ny                  1"
        );
        assert_eq!(
            sheet().markdown(),
            "| a\\|b | msgs/op all |\n| :-- | --: |\n| =x\\\\u{1b}\\[1m | **25.73 ✗** |\n| y | 1 |\n"
        );
        assert_eq!(sheet().csv(), "a|b,msgs/op all\n'=x\\u{1b}[1m,25.73 ✗\ny,1\n");
    }

    #[test]
    fn names_are_broken_at_hyphens() {
        assert_eq!(folded("without-head-of-line-blocking"), "without-head-\nof-line-\nblocking");
        assert_eq!((folded("n12-tree-relay"), folded("")), ("n12-tree-relay".to_owned(), String::new()));
    }

    #[test]
    fn a_narrow_page_is_kept_to() {
        let text = sheet().table(Look { width: 16, is_coloured: false });
        assert!(text.lines().all(|line| line.chars().count() <= 16), "{text}");
        assert!(sheet().table(Look { width: 80, is_coloured: true }).contains("\u{1b}["));
    }
}
