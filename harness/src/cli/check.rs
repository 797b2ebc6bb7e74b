//! `harness check`: its flags.

use camino::Utf8PathBuf;
use clap::Args;

/// `harness check`
#[derive(Clone, Debug, Args)]
pub struct CheckArgs {
    /// Experiment files, or directories whose files that end in .yaml or .yml are all checked
    #[arg(required = true, value_name = "FILE|DIR")]
    pub paths: Vec<Utf8PathBuf>,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  harness check experiments/efficient.yaml     every mistake of the file, nothing is built or run
  harness check experiments                    all of a directory, for a hook or a CI step

Exit codes: 0 all are experiments, 2 at least one is not.";
