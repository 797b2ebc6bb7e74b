//! `harness topology`: graphs drawn and measured, and the tutorial's claim about its own.

use std::fs;

use anyhow::Context as _;

use crate::cli::{Format, TopologyArgs};
use crate::console::Console;
use crate::exit::ExitStatus;
use crate::render::graph::{self, claim, svg};
use crate::topology::Graph;
use crate::topology::claim::Board;

/// The whole verb.
pub(super) fn topology(args: &TopologyArgs, console: &Console) -> anyhow::Result<ExitStatus> {
    let text = match (&args.name, args.claim) {
        (_, true) => claimed(args.format)?,
        (Some(name), false) => one(name, args)?,
        (None, false) => all(args)?,
    };
    console.answer(&text).context("cannot write the answer")?;
    Ok(ExitStatus::Yes)
}

fn one(name: &str, args: &TopologyArgs) -> anyhow::Result<String> {
    let graph = Graph::named(name, args.nodes, args.root)?;
    if let Some(file) = &args.svg {
        fs::write(file, svg::svg(&graph)).with_context(|| format!("cannot write the picture `{file}`"))?;
    }
    Ok(match args.format {
        Format::Json => format!("{:#}\n", graph::data(&graph, args.latency)),
        Format::Table => graph::text(&graph, args.latency),
    })
}

fn all(args: &TopologyArgs) -> anyhow::Result<String> {
    let graphs = Graph::names().map(|name| Graph::named(name, args.nodes, None)).collect::<Result<Vec<_>, _>>()?;
    Ok(match args.format {
        Format::Json => {
            let data: Vec<_> = graphs.iter().map(|graph| graph::data(graph, args.latency)).collect();
            format!("{}\n", serde_json::to_string_pretty(&data)?)
        }
        Format::Table => graph::overview(&graphs, args.latency),
    })
}

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
