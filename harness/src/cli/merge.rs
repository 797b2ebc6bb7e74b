//! `harness merge`: its flags.
//!
//! Absent: what they do ([`crate::command`]).

use clap::Args;

use super::answer::AnswerArgs;

/// `harness merge`
#[derive(Clone, Debug, Args)]
pub struct MergeArgs {
    /// The parts: stores that hold them, or runs by their directories or names. What they
    /// come to together is kept in `--store`
    #[arg(required = true, value_name = "STORE|RUN")]
    pub part: Vec<String>,

    /// Merge what there is, even if parts or results are missing; what is missing is not judged
    #[arg(long)]
    pub partial: bool,

    /// Where results come from, and the answer goes
    #[command(flatten)]
    pub answer: AnswerArgs,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  harness run x.yaml --partition 1/2 --store part-1     on one machine
  harness run x.yaml --partition 2/2 --store part-2     on another
  harness merge part-1 part-2                           the same answer as from one machine

  harness run x.yaml --partition auto                   in every job of an array, into one store
  harness merge store                                   the newest of each part in it";
