//! The links that a node needs: to whom, as what, and in which direction.
//!
//! Absent: which edges there are ([`crate::topology`]).

use protocol::{Address, MessageId};

use crate::link::{Carries, Direction, Ends};
use crate::topology::Cluster;
use crate::{Config, Link};

/// The links of a node: to those it passes values to, by address, and to its master where it needs one of its own.
pub(super) fn links(
    config: Config,
    nodes: u32,
    number: u32,
    master: u32,
    first: MessageId,
) -> (Vec<Link>, Option<Box<Link>>) {
    let cluster = Cluster::new(nodes).rooted_at(master);
    let mut children = config.topology.children(cluster, number);
    children.sort_unstable();
    let targets = if config.relay_to_master { children.clone() } else { config.topology.neighbours(cluster, number) };
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
pub(super) fn to_all(config: Config, number: u32, targets: Vec<u32>, first: MessageId) -> Vec<Link> {
    spreading(config, number, targets, |_| Direction::Down, first)
}

fn spreading(
    config: Config,
    number: u32,
    mut targets: Vec<u32>,
    direction: impl Fn(u32) -> Direction,
    first: MessageId,
) -> Vec<Link> {
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
