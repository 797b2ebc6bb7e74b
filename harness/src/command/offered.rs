//! What `harness test --topology` has offered to the nodes: one of Maelstrom's, or `EXPERIMENT:NAME`, one that an experiment draws.
//!
//! Absent: how it is drawn ([`crate::spec`]).

use camino::Utf8Path;
use engine::{Custom, Topology};

use super::request::one_of;
use crate::artifact::Toolchain;
use crate::spec::Spec;

/// The topology that a command line names.
pub(super) fn topology(text: &str) -> Result<Topology, String> {
    match text.rsplit_once(':') {
        None => one_of(text, &Topology::NAMED).map_err(|expected| format!("{expected}; {DRAWN}")),
        Some((file, name)) => drawn(Utf8Path::new(file), name).map(Topology::Custom),
    }
}

/// What is wrong with offering it to these nodes, if anything.
pub(super) fn unfit(topology: &Topology, nodes: &[String]) -> Option<String> {
    let Topology::Custom(custom) = topology else { return None };
    let what = match custom.strangers(nodes) {
        (extra, missing) if extra.is_empty() && missing.is_empty() => return None,
        (_, missing) if !missing.is_empty() => format!("lacks `{}`, which is a node of the test", missing[0]),
        (extra, _) => format!("has `{}`, which is no node of the test", extra[0]),
    };
    let drawn = custom.neighbours.len();
    Some(format!(
        "the topology `{}` {what}: it is drawn for {drawn} nodes; say `--node-count {drawn}`, or name them",
        custom.name
    ))
}

fn drawn(file: &Utf8Path, name: &str) -> Result<Custom, String> {
    let toolchain = Toolchain::around(file).map_err(|error| error.to_string())?;
    let spec =
        Spec::load(file, &toolchain.known_features()).map_err(|error| format!("expected {DRAWN}, but\n{error}"))?;
    let found = spec.drawn().find(|custom| custom.name == name).cloned();
    found.ok_or_else(|| format!("`{file}` draws no topology `{name}`"))
}

const DRAWN: &str = "or EXPERIMENT:NAME for one that an experiment draws";
