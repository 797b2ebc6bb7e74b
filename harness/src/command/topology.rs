//! `harness topology`: graphs drawn and measured, and the tutorial's claim about its own.

use std::fs;

use anyhow::{Context as _, bail, ensure};
use camino::Utf8Path;
use engine::{Custom, Options};

use crate::artifact::Toolchain;
use crate::cli::{Format, TopologyArgs};
use crate::console::Console;
use crate::exit::ExitStatus;
use crate::render::graph::{self, claim, svg};
use crate::spec::Spec;
use crate::topology::Graph;
use crate::topology::claim::Board;
use crate::words;

/// The whole verb.
pub(super) fn topology(args: &TopologyArgs, console: &Console) -> anyhow::Result<ExitStatus> {
    let text = match (&args.of, &args.name) {
        _ if args.claim => claimed(args.format)?,
        (Some(experiment), Some(name)) => drawn(experiment, name, args)?,
        (Some(experiment), None) => all_drawn(experiment, args)?,
        (None, Some(name)) => shown(&Graph::named(name, args.nodes, args.root)?, args)?,
        (None, None) => all(args)?,
    };
    console.answer(&text).context("cannot write the answer")?;
    Ok(ExitStatus::Yes)
}

fn shown(graph: &Graph, args: &TopologyArgs) -> anyhow::Result<String> {
    if let Some(file) = &args.svg {
        fs::write(file, svg::svg(graph)).with_context(|| format!("cannot write the picture `{file}`"))?;
    }
    Ok(match args.format {
        Format::Json => format!("{:#}\n", graph::data(graph, args.latency)),
        Format::Table => graph::text(graph, args.latency),
    })
}

fn all(args: &TopologyArgs) -> anyhow::Result<String> {
    let graphs = Graph::names().map(|name| Graph::named(name, args.nodes, None)).collect::<Result<Vec<_>, _>>()?;
    listed(&graphs, args)
}

fn listed(graphs: &[Graph], args: &TopologyArgs) -> anyhow::Result<String> {
    Ok(match args.format {
        Format::Json => {
            let data: Vec<_> = graphs.iter().map(|graph| graph::data(graph, args.latency)).collect();
            format!("{}\n", serde_json::to_string_pretty(&data)?)
        }
        Format::Table => graph::overview(graphs, args.latency),
    })
}

/// One that an experiment draws. Its nodes may have any names, and are drawn by their places.
fn drawn(experiment: &Utf8Path, name: &str, args: &TopologyArgs) -> anyhow::Result<String> {
    let spec = read(experiment)?;
    let Some(custom) = spec.drawn().find(|custom| custom.name == name) else {
        let names: Vec<String> = spec.drawn().map(|custom| custom.name.clone()).collect();
        bail!(
            "`{experiment}` draws no topology `{name}`; {}",
            if names.is_empty() { NONE.to_owned() } else { known(&names) }
        );
    };
    let nodes = in_order(custom, spec.nodes());
    let text = shown(&Graph::drawn(custom, &nodes, args.root)?, args)?;
    let places = Options::numbered_nodes(u32::try_from(nodes.len()).context("nodes are numbered")?);
    if args.format == Format::Json || nodes == places {
        return Ok(text);
    }
    let names: Vec<String> = places.iter().zip(&nodes).map(|(place, name)| format!("{place} is `{name}`")).collect();
    Ok(format!("{text}\n{}\n", names.join(", ")))
}

fn all_drawn(experiment: &Utf8Path, args: &TopologyArgs) -> anyhow::Result<String> {
    let spec = read(experiment)?;
    let graph = |custom| Graph::drawn(custom, &in_order(custom, spec.nodes()), None);
    let graphs = spec.drawn().map(graph).collect::<Result<Vec<_>, _>>()?;
    ensure!(!graphs.is_empty(), "`{experiment}` draws no topology; {NONE}");
    listed(&graphs, args)
}

fn read(experiment: &Utf8Path) -> anyhow::Result<Spec> {
    let toolchain = Toolchain::around(experiment).context("cannot tell which directory this is")?;
    Ok(Spec::load(experiment, &toolchain.known_features())?)
}

fn known(names: &[String]) -> String {
    format!("it has {}", words::listed(names))
}

/// A drawing's nodes in the cluster's order: the test's, if it is drawn for that, else by number, else by name.
fn in_order(custom: &Custom, of_the_test: &[String]) -> Vec<String> {
    let drawn: Vec<String> = custom.neighbours.keys().cloned().collect();
    let numbered = Options::numbered_nodes(u32::try_from(drawn.len()).unwrap_or(u32::MAX));
    let fits =
        |nodes: &[String]| nodes.len() == drawn.len() && nodes.iter().all(|name| custom.neighbours.contains_key(name));
    [of_the_test, &numbered].into_iter().find(|nodes| fits(nodes)).map_or(drawn.clone(), <[String]>::to_vec)
}

const NONE: &str = "one is drawn so: `topologies: {mine: {n0: [n1], n1: [n0]}}`";

/// Within 4 hops of the root, which is what the claim says, and within 5, which is what it may be read to say.
fn claimed(format: Format) -> anyhow::Result<String> {
    let tutorial = Graph::named("n12-tree", 25, None)?;
    let board = Board::new(5, 5);
    let within = [4, 5].map(|hops| (hops, board.best_of_all(hops)));
    Ok(match format {
        Format::Json => format!("{:#}\n", claim::data(&tutorial, &within)),
        Format::Table => claim::text(&tutorial, &within),
    })
}
