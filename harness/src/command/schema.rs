//! `harness schema`: the experiment file's shape, for editors.

use anyhow::Context as _;
use camino::Utf8Path;

use crate::artifact::Toolchain;
use crate::console::Console;
use crate::exit::ExitStatus;
use crate::spec;

/// The whole verb. Features are those of the node in the workspace around the current directory.
pub(super) fn schema(console: &Console) -> anyhow::Result<ExitStatus> {
    let toolchain = Toolchain::around(Utf8Path::new("")).context("cannot tell which directory this is")?;
    let schema = spec::schema(&toolchain.known_features());
    let text = serde_json::to_string_pretty(&schema).context("the schema is no JSON")?;
    console.answer(&format!("{text}\n")).context("cannot write the schema")?;
    Ok(ExitStatus::Yes)
}
