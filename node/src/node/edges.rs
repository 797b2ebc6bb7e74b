//! The links that a node needs: to whom, as what, and in which direction.
//!
//! Absent: which edges there are ([`crate::topology`]).

use protocol::{Address, MessageId};

use crate::few::Few;
use crate::link::{Carries, Direction, Ends};
use crate::topology::Cluster;
use crate::{Config, Link, Master};

/// A node's links. In a tree there is mostly one.
pub(super) type Links = Few<Link>;

/// The other ends of a node's edges.
pub(super) struct Edges {
    pub(super) neighbours: Vec<u32>,
    /// In ascending order.
    pub(super) children: Vec<u32>,
}

impl Edges {
    /// With that node as master.
    pub(super) fn of(config: Config, nodes: u32, number: u32, master: u32) -> Self {
        let cluster = Cluster::new(nodes);
        let centre = cluster.root();
        let (cluster, swap) = match config.master {
            // Whoever leads and the centre have changed places, so that nobody depends on the centre where it is now.
            Master::Dynamic => (cluster, (centre, master)),
            Master::Fixed => (cluster.rooted_at(master), (centre, centre)),
        };
        let placed = |node| match node {
            _ if node == swap.0 => swap.1,
            _ if node == swap.1 => swap.0,
            _ => node,
        };
        let neighbours = config.topology.neighbours(cluster, placed(number)).into_iter().map(placed).collect();
        let mut children: Vec<u32> =
            config.topology.children(cluster, placed(number)).into_iter().map(placed).collect();
        children.sort_unstable();
        Self { neighbours, children }
    }
}

/// The links of a node: to those it passes values to, by address, and to its master where it needs one of its own.
pub(super) fn links(
    config: Config,
    nodes: u32,
    number: u32,
    master: u32,
    first: MessageId,
) -> (Links, Option<Box<Link>>) {
    let Edges { neighbours, children } = Edges::of(config, nodes, number, master);
    let targets = if config.relay_to_master { children.clone() } else { neighbours };
    // A master that is a child hears of a client's value as a child does, and not a second time.
    let apart = config.relay_to_master && number != master && !targets.contains(&master);
    let uplink = || {
        let ends = Ends { source: Address::node(number), target: Address::node(master) };
        Box::new(Link::new(ends, Carries::Relay, Direction::Up, config, first))
    };
    let is_up = |target| config.topology.is_rooted() && children.binary_search(&target).is_err();
    let direction = |target| if is_up(target) { Direction::Up } else { Direction::Down };
    (spreading(config, number, targets, direction, first), apart.then(uplink))
}

/// A link to each of these, by address, none of them nearer to a root than another.
pub(super) fn to_all(config: Config, number: u32, targets: Vec<u32>, first: MessageId) -> Links {
    spreading(config, number, targets, |_| Direction::Down, first)
}

fn spreading(
    config: Config,
    number: u32,
    mut targets: Vec<u32>,
    direction: impl Fn(u32) -> Direction,
    first: MessageId,
) -> Links {
    targets.sort_unstable();
    targets.dedup();
    let ends = |target| Ends { source: Address::node(number), target: Address::node(target) };
    let link = |target| Link::new(ends(target), Carries::Spread, direction(target), config, first);
    targets.into_iter().filter(|&target| target != number).map(link).collect()
}

/// The place of the link to that node.
#[inline]
pub(super) fn find(links: &[Link], target: Address) -> Option<usize> {
    links.binary_search_by_key(&target, |link| link.ends().target).ok()
}
