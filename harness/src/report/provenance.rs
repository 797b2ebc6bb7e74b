//! Where a run's figures come from, and the command that makes them again.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::Shown;
use crate::shell;
use crate::words::counted;

pub(super) fn section(run: &Shown<'_>) -> Markup {
    let about = run.summary.about;
    let records = || run.measured.records.iter();
    let nodes: BTreeSet<(&str, &str)> =
        records().map(|record| (record.provenance.node.as_str(), record.provenance.node_digest.as_str())).collect();
    let programs: BTreeSet<&str> = records().map(|record| record.provenance.harness.as_str()).collect();
    let seconds: f64 = records().map(|record| record.outcome.wall_seconds).sum();
    let is_repeatable = about.engine.name == "simulated" && about.repeat > 1;
    let first = about.cells.first().filter(|_| is_repeatable);
    let alone = first.and_then(|cell| about.replay(&cell.cell, cell.options.seed));
    html! {
        section {
            h2 { "Where this comes from" }
            p { "To make it again" @if let Some(git) = &about.git { ", at commit " code { (git) } } ":" }
            pre.command { (shell::line(&about.command)) }
            @if let Some(git) = &about.git { @if git.ends_with("-dirty") {
                p.flag { "! The sources had changes that no commit has: the same command at that commit may give other figures." }
            } }
            @if let Some(alone) = alone {
                p.muted { "One run of it alone, with its history: " code { (alone) } }
            }
            dl {
                dt { "experiment" } dd { (about.experiment) ", " (counted(about.cells.len(), "cell")) @if about.repeat > 1 { ", each run " (about.repeat) " times" } }
                dt { "engine" } dd { (about.engine.name) " " (about.engine.version) }
                dt { "harness" } dd { (programs.into_iter().collect::<Vec<_>>().join(", ")) }
                dt { "machine" } dd { (about.host) }
                dt { "begun" } dd { (about.started) }
                dt { "measured" } dd { (counted(records().count(), "run")) ", " (format!("{seconds:.1}")) " s, one after the other" }
                dt { "results" } dd { code { (run.measured.directory) } }
            }
            @if !nodes.is_empty() {
                details {
                    summary { (counted(nodes.len(), "node")) ", with SHA-256" @if about.engine.name == "simulated" { " of the program that they are a part of" } }
                    ul { @for (node, digest) in nodes { li { code { (node) } " " code.digest { (digest) } } } }
                }
            }
        }
    }
}
