//! The life as a drawing: a space-time diagram, and under it the tree that the value took, on the grid.
//!
//! Absent: both halves ([`super::diagram`], [`super::tree`]). Here are the page, the colours and what stands beside them.

use std::fmt;

use maud::{Markup, PreEscaped, html};

use super::life::{End, Life, Message, Sight, Story};
use super::{diagram, tree};

/// The page's width, in pixels as all else here.
pub(super) const WIDTH: f64 = 1180.0;

/// A part of the page, drawn from its own top.
pub(super) struct Part {
    pub(super) drawing: Markup,
    pub(super) height: f64,
}

/// A coordinate: a tenth of a pixel is as fine as anybody sees.
pub(super) struct Px(pub(super) f64);

impl fmt::Display for Px {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rounded = (self.0 * 10.0).round() / 10.0;
        // No `-0`.
        write!(f, "{}", rounded + 0.0)
    }
}

/// The whole drawing, one SVG document.
pub(crate) fn svg(story: &Story<'_>) -> String {
    let Story { experiment, cell, seed, life, .. } = story;
    let top = 70.0;
    let (diagram, tree) = (diagram::diagram(life), tree::tree(life));
    let tree_top = top + diagram.height + 30.0;
    let height = Px(tree_top + tree.height.max(LEGEND_HEIGHT) + 20.0);
    let title = format!("value {} of {experiment}", life.value);
    let markup = html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (WIDTH) " " (height) } width=(WIDTH) height=(height)
            font-family="system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif" font-size="11" fill="#333" {
            title { (title) }
            defs {
                (head("first", FIRST)) (head("again", AGAIN)) (head("answer", ANSWER))
            }
            rect width="100%" height="100%" fill="#fff" {}
            text x="20" y="28" font-size="17" font-weight="600" { (title) }
            text x="20" y="48" fill="#666" { (cell) ", seed " (seed) "; " (summary(life)) }
            g transform={ "translate(0 " (Px(top)) ")" } { (diagram.drawing) }
            g transform={ "translate(0 " (Px(tree_top)) ")" } { (tree.drawing) (legend(story)) }
        }
    };
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}\n", markup.into_string())
}

/// What came of it, in a line.
fn summary(life: &Life) -> String {
    let reached = life.reached.iter().flatten().count();
    let until = life.last().map_or(0.0, |(_, how)| life.millis(how.at));
    let between = life.count(Message::is_between_nodes);
    format!("{reached} of {} nodes within {until:.0} ms, {between} messages between nodes", life.names.len())
}

/// An arrow's head.
fn head(name: &str, colour: &str) -> Markup {
    html! {
        marker id=(name) viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6" markerUnits="userSpaceOnUse" orient="auto" {
            path d="M0 0.6 8 4 0 7.4z" fill=(colour) {}
        }
    }
}

/// What the lines mean, beside the tree; each only where it occurs.
fn legend(story: &Story<'_>) -> Markup {
    let life = story.life;
    let has = |is: &dyn Fn(&Message) -> bool| life.messages.iter().any(is);
    let lines = [
        (has(&Message::is_first), FIRST, "", "first sight: the tree is made of these"),
        (has(&|message| message.sight() == Some(Sight::Again)), AGAIN, "", "duplicate: its receiver had the value"),
        (has(&|message| message.sight() == Some(Sight::Answer)), ANSWER, "3 2", "answer"),
        (has(&|message| matches!(message.end, End::Lost { .. })), LOST, "4 2", "lost; the cross is where"),
    ];
    let x = tree::width(life) + 60.0;
    let shown = lines.iter().filter(|(is_there, ..)| *is_there);
    html! {
        g transform={ "translate(" (Px(x)) " 26)" } {
            @for (place, (_, colour, dash, what)) in shown.enumerate() {
                g transform={ "translate(0 " (place * 20) ")" } {
                    line x1="0" x2="30" y1="-4" y2="-4" stroke=(colour) stroke-width="1.6" stroke-dasharray=[(!dash.is_empty()).then_some(dash)] {}
                    text x="40" { (what) }
                }
            }
            text y="100" fill="#666" { "A node's line is thick from when it holds the value." }
            @if !life.faults.is_empty() {
                text y="118" fill="#666" { "Bars above are what was broken, shades where." }
            }
            text y="150" fill="#999" font-size="10" { (story.node) ", engine simulated " (env!("CARGO_PKG_VERSION")) }
            text y="166" fill="#999" font-size="8" { "digest " (story.digest) }
        }
    }
}

/// A cross where a message is lost.
pub(super) fn cross(x: f64, y: f64) -> Markup {
    let (left, right, above, below) = (Px(x - 3.0), Px(x + 3.0), Px(y - 3.0), Px(y + 3.0));
    html! { path d={ "M" (left) " " (above) "L" (right) " " (below) "M" (left) " " (below) "L" (right) " " (above) } stroke=(LOST) stroke-width="1.6" {} }
}

/// Nothing, where there is nothing to draw.
pub(super) const fn nothing() -> Markup {
    PreEscaped(String::new())
}

const LEGEND_HEIGHT: f64 = 200.0;
pub(super) const FIRST: &str = "#1f5fa8";
pub(super) const AGAIN: &str = "#d98324";
pub(super) const ANSWER: &str = "#b4bac2";
pub(super) const LOST: &str = "#c0392b";
