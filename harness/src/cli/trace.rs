//! `harness trace`: its flags.
//!
//! Absent: what they do ([`crate::command`]).

use camino::Utf8PathBuf;
use clap::Args;

use super::{Format, path, seed};

/// `harness trace`
#[derive(Clone, Debug, Args)]
pub struct TraceArgs {
    /// The experiment file, such as experiments/efficient.yaml
    pub experiment: Utf8PathBuf,

    /// The cell: its name, or enough of its axes, such as topology=star,relay-to-master=on [default: the only one]
    #[arg(long, value_name = "AXIS=VALUE[,…]")]
    pub cell: Option<String>,

    /// Which run of the cell [default: that of the file's seed]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = seed)]
    pub seed: Option<u64>,

    /// Which broadcast value [default: the first]
    #[arg(long, value_name = "V", allow_negative_numbers = true)]
    pub value: Option<i64>,

    /// Draw it too: a space-time diagram, and the tree that the value took on the grid
    #[arg(long, value_name = "FILE", value_parser = path())]
    pub svg: Option<Utf8PathBuf>,

    /// How the answer is written to standard output
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,

    /// A stored run of the experiment, `<experiment>[/<time>]` or its directory, that holds the same run: its digest must be
    /// this one's, or the answer is no
    #[arg(long, value_name = "RUN")]
    pub against: Option<String>,

    /// Where stored runs are
    #[arg(long, value_name = "DIR", default_value = "store", value_parser = path())]
    pub store: Utf8PathBuf,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  harness trace experiments/efficient.yaml --cell topology=n12-tree,relay-to-master=on
  harness trace experiments/quick.yaml --cell topology=star --value 7 --svg life.svg
  harness trace experiments/partition.yaml --seed 3 --value 500 --svg cut.svg
  harness trace experiments/quick.yaml --cell topology=n12-tree --against quick";
