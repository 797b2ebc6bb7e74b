//! What a matrix comes to, and what can be wrong with it only as a whole: cells that no engine can run, cells that
//! exclude, include or require speak of and that do not exist.
//!
//! Absent: the reading of single values; everything here has been read. Whether a single cell can be run ([`possible`]).

mod possible;

use std::collections::{BTreeMap, BTreeSet};

use engine::{Options, Topology};
use node::Config;

use super::axis::{AxisKind, Choice, OFFERED, Setting};
use super::diagnostic::{Code, Diagnostic, Problems, listed};
use super::option::TestOption;
use super::{Assignment, NodeSpec, Require, Spec, option};
use crate::plan::NodeSource;

/// One combination of values, and what it comes to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Combination {
    /// One choice for each axis; of an included cell, also what it sets besides.
    pub(crate) choices: Vec<Choice>,
    pub(crate) options: Options,
    pub(crate) node: NodeSource,
}

impl Spec {
    /// Every cell in the file's order: the matrix, last axis fastest, less what is excluded; then what is included.
    /// Without a matrix there is one cell, unless cells are included by name.
    pub(crate) fn combinations(&self) -> Vec<Combination> {
        let mut cells = self.product();
        cells.retain(|cell| self.is_there(cell) && !self.contradicts_itself(cell));
        cells.extend(self.include.iter().map(|inclusion| self.combine(inclusion.choices.clone())));
        cells
    }

    /// How many cells of a space no node can be built for, by the reason. Elsewhere such a cell is a mistake.
    pub(crate) fn contradictions(&self) -> BTreeMap<String, usize> {
        let mut reasons = BTreeMap::new();
        for cell in self.product().iter().filter(|cell| self.search.is_some() && self.is_there(cell)) {
            if let Some(reason) = cell.contradiction() {
                *reasons.entry(reason).or_insert(0) += 1;
            }
        }
        reasons
    }

    fn is_there(&self, cell: &Combination) -> bool {
        !self.exclude.iter().any(|exclusion| exclusion.covers(cell))
    }

    /// A space is searched for what is good in it; what cannot be built is no part of it.
    fn contradicts_itself(&self, cell: &Combination) -> bool {
        self.search.is_some() && cell.contradiction().is_some()
    }

    /// Whether the file says for this cell what handing over a message takes.
    pub(crate) fn sets_process_delay(&self, cell: &Combination) -> bool {
        let mut choices = self.test.iter().chain(&cell.choices);
        choices.any(|choice| matches!(choice.setting, Setting::Option(TestOption::ProcessDelay(_))))
    }

    /// The columns of a table of cells: each axis, and what only included cells set, by name and meaning.
    pub(crate) fn columns(&self) -> Vec<(&str, &AxisKind)> {
        let mut columns: Vec<(&str, &AxisKind)> = self.axes.iter().map(|axis| (&*axis.name, &axis.kind)).collect();
        for choice in self.include.iter().flat_map(|inclusion| &inclusion.choices) {
            if !columns.iter().any(|(_, kind)| kind.overlaps(&choice.kind)) {
                columns.push((&choice.axis, &choice.kind));
            }
        }
        columns
    }

    fn product(&self) -> Vec<Combination> {
        if self.axes.is_empty() && !self.include.is_empty() {
            return Vec::new();
        }
        let mut rows: Vec<Vec<Choice>> = vec![Vec::new()];
        for axis in &self.axes {
            let extended = |row: &Vec<Choice>| {
                let row = row.clone();
                axis.choices.iter().map(move |choice| [row.as_slice(), std::slice::from_ref(choice)].concat())
            };
            rows = rows.iter().flat_map(extended).collect();
        }
        rows.into_iter().map(|choices| self.combine(choices)).collect()
    }

    fn combine(&self, choices: Vec<Choice>) -> Combination {
        let mut options = self.options.clone();
        let mut args = self.args.clone();
        let (mut bin, mut features) = match &self.node {
            NodeSpec::Bin(path) => (path.clone(), BTreeSet::new()),
            NodeSpec::Crate(features) => (None, features.keys().cloned().collect()),
        };
        let mut arguments: Vec<String> = Vec::new();
        for choice in &choices {
            match &choice.setting {
                Setting::Args(list) => args.clone_from(list),
                Setting::Argument(flag, value) => arguments.extend([(*flag).to_owned(), value.clone()]),
                Setting::Bin(path) => bin = Some(path.clone()),
                Setting::Drawn(custom) => {
                    features.insert(OFFERED.to_owned());
                    options.topology = Topology::Custom(custom.clone());
                }
                Setting::Feature(name, true) => _ = features.insert(name.clone()),
                Setting::Feature(name, false) => _ = features.remove(name),
                Setting::Option(option) => option.apply(&mut options),
            }
        }
        args.extend(arguments);
        let node = match bin {
            Some(path) => NodeSource::Bin { path, args },
            None => NodeSource::Crate { features, args },
        };
        Combination { choices, options, node }
    }
}

impl Combination {
    /// The value of a column as a file would write it.
    pub(crate) fn text(&self, kind: &AxisKind) -> String {
        if let Some(choice) = self.choices.iter().find(|choice| choice.kind.overlaps(kind)) {
            return choice.text.clone();
        }
        match (kind, &self.node) {
            (AxisKind::Option(name), _) => option::written(name, &self.options),
            (AxisKind::Args, NodeSource::Bin { args, .. } | NodeSource::Crate { args, .. }) if !args.is_empty() => {
                args.join(" ")
            }
            (AxisKind::Argument(flag), NodeSource::Crate { args, .. }) => {
                let given = args.windows(2).find(|pair| pair[0] == *flag).map(|pair| pair[1].clone());
                given.unwrap_or_else(|| "-".to_owned())
            }
            (AxisKind::Bin, NodeSource::Bin { path, .. }) => path.to_string(),
            (AxisKind::Group(group), NodeSource::Crate { features, .. }) => {
                let variant = |feature: &String| Some(feature.strip_prefix(group)?.strip_prefix('-')?.to_owned());
                features.iter().find_map(variant).unwrap_or_else(|| "-".to_owned())
            }
            (AxisKind::Switch(feature), NodeSource::Crate { features, .. }) => {
                if features.contains(feature) { "on" } else { "off" }.to_owned()
            }
            _ => "-".to_owned(),
        }
    }

    /// The cell's own choices, axis by axis: what tells it from the others.
    pub(crate) fn named(&self) -> Vec<(&str, &str)> {
        self.choices.iter().map(|choice| (choice.axis.as_str(), choice.text.as_str())).collect()
    }

    /// Why this makes no sense, if it does not: no node can be built or started so, or it would not do what the test asks.
    fn contradiction(&self) -> Option<String> {
        match self.config()? {
            Ok(config) => self.unheeded(config),
            Err(error) => Some(error),
        }
    }

    /// What the node does, or why none can be built or started so. Of features that this program's node does not have nobody
    /// knows, nor of programs.
    fn config(&self) -> Option<Result<Config, String>> {
        let NodeSource::Crate { features, .. } = &self.node else { return None };
        let is_known = |name: &String| Config::feature_names().any(|known| known == name);
        self.node.config().filter(|_| features.iter().all(is_known))
    }

    /// That the test offers what the user has drawn to a node that does not take it. With one of Maelstrom's topologies, which
    /// every test offers, that is nothing special.
    fn unheeded(&self, config: Config) -> Option<String> {
        let Topology::Custom(custom) = &self.options.topology else { return None };
        (config.topology != node::topology::Topology::Offered).then(|| {
            format!("a node with `{}` has edges of its own and takes no notice of `{}`", config.topology, custom.name)
        })
    }

    fn holds(&self, setting: &Setting) -> bool {
        match (setting, &self.node) {
            (Setting::Drawn(wanted), NodeSource::Crate { features, .. }) => {
                features.contains(OFFERED)
                    && matches!(&self.options.topology, Topology::Custom(custom) if custom == wanted)
            }
            (Setting::Args(wanted), NodeSource::Bin { args, .. } | NodeSource::Crate { args, .. }) => wanted == args,
            (Setting::Argument(flag, value), NodeSource::Crate { args, .. }) => {
                args.windows(2).any(|pair| pair[0] == *flag && pair[1] == *value)
            }
            (Setting::Bin(wanted), NodeSource::Bin { path, .. }) => wanted == path,
            (Setting::Feature(name, on), NodeSource::Crate { features, .. }) => features.contains(name) == *on,
            (Setting::Option(option), _) => option.holds(&self.options),
            _ => false,
        }
    }
}

impl Assignment {
    /// Whether a cell has all of these values.
    pub(crate) fn covers(&self, cell: &Combination) -> bool {
        self.choices.iter().all(|choice| cell.holds(&choice.setting))
    }
}

/// Reports what is wrong with the matrix as a whole. Every single value of the spec is sound.
pub(super) fn check(spec: &Spec, problems: &mut Problems) {
    let count = spec.axes.iter().fold(1_usize, |count, axis| count.saturating_mul(axis.choices.len()));
    let count = count.saturating_add(spec.include.len());
    if count > CELLS_MAX {
        let title = format!("the matrix has {count} cells");
        problems.push(Diagnostic::new(Code::TooManyCells, &spec.matrix, title, format!("at most {CELLS_MAX}")));
        return;
    }
    let nodes = nodes_of_all_cells(spec);
    if nodes > NODES_IN_ALL_MAX {
        let title = format!("the matrix has {nodes} nodes in {count} cells");
        problems.push(Diagnostic::new(Code::TooManyCells, &spec.matrix, title, format!("at most {NODES_IN_ALL_MAX}")));
        return;
    }
    let product = spec.product();
    let cells = spec.combinations();
    if cells.is_empty() {
        let title = "every cell of the matrix is excluded";
        problems.push(Diagnostic::new(Code::EmptyMatrix, &spec.matrix, title, "nothing is left to run"));
    }
    for exclusion in spec.exclude.iter().filter(|exclusion| !product.iter().any(|cell| exclusion.covers(cell))) {
        problems.push(no_such_cell(spec, exclusion, "excluded"));
    }
    if let Require::Some(required) = &spec.require {
        for some in required.iter().filter(|some| !cells.iter().any(|cell| some.covers(cell))) {
            problems.push(no_such_cell(spec, some, "required"));
        }
    }
    included(spec, &cells, problems);
    for cell in &cells {
        possible::check(spec, cell, problems);
    }
}

/// Counted without making the cells, which may be too many to make.
fn nodes_of_all_cells(spec: &Spec) -> usize {
    let count = |choice: &Choice| match &choice.setting {
        Setting::Option(TestOption::Nodes(names)) => Some(names.len()),
        _ => None,
    };
    let usual = spec.options.nodes.len();
    let in_matrix = spec.axes.iter().fold(usual, |nodes, axis| {
        let counts: Option<Vec<usize>> = axis.choices.iter().map(count).collect();
        // The axis of nodes says how many each of its cells has; any other axis multiplies cells.
        counts.map_or(nodes.saturating_mul(axis.choices.len()), |counts| {
            (nodes / usual).saturating_mul(counts.iter().sum())
        })
    });
    let included = spec.include.iter().map(|cell| cell.choices.iter().find_map(count).unwrap_or(usual));
    included.fold(in_matrix, usize::saturating_add)
}

fn included(spec: &Spec, cells: &[Combination], problems: &mut Problems) {
    for inclusion in &spec.include {
        let missing = |axis: &&super::Axis| !inclusion.choices.iter().any(|choice| choice.kind.overlaps(&axis.kind));
        let missing: Vec<&str> = spec.axes.iter().filter(missing).map(|axis| axis.name.as_str()).collect();
        if !missing.is_empty() {
            let title = "an included cell says where it lies on every axis".to_owned();
            let label = format!("lacks {}", listed(missing));
            problems.push(Diagnostic::new(Code::MissingKey, &inclusion.span, title, label));
        }
    }
    let first_included = cells.len() - spec.include.len();
    // What a cell runs decides whether it is the same as another, not how the file spells it.
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for (index, cell) in cells.iter().enumerate() {
        let is_new = seen.insert(format!("{:?} {:?}", cell.options, cell.node));
        if let (false, Some(inclusion)) = (is_new, index.checked_sub(first_included)) {
            let title = "this cell is there already";
            let span = &spec.include[inclusion].span;
            problems.push(Diagnostic::new(Code::DuplicateCell, span, title, "expected a combination of its own"));
        }
    }
}

fn no_such_cell(spec: &Spec, assignment: &Assignment, verb: &str) -> Diagnostic {
    let title = format!("no cell is {verb} by this");
    for choice in &assignment.choices {
        let Some(axis) = spec.axes.iter().find(|axis| axis.kind.overlaps(&choice.kind)) else { continue };
        let included = spec.include.iter().flat_map(|inclusion| &inclusion.choices);
        let mut values = axis.choices.iter().chain(included.filter(|other| other.kind.overlaps(&axis.kind)));
        if !values.any(|value| value.setting == choice.setting) {
            let values = listed(axis.choices.iter().map(|value| value.text.as_str()));
            let label = format!("the axis `{}` has {values}", axis.name);
            return Diagnostic::new(Code::NoSuchCell, &choice.span, title, label);
        }
    }
    Diagnostic::new(Code::NoSuchCell, &assignment.span, title, "this combination is not in the matrix")
}

/// Cells in all. Even at a second each, nobody waits for more.
const CELLS_MAX: usize = 10_000;

/// Nodes of all cells together: their names must fit in memory.
const NODES_IN_ALL_MAX: usize = 1 << 20;
