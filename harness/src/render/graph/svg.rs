//! A topology as a picture: a square, a tree or a circle.
//!
//! Absent: colours of a theme. Lines and text take the page's.

use maud::{Markup, html};

use super::side;
use crate::topology::Graph;

/// The picture, as a file of its own.
pub(crate) fn svg(graph: &Graph) -> String {
    let places = places(graph);
    let (width, height) = places.iter().fold((0.0, 0.0), |(w, h): (f64, f64), (x, y)| (w.max(*x), h.max(*y)));
    let (width, height) = (width + MARGIN, height + MARGIN);
    let label = super::headline(graph);
    let picture = html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (width) " " (height) } width=(width) height=(height)
            font-family="sans-serif" font-size="11" role="img" {
            title { (label) }
            rect width="100%" height="100%" fill="#ffffff" {}
            defs {
                marker #arrow viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto" {
                    path d="M0 0 L8 4 L0 8 z" fill="#667" {}
                }
            }
            @for (from, to) in edges(graph) { (line(&places, graph, from, to)) }
            @for (node, (x, y)) in places.iter().enumerate() { (disc(graph, node, *x, *y)) }
        }
    };
    format!("{}\n", picture.into_string())
}

/// Every edge once, in the direction in which it leads if it leads in one.
fn edges(graph: &Graph) -> Vec<(u32, u32)> {
    let leads = |from: u32, to: u32| graph.children[from as usize].contains(&to);
    let mut edges = Vec::new();
    for (node, around) in (0..).zip(&graph.neighbours) {
        // One that leads both ways stands in two lists.
        let leads_back = |other: u32| graph.neighbours[other as usize].contains(&node);
        for &other in around.iter().filter(|&&other| node < other || !leads_back(other)) {
            edges.push(if leads(other, node) && !leads(node, other) { (other, node) } else { (node, other) });
        }
    }
    edges
}

fn line(places: &[(f64, f64)], graph: &Graph, from: u32, to: u32) -> Markup {
    let ((x1, y1), (x2, y2)) = (places[from as usize], places[to as usize]);
    let length = (x2 - x1).hypot(y2 - y1).max(1.0);
    let (dx, dy) = ((x2 - x1) / length * RADIUS, (y2 - y1) / length * RADIUS);
    let leads = |from: u32, to: u32| graph.children[from as usize].contains(&to);
    let marker = (leads(from, to) && !leads(to, from)).then_some("url(#arrow)");
    html! {
        line x1=(round(x1 + dx)) y1=(round(y1 + dy)) x2=(round(x2 - dx)) y2=(round(y2 - dy)) stroke="#667"
            marker-end=[marker] {}
    }
}

fn disc(graph: &Graph, node: usize, x: f64, y: f64) -> Markup {
    let fill = if node == graph.root as usize { "#ffd27f" } else { "#e8eef7" };
    html! {
        circle cx=(round(x)) cy=(round(y)) r=(RADIUS) fill=(fill) stroke="#334" {}
        text x=(round(x)) y=(round(y + 4.0)) text-anchor="middle" { "n" (node) }
    }
}

/// Where each node stands.
fn places(graph: &Graph) -> Vec<(f64, f64)> {
    if let Some(side) = side(graph) {
        let place = |node: u32| (f64::from(node % side), f64::from(node / side));
        (0..graph.nodes()).map(place).map(|(column, row)| (MARGIN + column * STEP, MARGIN + row * STEP)).collect()
    } else if graph.is_tree() {
        tree(graph)
    } else {
        circle(graph.nodes())
    }
}

/// Leaves side by side, everybody else above the middle of its children.
fn tree(graph: &Graph) -> Vec<(f64, f64)> {
    let mut places = vec![(0.0, 0.0); graph.neighbours.len()];
    let mut next_leaf = 0;
    stand(graph, graph.root, 0, &mut next_leaf, &mut places);
    places
}

fn stand(graph: &Graph, node: u32, depth: u32, next_leaf: &mut u32, places: &mut [(f64, f64)]) -> f64 {
    let children = &graph.children[node as usize];
    let ends: Vec<f64> = children.iter().map(|&child| stand(graph, child, depth + 1, next_leaf, places)).collect();
    let x = if let (Some(first), Some(last)) = (ends.first(), ends.last()) {
        f64::midpoint(*first, *last)
    } else {
        *next_leaf += 1;
        MARGIN + f64::from(*next_leaf - 1) * LEAF_STEP
    };
    places[node as usize] = (x, MARGIN + f64::from(depth) * STEP * 1.4);
    x
}

fn circle(nodes: u32) -> Vec<(f64, f64)> {
    let radius = (f64::from(nodes) * LEAF_STEP / std::f64::consts::TAU).max(STEP);
    let place = |node: u32| {
        let (sin, cos) = (f64::from(node) / f64::from(nodes) * std::f64::consts::TAU).sin_cos();
        (MARGIN + radius * (1.0 + sin), MARGIN + radius * (1.0 - cos))
    };
    (0..nodes).map(place).collect()
}

/// A tenth of a pixel is all that anybody sees.
fn round(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

const RADIUS: f64 = 14.0;
const MARGIN: f64 = 24.0;
const STEP: f64 = 60.0;
const LEAF_STEP: f64 = 36.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_node_and_every_edge_is_drawn_once() {
        for name in Graph::names() {
            for nodes in [1, 2, 9, 25] {
                let graph = Graph::named(name, nodes, None).unwrap();
                let picture = svg(&graph);
                assert_eq!(picture.matches("<circle").count(), nodes as usize, "{name}");
                assert_eq!(picture.matches("<line").count(), graph.edges(), "{name}");
                assert!(!picture.contains("NaN"), "{name} of {nodes}");
            }
        }
    }

    #[test]
    fn an_edge_that_leads_one_way_has_an_arrow_whichever_way_that_is() {
        let neighbours = [("n0", "n1"), ("n1", "n2"), ("n2", "n0")];
        let neighbours = neighbours.map(|(from, to)| (from.to_owned(), vec![to.to_owned()])).into();
        let ring = engine::Custom { name: "ring".into(), neighbours };
        let graph = Graph::drawn(&ring, &engine::Options::numbered_nodes(3), None).unwrap();
        let picture = svg(&graph);
        assert_eq!((picture.matches("<line").count(), picture.matches("marker-end").count()), (3, 3));
    }

    #[test]
    fn no_two_nodes_stand_in_one_place() {
        for name in Graph::names() {
            let graph = Graph::named(name, 25, None).unwrap();
            let mut places: Vec<(i64, i64)> = Vec::new();
            for (x, y) in places_of(&graph) {
                assert!(!places.iter().any(|(a, b)| (a - x).abs() + (b - y).abs() < 20), "{name}");
                places.push((x, y));
            }
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "pixels of a small picture")]
    fn places_of(graph: &Graph) -> Vec<(i64, i64)> {
        places(graph).into_iter().map(|(x, y)| (x as i64, y as i64)).collect()
    }
}
