//! Who talks to whom: pure functions from a node's number to its neighbours, for any number of nodes.
//!
//! A node asks about itself only, so every answer costs its own degree and never the square of the cluster.
//!
//! Absent: messages, and the topology that a test offers, which only [`Topology::Offered`] waits for. Otherwise a node computes
//! its neighbours from `init` alone, since the choice of edges is what an experiment compares; for [`Topology::Grid`] the two are
//! the same.

use std::fmt;

mod direct;
mod grid;
mod n12_tree;
mod rows;
mod star;
mod tree;
mod two_hubs;

/// A cluster as a shape sees it: how many nodes, and which of them is the root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cluster {
    nodes: u32,
    root: u32,
}

/// The edges between nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topology {
    /// Everybody tied to everybody; a value goes to all from where it began, and no further.
    Direct,
    /// Maelstrom's default: a square, row by row, each node tied to the up to four around it.
    Grid,
    /// The grid without its vertical edges but for the middle column. With 25 nodes, n12 is in the middle of it.
    N12Tree,
    /// Whatever the test offers in its `topology` message. From the number of nodes alone there are none.
    Offered,
    /// The middle node of each row tied to its row, and to the middle nodes of the next rows.
    Rows,
    /// The root tied to everybody, and nobody else to anybody.
    Star,
    /// Maelstrom's trees: everybody has so many children, level by level.
    Tree(Arity),
    /// Two hubs tied to each other, and half of the others to each.
    TwoHubs,
}

/// How many children a node of a tree has: as many as Maelstrom's trees, or five, the fewest that reach 25 nodes in two hops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arity {
    /// Two.
    Two,
    /// Three.
    Three,
    /// Four.
    Four,
    /// Five.
    Five,
}

impl Arity {
    /// The number of children.
    pub const fn children(self) -> u32 {
        match self {
            Self::Two => 2,
            Self::Three => 3,
            Self::Four => 4,
            Self::Five => 5,
        }
    }
}

impl Cluster {
    /// A cluster whose root is its centre.
    pub fn new(nodes: u32) -> Self {
        assert!(nodes > 0, "a cluster has at least the node that asks");
        let grid = Square::new(nodes);
        // The middle of an even count is the lower one: the last row, which may be short, is never the middle one.
        Self { nodes, root: grid.node(((grid.rows() - 1) / 2, grid.middle())) }
    }

    /// The same nodes around another root.
    pub fn rooted_at(self, root: u32) -> Self {
        assert!(root < self.nodes, "the root is one of the cluster's nodes");
        Self { root, ..self }
    }

    /// How many nodes there are.
    pub const fn nodes(self) -> u32 {
        self.nodes
    }

    /// The node that everything spreads from.
    pub const fn root(self) -> u32 {
        self.root
    }
}

impl Topology {
    /// Every topology that follows from the number of nodes, by name.
    pub const ALL: [Self; 10] = [
        Self::Direct,
        Self::Grid,
        Self::N12Tree,
        Self::Rows,
        Self::Star,
        Self::Tree(Arity::Two),
        Self::Tree(Arity::Three),
        Self::Tree(Arity::Four),
        Self::Tree(Arity::Five),
        Self::TwoHubs,
    ];

    /// The name of the feature that chooses this topology.
    pub const fn feature(self) -> &'static str {
        match self {
            Self::Direct => "topology-direct",
            Self::Grid => "topology-grid",
            Self::N12Tree => "topology-n12-tree",
            Self::Offered => "topology-offered",
            Self::Rows => "topology-rows",
            Self::Star => "topology-star",
            Self::Tree(Arity::Two) => "topology-tree-2",
            Self::Tree(Arity::Three) => "topology-tree-3",
            Self::Tree(Arity::Four) => "topology-tree-4",
            Self::Tree(Arity::Five) => "topology-tree-5",
            Self::TwoHubs => "topology-two-hubs",
        }
    }

    /// Whether a node hands on what another one has sent it. Where all are neighbours, nobody needs to.
    pub const fn passes_on(self) -> bool {
        !matches!(self, Self::Direct)
    }

    /// Whether edges lead towards the root or away from it.
    pub const fn is_rooted(self) -> bool {
        !matches!(self, Self::Direct | Self::Grid | Self::Offered)
    }

    /// The nodes that share an edge with this one.
    pub fn neighbours(self, cluster: Cluster, node: u32) -> Vec<u32> {
        match self {
            Self::Direct => direct::neighbours(cluster, node),
            Self::Grid => grid::neighbours(cluster, node),
            Self::N12Tree => n12_tree::neighbours(cluster, node),
            Self::Offered => Vec::new(),
            Self::Rows => rows::neighbours(cluster, node),
            Self::Star => star::neighbours(cluster, node),
            Self::Tree(arity) => tree::neighbours(cluster, arity, node),
            Self::TwoHubs => two_hubs::neighbours(cluster, node),
        }
    }

    /// The ends of the edges that lead from this node away from the root. A grid has no such direction: all its neighbours.
    pub fn children(self, cluster: Cluster, node: u32) -> Vec<u32> {
        match self {
            Self::Direct => direct::children(cluster, node),
            Self::Grid => grid::neighbours(cluster, node),
            Self::N12Tree => n12_tree::children(cluster, node),
            Self::Offered => Vec::new(),
            Self::Rows => rows::children(cluster, node),
            Self::Star => star::children(cluster, node),
            Self::Tree(arity) => tree::children(cluster, arity, node),
            Self::TwoHubs => two_hubs::children(cluster, node),
        }
    }
}

impl fmt::Display for Topology {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.feature())
    }
}

/// Row and column.
type Cell = (u32, u32);

/// Nodes laid out row by row in ceil(√n) columns. The last row may be short.
#[derive(Clone, Copy)]
struct Square {
    nodes: u32,
    side: u32,
}

impl Square {
    fn new(nodes: u32) -> Self {
        Self { nodes, side: (nodes - 1).isqrt() + 1 }
    }

    const fn rows(self) -> u32 {
        self.nodes.div_ceil(self.side)
    }

    const fn middle(self) -> u32 {
        (self.side - 1) / 2
    }

    /// The column of a row's middle node, or of its last one where it is too short to reach the middle.
    fn middle_of(self, row: u32) -> u32 {
        self.middle().min(self.width(row) - 1)
    }

    const fn cell(self, node: u32) -> Cell {
        (node / self.side, node % self.side)
    }

    const fn node(self, (row, column): Cell) -> u32 {
        row * self.side + column
    }

    /// The node at a cell, if the cell is on the board and not in the missing part of the last row.
    fn find(self, (row, column): Cell) -> Option<u32> {
        let node = self.node((row, column));
        (column < self.side && node < self.nodes).then_some(node)
    }

    /// How many nodes a row has.
    fn width(self, row: u32) -> u32 {
        self.side.min(self.nodes - row * self.side)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_tree(topology: Topology) -> bool {
        !matches!(topology, Topology::Grid | Topology::Direct)
    }

    /// How far each node is from the root when one walks down the children, by the number of nodes at that distance. Panics
    /// where a node is met twice.
    fn depths(topology: Topology, cluster: Cluster) -> Vec<usize> {
        let mut met = vec![false; cluster.nodes() as usize];
        let mut level = vec![cluster.root()];
        met[cluster.root() as usize] = true;
        let mut depths = Vec::new();
        while !level.is_empty() {
            depths.push(level.len());
            level = level.iter().flat_map(|&node| topology.children(cluster, node)).collect();
            for &node in &level {
                assert!(!std::mem::replace(&mut met[node as usize], true), "{topology}: n{node} has two parents");
            }
        }
        depths
    }

    #[test]
    fn the_centre_is_in_the_middle_of_the_square() {
        let centres: Vec<u32> = [1, 2, 3, 4, 5, 9, 16, 25, 26, 36].map(|nodes| Cluster::new(nodes).root()).into();
        assert_eq!(centres, [0, 0, 0, 0, 1, 4, 5, 12, 14, 14]);
    }

    #[test]
    fn trees_span_every_cluster_from_every_root() {
        for nodes in 1..=200 {
            let centre = Cluster::new(nodes);
            assert!(centre.root() < nodes);
            for topology in Topology::ALL.into_iter().filter(|&topology| topology != Topology::Grid) {
                for root in [centre.root(), 0, nodes / 3, nodes - 1] {
                    let reached: usize = depths(topology, centre.rooted_at(root)).iter().sum();
                    assert_eq!(reached, nodes as usize, "{topology} of {nodes} from n{root}");
                }
            }
        }
    }

    #[test]
    fn every_edge_has_two_ends_and_children_are_the_neighbours_away_from_the_root() {
        for nodes in 1..=60 {
            let cluster = Cluster::new(nodes).rooted_at(nodes / 2);
            for topology in Topology::ALL {
                let mut edges = 0;
                for node in 0..nodes {
                    let neighbours = topology.neighbours(cluster, node);
                    let children = topology.children(cluster, node);
                    edges += neighbours.len();
                    assert!(!neighbours.contains(&node));
                    assert!(neighbours.iter().all(|&other| topology.neighbours(cluster, other).contains(&node)));
                    assert!(children.iter().all(|child| neighbours.contains(child)));
                    if is_tree(topology) {
                        let parents = neighbours.len() - children.len();
                        assert_eq!(parents, usize::from(node != cluster.root()), "{topology} of {nodes}: n{node}");
                    }
                }
                if is_tree(topology) {
                    assert_eq!(edges, 2 * (nodes as usize - 1), "{topology} of {nodes} is a tree");
                }
            }
        }
    }
}
