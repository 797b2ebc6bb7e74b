//! `harness init`: its flags.

use camino::Utf8PathBuf;
use clap::{Args, ValueHint};

use super::path;

/// `harness init`
#[derive(Clone, Debug, Args)]
pub struct InitArgs {
    /// The file to write; it must not exist
    #[arg(default_value = "experiment.yaml", value_parser = path(), value_hint = ValueHint::FilePath)]
    pub file: Utf8PathBuf,

    /// A program of your own to test, in any language [default: ./my-node, unless this is a clone of the project]
    #[arg(long, value_name = "PATH", value_parser = path(), conflicts_with = "own", value_hint = ValueHint::ExecutablePath)]
    pub bin: Option<Utf8PathBuf>,

    /// Test this project's node and its features [default in a clone of the project]
    #[arg(long = "crate", id = "own")]
    pub own: bool,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  harness init                                 experiment.yaml, with every key explained
  harness init mine.yaml --bin ./my-node       for a program of your own
  harness init experiments/mine.yaml --crate   for this project's node
  harness run mine.yaml                        and then";
