//! `harness baseline`: its flags.
//!
//! Absent: what they do ([`crate::command`]).

use camino::Utf8PathBuf;
use clap::{Args, Subcommand};

use super::path;

/// `harness baseline`
#[derive(Clone, Debug, Args)]
pub struct BaselineArgs {
    /// What to do.
    #[command(subcommand)]
    pub what: BaselineVerb,

    /// Where baselines are kept
    #[arg(long, value_name = "DIR", default_value = "experiments/baselines", value_parser = path(), global = true)]
    pub baselines: Utf8PathBuf,
}

/// What to do with baselines.
#[derive(Clone, Debug, Subcommand)]
pub enum BaselineVerb {
    /// Make a baseline of a run, over the one that had its name
    #[command(after_help = SAVE_EXAMPLES)]
    Save(SaveArgs),
    /// List the baselines, and what they are of
    #[command(after_help = LIST_EXAMPLES)]
    List,
    /// Remove a baseline
    #[command(after_help = RM_EXAMPLES)]
    Rm {
        /// The baseline's name
        #[arg(value_name = "BASELINE")]
        name: String,
    },
}

/// `harness baseline save`
#[derive(Clone, Debug, Args)]
pub struct SaveArgs {
    /// The baseline's name, such as main
    pub name: String,

    /// The run: NAME for an experiment's latest, NAME~1, NAME/TIME, a directory, an experiment's file
    pub run: String,

    /// Where results are kept
    #[arg(long, value_name = "DIR", default_value = "store", value_parser = path())]
    pub store: Utf8PathBuf,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  harness baseline save main efficient         of the latest run of an experiment
  harness compare main efficient               and later, against it
  harness baseline list";

const SAVE_EXAMPLES: &str = "\
Examples:
  harness baseline save main efficient         of the latest run of an experiment
  harness baseline save before efficient~1     of the run before that";

const LIST_EXAMPLES: &str = "\
Examples:
  harness baseline list
  harness baseline list --baselines mine/baselines";

const RM_EXAMPLES: &str = "\
Examples:
  harness baseline rm before";
