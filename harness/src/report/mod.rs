//! Runs of experiments as one page of HTML that needs nothing else: no network, no script, no file beside it. Value → text,
//! pure.
//!
//! A page begins with the answer, then shows what it rests on, from the table to where every figure comes from. Absent:
//! reading anything ([`crate::measured`], [`crate::latencies`]), and judgement ([`crate::gate`]).

mod clients;
#[cfg(test)]
mod contrast;
mod distribution;
mod held;
mod overview;
pub(crate) mod picture;
pub(crate) mod plain;
mod plot;
mod possible;
mod provenance;
mod published;
mod scatter;
mod series;
mod spread;
mod table;
mod topology;
mod verdict;

use std::collections::BTreeMap;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use self::series::Cast;
use crate::exit::ExitStatus;
use crate::latencies::Latencies;
use crate::measured::Measured;
use crate::render::Summary;

/// One run of an experiment, as a page shows it.
#[derive(Debug)]
pub(crate) struct Shown<'a> {
    /// What is stored of it.
    pub(crate) measured: &'a Measured,
    /// The same, judged.
    pub(crate) summary: Summary<'a>,
    /// By cell: every latency of the one run that is farthest off, where they can still be told.
    pub(crate) latencies: BTreeMap<&'a str, Latencies>,
}

/// The whole page. `made` is when and by which program.
pub(crate) fn page(runs: &[Shown<'_>], made: &str) -> String {
    let is_single = runs.len() == 1;
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title(runs)) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    @if !is_single { (overview::section(runs)) }
                    @for (place, run) in runs.iter().enumerate() { (one(run, place, is_single)) }
                }
                footer { p { (made) } }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    markup.into_string() + "\n"
}

/// Everything of one run.
fn one(run: &Shown<'_>, place: usize, is_single: bool) -> Markup {
    let cast = Cast::of(&run.summary);
    html! {
        article id={ "run-" (place + 1) } {
            (verdict::section(run, is_single))
            (table::section(run))
            (possible::section(run, &cast))
            (distribution::section(run, &cast))
            (spread::section(run, &cast))
            (clients::section(run, &cast))
            (topology::section(run))
            (provenance::section(run))
        }
    }
}

fn title(runs: &[Shown<'_>]) -> String {
    let named = |run: &Shown<'_>| format!("{}: {}", run.summary.about.experiment, word(&run.summary));
    runs.iter().map(named).collect::<Vec<_>>().join(" · ")
}

/// The answer in a word. Where no cell is required nothing was asked.
fn word(summary: &Summary<'_>) -> &'static str {
    match summary.status {
        ExitStatus::Yes if summary.rows.iter().all(|row| !row.cell.required) => "measured",
        ExitStatus::Yes => "pass",
        ExitStatus::No => "fail",
        ExitStatus::Unknown | ExitStatus::Interrupted => "not known",
    }
}

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

#[cfg(test)]
mod tests;
