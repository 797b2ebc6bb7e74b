//! `harness search`: its flags.

use std::num::NonZeroUsize;

use camino::Utf8PathBuf;
use clap::Args;

use super::{Format, at_least_one, path};

/// `harness search`
#[derive(Clone, Debug, Args)]
pub struct SearchArgs {
    /// The experiment file whose matrix is the space, such as experiments/front.yaml
    pub experiment: Utf8PathBuf,

    /// With how many seeds each design of the front is measured [default: what the file says, else 100]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub seeds: Option<u32>,

    /// Make at most so many runs; what they do not reach for is told
    #[arg(long, value_name = "RUNS", value_parser = clap::value_parser!(u64).range(1..))]
    pub budget: Option<u64>,

    /// Search only the cells with this value on this axis, or of this name; commas narrow further, repeating it adds cells
    #[arg(long, value_name = "AXIS=VALUE[,…]")]
    pub only: Vec<String>,

    /// How many tests run at the same time [default: one a core]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = at_least_one::<NonZeroUsize>)]
    pub jobs: Option<NonZeroUsize>,

    /// Where results are kept, and looked for before anything is run
    #[arg(long, value_name = "DIR", default_value = "store", value_parser = path())]
    pub store: Utf8PathBuf,

    /// Measure everything anew, also what the store has and what an earlier round has measured
    #[arg(long)]
    pub fresh: bool,

    /// Write a picture of the front to this file as well
    #[arg(long, value_name = "FILE", value_parser = path())]
    pub svg: Option<Utf8PathBuf>,

    /// How the answer is written to standard output
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  harness search experiments/front.yaml
  harness search experiments/front.yaml --svg front.svg
  harness search experiments/front.yaml --only topology=star --seeds 20
  harness search experiments/front.yaml --format json > front.json

The engine is the simulated one. Every run is kept as it ends and never made twice, so a search that was interrupted goes on
where it stopped.

Exit codes: 0 if every question has an answer, 1 if one has none, 2 if nobody can tell, 130 interrupted.";

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use crate::cli::Cli;

    #[test]
    fn nothing_is_searched_with_no_seed_or_no_run() {
        let search = |flag, number| Cli::try_parse_from(["harness", "search", "x.yaml", flag, number]);
        assert!(search("--seeds", "0").is_err() && search("--budget", "0").is_err());
        assert!(search("--seeds", "1").is_ok() && search("--budget", "1").is_ok());
    }
}
