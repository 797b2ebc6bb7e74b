//! The node of every cell, ready to be run: built as a program, or a machine that this program brings.

use std::collections::BTreeMap;

use anyhow::{Context as _, bail};
use camino::{Utf8PathBuf, absolute_utf8};
use node::Config;

use crate::artifact::{self, Built, Toolchain};
use crate::backend::Tested;
use crate::console::Console;
use crate::plan::{Cell, EngineChoice, NodeSource, Plan};

/// The node of every cell, by its source.
pub(crate) type Nodes = BTreeMap<NodeSource, Ready>;

/// A node that can be run.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Ready {
    /// This project's, inside this program.
    Machine {
        /// What it does.
        config: Config,
        /// As the user knows it: the features that name its configuration.
        label: String,
        /// SHA-256 of this program.
        sha256: String,
    },
    /// A program of its own.
    Program(Built),
}

impl Ready {
    /// As the user knows it.
    pub(crate) fn label(&self) -> &str {
        match self {
            Self::Machine { label, .. } => label,
            Self::Program(built) => &built.label,
        }
    }

    /// SHA-256 of the program that it is, or that it is in.
    pub(crate) fn sha256(&self) -> &str {
        match self {
            Self::Machine { sha256, .. } => sha256,
            Self::Program(built) => &built.sha256,
        }
    }

    /// The node as an engine takes it. A program leaves files, so it needs a directory.
    pub(crate) fn tested<'a>(
        &'a self,
        source: &'a NodeSource,
        directory: Option<Utf8PathBuf>,
    ) -> anyhow::Result<Tested<'a>> {
        Ok(match self {
            Self::Machine { config, .. } => Tested::Machine { config: *config, directory },
            Self::Program(Built { bin, .. }) => Tested::Program {
                bin,
                args: source.args(),
                directory: directory.context("a program needs a directory for its files")?,
            },
        })
    }
}

/// Makes the nodes of a plan ready for its engine: nothing is built for the simulated one.
pub(super) fn nodes(plan: &Plan, toolchain: &Toolchain, console: &Console) -> anyhow::Result<Nodes> {
    if plan.engine == EngineChoice::Simulated {
        let program = std::env::current_exe().context("cannot tell where this program is")?;
        let program = absolute_utf8(program).context("this program's own path is not text")?;
        let sha256 = artifact::file_digest(&program)?;
        return plan.cells.iter().map(|cell| Ok((cell.node.clone(), machine(&cell.node, &sha256)?))).collect();
    }
    let built = toolchain.build(plan, &mut |what| console.say(what))?;
    Ok(built.into_iter().map(|(source, built)| (source, Ready::Program(built))).collect())
}

/// What the machine of a cell does, if the simulated engine can run the cell.
pub(super) fn config(cell: &Cell) -> anyhow::Result<Config> {
    can_be(cell).context("this cannot be simulated")?;
    configured(&cell.node)
}

/// The nodes of a plan that are ready as it is, without a build.
pub(super) fn kept(plan: &Plan, toolchain: &Toolchain, console: &Console) -> anyhow::Result<Nodes> {
    if plan.engine == EngineChoice::Simulated {
        return nodes(plan, toolchain, console);
    }
    Ok(toolchain.kept(plan).into_iter().map(|(source, built)| (source, Ready::Program(built))).collect())
}

/// Why the simulated engine cannot run a plan, if it cannot.
pub(super) fn can_be_simulated(plan: &Plan) -> anyhow::Result<()> {
    plan.cells.iter().try_for_each(can_be)
}

fn can_be(cell: &Cell) -> anyhow::Result<()> {
    match &cell.node {
        NodeSource::Bin { path, .. } => bail!(
            "cell `{}` runs the program `{path}`, which has a clock of its own and cannot be moved to virtual time; \
             use `--engine embedded`, or `node: {{crate: node}}`",
            cell.name
        ),
        NodeSource::Crate { .. } => Ok(()),
    }
}

fn machine(source: &NodeSource, sha256: &str) -> anyhow::Result<Ready> {
    let config = configured(source)?;
    let NodeSource::Crate { features, .. } = source else { bail!(NO_MACHINE) };
    let features: Vec<&str> = features.iter().map(String::as_str).collect();
    let label = if features.is_empty() { "node".to_owned() } else { format!("node [{}]", features.join(", ")) };
    Ok(Ready::Machine { config, label, sha256: sha256.to_owned() })
}

fn configured(source: &NodeSource) -> anyhow::Result<Config> {
    let config = source.config().context(NO_MACHINE)?;
    config.map_err(anyhow::Error::msg).context("this program's node cannot do what the experiment asks for")
}

const NO_MACHINE: &str = "a program is no machine";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn every_cell_of_a_plan_has_its_machine() {
        let mut plan = sample::plan(1);
        plan.engine = EngineChoice::Simulated;
        assert!(can_be_simulated(&plan).is_ok());
        let nodes = nodes(&plan, &Toolchain::around(camino::Utf8Path::new(".")).unwrap(), &Console::new()).unwrap();
        let star = &nodes[&plan.cells[2].node];
        assert_eq!((star.label(), star.sha256().len()), ("node [topology-star]", 64));
        let tested = star.tested(&plan.cells[2].node, None).unwrap();
        assert!(
            matches!(tested, Tested::Machine { config, directory: None } if config == Config::named(&["topology-star"]).unwrap())
        );
    }

    #[test]
    fn what_has_a_clock_of_its_own_is_refused_with_the_way_out() {
        let mut plan = sample::plan(1);
        plan.cells[3].node = NodeSource::Bin { path: "./flood".into(), args: Vec::new() };
        let error = can_be_simulated(&plan).unwrap_err().to_string();
        assert!(error.contains("`./flood`") && error.contains("a clock of its own"), "{error}");
        assert!(error.contains(&plan.cells[3].name) && error.contains("--engine embedded"), "{error}");
        plan.cells[3].node = NodeSource::Crate { features: [].into(), args: vec!["-v".into()] };
        assert!(can_be_simulated(&plan).is_ok());
        let error = format!("{:#}", machine(&plan.cells[3].node, "00ff").unwrap_err());
        assert!(error.contains("node has no argument `-v`"), "{error}");
    }

    #[test]
    fn a_program_needs_a_directory() {
        let program = Ready::Program(Built { bin: "/bin/node".into(), sha256: "00ff".into(), label: "node".into() });
        let source = NodeSource::Bin { path: "node".into(), args: vec!["-v".into()] };
        assert!(program.tested(&source, None).is_err());
        let tested = program.tested(&source, Some("run".into())).unwrap();
        assert!(matches!(tested, Tested::Program { args, directory, .. } if args == ["-v"] && directory == "run"));
    }
}
