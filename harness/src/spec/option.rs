//! The options of a test by their names in a file: Maelstrom's, which both `test:` and an axis may set.
//!
//! Absent: whether options make sense together; that is [`super::cells`].

use std::collections::BTreeMap;

use engine::{
    Availability, Concurrency, Distribution, Latency, Nemeses, Nemesis, NemesisError, Options, ProcessDelay, Topology,
    Workload,
};
use protocol::Duration;

use super::diagnostic::{Code, Diagnostic, Problems, listed, shown};
use super::nearest::nearest;
use super::own_delay;
use super::topologies::Topologies;
use super::value::{choice, duration, list, number, one_or_more, word};
use super::yaml::{Kind, Node};

/// One option of a test, set.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TestOption {
    Availability(Option<Availability>),
    Concurrency(Concurrency),
    /// In milliseconds.
    Latency(u64),
    LatencyDist(Distribution),
    Nemesis(Nemeses),
    NemesisInterval(Duration),
    /// Given by `nodes`, or counted by `node-count`.
    Nodes(Vec<String>),
    /// In microseconds.
    ProcessDelay(u64),
    ProcessDelayDist(Distribution),
    /// In microseconds, by node.
    ProcessDelayOf(BTreeMap<String, u64>),
    Rate(f64),
    TimeLimit(Duration),
    Topology(Topology),
    Workload(Workload),
}

/// Every option's name.
pub(super) const NAMES: [&str; 15] = [
    "workload",
    "node-count",
    "nodes",
    "latency",
    "latency-dist",
    "rate",
    "time-limit",
    "concurrency",
    "topology",
    "nemesis",
    "nemesis-interval",
    "availability",
    "process-delay",
    "process-delay-dist",
    "process-delay-of",
];

impl TestOption {
    /// Reads the option of that name, which is one of [`NAMES`], in a file that draws these topologies.
    pub(super) fn read(name: &str, node: &Node, drawn: &Topologies, problems: &mut Problems) -> Option<Self> {
        let what = format!("`{name}`");
        match name {
            "availability" => availability(node, &what, problems),
            "concurrency" => concurrency(node, &what, problems).map(Self::Concurrency),
            "latency" => latency(node, &what, problems).map(Self::Latency),
            "latency-dist" => choice(node, &what, &Distribution::NAMED, problems).map(Self::LatencyDist),
            "nemesis" => nemeses(node, problems).map(Self::Nemesis),
            "nemesis-interval" => positive(node, &what, problems).map(Self::NemesisInterval),
            "node-count" => number(node, &what, "a whole number", 1, NODES_MAX, problems)
                .map(|count| Self::Nodes(Options::numbered_nodes(count))),
            "nodes" => nodes(node, problems).map(Self::Nodes),
            "process-delay" => process_delay(node, &what, problems).map(Self::ProcessDelay),
            "process-delay-dist" => choice(node, &what, &Distribution::NAMED, problems).map(Self::ProcessDelayDist),
            "process-delay-of" => own_delay::read(node, problems).map(Self::ProcessDelayOf),
            "rate" => number(node, &what, "operations per second", 0.0, RATE_MAX, problems).map(Self::Rate),
            "time-limit" => positive(node, &what, problems).map(Self::TimeLimit),
            "topology" => drawn.choose(node, problems).map(Self::Topology),
            "workload" => choice(node, &what, &Workload::NAMED, problems).map(Self::Workload),
            _ => None,
        }
    }

    /// Sets it.
    pub(crate) fn apply(&self, options: &mut Options) {
        match self {
            Self::Availability(availability) => options.availability = *availability,
            Self::Concurrency(concurrency) => options.concurrency = *concurrency,
            Self::Latency(mean_ms) => options.latency = Latency { mean_ms: *mean_ms, ..options.latency },
            Self::LatencyDist(distribution) => {
                options.latency = Latency { distribution: *distribution, ..options.latency };
            }
            Self::Nemesis(nemesis) => options.nemesis.clone_from(nemesis),
            Self::NemesisInterval(interval) => options.nemesis_interval = *interval,
            Self::Nodes(nodes) => options.nodes.clone_from(nodes),
            Self::ProcessDelay(mean_us) => {
                options.process_delay = ProcessDelay { mean_us: *mean_us, ..options.process_delay };
            }
            Self::ProcessDelayDist(distribution) => {
                options.process_delay = ProcessDelay { distribution: *distribution, ..options.process_delay };
            }
            Self::ProcessDelayOf(own) => options.process_delay_of.clone_from(own),
            Self::Rate(rate) => options.rate = *rate,
            Self::TimeLimit(limit) => options.time_limit = *limit,
            Self::Topology(topology) => options.topology.clone_from(topology),
            Self::Workload(workload) => options.workload = *workload,
        }
    }

    /// Whether these options have it so.
    pub(crate) fn holds(&self, options: &Options) -> bool {
        match self {
            Self::Availability(availability) => options.availability == *availability,
            Self::Concurrency(concurrency) => options.concurrency == *concurrency,
            Self::Latency(mean_ms) => options.latency.mean_ms == *mean_ms,
            Self::LatencyDist(distribution) => options.latency.distribution == *distribution,
            Self::Nemesis(nemesis) => options.nemesis == *nemesis,
            Self::NemesisInterval(interval) => options.nemesis_interval == *interval,
            Self::Nodes(nodes) => options.nodes == *nodes,
            Self::ProcessDelay(mean_us) => options.process_delay.mean_us == *mean_us,
            Self::ProcessDelayDist(distribution) => options.process_delay.distribution == *distribution,
            Self::ProcessDelayOf(own) => options.process_delay_of == *own,
            Self::Rate(rate) => (options.rate - rate).abs() < f64::EPSILON,
            Self::TimeLimit(limit) => options.time_limit == *limit,
            Self::Topology(topology) => options.topology == *topology,
            Self::Workload(workload) => options.workload == *workload,
        }
    }
}

/// The value of an option as a file would write it: what a cell shows that does not set it.
pub(crate) fn written(name: &str, options: &Options) -> String {
    match name {
        "availability" => options.availability.map_or_else(|| "none".to_owned(), |share| share.to_string()),
        "concurrency" => options.concurrency.to_string(),
        "latency" => format!("{}ms", options.latency.mean_ms),
        "latency-dist" => options.latency.distribution.to_string(),
        "nemesis" => options.nemesis.to_string(),
        "nemesis-interval" => options.nemesis_interval.to_string(),
        "node-count" => options.node_count().to_string(),
        "nodes" => options.nodes.join(" "),
        "process-delay" => format!("{}us", options.process_delay.mean_us),
        "process-delay-dist" => options.process_delay.distribution.to_string(),
        "process-delay-of" => own_delay::written(&options.process_delay_of),
        "rate" => options.rate.to_string(),
        "time-limit" => options.time_limit.to_string(),
        "topology" => options.topology.to_string(),
        "workload" => options.workload.to_string(),
        other => other.to_owned(),
    }
}

fn availability(node: &Node, what: &str, problems: &mut Problems) -> Option<TestOption> {
    let asked = match &node.kind {
        Kind::Null => None,
        Kind::Scalar(text) if text == "none" => None,
        Kind::Scalar(text) if text == "total" => Some(Availability::Total),
        _ => Some(Availability::AtLeast(number(node, what, "`total`, or a share", 0.0, 1.0, problems)?)),
    };
    Some(TestOption::Availability(asked))
}

fn concurrency(node: &Node, what: &str, problems: &mut Problems) -> Option<Concurrency> {
    let text = word(node, what, problems)?;
    let (digits, each) = text.strip_suffix('n').map_or((text, false), |digits| (digits, true));
    match digits.parse::<u32>() {
        Ok(count @ 1..=NODES_MAX) if each => Some(Concurrency::PerNode(count)),
        Ok(count @ 1..=NODES_MAX) => Some(Concurrency::Total(count)),
        parsed => {
            let code = if parsed.is_ok() { Code::OutOfRange } else { Code::BadNumber };
            let title = format!("{what} `{}` is no number of clients", shown(text));
            let label =
                format!("expected a number from 1 to {NODES_MAX}, or that with an `n`, such as `2n` for 2 per node");
            problems.push(Diagnostic::new(code, &node.span, title, label));
            None
        }
    }
}

fn latency(node: &Node, what: &str, problems: &mut Problems) -> Option<u64> {
    let mean = duration(node, what, "ms", problems)?;
    if mean == mean.floor_to_millis() {
        return Some(mean.as_millis());
    }
    let title = format!("{what} `{}` has a fraction of a millisecond", shown(word(node, what, problems)?));
    let label = "Maelstrom's network counts whole milliseconds";
    problems.push(Diagnostic::new(Code::OutOfRange, &node.span, title, label));
    None
}

/// Nothing, one fault, or several: a list, or words joined by `+`.
fn nemeses(node: &Node, problems: &mut Problems) -> Option<Nemeses> {
    let mut all = Vec::new();
    let mut last_of = BTreeMap::new();
    for item in one_or_more(node) {
        let text = word(item, "`nemesis`", problems)?;
        let names = || ["none"].into_iter().chain(Nemesis::names());
        let (title, label, help) = match text.parse::<Nemeses>() {
            Ok(nemeses) => {
                last_of.extend(nemeses.iter().map(|nemesis| (nemesis.name(), &item.span)));
                all.extend(nemeses.iter());
                continue;
            }
            Err(NemesisError::Unknown(name)) if name == "none" => (
                format!("`none` goes with no other fault: `{}`", shown(text)),
                "expected `none`, or the others".to_owned(),
                None,
            ),
            Err(NemesisError::Unknown(name)) => (
                format!("`{}` is no value of `nemesis`", shown(&name)),
                format!("not one of {}", listed(names())),
                nearest(&name, names()).map(|near| format!("a value with a similar name exists: `{near}`")),
            ),
            Err(error) => (format!("`{}` is no value of `nemesis`", shown(text)), error.to_string(), None),
        };
        problems.push(Diagnostic::new(Code::UnknownChoice, &item.span, title, label).help(help));
        return None;
    }
    match Nemeses::of(all) {
        Ok(nemeses) => Some(nemeses),
        Err(error) => {
            let title = "one fault is asked for twice".to_owned();
            let span = if let NemesisError::Twice(name) = error { last_of.get(name).copied() } else { None };
            problems.push(Diagnostic::new(Code::DuplicateValue, span.unwrap_or(&node.span), title, error.to_string()));
            None
        }
    }
}

pub(super) fn process_delay(node: &Node, what: &str, problems: &mut Problems) -> Option<u64> {
    let mean_us = duration(node, what, "ms", problems)?.as_nanos() / 1_000;
    if mean_us <= PROCESS_DELAY_MAX_US {
        return Some(mean_us);
    }
    let title = format!("{what} `{}` is more than a second", shown(word(node, what, problems)?));
    let label = "expected what handing over one message takes, such as `750us`";
    problems.push(Diagnostic::new(Code::OutOfRange, &node.span, title, label));
    None
}

fn positive(node: &Node, what: &str, problems: &mut Problems) -> Option<Duration> {
    let span = duration(node, what, "s", problems)?;
    if span > Duration::ZERO {
        return Some(span);
    }
    let title = format!("{what} is no time at all");
    problems.push(Diagnostic::new(Code::OutOfRange, &node.span, title, "expected more than nothing"));
    None
}

fn nodes(node: &Node, problems: &mut Problems) -> Option<Vec<String>> {
    let items = list(node, "`nodes`", problems)?;
    if items.is_empty() || items.len() > NODES_MAX as usize {
        let title = format!("a test has from 1 to {NODES_MAX} nodes, not {}", items.len());
        problems.push(Diagnostic::new(Code::OutOfRange, &node.span, title, "expected a list of names"));
        return None;
    }
    let mut names = std::collections::BTreeSet::new();
    let mut valid = true;
    for item in items {
        let Some(name) = word(item, "a node's name", problems) else {
            valid = false;
            continue;
        };
        if let Some(wrong) = wrong_with_node_name(name) {
            let title = format!("no node can be called `{}`", shown(name));
            problems.push(Diagnostic::new(Code::BadName, &item.span, title, wrong));
            valid = false;
        } else if !names.insert(name) {
            let title = format!("two nodes are called `{name}`");
            problems.push(Diagnostic::new(Code::DuplicateValue, &item.span, title, "remove one of them"));
            valid = false;
        }
    }
    let names = || items.iter().filter_map(|item| if let Kind::Scalar(name) = &item.kind { Some(name) } else { None });
    valid.then(|| names().map(|name| name.trim().to_owned()).collect())
}

/// A node's name travels in messages, on Maelstrom's command line and as the name of its log.
fn wrong_with_node_name(name: &str) -> Option<&'static str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if name.is_empty() || name.len() > 64 || !name.chars().all(plain) || name.starts_with(['.', '-']) {
        Some("expected letters, digits, `.`, `_` and `-`")
    } else if name.starts_with('c') {
        Some("what begins with `c` is a client in Maelstrom's network")
    } else if SERVICES.contains(&name) {
        Some("one of Maelstrom's services has this name")
    } else {
        None
    }
}

/// Far more than real processes allow; under the virtual clock a run of so many takes seconds.
pub(super) const NODES_MAX: u32 = 100_000;

/// A receiver that takes longer than this for one message is not slow but dead.
const PROCESS_DELAY_MAX_US: u64 = 1_000_000;

/// No engine paces finer than this.
pub(super) const RATE_MAX: f64 = 1_000_000.0;

/// Names in Maelstrom's network that are not for nodes.
pub(super) const SERVICES: [&str; 4] = ["lin-kv", "seq-kv", "lww-kv", "lin-tso"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_option_reads_back_as_itself() {
        let mut options = Options { rate: 12.5, availability: Some(Availability::AtLeast(0.9)), ..Options::default() };
        options.nemesis = Nemesis::Partition.into();
        options.process_delay_of = [("n0".to_owned(), 750), ("n3".to_owned(), 20_000)].into();
        for name in NAMES.into_iter().filter(|name| *name != "nodes") {
            let node = Node { span: 0..0, kind: Kind::Scalar(written(name, &options)) };
            let mut problems = Problems::default();
            let option = TestOption::read(name, &node, &Topologies::default(), &mut problems).expect(name);
            let mut same = Options { seed: options.seed, ..Options::default() };
            same.clone_from(&options);
            option.apply(&mut same);
            assert_eq!(same, options, "{name}");
        }
    }
}
