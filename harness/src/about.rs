//! What a run of an experiment was meant to be, kept beside its results as `experiment.json`: enough to judge, compare and
//! show them without the experiment's file.
//!
//! Absent: results ([`crate::outcome`]).

use serde::{Deserialize, Serialize};

use crate::limit::{JudgedBy, Limit};
use crate::outcome::EngineId;
use crate::plan::{Cell, EngineChoice, NodeSource, Plan};

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

impl About {
    /// The version of the stored form that this program writes.
    pub const FORMAT: u32 = 1;

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

#[cfg(test)]
mod tests {
    use crate::sample;

    #[test]
    fn the_plan_comes_back() {
        assert_eq!(sample::about(3).plan(), sample::plan(3));
    }
}
