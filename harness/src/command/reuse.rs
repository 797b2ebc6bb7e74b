//! What need not be run again, and what every new result is addressed by.
//!
//! Absent: where results lie ([`crate::store`]).

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::ready::{Nodes, Ready};
use super::schedule::Run;
use crate::artifact::identity;
use crate::backend::Backend;
use crate::console::Console;
use crate::outcome::{EngineId, Provenance, Record};
use crate::plan::{Cell, EngineChoice, NodeSource, Plan};
use crate::sources;
use crate::store::{Draft, Key, Known, Recipe, Reusable, Wanted};
use crate::words::counted;

/// What the results of a command are addressed by, and those that the store has already.
#[derive(Debug)]
pub(crate) struct Addresses {
    engine: EngineId,
    rules: &'static str,
    /// What identifies each node; those that nothing identifies are not here.
    nodes: BTreeMap<NodeSource, String>,
    /// A digest of the sources of this project's node.
    sources: Option<String>,
    known: Known,
}

impl Addresses {
    /// The addresses of these nodes' results under this engine. `sources` is a digest of what this project's node was made
    /// from; `apart` names files that are no part of a node, wherever they lie.
    pub(crate) fn of(backend: &dyn Backend, nodes: &Nodes, sources: Option<String>, apart: &[Utf8PathBuf]) -> Self {
        let apart: Vec<Utf8PathBuf> = apart.iter().filter_map(|path| path.canonicalize_utf8().ok()).collect();
        let identified = nodes.iter().filter_map(|(source, ready)| {
            let identity = match (source, ready) {
                // Its sources are among the engine's rules, and the features tell its variants apart.
                (_, Ready::Machine { label, .. }) => label.clone(),
                (NodeSource::Crate { .. }, Ready::Program(built)) => built.sha256.clone(),
                (NodeSource::Bin { args, .. }, Ready::Program(built)) => identity(&built.bin, args, &apart)?,
            };
            Some((source.clone(), identity))
        });
        let nodes = identified.collect();
        Self { engine: backend.id(), rules: backend.rules(), nodes, sources, known: Known::default() }
    }

    /// Looks for what the store has already of these runs, and says what it finds.
    pub(crate) fn look(&mut self, store: &Utf8Path, runs: &[Run<'_>], wanted: Wanted, console: &Console) {
        self.look_silently(store, runs, wanted);
        let reused = runs.iter().filter(|run| self.reusable(run).is_some()).count();
        if reused > 0 {
            let some = if reused == runs.len() { "all" } else { &format!("{reused} of") };
            let all = counted(runs.len(), "result");
            console.say(&format!("reused: {some} {all} from `{store}`, measured before (`--fresh` measures anew)"));
        }
    }

    /// The same, and says nothing.
    pub(crate) fn look_silently(&mut self, store: &Utf8Path, runs: &[Run<'_>], wanted: Wanted) {
        let keys: BTreeSet<Key> = runs.iter().filter_map(|run| self.key(run.cell, run.repetition)).collect();
        self.known = Known::look(store, &keys, wanted);
    }

    /// The result that makes a run needless.
    pub(crate) fn reusable(&self, run: &Run<'_>) -> Option<&Reusable> {
        self.known.get(&self.key(run.cell, run.repetition)?)
    }

    /// Writes down what a result is addressed by.
    pub(crate) fn sign(&self, run: &Run<'_>, provenance: Provenance) -> Provenance {
        let is_ours = matches!(run.cell.node, NodeSource::Crate { .. });
        Provenance {
            key: self.key(run.cell, run.repetition).map(|key| key.to_string()),
            sources: self.sources.clone().filter(|_| is_ours),
            ..provenance
        }
    }

    /// What else to know of the results by now: the node may have changed while they were made.
    pub(crate) fn remarks(&self, workspace: Option<&Utf8Path>) -> Vec<String> {
        let is_linked = self.engine.name == "simulated";
        let text = if is_linked { OLD_PROGRAM } else { OLD_NODE };
        outdated(self.sources.as_deref(), workspace).then(|| text.to_owned()).into_iter().collect()
    }

    fn key(&self, cell: &Cell, repetition: u32) -> Option<Key> {
        let options = &cell.options_of(repetition);
        let node = self.nodes.get(&cell.node)?;
        Some(Recipe { options, engine: &self.engine, rules: self.rules, node, args: cell.node.args() }.key())
    }
}

/// A result as this run's, with a note of where it was measured.
pub(crate) fn adopted(experiment: &str, run: &Run<'_>, from: &Reusable) -> Record {
    let mut provenance = from.record.provenance.clone();
    provenance.reused.get_or_insert_with(|| from.run.clone());
    Record {
        format: Record::FORMAT,
        experiment: experiment.to_owned(),
        cell: run.cell.name.clone(),
        axes: run.cell.axes.clone(),
        repetition: run.repetition,
        options: from.record.options.clone(),
        provenance,
        outcome: from.record.outcome.clone(),
    }
}

/// The same with its raw files, as far as they are still there.
pub(crate) fn adopted_whole(experiment: &str, run: &Run<'_>, from: &Reusable, draft: &Draft) -> Option<Record> {
    draft.take_files(from).ok()?;
    Some(adopted(experiment, run, from))
}

/// Whether this project's node is no longer what it was when results were made with it: its sources lie in `workspace`, and
/// `made_of` is their digest of then. Without either nobody can tell, and nothing is said.
pub(crate) fn outdated(made_of: Option<&str>, workspace: Option<&Utf8Path>) -> bool {
    let now = workspace.and_then(|root| sources::digest(root.as_std_path(), &sources::NODE).ok());
    made_of.zip(now.as_deref()).is_some_and(|(made_of, now)| made_of != now)
}

/// The workspace around a directory that this project's node lies in.
pub(crate) fn workspace(directory: &Utf8Path) -> Option<&Utf8Path> {
    directory.ancestors().find(|root| sources::NODE.iter().all(|part| root.join(part).exists()))
}

/// What this project's node is made from: the one inside this program, or the one that is about to be built.
pub(crate) fn made_of(plan: &Plan, workspace: Option<&Utf8Path>) -> Option<String> {
    match plan.engine {
        EngineChoice::Simulated => Some(LINKED.to_owned()),
        _ => workspace.and_then(|root| sources::digest(root.as_std_path(), &sources::NODE).ok()),
    }
}

/// What the node inside this program was made from.
const LINKED: &str = env!("HARNESS_NODE");

const OLD_PROGRAM: &str = "the sources of the node have changed since this program was built, and the node inside it is \
                           the old one; `cargo build --release -p harness` brings it up to date";

const OLD_NODE: &str = "the sources of the node have changed since it was built; these figures are of the old ones";
