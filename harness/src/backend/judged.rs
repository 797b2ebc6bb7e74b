//! What a run of the engine crate comes to, the same for every backend that drives it: judged, written down in Maelstrom's
//! shapes, and read back as any other engine's files are; or, where thousands of runs would leave gigabytes, judged alone.
//!
//! Both ways give the same figures. Absent: driving a test, and what only its driver knows, such as lateness.

use anyhow::Context as _;
use camino::Utf8Path;
use engine::checker::strict::{self, Strict};
use engine::results::Results;
use engine::{Options, Run, edn};
use serde::Serialize;

use crate::outcome::{EngineId, Finding, Outcome};
use crate::results::{self, Reading};

/// Judges a run of an engine. With a directory its files are left there, and the outcome is what they say. `crash` is why the
/// run did not reach its end, if it did not.
pub(super) fn outcome(
    engine: &EngineId,
    run: &Run,
    options: &Options,
    crash: Option<String>,
    directory: Option<&Utf8Path>,
) -> anyhow::Result<Outcome> {
    let mut results = engine::results::judge(&run.history, &run.journal, options);
    if let Some(why) = &crash {
        results = results.crashed(why.clone());
    }
    let spans = measured_spans(run);
    let strict = strict::check(&run.history, Some(&run.journal), options, spans.as_deref());
    let reading = match directory {
        Some(directory) => {
            write_files(directory, run, &results, &Beyond { engine, seed: options.seed, options, strict: &strict })?;
            let mut reading = results::read(directory, options)?;
            if let (Some(propagation), true) = (&strict.propagation, spans.is_some()) {
                results::add_propagation(&mut reading.figures, propagation.latency);
            }
            reading
        }
        None => results::of(&results, strict, &run.history, options),
    };
    let Reading { validity, figures, mut findings, missing, .. } = reading;
    if crash.is_some() {
        // What a run that ended early could not show follows from its end, and would bury the reason.
        findings.clear();
    }
    findings.extend(unclaimed(run));
    Ok(Outcome { validity, crash, figures, findings, wall_seconds: 0.0, missing, trace_digest: None })
}

/// The run's files: Maelstrom's two in its shapes, and beside them what we know beyond it.
fn write_files(directory: &Utf8Path, run: &Run, results: &Results, beyond: &Beyond<'_>) -> anyhow::Result<()> {
    let write = |name: &str, text: String| {
        let path = directory.join(name);
        std::fs::write(&path, text).with_context(|| format!("cannot write `{path}`"))
    };
    write("history.edn", edn::history(&run.history))?;
    write("results.edn", edn::results(results))?;
    write("strict.json", serde_json::to_string_pretty(beyond)? + "\n")
}

/// What Maelstrom's files have no place for: who judged, what makes the run again, and where we tell more.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Beyond<'a> {
    engine: &'a EngineId,
    seed: u64,
    options: &'a Options,
    #[serde(flatten)]
    strict: &'a Strict,
}

/// What the messages tell of the spread of values, if they tell it of most: a node may put values where nobody finds them.
fn measured_spans(run: &Run) -> Option<Vec<protocol::Duration>> {
    let spans: Vec<protocol::Duration> = run.spans.iter().flatten().copied().collect();
    (2 * spans.len() >= run.spans.len() && !spans.is_empty()).then_some(spans)
}

fn unclaimed(run: &Run) -> Option<Finding> {
    (run.unclaimed_replies > 0).then_some(Finding::Unclaimed { replies: run.unclaimed_replies })
}

#[cfg(test)]
mod tests {
    use crate::figure::Figure;
    use camino::Utf8PathBuf;
    use engine::{Nemesis, Workload, simulate};
    use node::{Broadcaster, Config};
    use protocol::Duration;

    use super::*;

    fn run(options: &Options) -> Run {
        let config = Config::named(&["topology-n12-tree", "relay-to-master"]).unwrap();
        simulate(options.clone(), |_| Broadcaster::new(config))
    }

    /// The same run with and without its files.
    fn both(run: &Run, options: &Options, crash: Option<&str>) -> [Outcome; 2] {
        let directory = tempfile::tempdir().unwrap();
        let directory = Utf8PathBuf::from_path_buf(directory.path().to_owned()).unwrap();
        let this = EngineId { name: "simulated".into(), version: "1".into() };
        let both = [Some(directory.as_path()), None]
            .map(|directory| outcome(&this, run, options, crash.map(str::to_owned), directory).unwrap());
        let beyond = std::fs::read_to_string(directory.join("strict.json")).unwrap();
        let beyond: serde_json::Value = serde_json::from_str(&beyond).unwrap();
        assert_eq!((&beyond["engine"]["name"], &beyond["seed"]), (&"simulated".into(), &options.seed.into()));
        both
    }

    #[test]
    fn what_is_judged_is_what_the_files_say() {
        let usual = Options { time_limit: Duration::from_secs(5), rate: 20.0, ..Options::default() };
        let cut = Options {
            nemesis: Nemesis::Partition.into(),
            nemesis_interval: Duration::from_secs(1),
            latency: engine::Latency { mean_ms: 100, distribution: engine::Distribution::Exponential },
            ..usual.clone()
        };
        let cases = [
            ("usual", usual.clone()),
            ("cut", cut.clone()),
            ("cut, another seed", Options { seed: 7, availability: Some(engine::Availability::Total), ..cut }),
            ("echo", Options { workload: Workload::Echo, ..usual.clone() }),
            ("nothing asked", Options { rate: 0.0, ..usual.clone() }),
            ("one node", Options { nodes: Options::numbered_nodes(1), ..usual }),
        ];
        for (name, options) in cases {
            let [read, judged] = both(&run(&options), &options, None);
            assert_eq!(judged, read, "{name}");
            assert!(judged.figures.0.len() >= 8, "{name}: {:?}", judged.figures);
        }
    }

    #[test]
    fn a_run_without_some_of_its_messages_is_judged_the_same_both_ways() {
        let options = Options { time_limit: Duration::from_secs(5), rate: 20.0, ..Options::default() };
        let whole = run(&options);
        let mut lossy = Run {
            history: whole.history.ops().iter().take(whole.history.ops().len() / 2).cloned().collect(),
            journal: whole.journal,
            spans: vec![None; whole.spans.len()],
            unclaimed_replies: 3,
            fault: None,
        };
        let [read, judged] = both(&lossy, &options, Some("n3 ended while the test ran\n  its last words"));
        assert_eq!(judged, read);
        assert_eq!((judged.findings.len(), judged.validity), (1, crate::outcome::Validity::Unknown));
        // Reads that lack what was acknowledged.
        lossy.history = whole.history.ops().iter().cloned().map(forgetful).collect();
        let [read, judged] = both(&lossy, &options, None);
        assert_eq!(judged, read);
        assert!(judged.figures.value(Figure::Missing).is_some_and(|missing| missing > 0.0), "{:?}", judged.figures);
        // Nothing was read at all, so nobody can tell.
        lossy.history = whole.history.ops().iter().filter(|op| op.f.name() == "broadcast").cloned().collect();
        let [read, judged] = both(&lossy, &options, None);
        assert_eq!(judged, read);
        assert!(!judged.findings.is_empty() && judged.validity != crate::outcome::Validity::Valid, "{judged:?}");
    }

    /// The op, and a read without the values that three divides.
    fn forgetful(op: engine::history::Op) -> engine::history::Op {
        use engine::history::{F, Op};
        match &op.f {
            F::Read(Some(values)) => {
                let values = values.integers().filter(|value| value % 3 > 0).map(serde_json::Value::from).collect();
                Op { f: F::Read(Some(protocol::Values::List(values))), ..op }
            }
            _ => op,
        }
    }
}
