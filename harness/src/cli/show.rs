//! `harness show`: its flags.
//!
//! Absent: what they do ([`crate::command`]).

use clap::Args;

use super::answer::AnswerArgs;

/// `harness show`
#[derive(Clone, Debug, Args)]
pub struct ShowArgs {
    /// A run: an experiment's name or file for its latest run, NAME~1 for the one before, NAME/TIME, or a directory
    pub run: String,

    /// Show only the cell of this name, or those with this value on this axis; commas narrow further, repeating it adds cells
    #[arg(long, value_name = "CELL | AXIS=VALUE[,…]")]
    pub cell: Vec<String>,

    /// Where results come from, and the answer goes
    #[command(flatten)]
    pub answer: AnswerArgs,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  harness show efficient                        its table again, and how to repeat it
  harness show efficient~1                      of the run before that
  harness show efficient --cell topology=star   each run of some cells, with its seed and its files
  harness show efficient --format json          everything as data";
