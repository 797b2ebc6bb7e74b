//! What the search says of the tutorial's claim.

use serde_json::{Value, json};

use super::{drawing, powers, say};
use crate::topology::claim::{Best, majorised};
use crate::topology::{Graph, KnownTo, Passing, sum_of_squares};

/// The answer in words, with the best trees drawn. `within` has the best trees for each number of hops that was asked for.
pub(crate) fn text(tutorial: &Graph, within: &[(u32, Vec<Best>)]) -> String {
    let degrees = tutorial.out_degrees();
    let claimed = sum_of_squares(&degrees);
    let mut text = format!(
        "The claim: of all subgraphs of the 5x5 grid that span it with every node at most 5 hops away (one to\n\
         the root, which all know, and 4 from there), the tutorial's tree has the least sum of squared\n\
         out-degrees. Its out-degrees are {}: {claimed}.\n",
        powers(&degrees)
    );
    for (hops, all) in within {
        let trees: u128 = all.iter().map(|best| best.trees).sum();
        let roots: Vec<String> = all.iter().map(|best| format!("n{}", best.root)).collect();
        say(
            &mut text,
            format_args!(
                "\nSearched: every spanning tree with no node more than {hops} hops from its root, for all 25 roots:\n\
             {trees} trees. Roots that have any: {}.\n",
                roots.join(", ")
            ),
        );
        for best in all {
            let degrees = best.out_degrees();
            say(
                &mut text,
                format_args!(
                    "  from n{:<3} {:>9} trees, least {}: {}\n",
                    best.root,
                    best.trees,
                    best.least,
                    powers(&degrees)
                ),
            );
        }
        if let Some(best) = all.iter().min_by_key(|best| best.least) {
            say(&mut text, format_args!("\n{}", drawing(&graph(best))));
        }
    }
    let smallest = within.first().and_then(|(_, all)| all.iter().min_by_key(|best| best.least));
    let Some(best) = smallest else { return text };
    let verdict = if u64::from(best.least) >= claimed {
        format!("\nThe claim holds: nothing is below {claimed}.\n")
    } else if majorised(&best.out_degrees(), &degrees) {
        format!(
            "\nThe claim does not hold: {} < {claimed}. Nor is that so for squares alone: the first tree's out-degrees\n\
             are majorised by the tutorial's, so for it the sum of every convex function is no larger.\n",
            best.least
        )
    } else {
        format!("\nThe claim does not hold: {} < {claimed}.\n", best.least)
    };
    text + &verdict
}

/// The same as data.
pub(crate) fn data(tutorial: &Graph, within: &[(u32, Vec<Best>)]) -> Value {
    let degrees = tutorial.out_degrees();
    let tree = |best: &Best| {
        json!({
            "root": format!("n{}", best.root),
            "trees": best.trees.to_string(),
            "least-sum-of-squares": best.least,
            "out-degrees": best.out_degrees(),
            "parents": best.parents.iter().map(|parent| parent.map(|parent| format!("n{parent}"))).collect::<Vec<_>>(),
        })
    };
    json!({
        "claimed": {"out-degrees": degrees, "sum-of-squares": sum_of_squares(&degrees)},
        "searched": within.iter().map(|(hops, all)| json!({
            "hops": hops,
            "roots": all.iter().map(tree).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "holds": within.first().is_some_and(|(_, all)| {
            all.iter().all(|best| u64::from(best.least) >= sum_of_squares(&degrees))
        }),
    })
}

/// A found tree, to be drawn like any other.
pub(crate) fn graph(best: &Best) -> Graph {
    let mut children = vec![Vec::new(); best.parents.len()];
    let mut neighbours = children.clone();
    for (node, parent) in (0..).zip(&best.parents) {
        if let Some(parent) = *parent {
            children[parent as usize].push(node);
            neighbours[parent as usize].push(node);
            neighbours[node as usize].push(parent);
        }
    }
    let name = format!("best tree within {} hops", best.hops);
    Graph { name, known_to: KnownTo::Test, root: best.root, passing: Passing::On, neighbours, children }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topology::claim::Board;

    #[test]
    fn the_answer_names_what_was_searched_and_shows_the_smaller_tree() {
        let tutorial = Graph::named("n12-tree", 25, None).unwrap();
        let board = Board::new(5, 5);
        insta::assert_snapshot!(text(&tutorial, &[4, 5].map(|hops| (hops, board.best_of_all(hops)))));
    }
}
