//! `harness list`: its flags.
//!
//! Absent: what they do ([`crate::command`]).

use camino::Utf8PathBuf;
use clap::Args;

use super::{Format, path};

/// `harness list`
#[derive(Clone, Debug, Args)]
pub struct ListArgs {
    /// Only the runs of these experiments
    pub experiment: Vec<String>,

    /// Where results are kept
    #[arg(long, value_name = "DIR", default_value = "store", value_parser = path())]
    pub store: Utf8PathBuf,

    /// How many runs to list, the newest of all
    #[arg(short = 'n', long, value_name = "N", default_value_t = 30, conflicts_with = "all")]
    pub newest: usize,

    /// List every run
    #[arg(long)]
    pub all: bool,

    /// How the list is written to standard output
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  harness list                       the newest runs of all experiments
  harness list efficient --all       every run of one
  harness list --format json | jq -r '.runs[] | select(.state == \"interrupted\") | .run'";
