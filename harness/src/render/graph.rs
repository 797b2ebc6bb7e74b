//! A topology as text: drawn as a square or a tree where it is one, listed where it is neither, and measured.
//!
//! Absent: the same as a picture ([`svg`]).

pub(crate) mod claim;
mod data;
pub(crate) mod svg;

use std::fmt::{self, Write as _};

pub(crate) use self::data::data;
use crate::topology::spread::{Cost, Relay, Spread};
use crate::topology::{Graph, KnownTo, Passing, sum_of_squares};
use crate::words::counted;

/// Drawing, degrees, costs and a line for each node.
pub(crate) fn text(graph: &Graph, latency_ms: u32) -> String {
    let mut text = format!("{}\n\n{}\n", headline(graph), drawing(graph));
    let degrees = graph.out_degrees();
    let hops: Vec<u32> = graph.hops_from(graph.root).into_iter().flatten().collect();
    let farthest = hops.iter().max().copied().unwrap_or(0);
    let kind = match graph.one_way() {
        0 if graph.is_tree() => ", a tree".to_owned(),
        0 => String::new(),
        one_way => format!(", {one_way} of them one way only"),
    };
    writeln!(text, "edges        {}{kind}", graph.edges())
        .and_then(|()| {
            writeln!(text, "out-degrees  {}, their squares sum to {}", powers(&degrees), sum_of_squares(&degrees))
        })
        .and_then(|()| writeln!(text, "hops         {} from n{}, farthest {farthest}", powers(&hops), graph.root))
        .expect("a string takes everything");
    text += &costs(graph, latency_ms);
    if graph.nodes() <= LISTED_MAX {
        text += &nodes(graph);
    } else {
        say(&mut text, format_args!("\n(more than {LISTED_MAX} nodes; `--format json` lists each)\n"));
    }
    text
}

/// Every topology in a line.
pub(crate) fn overview(graphs: &[Graph], latency_ms: u32) -> String {
    let count = graphs.first().map_or(0, Graph::nodes);
    let is_one_size = graphs.iter().all(|graph| graph.nodes() == count);
    let is_drawn = graphs.iter().any(|graph| graph.known_to == KnownTo::Experiment);
    let draw =
        if is_drawn { "`harness topology --of FILE NAME` draws one" } else { "`harness topology NAME` draws one" };
    let mut rows = vec![
        ["topology", "edges", "squares", "msgs", "msgs", "hops", "hops"].map(str::to_owned),
        ["", "", "", "off", "relay", "off", "relay"].map(str::to_owned),
    ];
    for graph in graphs {
        let [off, on] = [Relay::Off, Relay::On].map(|relay| Cost::of(graph, relay));
        let msgs = |cost: &Option<Cost>| cost.as_ref().map_or("-".to_owned(), |cost| mean(cost.mean));
        let hops = |cost: &Option<Cost>| cost.as_ref().map_or("-".to_owned(), |cost| cost.hops.2.to_string());
        rows.push([
            graph.name.clone(),
            graph.edges().to_string(),
            sum_of_squares(&graph.out_degrees()).to_string(),
            msgs(&off),
            msgs(&on),
            hops(&off),
            hops(&on),
        ]);
    }
    let table = if graphs.iter().any(Graph::relays) {
        columns(&rows)
    } else {
        rows.remove(1);
        let plain = |[name, edges, squares, msgs, _, hops, _]: [String; 7]| [name, edges, squares, msgs, hops];
        columns(&rows.into_iter().map(plain).collect::<Vec<_>>())
    };
    format!(
        "{}{}\n\n{table}\n\
         edges    each counted once\n\
         squares  the sum of squared out-degrees, away from the root\n\
         msgs     between nodes per broadcast, on average; acknowledgements are as many again.\n         \
         About half of all operations are broadcasts\n\
         hops     from a client's node until all have the value, at most; {latency_ms} ms each\n\n\
         {draw}\n",
        if graphs.len() == 1 { "1 topology".to_owned() } else { format!("{} topologies", graphs.len()) },
        if is_one_size { format!(" of a cluster of {}", counted(count as usize, "node")) } else { String::new() },
    )
}

/// What it is, in a line.
fn headline(graph: &Graph) -> String {
    let known_to = match graph.known_to {
        KnownTo::Node => format!("feature `topology-{}` of the node", graph.name),
        KnownTo::Experiment => "drawn by the experiment, which writes `topology: ".to_owned() + &graph.name + "`",
        KnownTo::Test => format!("what a test offers with `test.topology: {}`", graph.name),
    };
    format!("{}, {}, root n{} ({known_to})", graph.name, counted(graph.nodes() as usize, "node"), graph.root)
}

/// The graph itself.
fn drawing(graph: &Graph) -> String {
    match side(graph) {
        Some(side) if side <= SIDE_MAX => square(graph, side),
        _ if graph.is_tree() => tree(graph),
        _ => list(graph),
    }
}

/// In how many columns a graph is drawn whose edges all lie between cells that touch, on a square laid out row by row.
fn side(graph: &Graph) -> Option<u32> {
    let side = (graph.nodes() - 1).isqrt() + 1;
    let touch = |a: u32, b: u32| a + side == b || (a + 1 == b && !b.is_multiple_of(side));
    let fits = (0..).zip(&graph.neighbours).all(|(a, around)| around.iter().all(|&b| touch(a.min(b), a.max(b))));
    fits.then_some(side)
}

/// One arrow or line between two nodes, or a blank.
fn edge(graph: &Graph, from: u32, to: u32, [there, back, both]: [char; 3]) -> char {
    let leads = |from: u32, to: u32| graph.children.get(from as usize).is_some_and(|children| children.contains(&to));
    match (leads(from, to), leads(to, from)) {
        (true, true) => both,
        (true, false) => there,
        (false, true) => back,
        (false, false) => ' ',
    }
}

fn square(graph: &Graph, side: u32) -> String {
    let width = format!("n{}", graph.nodes() - 1).len();
    let mut text = String::new();
    for row in 0..graph.nodes().div_ceil(side) {
        let cells: Vec<u32> = (row * side..((row + 1) * side).min(graph.nodes())).collect();
        let mut line = String::new();
        let mut below = String::new();
        for &node in &cells {
            let name = format!("n{node}");
            write!(line, "{name:>width$} {} ", edge(graph, node, node + 1, ['→', '←', '─']))
                .expect("a string takes everything");
            write!(below, "{:>width$}   ", edge(graph, node, node + side, ['↓', '↑', '│']))
                .expect("a string takes everything");
        }
        say(&mut text, format_args!("  {}\n", line.trim_end()));
        if !below.trim().is_empty() {
            say(&mut text, format_args!("  {}\n", below.trim_end()));
        }
    }
    text
}

/// From the root down; children that have none themselves share a line.
fn tree(graph: &Graph) -> String {
    let mut text = format!("  n{}\n", graph.root);
    branches(graph, graph.root, "  ", &mut text);
    text
}

fn branches(graph: &Graph, node: u32, indent: &str, text: &mut String) {
    let is_leaf = |node: &&u32| graph.children[**node as usize].is_empty();
    let (leaves, inner): (Vec<u32>, Vec<u32>) = graph.children[node as usize].iter().partition(|node| is_leaf(node));
    let mut left = inner.len() + usize::from(!leaves.is_empty());
    let mut fork = || {
        left -= 1;
        if left == 0 { ("└─ ", "   ") } else { ("├─ ", "│  ") }
    };
    for child in inner {
        let (fork, rail) = fork();
        say(text, format_args!("{indent}{fork}n{child}\n"));
        branches(graph, child, &format!("{indent}{rail}"), text);
    }
    if !leaves.is_empty() {
        say(text, format_args!("{indent}{}{}\n", fork().0, listed(&leaves)));
    }
}

fn list(graph: &Graph) -> String {
    let all = graph.neighbours.len() - 1;
    let line = |node: u32| {
        let around = &graph.neighbours[node as usize];
        let leads_back = |other: &u32| graph.neighbours[*other as usize].contains(&node);
        let (both, one_way): (Vec<u32>, Vec<u32>) = around.iter().partition(|other| leads_back(other));
        let arm =
            |sign, nodes: &[u32]| if nodes.is_empty() { String::new() } else { format!(" {sign} {}", listed(nodes)) };
        let others = if both.len() == all {
            format!(" ─ all {all} others")
        } else {
            arm('─', &both) + &arm('→', &one_way)
        };
        format!("  n{node}{others}\n")
    };
    if graph.neighbours.iter().all(|around| around.len() == all) {
        return format!("  everybody is tied to all {all} others\n");
    }
    (0..graph.nodes().min(LISTED_MAX)).map(line).collect()
}

/// What a broadcast costs, with and without relaying and acknowledgements.
fn costs(graph: &Graph, latency_ms: u32) -> String {
    let mut rows = vec![
        ["relay", "acks", "messages per", "", "", "until all", "have it", "", ""].map(str::to_owned),
        ["", "", "broadcast", "mean", "per op", "hops p50", "max", "ms p50", "max"].map(str::to_owned),
    ];
    for (relay, word) in [(Relay::Off, "off"), (Relay::On, "on")] {
        let Some(cost) = Cost::of(graph, relay) else { continue };
        let (_, median, most) = cost.hops;
        for (acks, times) in [("none", 1), ("each", 2)] {
            let range = if cost.least == cost.most {
                (cost.most * times).to_string()
            } else {
                format!("{} to {}", cost.least * times, cost.most * times)
            };
            let average = cost.mean * times as f64;
            rows.push([
                word.to_owned(),
                acks.to_owned(),
                range,
                mean(average),
                mean(average / 2.0),
                median.to_string(),
                most.to_string(),
                (median * latency_ms).to_string(),
                (most * latency_ms).to_string(),
            ]);
        }
    }
    let note = match graph.passing {
        _ if graph.relays() => "",
        Passing::Never => "relaying: nobody passes anything on, so there is nothing that a master could do\n",
        Passing::On => "relaying: edges that a test offers lead to no master, so the node refuses it\n",
    };
    format!(
        "\n{}{note}(on a network that loses nothing, without batches; half of all operations are broadcasts; stable\n\
         latencies, being sampled by reads, lie a few per cent below these times)\n",
        columns(&rows)
    )
}

fn nodes(graph: &Graph) -> String {
    let from_root = graph.hops_from(graph.root);
    let mut rows = vec![
        ["node", "from root", "farthest", "all have it", ""].map(str::to_owned),
        ["", "hops", "hops", if graph.relays() { "off" } else { "hops" }, "relay"].map(str::to_owned),
    ];
    let mut passes_on = vec!["passes on to".to_owned(), String::new()];
    let hops = |hops: Option<u32>| hops.map_or("-".to_owned(), |hops| hops.to_string());
    for node in 0..graph.nodes() {
        let until = |relay| hops(Spread::of(graph, node, relay).until_all());
        let children = &graph.children[node as usize];
        let all = graph.neighbours.len() - 1;
        let others = match children.len() {
            0 => "-".to_owned(),
            many if many == all && all > 5 => format!("all {all} others"),
            _ => listed(children),
        };
        passes_on.push(others);
        rows.push([
            format!("n{node}"),
            hops(from_root[node as usize]),
            hops(graph.hops_from(node).into_iter().flatten().max()),
            until(Relay::Off),
            until(Relay::On),
        ]);
    }
    let lines = if graph.relays() {
        columns(&rows)
    } else {
        let plain = |[node, from_root, farthest, until, _]: [String; 5]| [node, from_root, farthest, until];
        columns(&rows.into_iter().map(plain).collect::<Vec<_>>())
    };
    let width = lines.lines().map(|line| line.chars().count()).max().unwrap_or(0);
    let line = |(line, others): (&str, &String)| format!("{}\n", format!("{line:<width$}  {others}").trim_end());
    format!("\n{}", lines.lines().zip(&passes_on).map(line).collect::<String>())
}

fn say(text: &mut String, more: fmt::Arguments<'_>) {
    text.write_fmt(more).expect("a string takes everything");
}

/// Rows in columns: the first begins at the left, the others end at the right.
fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; N] = std::array::from_fn(width);
    let line = |row: &[String; N]| -> String {
        let cells = row.iter().zip(widths).enumerate().map(|(place, (cell, width))| {
            if place == 0 { format!("{cell:<width$}") } else { format!("  {cell:>width$}") }
        });
        format!("{}\n", cells.collect::<String>().trim_end())
    };
    rows.iter().map(line).collect()
}

/// `4¹ 3² 1¹⁰`: each number and how often it occurs, the largest first.
fn powers(numbers: &[u32]) -> String {
    let mut counts = std::collections::BTreeMap::<u32, usize>::new();
    for number in numbers {
        *counts.entry(*number).or_default() += 1;
    }
    let raised = |count: usize| -> String {
        let digit = |digit: char| "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().nth(digit as usize - '0' as usize).unwrap_or(digit);
        count.to_string().chars().map(digit).collect()
    };
    let each = counts.iter().rev().map(|(number, count)| format!("{number}{}", raised(*count)));
    each.collect::<Vec<_>>().join(" ")
}

/// A mean, with as many places as it has.
fn mean(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn listed(nodes: &[u32]) -> String {
    names(nodes).join(" ")
}

fn names(nodes: &[u32]) -> Vec<String> {
    nodes.iter().map(|node| format!("n{node}")).collect()
}

/// More nodes than that are not listed one by one, and wider squares not drawn.
const LISTED_MAX: u32 = 60;
const SIDE_MAX: u32 = 16;

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(name: &str, nodes: u32, root: Option<u32>) -> String {
        text(&Graph::named(name, nodes, root).unwrap(), 100)
    }

    #[test]
    fn the_tutorials_tree() {
        insta::assert_snapshot!(drawn("n12-tree", 25, None));
    }

    #[test]
    fn a_square_with_a_short_last_row() {
        insta::assert_snapshot!(drawn("grid", 8, None));
    }

    #[test]
    fn a_tree_that_is_no_square() {
        insta::assert_snapshot!(drawn("two-hubs", 9, None));
    }

    #[test]
    fn what_is_neither() {
        insta::assert_snapshot!(drawn("direct", 4, None));
    }

    #[test]
    fn all_in_a_table() {
        let graphs: Vec<Graph> = Graph::names().map(|name| Graph::named(name, 25, None).unwrap()).collect();
        insta::assert_snapshot!(overview(&graphs, 100));
    }

    #[test]
    fn degrees_are_told_with_their_counts() {
        assert_eq!(powers(&[0, 4, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]), "4¹ 1² 0¹⁰");
        assert_eq!((mean(24.0), mean(24.96), mean(12.5)), ("24".into(), "24.96".into(), "12.5".into()));
    }
}
