//! The tree that a value took, on the grid on which the tutorial draws it: ceil(√n) columns, row by row.

use maud::{Markup, html};

use super::life::{Life, Reached, Sight};
use super::svg::{AGAIN, FIRST, Part, Px};

/// The largest distance between two nodes, and the most room for all of them.
const CELL: (f64, f64) = (112.0, 74.0);
const ROOM: f64 = 760.0;
/// From this distance on there is room for names.
const NAMED: f64 = 44.0;
/// With more nodes an edge is drawn straight, whatever it crosses.
const CURVED_MAX: usize = 400;

/// Where nodes lie.
struct Board {
    columns: usize,
    nodes: usize,
    /// From one to the next, to the right and down.
    cell: Point,
    radius: f64,
}

impl Board {
    fn of(nodes: usize) -> Self {
        let columns = (nodes - 1).isqrt() + 1;
        let scale = (ROOM / columns as f64 / CELL.0).min(1.0);
        let cell = (CELL.0 * scale, CELL.1 * scale);
        Self { columns, nodes, cell, radius: (cell.1 * 0.24).clamp(2.0, 17.0) }
    }

    fn centre(&self, node: usize) -> Point {
        let (row, column) = (node / self.columns, node % self.columns);
        (40.0 + (column as f64 + 0.5) * self.cell.0, 30.0 + (row as f64 + 0.5) * self.cell.1)
    }

    /// Whether an edge that bends so runs over a third node.
    fn is_blocked(&self, from: usize, to: usize, bend: f64) -> bool {
        let (start, through, end) = self.bent(from, to, bend);
        let others = || (0..self.nodes).filter(|node| ![from, to].contains(node)).map(|node| self.centre(node));
        let is_near = |(x, y): (f64, f64)| others().any(|other| (x - other.0).hypot(y - other.1) < self.radius + 4.0);
        self.nodes <= CURVED_MAX
            && (1..POINTS).any(|k| is_near(along(start, through, end, f64::from(k) / f64::from(POINTS))))
    }

    /// Both ends of an edge, and the point that a curve between them is drawn towards.
    fn bent(&self, from: usize, to: usize, bend: f64) -> (Point, Point, Point) {
        let (start, end) = (self.centre(from), self.centre(to));
        let (dx, dy) = (end.0 - start.0, end.1 - start.1);
        (start, (f64::midpoint(start.0, end.0) - dy * bend, f64::midpoint(start.1, end.1) + dx * bend), end)
    }

    /// The way of an edge: straight, or around what lies between; it ends where the circles begin.
    fn edge(&self, from: usize, to: usize) -> String {
        let bend = BENDS.into_iter().find(|bend| !self.is_blocked(from, to, *bend)).unwrap_or(BENDS[1]);
        let (start, through, end) = self.bent(from, to, bend);
        let (start, end) = (towards(start, through, self.radius), towards(end, through, self.radius + 1.0));
        let [x1, y1, x, y, x2, y2] = [start.0, start.1, through.0, through.1, end.0, end.1].map(Px);
        if bend == 0.0 { format!("M{x1} {y1}L{x2} {y2}") } else { format!("M{x1} {y1}Q{x} {y} {x2} {y2}") }
    }
}

type Point = (f64, f64);

/// How far an edge may bend to either side, the straightest first.
const BENDS: [f64; 9] = [0.0, 0.15, -0.15, 0.25, -0.25, 0.4, -0.4, 0.6, -0.6];
/// At so many points of an edge it is seen whether something lies there.
const POINTS: u8 = 24;

/// A point of a quadratic curve.
fn along(start: Point, through: Point, end: Point, share: f64) -> Point {
    let rest = 1.0 - share;
    let mix = |a: f64, b: f64, c: f64| rest * rest * a + 2.0 * rest * share * b + share * share * c;
    (mix(start.0, through.0, end.0), mix(start.1, through.1, end.1))
}

/// The point so far from one on the way to another.
fn towards(from: Point, to: Point, distance: f64) -> Point {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = dx.hypot(dy).max(1e-9);
    (from.0 + dx / length * distance, from.1 + dy / length * distance)
}

/// How wide the tree is.
pub(super) fn width(life: &Life) -> f64 {
    let board = Board::of(life.names.len());
    board.columns as f64 * board.cell.0
}

/// The tree.
pub(super) fn tree(life: &Life) -> Part {
    let board = Board::of(life.names.len());
    let rows = life.names.len().div_ceil(board.columns);
    let drawing = html! {
        text x="20" y="12" font-size="13" font-weight="600" { "The tree it took" }
        @for (from, to) in duplicates(life) {
            path d=(board.edge(from, to)) fill="none" stroke=(AGAIN) stroke-width="1" stroke-opacity="0.55" stroke-dasharray="2 3" {}
        }
        @for (node, how) in life.reached.iter().enumerate() {
            @if let Some(parent) = how.and_then(|how| how.parent.as_node()) {
                path d=(board.edge(parent as usize, node)) fill="none" stroke=(FIRST) stroke-width=(Px((board.radius / 8.0).clamp(0.8, 2.0))) marker-end="url(#first)" {}
            }
        }
        @for (node, how) in life.reached.iter().enumerate() { (circle(life, &board, node, *how)) }
    };
    Part { drawing, height: 40.0 + rows as f64 * board.cell.1 }
}

/// A node: the darker the further it is from the client.
fn circle(life: &Life, board: &Board, node: usize, how: Option<Reached>) -> Markup {
    let (x, y) = board.centre(node);
    let is_root = how.is_some_and(|how| how.parent.is_client());
    let shade = how.map_or(0.0, |how| 0.08 + 0.1 * f64::from(how.hops.unwrap_or(0).min(8)));
    let is_named = board.cell.0 >= NAMED;
    let ink = if shade > 0.5 { "#fff" } else { "#222" };
    html! {
        circle cx=(Px(x)) cy=(Px(y)) r=(Px(board.radius)) fill="#fff" {}
        circle cx=(Px(x)) cy=(Px(y)) r=(Px(board.radius)) fill=(FIRST) fill-opacity=(Px(shade * 10.0).0 / 10.0) stroke=(if how.is_some() { FIRST } else { "#c0392b" })
            stroke-width=(if is_root { 2.6 } else { 1.0 }) stroke-dasharray=[how.is_none().then_some("3 2")] {}
        @if is_named {
            text x=(Px(x)) y=(Px(y + 4.0)) text-anchor="middle" fill=(ink) { (life.names[node]) }
            text x=(Px(x + board.radius * 0.6)) y=(Px(y + board.radius + 7.0)) fill="#666" font-size="9" paint-order="stroke" stroke="#fff" stroke-width="3" {
                @match how {
                    Some(how) if is_root => { (life.name(how.parent)) " asks" }
                    Some(how) => { (format!("{:.0} ms", life.millis(how.at))) }
                    None => { "never" }
                }
            }
        }
    }
}

/// The edges along which the value came to somebody who had it, each once.
fn duplicates(life: &Life) -> Vec<(usize, usize)> {
    let again = life.messages.iter().filter(|message| message.sight() == Some(Sight::Again));
    let ends = again.filter_map(|message| Some((message.src.as_node()? as usize, message.dest.as_node()? as usize)));
    let is_in_tree = |(from, to): &(usize, usize)| {
        let leads = |from: usize, to: usize| {
            life.reached[to].and_then(|how| how.parent.as_node()).is_some_and(|parent| parent as usize == from)
        };
        leads(*from, *to) || leads(*to, *from)
    };
    let mut edges: Vec<(usize, usize)> =
        ends.filter(|edge| !is_in_tree(edge)).map(|(from, to)| (from.min(to), from.max(to))).collect();
    edges.sort_unstable();
    edges.dedup();
    edges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_lie_row_by_row_in_as_many_columns_as_the_root_says() {
        let board = Board::of(25);
        assert_eq!((board.columns, Board::of(26).columns, Board::of(1).columns), (5, 6, 1));
        assert!(board.centre(4).0 > board.centre(3).0 && board.centre(5).1 > board.centre(4).1);
        assert!((board.centre(5).0 - board.centre(0).0).abs() < 1e-9);
    }

    #[test]
    fn an_edge_goes_around_what_lies_between() {
        let board = Board::of(25);
        assert!(!board.is_blocked(12, 13, 0.0) && board.is_blocked(12, 14, 0.0) && board.is_blocked(0, 12, 0.0));
        assert!(board.edge(12, 14).contains('Q') && board.edge(12, 13).contains('L'));
    }
}
