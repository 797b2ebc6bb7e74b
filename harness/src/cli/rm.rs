//! `harness rm`: its flags.
//!
//! Absent: what they do ([`crate::command`]).

use camino::Utf8PathBuf;
use clap::Args;

use super::path;

/// `harness rm`
#[derive(Clone, Debug, Args)]
pub struct RmArgs {
    /// Runs in the store: NAME for an experiment's latest run, NAME~1 for the one before, NAME/TIME
    #[arg(required = true)]
    pub run: Vec<String>,

    /// Remove every run of the named experiments
    #[arg(long)]
    pub all: bool,

    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,

    /// Where results are kept
    #[arg(long, value_name = "DIR", default_value = "store", value_parser = path())]
    pub store: Utf8PathBuf,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  harness rm efficient/20261122T233837Z    one run, after a question
  harness rm efficient --all --yes         all runs of an experiment, without
What another run uses again stays whole: it has the files itself.";
