//! `harness schema`: its flags, which are none.

use clap::Args;

/// `harness schema`
#[derive(Clone, Copy, Debug, Args)]
pub struct SchemaArgs {}

pub(super) const EXAMPLES: &str = "\
Examples:
  harness schema > experiment.schema.json

An experiment beside that file names it in its first line, and editors complete and check it:
  # yaml-language-server: $schema=./experiment.schema.json";
