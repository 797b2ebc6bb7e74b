//! The simulated engine: every node in this process, and a clock that jumps to the next thing that happens.
//!
//! A run of half a minute takes milliseconds, and a seed determines all of it. The rules are those of [`engine::Test`], which
//! the embedded engine drives too, and so is the judgement.
//!
//! Absent: programs. What has a clock of its own cannot be moved to this one.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use engine::{Options, Run, Unwatched, Witness, simulate, simulate_watched};
use node::{Broadcaster, Config, Peer};
use protocol::{Body, Machine};

use crate::backend::{Backend, Order, Watch, digest, judged};
use crate::figure::Figures;
use crate::outcome::{EngineId, Outcome, Validity};

/// The engine that needs nothing at all.
pub(crate) struct Simulated;

impl Backend for Simulated {
    fn id(&self) -> EngineId {
        EngineId { name: "simulated".into(), version: env!("CARGO_PKG_VERSION").into() }
    }

    fn rules(&self) -> &'static str {
        env!("HARNESS_RULES_SIMULATED")
    }

    /// One run is not interrupted: it is over before anybody could.
    fn execute(&self, order: &Order<'_>, _watch: &Watch<'_>) -> anyhow::Result<Outcome> {
        let started = Instant::now();
        let (config, directory) = order.machine()?;
        let options = order.options;
        let mut outcome = match caught(options, config, Unwatched) {
            Ok((run, Unwatched)) => {
                let crash = run.fault.as_ref().map(ToString::to_string);
                let outcome = judged::outcome(&self.id(), &run, options, crash, directory)?;
                Outcome { trace_digest: Some(digest::of(&run)), ..outcome }
            }
            Err(panic) => panicked(&*panic),
        };
        outcome.wall_seconds = started.elapsed().as_secs_f64();
        Ok(outcome)
    }
}

/// Makes one run while somebody watches its messages.
pub(crate) fn run_watched<W: Witness<Body<Peer>>>(
    options: &Options,
    config: Config,
    witness: W,
) -> anyhow::Result<(Run, W)> {
    caught(options, config, witness).map_err(|panic| anyhow::anyhow!("a node panicked: {}", last_words(&*panic)))
}

/// A node that panics would end as a process of its own under another engine, and only its own run with it.
fn caught<W: Witness<Body<Peer>>>(options: &Options, config: Config, witness: W) -> std::thread::Result<(Run, W)> {
    catch_unwind(AssertUnwindSafe(|| simulate_watched(options.clone(), |_| Broadcaster::new(config), witness)))
}

/// What a run of other machines than this project's node comes to: those of a recorded program's protocol.
pub(crate) fn outcome_of<M: Machine>(options: &Options, make: impl FnMut(u32) -> M) -> anyhow::Result<Outcome> {
    let run = simulate(options.clone(), make);
    let crash = run.fault.as_ref().map(ToString::to_string);
    judged::outcome(&Simulated.id(), &run, options, crash, None)
}

/// The run of a seed, made again, if it goes the way it went: its digest is the one that was kept. Another version of the node
/// or of the engine may go another way, and then this is not that run.
pub(crate) fn replayed(options: &Options, config: Config, trace_digest: &str) -> Option<Run> {
    let (run, _) = caught(options, config, Unwatched).ok()?;
    (digest::of(&run) == trace_digest).then_some(run)
}

/// The outcome of a run that a node, or the engine itself, did not survive.
fn panicked(panic: &(dyn Any + Send)) -> Outcome {
    Outcome {
        validity: Validity::Unknown,
        crash: Some(format!("a node panicked: {}", last_words(panic))),
        figures: Figures::default(),
        findings: Vec::new(),
        wall_seconds: 0.0,
        missing: std::collections::BTreeMap::new(),
        trace_digest: None,
    }
}

fn last_words(panic: &(dyn Any + Send)) -> &str {
    let said = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    said.unwrap_or("it did not say why")
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use camino::Utf8Path;
    use std::collections::BTreeMap;

    use engine::{Distribution, Ends, Fate, Latency, Loss, Nemesis, ProcessDelay};
    use protocol::{Duration, Time};

    use super::*;
    use crate::backend::Tested;
    use crate::figure::Figure;

    /// Challenge 3d with partitions, cut short.
    fn options(seed: u64) -> Options {
        Options {
            nodes: Options::numbered_nodes(25),
            time_limit: Duration::from_secs(5),
            rate: 100.0,
            latency: Latency { mean_ms: 100, distribution: Distribution::Exponential },
            process_delay: ProcessDelay::NONE,
            nemesis: Nemesis::Partition.into(),
            nemesis_interval: Duration::from_secs(1),
            seed,
            ..Options::default()
        }
    }

    fn execute(options: &Options, node: Tested<'_>) -> anyhow::Result<Outcome> {
        let watch = Watch { progress: &|_, _| (), interrupted: &AtomicBool::new(false) };
        Simulated.execute(&Order { options, node }, &watch)
    }

    fn outcome(seed: u64) -> Outcome {
        let config = Config::named(&["topology-n12-tree"]).unwrap();
        let outcome = execute(&options(seed), Tested::Machine { config, directory: None }).unwrap();
        Outcome { wall_seconds: 0.0, ..outcome }
    }

    #[test]
    fn a_seed_is_the_same_run_every_time_and_another_seed_another() {
        for seed in 0..4 {
            let (once, again) = (outcome(seed), outcome(seed));
            assert_eq!(once, again);
            assert_ne!(once.trace_digest, outcome(seed + 1).trace_digest);
            assert!(once.trace_digest.is_some() && once.figures.value(Figure::Operations) > Some(100.0));
        }
    }

    #[test]
    fn a_program_is_refused_with_the_reason() {
        let node = Tested::Program { bin: Utf8Path::new("/bin/node"), args: &[], directory: "run".into() };
        let error = execute(&options(0), node).unwrap_err().to_string();
        assert!(error.contains("/bin/node") && error.contains("--engine embedded"), "{error}");
    }

    /// Counts what it is told, by what it is.
    #[derive(Default)]
    struct Tally {
        sent: u64,
        doubled: u64,
        arrived: u64,
        lost: BTreeMap<Loss, u64>,
        deaths: u64,
    }

    impl<P> Witness<P> for Tally {
        fn began(&mut self, _now: Time) {}
        fn befell(&mut self, _now: Time, _node: u32, fate: Fate) {
            self.deaths += u64::from(fate == Fate::Crash);
        }
        fn sent(&mut self, _now: Time, id: u64, _ends: Ends, _body: &P) {
            assert_eq!(id, self.sent, "numbers count up");
            self.sent += 1;
        }
        fn doubled(&mut self, _id: u64) {
            self.doubled += 1;
        }
        fn arrived(&mut self, _now: Time, _id: u64) {
            self.arrived += 1;
        }
        fn lost(&mut self, _now: Time, _id: u64, why: Loss) {
            *self.lost.entry(why).or_default() += 1;
        }
    }

    #[test]
    fn a_witness_is_told_of_every_message_and_of_its_end() {
        let config = Config::named(&["topology-n12-tree"]).unwrap();
        for (nemesis, why) in [
            ("none", None),
            ("partition", Some(Loss::Cut)),
            ("loss=10%", Some(Loss::Chance)),
            ("duplication=10%", None),
            ("crash=2", Some(Loss::Dead)),
        ] {
            let options = Options { nemesis: nemesis.parse().unwrap(), ..options(3) };
            let (run, tally) = run_watched(&options, config, Tally::default()).unwrap();
            let journal = run.journal.all();
            assert_eq!((tally.sent, tally.arrived), (journal.sent, journal.received), "{nemesis}");
            assert_eq!(
                tally.lost.keys().copied().collect::<Vec<_>>(),
                why.into_iter().collect::<Vec<_>>(),
                "{nemesis}"
            );
            assert_eq!(
                (tally.doubled > 0, tally.deaths > 0),
                (nemesis.starts_with("dup"), nemesis.starts_with("crash"))
            );
            let under_way = tally.sent + tally.doubled - tally.arrived - tally.lost.values().sum::<u64>();
            assert!(under_way < 60, "{nemesis}: {under_way} never ended");
        }
    }

    #[test]
    fn a_panic_is_that_runs_outcome() {
        let panic: Box<dyn Any + Send> = Box::new("index out of bounds".to_owned());
        assert_eq!(panicked(&*panic).crash.as_deref(), Some("a node panicked: index out of bounds"));
    }
}
