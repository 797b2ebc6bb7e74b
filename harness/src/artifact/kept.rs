//! Nodes that are there already, before anything is built.

use std::collections::BTreeMap;

use super::{Built, Copy, Toolchain, existing, file_digest};
use crate::plan::{NodeSource, Plan};

impl Toolchain {
    /// The binaries that [`Self::build`] would find rather than make. What is missing or wrong is for it to say.
    pub(crate) fn kept(&self, plan: &Plan) -> BTreeMap<NodeSource, Built> {
        let is_ours = |source: &NodeSource| matches!(source, NodeSource::Crate { .. });
        let wants_workspace = plan.cells.iter().any(|cell| is_ours(&cell.node));
        let workspace = || self.workspace(&[])?.with_digest(self);
        let workspace = wants_workspace.then(workspace).and_then(Result::ok);
        let mut kept = BTreeMap::new();
        for cell in plan.cells.iter().filter(|cell| !is_ours(&cell.node) || workspace.is_some()) {
            if kept.contains_key(&cell.node) {
                continue;
            }
            let found = match (&cell.node, &workspace) {
                (NodeSource::Crate { features, .. }, Some(workspace)) => {
                    let Copy { bin, label, .. } = Copy::of(workspace, features);
                    file_digest(&bin).ok().map(|sha256| Built { bin, sha256, label })
                }
                (NodeSource::Crate { .. }, None) => None,
                (NodeSource::Bin { path, .. }, _) => existing(path, &[]).ok(),
            };
            kept.extend(found.map(|built| (cell.node.clone(), built)));
        }
        kept
    }
}
