//! What a command line of `maelstrom test` asks for: defaults, and what each value may be (semantics, section 1.2).
//!
//! Kinder than Maelstrom: every problem is reported at once and says what would be right; a zero latency that cannot
//! spread is refused rather than left to hang.

use std::fmt::Display;
use std::fs;
use std::str::FromStr;

use camino::Utf8PathBuf;
use engine::{Availability, Concurrency, Distribution, Options, Workload};
use protocol::Duration;

use super::flags::{self, Line};
use super::offered;
use crate::spec::nearest::nearest;

/// What a command line asks for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Asked {
    /// An explanation.
    Help,
    /// A test.
    Test(Box<Request>),
}

/// A test as a command line describes it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Request {
    /// What is run. Its seed is [`Request::seed`], or 0 for the caller to draw one.
    pub(crate) options: Options,
    /// The seed asked for.
    pub(crate) seed: Option<u64>,
    /// The node binary as typed.
    pub(crate) bin: Utf8PathBuf,
    /// Its arguments.
    pub(crate) args: Vec<String>,
    /// How often the test is run as long as it is valid; at least once.
    pub(crate) test_count: u32,
    /// Whether what nodes said on stderr is shown too.
    pub(crate) log_stderr: bool,
    /// Flags that were given and have no effect here.
    pub(crate) idle: Vec<&'static str>,
}

/// Values that only together make sense, as they are met.
#[derive(Default)]
struct Draft {
    request: Request,
    workload: Option<String>,
    node_count: Option<u32>,
    nodes: Vec<String>,
}

/// Reads a command line. Every problem is one sentence.
pub(crate) fn read(arguments: &[String]) -> Result<Asked, Vec<String>> {
    let Line { flags, args, mut problems } = flags::split(arguments);
    if flags.iter().any(|(flag, _)| flag.long == "help") {
        return Ok(Asked::Help);
    }
    let mut draft = Draft::default();
    draft.request.args = args;
    draft.request.test_count = 1;
    for (flag, value) in flags {
        if flag.is_idle {
            draft.request.idle.push(flag.long);
        } else if let Err(expected) = draft.set(flag.long, &value) {
            problems.push(format!("bad value `{value}` for `--{}`: {expected}", flag.long));
        }
    }
    draft.finish(&mut problems);
    if problems.is_empty() { Ok(Asked::Test(Box::new(draft.request))) } else { Err(problems) }
}

impl Draft {
    /// Takes one flag's value, or says what was expected.
    fn set(&mut self, flag: &str, value: &str) -> Result<(), String> {
        let Self { request, workload, node_count, nodes } = self;
        let options = &mut request.options;
        match flag {
            "availability" => options.availability = Some(availability(value)?),
            "bin" => request.bin = value.into(),
            "concurrency" => options.concurrency = concurrency(value)?,
            "latency" => options.latency.mean_ms = number(value, "a whole number of milliseconds")?,
            "latency-dist" => options.latency.distribution = one_of(value, &Distribution::NAMED)?,
            "log-stderr" => request.log_stderr = true,
            "nemesis" => {
                options.nemesis = value.parse().map_err(|error: engine::NemesisError| error.to_string())?;
            }
            "nemesis-interval" => options.nemesis_interval = seconds(value)?,
            "node" => nodes.push(value.to_owned()),
            "node-count" => *node_count = Some(positive(value, "a whole number of nodes, at least 1")?),
            "nodes" => nodes.extend(value.split(',').map(|name| name.trim().to_owned())),
            "nodes-file" => {
                let text =
                    fs::read_to_string(value).map_err(|error| format!("expected a readable file, but {error}"))?;
                nodes.extend(text.lines().map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned));
            }
            "rate" => options.rate = rate(value)?,
            "seed" => request.seed = Some(number(value, "a whole number from 0 to 2^64 - 1")?),
            "test-count" => request.test_count = positive(value, "a whole number, at least 1")?,
            "time-limit" => {
                options.time_limit =
                    Duration::from_secs(positive(value, "a whole number of seconds, at least 1")?.into());
            }
            "topology" => options.topology = offered::topology(value)?,
            "workload" => *workload = Some(value.to_owned()),
            other => unreachable!("`--{other}` is in the table of flags and not here"),
        }
        Ok(())
    }

    /// What holds over several flags at once.
    fn finish(&mut self, problems: &mut Vec<String>) {
        match self.workload.as_deref().map_or(Err(NO_WORKLOAD.to_owned()), supported) {
            Ok(workload) => self.request.options.workload = workload,
            Err(problem) => problems.push(problem),
        }
        if self.request.bin.as_str().is_empty() {
            problems.push("`--bin FILE` is missing: the program that every node runs".into());
        }
        self.request.options.nodes = match self.node_count {
            Some(count) => Options::numbered_nodes(count),
            None if self.nodes.is_empty() => (1..=5).map(|k| format!("n{k}")).collect(),
            None => std::mem::take(&mut self.nodes),
        };
        problems.extend(odd_names(&self.request.options.nodes));
        problems.extend(offered::unfit(&self.request.options.topology, &self.request.options.nodes));
        let count = self.request.options.node_count();
        let beyond = self.request.options.nemesis.iter().filter(|nemesis| nemesis.is_beyond(count));
        problems.extend(
            beyond.map(|nemesis| format!("`--nemesis {nemesis}` asks for more nodes than the {count} there are")),
        );
        let latency = self.request.options.latency;
        if latency.mean_ms == 0 && latency.distribution != Distribution::Constant {
            problems.push("`--latency-dist` needs a `--latency` above 0: a zero latency cannot spread".into());
        }
        self.request.options.seed = self.request.seed.unwrap_or(0);
    }
}

/// The workload of that name, if the embedded engine has it.
fn supported(name: &str) -> Result<Workload, String> {
    match one_of(name, &Workload::NAMED) {
        Ok(workload) => Ok(workload),
        Err(_) if OTHER_WORKLOADS.contains(&name) => Err(format!(
            "workload `{name}` is not in the embedded engine, which has broadcast and echo; run the real Maelstrom for it \
             (`harness setup maelstrom` fetches it)"
        )),
        Err(expected) => Err(format!("bad value `{name}` for `--workload`: {expected}")),
    }
}

/// Names that would not make a cluster.
fn odd_names(nodes: &[String]) -> Vec<String> {
    let twice = nodes.iter().enumerate().filter(|(place, name)| nodes[..*place].contains(name));
    let mut problems: Vec<String> = twice.map(|(_, name)| format!("node `{name}` is named twice")).collect();
    if nodes.iter().any(String::is_empty) {
        problems.push("a node's name is empty".into());
    }
    // Maelstrom takes any name that begins with `c` for a client's, and then no latency or partition touches the node.
    problems.extend(nodes.iter().filter(|name| name.starts_with('c')).map(|name| {
        format!("node `{name}` would be taken for a client, as every name that begins with `c`; call it otherwise")
    }));
    problems
}

fn number<N: FromStr>(text: &str, expected: impl Display) -> Result<N, String> {
    text.parse().map_err(|_| format!("expected {expected}"))
}

fn positive(text: &str, expected: &str) -> Result<u32, String> {
    number(text, expected).and_then(|number| if number == 0 { Err(format!("expected {expected}")) } else { Ok(number) })
}

fn rate(text: &str) -> Result<f64, String> {
    let expected = "a number of requests per second, at least 0";
    let rate: f64 = number(text, expected)?;
    if rate.is_finite() && rate >= 0.0 { Ok(rate) } else { Err(format!("expected {expected}")) }
}

/// Seconds as `3`, `0.5` or, since Maelstrom reads them so, `1/2`.
fn seconds(text: &str) -> Result<Duration, String> {
    let expected = "a number of seconds above 0, such as 10, 0.5 or 1/2";
    let (above, below) = text.split_once('/').unwrap_or((text, "1"));
    let seconds = number::<f64>(above, expected)? / number::<f64>(below, expected)?;
    match std::time::Duration::try_from_secs_f64(seconds) {
        Ok(span) if !span.is_zero() => Ok(span.into()),
        _ => Err(format!("expected {expected}")),
    }
}

fn concurrency(text: &str) -> Result<Concurrency, String> {
    let expected = "a whole number of clients, at least 1, or one per node such as `4n`";
    match text.strip_suffix('n') {
        Some(each) => positive(each, expected).map(Concurrency::PerNode),
        None => positive(text, expected).map(Concurrency::Total),
    }
}

fn availability(text: &str) -> Result<Availability, String> {
    let expected = "a share from 0 to 1, or `total`";
    if text == "total" {
        return Ok(Availability::Total);
    }
    let share: f64 = number(text, expected)?;
    if (0.0..=1.0).contains(&share) { Ok(Availability::AtLeast(share)) } else { Err(format!("expected {expected}")) }
}

/// One of a few names; else they are listed, the nearest first if one is near.
pub(super) fn one_of<T: Clone>(text: &str, names: &[(&str, T)]) -> Result<T, String> {
    if let Some((_, meant)) = names.iter().find(|(name, _)| *name == text) {
        return Ok(meant.clone());
    }
    let near = nearest(text, names.iter().map(|(name, _)| *name));
    let hint = near.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
    let all: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
    let choice = if all.len() == 1 { "expected" } else { "expected one of" };
    Err(format!("{choice} {}{hint}", all.join(", ")))
}

const NO_WORKLOAD: &str = "`-w WORKLOAD` is missing: say `-w broadcast` or `-w echo`; Maelstrom's default, lin-kv, is not \
                           in the embedded engine";

/// Workloads that Maelstrom has and the embedded engine lacks.
const OTHER_WORKLOADS: [&str; 8] =
    ["g-counter", "g-set", "kafka", "lin-kv", "pn-counter", "txn-list-append", "txn-rw-register", "unique-ids"];

#[cfg(test)]
mod tests {
    use engine::{Nemeses, Nemesis, Topology};

    use super::*;

    fn asked(words: &str) -> Result<Asked, Vec<String>> {
        let arguments: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
        read(&arguments)
    }

    fn request(words: &str) -> Request {
        match asked(words) {
            Ok(Asked::Test(request)) => *request,
            other => panic!("`{words}` asks for a test, not {other:?}"),
        }
    }

    fn problems(words: &str) -> Vec<String> {
        asked(words).expect_err("that is a bad command line")
    }

    #[test]
    fn defaults_are_maelstroms() {
        let request = request("-w broadcast --bin node");
        let expected = Options {
            nodes: ["n1", "n2", "n3", "n4", "n5"].map(str::to_owned).to_vec(),
            workload: Workload::Broadcast,
            ..Options::default()
        };
        assert_eq!(request.options, expected);
        assert_eq!((request.bin.as_str(), request.test_count, request.seed), ("node", 1, None));
        let Options { time_limit, rate, concurrency, latency, topology, nemesis, .. } = expected;
        assert_eq!((time_limit, rate), (Duration::from_secs(60), 5.0));
        assert_eq!((concurrency, topology, nemesis), (Concurrency::PerNode(1), Topology::Grid, Nemeses::NONE));
        assert_eq!((latency.mean_ms, latency.distribution), (0, Distribution::Constant));
    }

    #[test]
    fn every_flag_arrives() {
        let request = request(
            "--bin=b -w echo --node-count 3 --time-limit 20 --rate 0.5 --concurrency 4n --latency 100 --latency-dist \
             uniform --topology tree4 --nemesis partition --nemesis-interval 1/2 --availability 0.9 --test-count 2 \
             --seed 7 --log-stderr --no-ssh --username me fast -- --slow",
        );
        let Options { nodes, time_limit, rate, concurrency, latency, .. } = &request.options;
        assert_eq!(*nodes, ["n0", "n1", "n2"]);
        assert_eq!((*time_limit, *rate, *concurrency), (Duration::from_secs(20), 0.5, Concurrency::PerNode(4)));
        assert_eq!((latency.mean_ms, latency.distribution), (100, Distribution::Uniform));
        assert_eq!(request.options.topology, Topology::Tree4);
        assert_eq!(request.options.nemesis, Nemesis::Partition.into());
        assert_eq!(request.options.nemesis_interval, Duration::from_millis(500));
        assert_eq!(request.options.availability, Some(Availability::AtLeast(0.9)));
        assert_eq!((request.options.seed, request.seed), (7, Some(7)));
        assert_eq!((request.test_count, request.log_stderr), (2, true));
        assert_eq!((request.args, request.idle), (vec!["fast".into(), "--slow".into()], vec!["no-ssh", "username"]));
    }

    #[test]
    fn nodes_can_be_named() {
        assert_eq!(request("-w echo --bin b --nodes a,b -n d").options.nodes, ["a", "b", "d"]);
        assert_eq!(request("-w echo --bin b --nodes a,b --node-count 1").options.nodes, ["n0"]);
    }

    /// Each command line that the real program refused when it was recorded, and some it should have.
    #[test]
    fn bad_values_say_what_would_be_right() {
        let cases = [
            ("-w broadcast", "`--bin FILE` is missing: the program that every node runs"),
            ("-w nope --bin b", "bad value `nope` for `--workload`: expected one of broadcast, echo"),
            (
                "-w broadcast --bin b --topology gird",
                "bad value `gird` for `--topology`: expected one of grid, line, total, tree, tree2, tree3, tree4; did \
                 you mean `grid`?; or EXPERIMENT:NAME for one that an experiment draws",
            ),
            (
                "-w broadcast --bin b --latency-dist normal",
                "bad value `normal` for `--latency-dist`: expected one of constant, uniform, exponential",
            ),
            (
                "-w broadcast --bin b --nemesis meteor",
                "bad value `meteor` for `--nemesis`: nothing breaks by the name `meteor`: expected `none`, or some of `partition`, `one-way`, `isolate`, `loss`, `duplication`, `slow`, `pause`, `crash` joined by `+`",
            ),
            (
                "-w echo --bin b --latency 1.5",
                "bad value `1.5` for `--latency`: expected a whole number of milliseconds",
            ),
            (
                "-w echo --bin b --rate -1",
                "bad value `-1` for `--rate`: expected a number of requests per second, at least 0",
            ),
            (
                "-w echo --bin b --rate NaN",
                "bad value `NaN` for `--rate`: expected a number of requests per second, at least 0",
            ),
            (
                "-w echo --bin b --time-limit 0",
                "bad value `0` for `--time-limit`: expected a whole number of seconds, at least 1",
            ),
            (
                "-w echo --bin b --concurrency n",
                "bad value `n` for `--concurrency`: expected a whole number of clients, at least 1, or one per node such \
                 as `4n`",
            ),
            (
                "-w echo --bin b --nemesis-interval 1/0",
                "bad value `1/0` for `--nemesis-interval`: expected a number of seconds above 0, such as 10, 0.5 or 1/2",
            ),
            (
                "-w echo --bin b --availability 2",
                "bad value `2` for `--availability`: expected a share from 0 to 1, or `total`",
            ),
            (
                "-w echo --bin b --latency-dist uniform",
                "`--latency-dist` needs a `--latency` above 0: a zero latency cannot spread",
            ),
            (
                "-w echo --bin b --nemesis pause=5+crash=6",
                "`--nemesis crash=6` asks for more nodes than the 5 there are",
            ),
            ("-w echo --bin b -n a -n a", "node `a` is named twice"),
            (
                "-w echo --bin b -n c1",
                "node `c1` would be taken for a client, as every name that begins with `c`; call it otherwise",
            ),
        ];
        for (words, problem) in cases {
            assert_eq!(problems(words), [problem], "{words}");
        }
    }

    #[test]
    fn workloads_that_only_maelstrom_has_point_there() {
        for workload in OTHER_WORKLOADS {
            let [problem] = problems(&format!("-w {workload} --bin b")).try_into().expect("one problem");
            assert!(problem.contains("broadcast and echo") && problem.contains("real Maelstrom"), "{problem}");
        }
        assert_eq!(problems("--bin b"), [NO_WORKLOAD]);
    }

    #[test]
    fn all_problems_are_told_at_once() {
        assert_eq!(problems("--frobnicate --rate fast --node-count 0").len(), 5);
    }

    #[test]
    fn help_outweighs_everything() {
        assert_eq!(asked("--rate fast -h"), Ok(Asked::Help));
    }
}
