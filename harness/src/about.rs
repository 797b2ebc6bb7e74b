//! What a run of an experiment was meant to be, kept beside its results as `experiment.json`: enough to judge, compare and
//! show them without the experiment's file.
//!
//! Absent: results ([`crate::outcome`]).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::limit::{JudgedBy, Limit};
use crate::outcome::EngineId;
use crate::plan::{Cell, EngineChoice, NodeSource, Plan};
use crate::shell;

/// One run of an experiment, before anything was measured. The stored form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct About {
    /// The version of this form: [`About::FORMAT`].
    pub format: u32,
    /// The experiment's name.
    pub experiment: String,
    /// What it is about, in the user's words; may be empty.
    pub description: String,
    /// The engine that judges.
    pub engine: EngineId,
    /// The command as the user typed it.
    pub command: Vec<String>,
    /// The commit checked out where the harness ran, with `-dirty` if files were changed; absent outside git.
    pub git: Option<String>,
    /// The machine: name, system and cores.
    pub host: String,
    /// When it began, RFC 3339.
    pub started: String,
    /// The names of the matrix's axes, in the file's order.
    pub axes: Vec<String>,
    /// What each required cell must keep.
    pub limits: Vec<Limit>,
    /// How often each cell is run.
    pub repeat: u32,
    /// Which value over the repetitions the limits are held against.
    pub judged_by: JudgedBy,
    /// Every cell, in the file's order, measured or not.
    pub cells: Vec<AboutCell>,
    /// The share of the experiment that this run was to make; absent where it is all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Part>,
}

/// One of so many shares of an experiment's runs, as one machine of several makes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Part {
    /// Which, from 1.
    pub number: u32,
    /// Of how many.
    pub of: u32,
}

/// One cell that was to be run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct AboutCell {
    /// Its name, unique in the experiment.
    pub cell: String,
    /// Each axis's value as the file writes it.
    pub axes: Vec<(String, String)>,
    /// Whether the gate requires it to keep the limits.
    pub required: bool,
    /// The node as the file names it.
    pub node: String,
    /// What is tested.
    pub source: NodeSource,
    /// What is run. The seed is that of the first repetition.
    pub options: engine::Options,
}

impl From<&Cell> for AboutCell {
    fn from(cell: &Cell) -> Self {
        Self {
            cell: cell.name.clone(),
            axes: cell.axes.clone(),
            required: cell.required,
            node: cell.node.to_string(),
            source: cell.node.clone(),
            options: cell.options.clone(),
        }
    }
}

impl About {
    /// The version of the stored form that this program writes.
    pub const FORMAT: u32 = 1;

    /// The cells and repetitions that this run was to make, by the cells' places, cell by cell.
    pub fn expected(&self) -> Vec<(usize, u32)> {
        let all = (0..self.cells.len()).flat_map(|cell| (0..self.repeat).map(move |repetition| (cell, repetition)));
        let is_ours = |place: &usize| self.part.is_none_or(|part| part.has(*place));
        (0..).zip(all).filter(|(place, _)| is_ours(place)).map(|(_, run)| run).collect()
    }

    /// The command that makes one run of a cell again and nothing else, if it was made by `harness run`.
    pub fn replay(&self, cell: &str, seed: u64) -> Option<String> {
        let [program, verb, words @ ..] = &self.command[..] else { return None };
        let mut line = vec![program.clone(), verb.clone()];
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let (flag, attached) =
                word.split_once('=').map_or((word.as_str(), None), |(flag, value)| (flag, Some(value)));
            let takes_value = flag.starts_with('-') && attached.is_none() && !SWITCHES.contains(&flag);
            let value = if takes_value { words.next() } else { None };
            if !flag.starts_with('-') || KEPT.contains(&flag) {
                line.push(word.clone());
                line.extend(value.cloned());
            }
        }
        let seed = seed.to_string();
        line.extend(["--only", cell, "--seeds", "1", "--seed", &seed].map(str::to_owned));
        (verb == "run").then(|| shell::line(line))
    }

    /// The plan that this run began with.
    pub fn plan(&self) -> Plan {
        let cells = self.cells.iter().map(|cell| Cell {
            name: cell.cell.clone(),
            axes: cell.axes.clone(),
            options: cell.options.clone(),
            node: cell.source.clone(),
            required: cell.required,
        });
        Plan {
            name: self.experiment.clone(),
            description: self.description.clone(),
            engine: match self.engine.name.as_str() {
                "embedded" => EngineChoice::Embedded,
                "maelstrom" => EngineChoice::Maelstrom,
                "simulated" => EngineChoice::Simulated,
                _ => EngineChoice::Auto,
            },
            axes: self.axes.clone(),
            cells: cells.collect(),
            limits: self.limits.clone(),
            repeat: self.repeat,
            judged_by: self.judged_by,
        }
    }
}

impl Part {
    /// Whether the run at this place, counted from 0 cell by cell, belongs to this share. Shares take turns, so that each has
    /// as many repetitions of a cell as any other, or one more.
    pub fn has(self, place: usize) -> bool {
        place % self.of as usize == self.number as usize - 1
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

/// Flags of `harness run` that have no value.
const SWITCHES: [&str; 2] = ["--fresh", "--keep-raw"];

/// Flags of `harness run` that matter to a single run.
const KEPT: [&str; 4] = ["--deadline", "--engine", "--maelstrom", "--store"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;
    use crate::sample;

    #[test]
    fn shares_are_fair_and_leave_nothing_out() {
        for (repeat, of) in [(1, 4), (2, 4), (100, 3), (5, 7), (1, 9)] {
            let about = |number| About { part: Some(Part { number, of }), ..sample::about(repeat) };
            let shares: Vec<_> = (1..=of).map(|number| about(number).expected()).collect();
            let (least, most) = (shares.iter().map(Vec::len).min(), shares.iter().map(Vec::len).max());
            assert!(most <= least.map(|least| least + 1), "{repeat} {of}");
            let mut all = shares.concat();
            all.sort_unstable();
            assert_eq!(all, sample::about(repeat).expected());
            let of_cell = |share: &Vec<(usize, u32)>, cell| share.iter().filter(|(one, _)| *one == cell).count();
            for cell in 0..6 {
                let counts: Vec<usize> = shares.iter().map(|share| of_cell(share, cell)).collect();
                assert!(counts.iter().max() <= counts.iter().min().map(|least| least + 1).as_ref(), "{counts:?}");
            }
        }
    }

    #[test]
    fn one_run_is_made_again_by_a_command_that_can_be_typed() {
        let of = |words: &str| {
            let command = words.split(' ').map(str::to_owned).collect();
            About { command, ..sample::about(3) }.replay("topology=star", 17)
        };
        let alone = "--only topology=star --seeds 1 --seed 17";
        let typed = "harness run --fresh x.yaml --engine simulated --seeds 100 --only relay=on --store=s --format json";
        assert_eq!(of(typed), Some(format!("harness run x.yaml --engine simulated --store=s {alone}")));
        assert_eq!(of("./h run --keep-raw --seed=3 x.yaml"), Some(format!("./h run x.yaml {alone}")));
        assert_eq!(of("harness watch x.yaml"), None);
        assert_eq!(of("harness"), None);
    }

    /// Were a switch missing in the table, it would take the experiment's file for its value.
    #[test]
    fn every_switch_of_the_verb_is_known() {
        let cli = <Cli as clap::CommandFactory>::command();
        let run = cli.find_subcommand("run").unwrap();
        let flags = run.get_arguments().filter(|flag| !flag.is_positional() && !flag.get_action().takes_values());
        let flags: Vec<String> = flags.filter_map(|flag| flag.get_long()).map(|long| format!("--{long}")).collect();
        assert_eq!(flags, SWITCHES);
        let is_kept = |name: &&str| run.get_arguments().any(|flag| flag.get_long() == name.strip_prefix("--"));
        assert!(KEPT.iter().all(is_kept));
    }

    #[test]
    fn the_plan_comes_back() {
        assert_eq!(sample::about(3).plan(), sample::plan(3));
    }
}
