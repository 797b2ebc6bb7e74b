//! Whether there is a way from every node of a graph to every other.
//!
//! Absent: how that is told.

use std::collections::{BTreeMap, BTreeSet};

/// Two nodes between which there is no way.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Gap<'a> {
    pub(super) from: &'a str,
    pub(super) to: &'a str,
    /// What can be reached from `from`, itself included.
    pub(super) reached: BTreeSet<&'a str>,
    /// An edge that leads into that part and would lead out of it as well if it led both ways: its end there, and its beginning.
    pub(super) back: Option<(&'a str, &'a str)>,
}

/// Finds such a pair. Every node that stands in a list has one.
pub(super) fn gap(neighbours: &BTreeMap<String, Vec<String>>) -> Option<Gap<'_>> {
    let (first, _) = neighbours.iter().next()?;
    let forth: Edges<'_> = neighbours.iter().map(|(node, around)| (node.as_str(), words(around))).collect();
    let mut back: Edges<'_> = forth.keys().map(|node| (*node, Vec::new())).collect();
    for (node, around) in &forth {
        for other in around {
            back.entry(other).or_default().push(node);
        }
    }
    // Where every node is reached from one, and that one from every node, there is a way between any two.
    let missed = |edges: &Edges<'_>| {
        let reached = reached(edges, first);
        neighbours.keys().find(|node| !reached.contains(node.as_str()))
    };
    let (from, to) = match (missed(&forth), missed(&back)) {
        (Some(node), _) => (first, node),
        (None, Some(node)) => (node, first),
        (None, None) => return None,
    };
    let reached = reached(&forth, from);
    let inwards = forth.iter().filter(|(node, _)| !reached.contains(*node));
    let mut inwards = inwards.flat_map(|(node, around)| around.iter().map(move |end| (*end, *node)));
    let back = inwards.find(|(end, _)| reached.contains(end));
    Some(Gap { from, to, reached, back })
}

type Edges<'a> = BTreeMap<&'a str, Vec<&'a str>>;

fn words(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

fn reached<'a>(edges: &Edges<'a>, start: &'a str) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::from([start]);
    let mut waiting = vec![start];
    while let Some(node) = waiting.pop() {
        let around = edges.get(node).into_iter().flatten();
        waiting.extend(around.filter(|other| reached.insert(other)));
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(lists: &[&[usize]]) -> BTreeMap<String, Vec<String>> {
        let name = |node: &usize| format!("n{node}");
        (0..).zip(lists).map(|(node, around)| (name(&node), around.iter().map(name).collect())).collect()
    }

    #[test]
    fn where_a_way_is_missing_it_is_told_from_where_and_what_would_lead_back() {
        assert_eq!(gap(&graph(&[&[]])), None, "a single node is with itself");
        assert_eq!(gap(&graph(&[&[1], &[2], &[0]])), None, "round and round");
        let fallen_apart = graph(&[&[1], &[0], &[3], &[2]]);
        let found = gap(&fallen_apart).unwrap();
        assert_eq!((found.from, found.to, found.back), ("n0", "n2", None));
        assert_eq!(found.reached, BTreeSet::from(["n0", "n1"]));
        let away_from_the_root = graph(&[&[1, 2], &[], &[]]);
        let found = gap(&away_from_the_root).unwrap();
        assert_eq!((found.from, found.to, found.back), ("n1", "n0", Some(("n1", "n0"))));
    }

    /// Every graph of four nodes, against the transitive closure.
    #[test]
    fn a_gap_is_found_if_and_only_if_there_is_one() {
        for drawing in 0_u32..1 << 12 {
            let edges = (0..4).flat_map(|from| (0..4).filter(move |to| *to != from).map(move |to| (from, to)));
            let mut lists: [Vec<usize>; 4] = Default::default();
            let mut ways = [[false; 4]; 4];
            for (bit, (from, to)) in edges.enumerate().filter(|(bit, _)| drawing & (1 << bit) > 0) {
                assert!(bit < 12);
                lists[from].push(to);
                ways[from][to] = true;
            }
            for middle in 0..4 {
                ways[middle][middle] = true;
                for from in 0..4 {
                    for to in 0..4 {
                        ways[from][to] |= ways[from][middle] && ways[middle][to];
                    }
                }
            }
            let drawn = graph(&lists.each_ref().map(Vec::as_slice));
            let place = |name: &str| name[1..].parse::<usize>().unwrap();
            let Some(gap) = gap(&drawn) else {
                assert!(ways.iter().flatten().all(|way| *way), "{lists:?}");
                continue;
            };
            assert!(!ways[place(gap.from)][place(gap.to)], "{lists:?}");
            for (to, way) in ways[place(gap.from)].iter().enumerate() {
                assert_eq!(gap.reached.contains(format!("n{to}").as_str()), *way, "{lists:?}");
            }
            if let Some((end, beginning)) = gap.back {
                assert!(gap.reached.contains(end) && !gap.reached.contains(beginning), "{lists:?}");
                assert!(lists[place(beginning)].contains(&place(end)), "{lists:?}");
            }
        }
    }
}
