//! This program itself, built from the sources around it: the simulated engine's nodes are inside.
//!
//! Absent: node binaries, which are built apart.

use camino::{Utf8Path, Utf8PathBuf};

use super::{BuildError, Toolchain, executable};
use crate::process::Invocation;

impl Toolchain {
    /// Builds the harness of this workspace as this program was built, and gives its path. `cells` need its node.
    pub(crate) fn harness(&self, root: &Utf8Path, cells: &[String]) -> Result<Utf8PathBuf, BuildError> {
        let profile = if cfg!(debug_assertions) { "dev" } else { "release" };
        let command = [
            &["build", "--quiet", "--profile", profile, "--package", "harness", "--bin", "harness"][..],
            &["--message-format=json-render-diagnostics"],
        ]
        .concat();
        let stdout = self.cargo(root, &command, cells)?;
        executable(&stdout, "harness").ok_or_else(|| BuildError::Cargo {
            command: Invocation::new(&self.cargo, command).to_string(),
            status: "no executable".to_owned(),
            cells: cells.to_vec(),
            output: "it ended well, but named no binary `harness`".to_owned(),
        })
    }
}
