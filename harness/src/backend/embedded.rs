//! The embedded engine: [`engine::Test`] under the wall clock, with node processes in any language. No JVM.
//!
//! The test itself knows no clock; this is where it gets one. How far behind its due time each delivery was is measured and
//! told with the result: a machine that is too slow for a run says so.
//!
//! Absent: every rule of Maelstrom's. They are the engine crate's, which other drivers share.

use std::time::{Duration, Instant};

use engine::checker::quantiles::Quantiles;
use engine::json::{JsonBody, Line};
use engine::{Delivery, Event, Test};
use protocol::{Address, Time};

use crate::backend::cluster::{self, Cluster, Sign};
use crate::backend::{Backend, Order, Watch, judged};
use crate::figure::Figures;
use crate::outcome::{EngineId, Finding, Outcome, Validity};

/// The engine that needs nothing but the node's binary.
pub(crate) struct Embedded;

impl Backend for Embedded {
    fn id(&self) -> EngineId {
        EngineId { name: "embedded".into(), version: env!("CARGO_PKG_VERSION").into() }
    }

    fn rules(&self) -> &'static str {
        env!("HARNESS_RULES_EMBEDDED")
    }

    fn execute(&self, order: &Order<'_>, watch: &Watch<'_>) -> anyhow::Result<Outcome> {
        let started = Instant::now();
        cluster::raise_open_files_limit();
        let (_, _, directory) = order.program()?;
        let mut session = match Session::start(order) {
            Ok(session) => session,
            Err(error) => return Ok(crashed(format!("{error:#}"), started)),
        };
        if session.run(watch)? == End::Interrupted {
            return Ok(crashed("interrupted".to_owned(), started));
        }
        let last_words = session.last_words()?;
        session.cluster.stop();
        let Session { test, lateness, .. } = session;
        let run = test.finish();
        let crash = run.fault.as_ref().map(|fault| format!("{fault}{last_words}"));
        let mut outcome = judged::outcome(&self.id(), &run, order.options, crash, Some(directory))?;
        if outcome.crash.is_none() {
            // Nobody reads latencies off a run that a fault ended.
            outcome.findings.extend(late(lateness));
        }
        outcome.wall_seconds = started.elapsed().as_secs_f64();
        Ok(outcome)
    }
}

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Interrupted,
    Over,
}

/// A test under way.
struct Session {
    test: Test<JsonBody>,
    cluster: Cluster,
    epoch: Instant,
    /// How late each delivery was, in milliseconds.
    lateness: Vec<f64>,
}

impl Session {
    fn start(order: &Order<'_>) -> anyhow::Result<Self> {
        let (bin, args, directory) = order.program()?;
        let cluster = Cluster::start(bin, args, &order.options.nodes, &directory.join("node-logs"))?;
        Ok(Self { test: Test::new(order.options.clone()), cluster, epoch: Instant::now(), lateness: Vec::new() })
    }

    /// From `init` to the last read, or to a fault, or until the user interrupts.
    fn run(&mut self, watch: &Watch<'_>) -> anyhow::Result<End> {
        let (mut signs, mut text) = (Vec::new(), String::new());
        let directory = self.test.directory().clone();
        let mut next_look_up = self.epoch;
        self.test.begin(self.now());
        loop {
            let now = self.now();
            let mut trouble = None;
            self.test.on_wake(now, |event| match event {
                Event::Delivery(Delivery { node, id, src, body, due }) => {
                    self.lateness.push(now.since(due).as_millis_f64());
                    text.clear();
                    Line::write(&mut text, id, src, Address::node(node), body, &directory);
                    self.cluster.write(node as usize, &text);
                }
                Event::Fate(node, fate) => {
                    if let Err(error) = self.cluster.meets(node as usize, fate) {
                        trouble.get_or_insert(error);
                    }
                }
            });
            if let Some(trouble) = trouble {
                return Err(trouble);
            }
            self.cluster.flush();
            if self.epoch.elapsed() >= next_look_up.duration_since(self.epoch) {
                next_look_up += LOOK_UP_EVERY;
                let progress = self.test.progress(now);
                (watch.progress)(progress.phase, progress.share);
                if watch.is_interrupted() {
                    return Ok(End::Interrupted);
                }
            }
            if self.test.is_over() {
                return Ok(End::Over);
            }
            let due = self.test.next_wake().map_or(LOOK_UP_EVERY, |wake| wake.since(self.now()).into());
            self.cluster.wait(due.min(LOOK_UP_EVERY), &mut signs)?;
            for sign in signs.drain(..) {
                self.take(sign);
            }
        }
    }

    /// Tells the test what a node did.
    fn take(&mut self, sign: Sign) {
        let number = |node: usize| u32::try_from(node).expect("fewer than 2^32 nodes");
        match sign {
            Sign::Gone(node, status) => self.test.on_exit(number(node), status),
            Sign::Line(node, line) => match Line::read(&line, self.test.directory()) {
                Ok(Line { src, dest, body }) => self.test.on_message(self.now(), number(node), src, dest, body),
                Err(error) => self.test.on_bad_line(number(node), &line, error),
            },
        }
    }

    fn now(&self) -> Time {
        Time::ZERO + self.epoch.elapsed().into()
    }

    /// What the node that ended the run said last on its standard error, ready to be appended to the fault.
    fn last_words(&mut self) -> anyhow::Result<String> {
        let Some(fault) = self.test.fault() else { return Ok(String::new()) };
        let (words, log) = self.cluster.last_words(fault.node as usize)?;
        if words.is_empty() {
            return Ok("\n  it wrote nothing to its standard error".into());
        }
        let log = log.file_name().unwrap_or_default();
        Ok(format!(
            "\n  its last words on standard error (all of them in node-logs/{log}):\n    {}",
            words.join("\n    ")
        ))
    }
}

/// How late deliveries were.
fn late(lateness: Vec<f64>) -> Option<Finding> {
    let Quantiles { median: p50_ms, p99: p99_ms, max: max_ms, .. } = Quantiles::of_floats(lateness)?;
    Some(Finding::Late { p50_ms, p99_ms, max_ms, bound_ms: LATENESS_BOUND_MS })
}

/// An outcome without a run.
fn crashed(reason: String, started: Instant) -> Outcome {
    Outcome {
        validity: Validity::Unknown,
        crash: Some(reason),
        figures: Figures::default(),
        findings: Vec::new(),
        wall_seconds: started.elapsed().as_secs_f64(),
        missing: std::collections::BTreeMap::new(),
        trace_digest: None,
    }
}

/// The 99th percentile of lateness above which a run is unreliable, in milliseconds: a tenth of the challenge's 100 ms hop.
const LATENESS_BOUND_MS: f64 = 10.0;

/// How long to wait at most before looking after interrupts and progress.
const LOOK_UP_EVERY: Duration = Duration::from_millis(100);
