//! Who talks to whom, drawn: nodes in rows of ceil(√n), as Maelstrom's grid has them, so that 25 are five rows of five.
//!
//! This project's node computes its edges from `init` alone, so they are known; what another program makes of the edges that the
//! test offers is not.

use maud::{Markup, html};
use node::topology::{Cluster, Topology};

use super::Shown;
use super::plot::px;
use crate::render::Summary;

/// More nodes than this are a blot.
const NODES: u32 = 144;
/// So many edges can be told apart.
const EDGES: usize = 2000;
/// So many drawings are shown.
const SHOWN: usize = 12;

/// Edges to be drawn.
#[derive(Debug, PartialEq, Eq)]
struct Graph {
    heading: String,
    nodes: u32,
    /// The node that everything spreads from, where it is known.
    root: Option<u32>,
    /// Each once: the smaller number first, or the one from which it leads if it leads one way only.
    edges: Vec<(u32, u32, Ways)>,
}

/// Which ways an edge leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Ways {
    Both,
    One,
}

pub(super) fn section(run: &Shown<'_>) -> Markup {
    let graphs = graphs(&run.summary);
    let (drawn, left): (Vec<&Graph>, Vec<&Graph>) =
        graphs.iter().partition(|graph| graph.nodes <= NODES && graph.edges.len() <= EDGES);
    let left = left.len() + drawn.len().saturating_sub(SHOWN);
    html! {
        @if !graphs.is_empty() {
            section {
                h2 { "Who talks to whom" }
                div.tiles.graphs { @for graph in drawn.iter().take(SHOWN) {
                    figure { figcaption { (graph.heading) } (graph.draw()) }
                } }
                p.muted {
                    @if drawn.iter().any(|graph| graph.edges.iter().any(|(_, _, ways)| *ways == Ways::One)) { "A dot is at the end of an edge that leads one way. " }
                    @if drawn.iter().any(|graph| graph.root.is_some()) { "A ring marks the root, from which everything spreads. " }
                    @if left > 0 { (left) " more: too many nodes, or too many to draw." }
                }
            }
        }
    }
}

/// Every pair of edges and size in the experiment, once.
fn graphs(summary: &Summary<'_>) -> Vec<Graph> {
    let mut graphs: Vec<Graph> = Vec::new();
    for row in &summary.rows {
        let nodes = row.cell.options.node_count();
        if nodes == 0 {
            continue;
        }
        let offered = &row.cell.options.topology;
        // A node that takes what it is offered is as good as a stranger here.
        let config =
            row.cell.source.config().and_then(Result::ok).filter(|config| config.topology != Topology::Offered);
        let (heading, root) = match config {
            Some(config) => (format!("{}, {nodes} nodes", config.topology), Some(Cluster::new(nodes).root())),
            None => (format!("offered by the test: {offered}, {nodes} nodes"), None),
        };
        if graphs.iter().any(|graph| graph.heading == heading) {
            continue;
        }
        let edges = match config {
            _ if nodes > NODES => Vec::new(),
            Some(config) => edges(nodes, |node| config.topology.neighbours(Cluster::new(nodes), node)),
            None => {
                let offered = engine::workload::topology::neighbours(offered, &row.cell.options.nodes);
                edges(nodes, |node| offered.get(node as usize).cloned().unwrap_or_default())
            }
        };
        graphs.push(Graph { heading, nodes, root, edges });
    }
    graphs
}

fn edges(nodes: u32, neighbours: impl Fn(u32) -> Vec<u32>) -> Vec<(u32, u32, Ways)> {
    let lists: Vec<Vec<u32>> = (0..nodes).map(neighbours).collect();
    let ends = (0..).zip(&lists).flat_map(|(node, around)| around.iter().map(move |&other| (node, other)));
    let leads_back = |node: u32, other: u32| lists[other as usize].contains(&node);
    let edge = |(node, other): (u32, u32)| {
        if leads_back(node, other) { (node.min(other), node.max(other), Ways::Both) } else { (node, other, Ways::One) }
    };
    let mut edges: Vec<_> = ends.map(edge).collect();
    edges.sort_unstable();
    edges.dedup();
    edges
}

const STEP: f64 = 40.0;

/// Of a node's circle, with the dot that marks the end of an edge.
const RADIUS: f64 = 12.0;

impl Graph {
    fn draw(&self) -> Markup {
        let side = (self.nodes - 1).isqrt() + 1;
        let rows = self.nodes.div_ceil(side);
        let view = format!("0 0 {} {}", px(STEP * f64::from(side)), px(STEP * f64::from(rows)));
        let at = |node: u32| (STEP * (f64::from(node % side) + 0.5), STEP * (f64::from(node / side) + 0.5));
        html! {
            svg.graph viewBox=(view) role="img" aria-label=(self.heading) {
                @for (from, to, ways) in &self.edges {
                    path.edge d=(way(at(*from), at(*to))) {}
                    @if *ways == Ways::One { @let (x, y) = end(at(*from), at(*to)); circle.end cx=(px(x)) cy=(px(y)) r="3" {} }
                }
                @for node in 0..self.nodes {
                    @let (x, y) = at(node);
                    @if self.root == Some(node) { circle.root cx=(px(x)) cy=(px(y)) r="13" {} }
                    circle.node cx=(px(x)) cy=(px(y)) r="9" {}
                    text.node x=(px(x)) y=(px(y + 3.0)) { (node) }
                }
            }
        }
    }
}

type Point = (f64, f64);

/// The way from one node to another: straight between neighbours, bent where other nodes lie between.
fn way(from: Point, to: Point) -> String {
    match bent(from, to) {
        None => format!("M{} {}L{} {}", px(from.0), px(from.1), px(to.0), px(to.1)),
        Some(middle) => {
            format!("M{} {}Q{} {} {} {}", px(from.0), px(from.1), px(middle.0), px(middle.1), px(to.0), px(to.1))
        }
    }
}

/// The point that a bent way is drawn towards.
fn bent(from: Point, to: Point) -> Option<Point> {
    let (across, down) = (to.0 - from.0, to.1 - from.1);
    let steps = (across.abs().max(down.abs()) / STEP).round();
    let length = across.hypot(down);
    // Across the line, farther for longer ones, so that two along the same row do not meet.
    let bend = 5.0 * steps;
    let middle =
        || (f64::midpoint(from.0, to.0) - down / length * bend, f64::midpoint(from.1, to.1) + across / length * bend);
    (steps >= 2.0 && length > 0.0).then(middle)
}

/// Where a way comes to the circle of the node that it leads to.
fn end(from: Point, to: Point) -> Point {
    let (x, y) = bent(from, to).unwrap_or(from);
    let length = (to.0 - x).hypot(to.1 - y).max(1.0);
    (to.0 - (to.0 - x) / length * RADIUS, to.1 - (to.1 - y) / length * RADIUS)
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;

    use super::*;
    use crate::plan::NodeSource;
    use crate::sample;

    #[test]
    fn each_topology_and_size_is_drawn_once_with_all_of_its_edges() {
        let mut about = sample::about(1);
        about.cells[0].source = NodeSource::Bin { path: "./node.sh".into(), args: Vec::new() };
        about.cells.truncate(4);
        let summary = Summary::of(&about, &[], Utf8Path::new("store"), None);
        let graphs = graphs(&summary);
        let found: Vec<_> =
            graphs.iter().map(|graph| (graph.heading.as_str(), graph.root, graph.edges.len())).collect();
        assert_eq!(
            found,
            [
                ("offered by the test: grid, 25 nodes", None, 40),
                ("topology-grid, 25 nodes", Some(12), 40),
                ("topology-star, 25 nodes", Some(12), 24)
            ]
        );
        let drawn = graphs[2].draw().into_string();
        assert_eq!(
            (drawn.matches("class=\"edge\"").count(), drawn.matches("<circle class=\"node\"").count()),
            (24, 25)
        );
    }

    #[test]
    fn an_edge_that_leads_one_way_is_told_where_it_ends() {
        let ring = edges(3, |node| if node == 1 { vec![2, 0] } else { vec![(node + 1) % 3] });
        assert_eq!(ring, [(0, 1, Ways::Both), (1, 2, Ways::One), (2, 0, Ways::One)]);
        assert_eq!(end((20.0, 20.0), (60.0, 20.0)), (48.0, 20.0));
        let graph = Graph { heading: "ring".into(), nodes: 3, root: None, edges: ring };
        assert_eq!(graph.draw().into_string().matches("<circle class=\"end\"").count(), 2);
    }

    #[test]
    fn an_edge_over_other_nodes_is_bent_around_them() {
        assert_eq!(way((20.0, 20.0), (60.0, 20.0)), "M20 20L60 20");
        assert_eq!(way((20.0, 20.0), (100.0, 20.0)), "M20 20Q60 30 100 20");
    }
}
