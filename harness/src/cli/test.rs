//! `harness test`: everything behind it is Maelstrom's, and read elsewhere.

use std::ffi::OsString;

use clap::Args;

/// `harness test`
#[derive(Clone, Debug, Args)]
pub struct TestArgs {
    /// Maelstrom's flags; see `harness test --help`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, num_args = 0.., value_name = "MAELSTROM'S FLAGS")]
    pub arguments: Vec<OsString>,
}
