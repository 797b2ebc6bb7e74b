//! A topology as a graph, measured: who is tied to whom, which way values go, how far and at what price.
//!
//! Whatever the node can be built with ([`node::topology`]), whatever a test offers ([`engine::workload::topology`]), and what an
//! experiment draws ([`engine::Custom`]).
//! Pure. Absent: drawing (`render`).

pub mod claim;
pub mod spread;

use engine::workload::topology as offered;
use engine::{Custom, Options};
use node::topology::{Cluster, Topology};
use thiserror::Error;

use crate::spec::nearest::nearest;

/// Nodes, the edges between them, and a root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    /// What it is called: `n12-tree`.
    pub name: String,
    /// Who knows it.
    pub known_to: KnownTo,
    /// The node that everything spreads from.
    pub root: u32,
    /// Whether nodes hand on what others have sent them.
    pub passing: Passing,
    /// Each node's neighbours. But for drawn ones every edge leads both ways, so each of its ends is a neighbour of the other.
    pub neighbours: Vec<Vec<u32>>,
    /// Those of them that a value goes on to when it spreads from the root.
    pub children: Vec<Vec<u32>>,
}

/// Where a topology comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnownTo {
    /// The node's feature `topology-…`.
    Node,
    /// The experiment that draws it.
    Experiment,
    /// A test's `topology`, which it offers to every node.
    Test,
}

/// What a node does with a value that another one has sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passing {
    /// It keeps it.
    Never,
    /// It hands it on.
    On,
}

/// Why there is no such graph.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum GraphError {
    /// Nothing is called so.
    #[error("no topology is called `{name}`; {}", hint(.near.as_deref()))]
    Unknown {
        /// As it was written.
        name: String,
        /// What was probably meant.
        near: Option<String>,
    },
    /// The root is none of the nodes.
    #[error("no node n{root} among {nodes}: the root is from n0 to n{}", .nodes - 1)]
    RootOutside {
        /// As it was written.
        root: u32,
        /// How many nodes there are.
        nodes: u32,
    },
}

/// What a test can offer and the node has no feature for: all of Maelstrom's but `grid`, each once (`tree` is `tree2`).
fn offered_alone() -> impl Iterator<Item = (&'static str, engine::Topology)> {
    engine::Topology::NAMED.into_iter().filter(|(name, _)| !matches!(*name, "grid" | "tree"))
}

impl Graph {
    /// The graph of that name, with or without `topology-` before it, on so many nodes, of which there is at least one. The
    /// root is the node's own choice, n0 in what a test offers, unless it is named.
    pub fn named(name: &str, nodes: u32, root: Option<u32>) -> Result<Self, GraphError> {
        if let Some(root) = root.filter(|&root| root >= nodes) {
            return Err(GraphError::RootOutside { root, nodes });
        }
        let plain = name.strip_prefix(FEATURE).unwrap_or(name);
        if let Some(topology) = Topology::ALL.into_iter().find(|topology| short(*topology) == plain) {
            let centre = Cluster::new(nodes);
            return Ok(Self::of_node(topology, root.map_or(centre, |root| centre.rooted_at(root))));
        }
        match offered_alone().find(|(known, _)| *known == name) {
            Some((name, topology)) => {
                let neighbours = offered::neighbours(&topology, &Options::numbered_nodes(nodes));
                Ok(Self::offered(name, KnownTo::Test, neighbours, root.unwrap_or(0)))
            }
            None => Err(GraphError::Unknown {
                name: name.to_owned(),
                near: nearest(plain, Self::names()).map(str::to_owned),
            }),
        }
    }

    /// Every name, the node's first.
    pub fn names() -> impl Iterator<Item = &'static str> {
        Topology::ALL.into_iter().map(short).chain(offered_alone().map(|(name, _)| name))
    }

    /// The graph that an experiment draws, with these nodes, all of which it has, as n0, n1 and so on. Without a root the
    /// first of those from which the farthest node is nearest.
    pub fn drawn(custom: &Custom, nodes: &[String], root: Option<u32>) -> Result<Self, GraphError> {
        let count = u32::try_from(nodes.len()).expect("nodes are numbered");
        if let Some(root) = root.filter(|&root| root >= count) {
            return Err(GraphError::RootOutside { root, nodes: count });
        }
        let offered = |root| Self::offered(&custom.name, KnownTo::Experiment, custom.among(nodes), root);
        let any = offered(root.unwrap_or(0));
        let farthest = |node: &u32| any.hops_from(*node).into_iter().max();
        let centre = || (0..count).min_by_key(farthest).unwrap_or(0);
        Ok(offered(root.unwrap_or_else(centre)))
    }

    fn of_node(topology: Topology, cluster: Cluster) -> Self {
        let all = || 0..cluster.nodes();
        Self {
            name: short(topology).to_owned(),
            known_to: KnownTo::Node,
            root: cluster.root(),
            passing: if topology.passes_on() { Passing::On } else { Passing::Never },
            neighbours: all().map(|node| topology.neighbours(cluster, node)).collect(),
            children: all().map(|node| topology.children(cluster, node)).collect(),
        }
    }

    /// What is offered has no direction; where there is only one way to a node, that gives one.
    fn offered(name: &str, known_to: KnownTo, neighbours: Vec<Vec<u32>>, root: u32) -> Self {
        let mut graph = Self {
            name: name.to_owned(),
            known_to,
            root,
            passing: Passing::On,
            children: neighbours.clone(),
            neighbours,
        };
        if graph.is_tree() {
            let hops = graph.hops_from(root);
            for (node, children) in graph.children.iter_mut().enumerate() {
                children.retain(|&other| hops[other as usize] > hops[node]);
            }
        }
        graph
    }

    /// Whether a node can hand values to the root first: not where nobody passes anything on, nor along edges that a test
    /// offers, which say nothing of a master ([`node::ConfigError::RelayWithoutRoot`]).
    pub const fn relays(&self) -> bool {
        matches!((self.passing, self.known_to), (Passing::On, KnownTo::Node))
    }

    /// How many nodes there are.
    pub fn nodes(&self) -> u32 {
        u32::try_from(self.neighbours.len()).expect("nodes are numbered")
    }

    /// How many edges there are, each counted once.
    pub fn edges(&self) -> usize {
        let ends: usize = self.neighbours.iter().map(Vec::len).sum();
        usize::midpoint(ends, self.one_way())
    }

    /// How many of them lead one way only.
    pub fn one_way(&self) -> usize {
        let leads_back = |from: u32, to: u32| self.neighbours[to as usize].contains(&from);
        let ends = (0..).zip(&self.neighbours).flat_map(|(from, around)| around.iter().map(move |&to| (from, to)));
        ends.filter(|&(from, to)| !leads_back(from, to)).count()
    }

    /// Whether there is exactly one way between any two nodes, and it leads both ways.
    pub fn is_tree(&self) -> bool {
        let ends: usize = self.neighbours.iter().map(Vec::len).sum();
        let is_sparse = ends + 2 == 2 * self.neighbours.len();
        is_sparse && self.one_way() == 0 && self.hops_from(self.root).iter().all(Option::is_some)
    }

    /// How many children each node has.
    pub fn out_degrees(&self) -> Vec<u32> {
        self.children.iter().map(|children| u32::try_from(children.len()).expect("fewer than nodes")).collect()
    }

    /// Along how many edges each node is reached from this one; nothing where it is not.
    pub fn hops_from(&self, start: u32) -> Vec<Option<u32>> {
        let mut hops = vec![None; self.neighbours.len()];
        hops[start as usize] = Some(0);
        let mut level = vec![start];
        for hop in 1.. {
            let around = level.iter().flat_map(|&node| &self.neighbours[node as usize]);
            let mut next = Vec::new();
            for &node in around {
                if hops[node as usize].is_none() {
                    hops[node as usize] = Some(hop);
                    next.push(node);
                }
            }
            if next.is_empty() {
                break;
            }
            level = next;
        }
        hops
    }
}

/// The sum of the squares: a convex function, so it is the larger the more unequal out-degrees are.
pub fn sum_of_squares(degrees: &[u32]) -> u64 {
    degrees.iter().map(|&degree| u64::from(degree) * u64::from(degree)).sum()
}

fn short(topology: Topology) -> &'static str {
    topology.feature().strip_prefix(FEATURE).unwrap_or(topology.feature())
}

fn hint(near: Option<&str>) -> String {
    match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("expected one of {}", Graph::names().collect::<Vec<_>>().join(", ")),
    }
}

const FEATURE: &str = "topology-";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_a_graph_whose_edges_have_two_ends() {
        for name in Graph::names() {
            for nodes in [1, 2, 3, 24, 25, 26] {
                let graph = Graph::named(name, nodes, None).unwrap();
                assert_eq!((graph.nodes(), graph.name.as_str()), (nodes, name));
                for (node, around) in (0..).zip(&graph.neighbours) {
                    assert!(around.iter().all(|&other| graph.neighbours[other as usize].contains(&node)), "{name}");
                    let children = &graph.children[node as usize];
                    assert!(children.iter().all(|child| around.contains(child)), "{name} of {nodes}: n{node}");
                }
                assert!(graph.hops_from(nodes - 1).iter().all(Option::is_some), "{name} of {nodes} falls apart");
            }
        }
    }

    fn drawn(lists: &[&[u32]]) -> Custom {
        let name = |node: &u32| format!("n{node}");
        let neighbours =
            (0..).zip(lists).map(|(node, around)| (name(&node), around.iter().map(name).collect())).collect();
        Custom { name: "mine".into(), neighbours }
    }

    #[test]
    fn what_is_drawn_has_its_root_in_the_middle() {
        let nodes = Options::numbered_nodes(5);
        let line = drawn(&[&[1], &[0, 2], &[1, 3], &[2, 4], &[3]]);
        let graph = Graph::drawn(&line, &nodes, None).unwrap();
        assert_eq!((graph.root, graph.edges(), graph.one_way(), graph.is_tree()), (2, 4, 0, true));
        assert_eq!(graph.children, [vec![], vec![0], vec![1, 3], vec![4], vec![]]);
        assert_eq!(Graph::drawn(&line, &nodes, Some(4)).unwrap().root, 4);
        assert!(Graph::drawn(&line, &nodes, Some(5)).is_err());
    }

    #[test]
    fn edges_that_lead_one_way_are_edges() {
        let nodes = Options::numbered_nodes(3);
        let ring = Graph::drawn(&drawn(&[&[1], &[2], &[0]]), &nodes, None).unwrap();
        assert_eq!((ring.root, ring.edges(), ring.one_way(), ring.is_tree()), (0, 3, 3, false));
        let mixed = Graph::drawn(&drawn(&[&[1], &[0, 2], &[0]]), &nodes, None).unwrap();
        assert_eq!((mixed.edges(), mixed.one_way(), mixed.is_tree()), (3, 2, false));
    }

    #[test]
    fn the_nodes_trees_around_n0_are_the_ones_that_maelstrom_offers() {
        for (ours, theirs) in [("tree-2", "tree2"), ("topology-tree-3", "tree3"), ("tree-4", "tree4")] {
            for nodes in [1, 5, 25, 40] {
                let graph = |name| Graph::named(name, nodes, Some(0)).unwrap();
                assert_eq!(graph(ours).neighbours, graph(theirs).neighbours, "{ours}");
                assert_eq!(graph(ours).children, graph(theirs).children, "{ours}");
            }
        }
    }

    #[test]
    fn the_tutorials_tree_as_its_card_has_it() {
        let tree = Graph::named("n12-tree", 25, None).unwrap();
        assert!(tree.is_tree());
        assert_eq!((tree.root, sum_of_squares(&tree.out_degrees())), (12, 52));
        assert_eq!(tree.hops_from(12).into_iter().flatten().max(), Some(4));
    }

    #[test]
    fn what_is_no_topology_meets_the_nearest() {
        let error = |name, root| Graph::named(name, 5, root).unwrap_err().to_string();
        assert_eq!(error("gird", None), "no topology is called `gird`; did you mean `grid`?");
        assert!(error("qqqqqq", None).contains("expected one of direct, grid"), "{}", error("qqqqqq", None));
        assert_eq!(error("star", Some(5)), "no node n5 among 5: the root is from n0 to n4");
    }
}
