//! `harness watch`: the flags of `harness run`.

use clap::Args;

use super::RunArgs;

/// `harness watch`
#[derive(Clone, Debug, Args)]
pub struct WatchArgs {
    /// As `harness run` takes them.
    #[command(flatten)]
    pub run: RunArgs,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  harness watch experiments/quick.yaml         run, and again whenever a source is saved
  harness watch experiments/efficient.yaml --seeds 20 --only topology=star
  harness watch experiments/quick.yaml --engine embedded

The flags are those of `harness run`. Where neither they nor the file name an engine it is the simulated
one, or the embedded one for a program of your own. Watched are the experiment, the sources of this
project's node, the program and the files it is given. Ctrl-C ends it with 130.";
