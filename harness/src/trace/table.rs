//! The life as a table: a row for each message, and what they amount to.

use std::fmt::Write as _;

use comfy_table::{Attribute, Cell, CellAlignment, ContentArrangement, LineStyle, Table, presets};

use super::life::{End, Life, Message, Role, Sight, Story};
use crate::render::table::Look;
use crate::words::few;

/// The whole answer.
pub(crate) fn table(story: &Story<'_>, look: Look) -> String {
    let Story { life, .. } = story;
    let mut text = String::new();
    head(&mut text, story).and_then(|()| writeln!(text, "{}\n", rows(life, look).trim_fmt())).expect(GROWS);
    foot(&mut text, story).expect(GROWS);
    text
}

fn head(text: &mut String, story: &Story<'_>) -> std::fmt::Result {
    let Story { experiment, cell, seed, life, .. } = story;
    writeln!(text, "value {} of {experiment}, cell {cell}, seed {seed}", life.value)?;
    let asked = life
        .messages
        .first()
        .map_or_else(String::new, |first| format!("{} asks {} ", life.name(first.src), life.name(first.dest)));
    writeln!(
        text,
        "{asked}{:.1} ms into the test; times below count from there, in milliseconds\n",
        life.invoked.since(life.origin).as_millis_f64()
    )
}

fn rows(life: &Life, look: Look) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING.header_separator(LineStyle::none().fill('─')));
    table.set_content_arrangement(ContentArrangement::Disabled);
    if look.is_coloured {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    let right = |heading: &str| Cell::new(heading).set_alignment(CellAlignment::Right);
    table.set_header(
        ["sent", "received", "took", "hop"]
            .map(right)
            .into_iter()
            .chain(["from", "to", "message", "what"].map(Cell::new)),
    );
    for message in &life.messages {
        table.add_row(row(life, message));
    }
    let last = table.column_count() - 1;
    for (place, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, if place == last { 0 } else { 2 }));
    }
    table
}

fn row(life: &Life, message: &Message) -> Vec<Cell> {
    let millis = |time| format!("{:.1}", life.millis(time));
    let (received, took) = match message.end {
        End::Arrived { at, .. } => (millis(at), format!("{:.1}", at.since(message.sent).as_millis_f64())),
        End::Lost { .. } | End::UnderWay => ("–".to_owned(), String::new()),
    };
    let hop = match message.role {
        Role::Carrier { hop: Some(hop) } => hop.to_string(),
        Role::Carrier { hop: None } => "?".to_owned(),
        Role::Answer => String::new(),
    };
    let numbers =
        [millis(message.sent), received, took, hop].map(|text| Cell::new(text).set_alignment(CellAlignment::Right));
    let words = [life.name(message.src), life.name(message.dest), message.kind.clone(), message.fate().to_owned()];
    let cells = numbers.into_iter().chain(words.into_iter().map(Cell::new));
    cells.map(|cell| emphasised(cell, message)).collect()
}

/// What brought the value further stands out, and what only answers stands back.
fn emphasised(cell: Cell, message: &Message) -> Cell {
    match message.end {
        End::Arrived { sight: Sight::First | Sight::Regained, .. } => cell.add_attribute(Attribute::Bold),
        _ if !message.is_carrier() => cell.add_attribute(Attribute::Dim),
        _ => cell,
    }
}

fn foot(text: &mut String, story: &Story<'_>) -> std::fmt::Result {
    let Story { life, digest, node, .. } = story;
    let nodes = life.names.len();
    let reached = life.reached.iter().flatten().count();
    match life.last() {
        Some((last, how)) => {
            let way: Vec<String> =
                life.way_to(last).into_iter().map(|node| life.names[node as usize].clone()).collect();
            writeln!(
                text,
                "reached   {reached} of {nodes} nodes, the last after {:.1} ms: {}",
                life.millis(how.at),
                way.join(" → ")
            )?;
        }
        None => writeln!(text, "reached   nobody")?,
    }
    if reached < nodes {
        let without: Vec<&str> = life
            .names
            .iter()
            .zip(&life.reached)
            .filter(|(_, how)| how.is_none())
            .map(|(name, _)| name.as_str())
            .collect();
        writeln!(text, "          never {}", few(&without, LISTED_MAX))?;
    }
    writeln!(text, "messages  {}", counts(life))?;
    let answered =
        life.acknowledged.map_or_else(|| "never".to_owned(), |at| format!("after {:.1} ms", life.millis(at)));
    writeln!(text, "client    has its broadcast_ok {answered}")?;
    for (place, fault) in life.faults.iter().enumerate() {
        let begun = if fault.begun <= life.invoked {
            "before".to_owned()
        } else {
            format!("{:.1} ms", life.millis(fault.begun))
        };
        let ended = fault.ended.map_or_else(|| "the end".to_owned(), |at| format!("{:.1} ms", life.millis(at)));
        let victims: Vec<&str> = fault.victims.iter().map(|node| life.names[*node as usize].as_str()).collect();
        let victims = if victims.is_empty() { String::new() } else { format!(": {}", few(&victims, LISTED_MAX)) };
        writeln!(
            text,
            "{:<10}{} from {begun} to {ended}{victims}",
            if place == 0 { "broken" } else { "" },
            fault.what
        )?;
    }
    writeln!(text, "node      {node}")?;
    writeln!(text, "engine    simulated {}", env!("CARGO_PKG_VERSION"))?;
    writeln!(text, "digest    {digest}")
}

/// How many messages between nodes there were, by what they were.
fn counts(life: &Life) -> String {
    let between = |is: &dyn Fn(&Message) -> bool| life.count(|message| message.is_between_nodes() && is(message));
    let lost = between(&|message| matches!(message.end, End::Lost { .. }));
    let counts = [
        (between(&|message| message.is_first()), "first sight"),
        (between(&|message| message.sight() == Some(Sight::Again)), "duplicate"),
        (between(&|message| message.sight() == Some(Sight::Answer)), "answer"),
        (lost, "lost"),
        (between(&|message| message.end == End::UnderWay), "under way at the end"),
    ];
    let parts: Vec<String> = counts
        .iter()
        .enumerate()
        .filter(|(place, (count, _))| *place < 3 || *count > 0)
        .map(|(place, (count, what))| format!("{count} {what}{}", if place < 3 && *count != 1 { "s" } else { "" }))
        .collect();
    format!("{} between nodes: {}", between(&|_| true), parts.join(", "))
}

const LISTED_MAX: usize = 12;
const GROWS: &str = "a string takes everything";
