//! `harness import`: its flags.
//!
//! Absent: what they do ([`crate::command`]).

use camino::Utf8PathBuf;
use clap::Args;

use super::path;

/// `harness import`
#[derive(Clone, Debug, Args)]
pub struct ImportArgs {
    /// Directories that Maelstrom or `harness test` left, with results.edn or history.edn; or directories with such below
    #[arg(required = true, value_parser = path())]
    pub directory: Vec<Utf8PathBuf>,

    /// The experiment that the results become a run of [default: from the directory's name]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,

    /// Where results are kept
    #[arg(long, value_name = "DIR", default_value = "store", value_parser = path())]
    pub store: Utf8PathBuf,

    /// The command line that the tests were run with, for results that do not tell: after `--`, Maelstrom's own flags
    #[arg(last = true, value_name = "FLAGS")]
    pub flags: Vec<String>,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  harness import ~/maelstrom/store/broadcast/latest --name official
  harness import ~/maelstrom/store/broadcast            every test in it, a cell each
  harness import old-results -- -w broadcast --node-count 25 --rate 100 --latency 100
                                                        what was asked for, where nothing else tells
  harness compare official efficient                    then as any other run";
