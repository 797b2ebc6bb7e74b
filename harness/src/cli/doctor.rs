//! `harness doctor`: its flags.

use camino::Utf8PathBuf;
use clap::Args;

use super::path;

/// `harness doctor`
#[derive(Clone, Debug, Args)]
pub struct DoctorArgs {
    /// Maelstrom's launcher or its directory, if it is somewhere unusual
    #[arg(long, value_name = "PATH", value_parser = path())]
    pub maelstrom: Option<Utf8PathBuf>,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  harness doctor
  harness doctor --maelstrom ~/maelstrom";
