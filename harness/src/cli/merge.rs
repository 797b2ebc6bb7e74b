//! `harness merge`: its flags.
//!
//! Absent: what they do ([`crate::command`]).

use camino::Utf8PathBuf;
use clap::Args;

use super::export::ExportArgs;
use super::{Format, path};

/// `harness merge`
#[derive(Clone, Debug, Args)]
pub struct MergeArgs {
    /// The parts: stores that hold them, or runs by their directories or names
    #[arg(required = true, value_name = "STORE|RUN")]
    pub part: Vec<String>,

    /// Merge what there is, even if parts or results are missing; what is missing is not judged
    #[arg(long)]
    pub partial: bool,

    /// Where the merged run is kept, and where runs are looked for by name
    #[arg(long, value_name = "DIR", default_value = "store", value_parser = path())]
    pub store: Utf8PathBuf,

    /// How the answer is written to standard output
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,

    /// Files and annotations
    #[command(flatten)]
    pub exports: ExportArgs,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  harness run x.yaml --partition 1/2 --store part-1     on one machine
  harness run x.yaml --partition 2/2 --store part-2     on another
  harness merge part-1 part-2                           the same answer as from one machine

  harness run x.yaml --partition auto                   in every job of an array, into one store
  harness merge store                                   the newest of each part in it";
