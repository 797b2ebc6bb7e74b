//! Node binaries, ready to run: each found or built, and known by its digest, before the first test starts.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;

use anyhow::{Context as _, bail};
use camino::Utf8Path;

use super::schedule::Node;
use crate::plan::{NodeSource, Plan};
use crate::provenance;

/// The node of every cell, by its source.
pub(super) type Nodes = BTreeMap<NodeSource, Node>;

/// A source as the user knows it: the binary's path, or the node's features.
pub(super) fn name(source: &NodeSource) -> String {
    match source {
        NodeSource::Bin { path, .. } => path.to_string(),
        NodeSource::Crate { features, .. } if features.is_empty() => "node without features".into(),
        NodeSource::Crate { features, .. } => {
            format!("node with {}", features.iter().map(String::as_str).collect::<Vec<_>>().join(", "))
        }
    }
}

/// Finds the nodes of these cells that are binaries of the user's own. A missing one concerns the whole experiment: the
/// user has not yet built what is to be compared.
pub(super) fn found(plan: &Plan) -> anyhow::Result<Nodes> {
    let mut nodes = Nodes::new();
    for cell in &plan.cells {
        if let NodeSource::Bin { path, args } = &cell.node
            && !nodes.contains_key(&cell.node)
        {
            let node =
                binary(path, args, name(&cell.node)).with_context(|| format!("cell `{}` has no node", cell.name))?;
            nodes.insert(cell.node.clone(), node);
        }
    }
    Ok(nodes)
}

/// The binary at a path, if it can be run.
pub(super) fn binary(path: &Utf8Path, args: &[String], name: String) -> anyhow::Result<Node> {
    let metadata = path.metadata().with_context(|| format!("no binary at `{path}`"))?;
    if !metadata.is_file() {
        bail!("`{path}` is not a file, but a node binary is expected there");
    }
    if metadata.permissions().mode() & 0o111 == 0 {
        bail!("`{path}` is not executable; `chmod +x {path}` makes it so");
    }
    let bin = path.canonicalize_utf8().with_context(|| format!("`{path}` has no absolute path"))?;
    let digest = provenance::digest(&bin).with_context(|| format!("cannot read `{path}`"))?;
    Ok(Node { bin, args: args.to_vec(), name, digest })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use camino::Utf8PathBuf;

    use super::*;
    use crate::sample;

    /// A plan of six cells that all run this binary.
    fn plan_of(path: &Utf8Path) -> Plan {
        let mut plan = sample::plan(1);
        let node = NodeSource::Bin { path: path.to_owned(), args: vec!["-v".into()] };
        plan.cells.iter_mut().for_each(|cell| cell.node = node.clone());
        plan
    }

    #[test]
    fn a_binary_is_looked_at_before_the_first_run() {
        let directory = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(directory.path().join("node")).unwrap();
        let problem = || format!("{:#}", found(&plan_of(&path)).unwrap_err());
        assert!(
            problem().starts_with("cell `topology=grid,relay-to-master=off` has no node: no binary at"),
            "{}",
            problem()
        );
        fs::create_dir(&path).unwrap();
        assert!(problem().contains("is not a file"), "{}", problem());
        fs::remove_dir(&path).unwrap();
        fs::write(&path, "abc").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(problem().contains("chmod +x"), "{}", problem());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        let nodes = found(&plan_of(&path)).unwrap();
        let node = nodes.values().next().unwrap();
        assert_eq!((nodes.len(), node.args.as_slice()), (1, ["-v".to_owned()].as_slice()));
        assert!(node.bin.is_absolute() && node.digest.starts_with("ba7816bf"));
    }
}
