//! The section `search`: what `harness search` looks for, and how hard.
//!
//! Absent: the method ([`crate::search`]).

use engine::Nemeses;

use super::diagnostic::{Code, Diagnostic, Problems, shown};
use super::limit;
use super::option::TestOption;
use super::topologies::Topologies;
use super::value::{Fields, mapping, number, word};
use super::yaml::Node;
use crate::figure::Figure;
use crate::limit::Limit;

/// What is looked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Search {
    /// What a design is to have little of.
    pub(crate) cost: Figure,
    /// What that is set against, of which it is to have little too.
    pub(crate) against: Figure,
    /// With how many seeds each design of the front is measured.
    pub(crate) seeds: u32,
    /// With how many each design of a large space is measured at first.
    pub(crate) first_seeds: u32,
    /// At most so many runs, those under faults counted in.
    pub(crate) budget: Option<u64>,
    /// Under what a design must lose nothing.
    pub(crate) safe_under: Nemeses,
    /// Named sets of limits; the design that keeps one with the least cost is its answer.
    pub(crate) questions: Vec<Question>,
}

/// A set of limits with a name.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Question {
    pub(crate) name: String,
    pub(crate) limits: Vec<Limit>,
}

impl Default for Search {
    /// What a file without the section asks for.
    fn default() -> Self {
        Self {
            cost: Figure::ServerMsgsPerOp,
            against: Figure::StableLatencyMax,
            seeds: 100,
            first_seeds: 4,
            budget: None,
            safe_under: engine::Nemesis::Partition.into(),
            questions: Vec::new(),
        }
    }
}

/// The section's keys.
pub(super) const KEYS: [&str; 7] = ["cost", "against", "seeds", "first-seeds", "budget", "safe-under", "questions"];

/// Reads the section.
pub(super) fn search(node: &Node, problems: &mut Problems) -> Option<Search> {
    let fields = Fields::read(node, "`search`", &KEYS, problems)?;
    let usual = Search::default();
    let figure = |name: &str, usual: Figure, problems: &mut Problems| {
        let node = fields.value(name)?;
        let found =
            word(node, &format!("`{name}`"), problems).and_then(|text| limit::figure(text, &node.span, problems));
        // A name that means nothing has been told, and is no second mistake.
        Some(found.unwrap_or(usual))
    };
    let cost = figure("cost", usual.cost, problems).unwrap_or(usual.cost);
    let against = figure("against", usual.against, problems).unwrap_or(usual.against);
    if cost == against
        && let Some(place) = fields.value("against").or(fields.value("cost"))
    {
        let title = format!("`{cost}` cannot be set against itself");
        problems.push(Diagnostic::new(Code::ConflictingKeys, &place.span, title, "expected another figure"));
    }
    let seeds = |name: &str, least: u32, most: u32, usual: u32, problems: &mut Problems| {
        let read = |node| number(node, &format!("`{name}`"), "a whole number", least, most, problems);
        fields.value(name).and_then(read).unwrap_or(usual)
    };
    let all = seeds("seeds", 1, SEEDS_MAX, usual.seeds, problems);
    // Of a single seed nobody knows the noise.
    let first_seeds = seeds("first-seeds", 2.min(all), all, usual.first_seeds.min(all), problems);
    let budget = fields
        .value("budget")
        .and_then(|node| number(node, "`budget`", "a whole number of runs", 1, u64::from(u32::MAX), problems));
    let nemesis =
        fields.value("safe-under").and_then(|node| TestOption::read("nemesis", node, &Topologies::default(), problems));
    let safe_under = match nemesis {
        Some(TestOption::Nemesis(faults)) => faults,
        _ => usual.safe_under,
    };
    let questions = fields.value("questions").map_or_else(Vec::new, |node| questions(node, problems));
    Some(Search { cost, against, seeds: all, first_seeds, budget, safe_under, questions })
}

fn questions(node: &Node, problems: &mut Problems) -> Vec<Question> {
    let mut questions = Vec::new();
    for (key, value) in mapping(node, "`questions`", problems).unwrap_or_default() {
        let limits = limit::limits(value, problems);
        if limits.is_empty() && problems.is_empty() {
            let title = format!("the question `{}` asks for nothing", shown(&key.name));
            let label = "expected limits, such as `{stable-latency.max: \"< 600ms\"}`";
            problems.push(Diagnostic::new(Code::BadLimit, &value.span, title, label));
        }
        questions.push(Question { name: key.name.clone(), limits });
    }
    questions
}

/// As many as a cell may be repeated.
pub(super) const SEEDS_MAX: u32 = 10_000;
