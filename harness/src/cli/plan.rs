//! `harness plan`: the flags of `harness run`, so that one word turns a run into its plan.

use clap::Args;

use super::RunArgs;

/// `harness plan`
#[derive(Clone, Debug, Args)]
pub struct PlanArgs {
    /// As `harness run` takes them.
    #[command(flatten)]
    pub run: RunArgs,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  harness plan experiments/efficient.yaml      the cells, the engine, how long it takes
  harness plan experiments/efficient.yaml --engine simulated --seeds 1000
  harness plan experiments/efficient.yaml --only topology=star
  harness plan experiments/efficient.yaml --format json

The flags are those of `harness run`. Nothing is built or run.";
