//! `harness topology`: its flags.

use camino::Utf8PathBuf;
use clap::Args;

use super::{Format, path};

/// `harness topology`
#[derive(Clone, Debug, Args)]
pub struct TopologyArgs {
    /// Which topology, such as n12-tree, or one that an experiment draws; without it, a table of all
    pub name: Option<String>,

    /// Show the topologies that this experiment draws under `topologies`
    #[arg(long, value_name = "EXPERIMENT", value_parser = path(), conflicts_with_all = ["nodes", "claim"])]
    pub of: Option<Utf8PathBuf>,

    /// How many nodes there are
    #[arg(long, short, value_name = "N", default_value_t = 25, value_parser = clap::value_parser!(u32).range(1..=NODES_MAX))]
    pub nodes: u32,

    /// The number of the node that everything spreads from [default: the node's own choice, the centre of the square]
    #[arg(long, value_name = "N", requires = "name")]
    pub root: Option<u32>,

    /// How long a hop takes, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 100, value_parser = clap::value_parser!(u32).range(0..=100_000))]
    pub latency: u32,

    /// Write a picture to this file as well
    #[arg(long, value_name = "FILE", value_parser = path(), requires = "name")]
    pub svg: Option<Utf8PathBuf>,

    /// Check the tutorial's claim that its tree is the best there is, by a search of all trees
    #[arg(long, conflicts_with_all = ["name", "nodes", "latency"])]
    pub claim: bool,

    /// How the answer is written to standard output
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Values are counted from every node, so time grows with the square of their number.
const NODES_MAX: i64 = 2_000;

pub(super) const EXAMPLES: &str = "\
Examples:
  harness topology                             all of them in a table
  harness topology n12-tree                    one drawn, with degrees, hops and costs
  harness topology tree-4 --nodes 100 --root 0 --svg tree.svg
  harness topology line --format json          what a test can offer, as data
  harness topology --of experiments/custom.yaml ring   one that an experiment draws
  harness topology --claim                     the tutorial's claim, searched";

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use crate::cli::Cli;

    #[test]
    fn the_claim_is_about_one_board() {
        let parse = |words: &str| Cli::try_parse_from(words.split(' '));
        assert!(parse("harness topology --claim").is_ok());
        assert!(parse("harness topology star --claim").is_err());
        assert!(parse("harness topology --claim --nodes 9").is_err());
        assert!(parse("harness topology star --nodes 0").is_err());
        assert!(parse("harness topology --svg x.svg").is_err(), "a picture of what?");
        assert!(
            parse("harness topology --of x.yaml").is_ok()
                && parse("harness topology --of x.yaml ring --root 3").is_ok()
        );
        assert!(parse("harness topology --of x.yaml ring --nodes 9").is_err(), "the drawing has as many as it has");
    }
}
