//! `harness man`: its flags.

use camino::Utf8PathBuf;
use clap::{Args, ValueHint};

use super::path;

/// `harness man`
#[derive(Clone, Debug, Args)]
pub struct ManArgs {
    /// Where the pages of all verbs are written; without it the program's own goes to standard output
    #[arg(value_parser = path(), value_hint = ValueHint::DirPath)]
    pub directory: Option<Utf8PathBuf>,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  harness man | man -l -                       read it now
  harness man ~/.local/share/man/man1          then: man harness, man harness-run";
