//! A topology that the user has drawn, node by node. Maelstrom's test has none: it offers one of its own.
//!
//! Absent: whether every node can be reached, which whoever reads it from the user checks.

use std::collections::{BTreeMap, BTreeSet};

use protocol::Adjacency;
use serde::{Deserialize, Serialize};

/// A graph by the nodes' names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Custom {
    /// What the user calls it.
    pub name: String,
    /// For each node those that it is offered as its neighbours, in the order in which they are offered. An edge leads one way:
    /// where both nodes are to have it, each stands in the other's list.
    pub neighbours: BTreeMap<String, Vec<String>>,
}

impl Custom {
    /// Each node's neighbours by place, for a cluster of these nodes. Nodes that are not in the cluster are left out, and those
    /// of which nothing is said have no neighbours.
    pub fn among(&self, nodes: &[String]) -> Adjacency {
        let places: BTreeMap<&str, u32> = (0..).zip(nodes).map(|(place, name)| (name.as_str(), place)).collect();
        let of_one = |name: &String| {
            let around = self.neighbours.get(name).into_iter().flatten();
            around.filter_map(|other| places.get(other.as_str()).copied()).collect()
        };
        nodes.iter().map(of_one).collect()
    }

    /// The nodes that are drawn and not among these, and those of these that are not drawn. A test has neither.
    pub fn strangers<'a>(&'a self, nodes: &'a [String]) -> (Vec<&'a str>, Vec<&'a str>) {
        let there: BTreeSet<&str> = nodes.iter().map(String::as_str).collect();
        let drawn = self.neighbours.keys().map(String::as_str).filter(|name| !there.contains(name));
        let missing = nodes.iter().map(String::as_str).filter(|name| !self.neighbours.contains_key(*name));
        (drawn.collect(), missing.collect())
    }

    /// How many edges there are. One that leads both ways is one.
    pub fn edges(&self) -> usize {
        let both = |from: &String, to: &String| self.neighbours.get(to).is_some_and(|around| around.contains(from));
        let ends = self.neighbours.iter().flat_map(|(from, around)| around.iter().map(move |to| (from, to)));
        ends.filter(|(from, to)| from < to || !both(from, to)).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn custom(lists: &[(&str, &[&str])]) -> Custom {
        let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let neighbours = lists.iter().map(|(node, names)| ((*node).to_owned(), list(names))).collect();
        Custom { name: "mine".into(), neighbours }
    }

    #[test]
    fn lists_are_offered_as_they_stand_by_the_clusters_order() {
        let mine = custom(&[("a", &["c", "b"]), ("b", &["a"]), ("c", &["a"])]);
        let nodes = ["b", "a", "c"].map(str::to_owned);
        assert_eq!(mine.among(&nodes), [vec![1], vec![2, 0], vec![1]]);
        assert_eq!(mine.among(&["a".to_owned(), "d".to_owned()]), [Vec::<u32>::new(), Vec::new()]);
    }

    #[test]
    fn a_cluster_of_other_nodes_is_told_apart() {
        let mine = custom(&[("a", &["c"]), ("c", &["a"])]);
        let nodes = ["c", "b"].map(str::to_owned);
        assert_eq!(mine.strangers(&nodes), (vec!["a"], vec!["b"]));
    }

    #[test]
    fn an_edge_both_ways_is_one() {
        assert_eq!(custom(&[("a", &["c", "b"]), ("b", &["a"]), ("c", &["a"])]).edges(), 2);
        assert_eq!(custom(&[("a", &["b"]), ("b", &["c"]), ("c", &["a"])]).edges(), 3);
    }
}
