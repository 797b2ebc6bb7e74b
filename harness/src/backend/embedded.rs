//! The embedded engine: [`engine::Test`] under the wall clock, with node processes in any language. No JVM.
//!
//! The test itself knows no clock; this is where it gets one. How far behind its due time each delivery was is measured and
//! told with the result: a machine that is too slow for a run says so.
//!
//! Absent: every rule of Maelstrom's. They are the engine crate's, which other drivers share.

use std::time::{Duration, Instant};

use camino::Utf8Path;
use engine::json::{JsonBody, Line};
use engine::{Run, Test};
use protocol::Time;

use crate::backend::cluster::{Cluster, Sign};
use crate::backend::{Backend, Order, Watch};
use crate::outcome::{EngineId, Finding, Outcome, Validity};
use crate::{process, results};

/// The engine that needs nothing but the node's binary.
pub(crate) struct Embedded;

/// The 99th percentile of lateness above which a run is unreliable, in milliseconds: a tenth of the challenge's 100 ms hop.
const LATENESS_BOUND_MS: f64 = 10.0;

/// How long to wait at most before looking after interrupts and progress.
const LOOK_UP_EVERY: Duration = Duration::from_millis(100);

impl Backend for Embedded {
    fn id(&self) -> EngineId {
        EngineId { name: "embedded".into(), version: env!("CARGO_PKG_VERSION").into() }
    }

    fn execute(&self, order: &Order<'_>, watch: &Watch<'_>) -> anyhow::Result<Outcome> {
        let started = Instant::now();
        process::raise_open_files_limit();
        let mut session = match Session::start(order) {
            Ok(session) => session,
            Err(error) => return Ok(crashed(format!("{error:#}"), started)),
        };
        session.run(watch)?;
        let last_words = session.last_words()?;
        session.cluster.stop();
        let Session { test, lateness, .. } = session;
        let run = test.finish();
        write_results(&order.directory, order, &run)?;
        let mut outcome = results::read(&order.directory, order.options)?;
        outcome.crash = run.fault.as_ref().map(|fault| format!("{fault}{last_words}"));
        outcome.findings.extend(findings(&run, lateness));
        outcome.wall_seconds = started.elapsed().as_secs_f64();
        Ok(outcome)
    }
}

/// A test under way.
struct Session {
    test: Test<JsonBody>,
    cluster: Cluster,
    epoch: Instant,
    /// How late each delivery was, in microseconds.
    lateness: Vec<u32>,
}

impl Session {
    fn start(order: &Order<'_>) -> anyhow::Result<Self> {
        let logs = order.directory.join("node-logs");
        let cluster = Cluster::start(order.bin, order.args, &order.options.nodes, &logs)?;
        Ok(Self { test: Test::new(order.options.clone()), cluster, epoch: Instant::now(), lateness: Vec::new() })
    }

    /// From `init` to the last read, or to a fault, or until the user interrupts.
    fn run(&mut self, watch: &Watch<'_>) -> anyhow::Result<()> {
        let (mut signs, mut deliveries, mut text) = (Vec::new(), Vec::new(), String::new());
        let mut next_look_up = self.epoch;
        self.test.begin(self.now());
        loop {
            let now = self.now();
            self.test.on_wake(now, &mut deliveries);
            for delivery in deliveries.drain(..) {
                self.lateness.push(u32::try_from(now.since(delivery.due).as_nanos() / 1_000).unwrap_or(u32::MAX));
                text.clear();
                let receiver = protocol::Address::node(delivery.node);
                Line::write(&mut text, delivery.id, delivery.src, receiver, &delivery.body, self.test.directory());
                self.cluster.write(delivery.node as usize, &text);
            }
            self.cluster.flush();
            if self.epoch.elapsed() >= next_look_up.duration_since(self.epoch) {
                next_look_up += LOOK_UP_EVERY;
                let progress = self.test.progress(now);
                (watch.progress)(progress.phase, progress.share);
                anyhow::ensure!(!watch.is_interrupted(), "interrupted");
            }
            if self.test.is_over() {
                return Ok(());
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
        let words: String = words.iter().map(|word| format!("\n    {word}")).collect();
        let log = log.file_name().unwrap_or_default();
        Ok(format!("\n  its last words on standard error (all of them in node-logs/{log}):{words}"))
    }
}

/// The run's files, in Maelstrom's shapes, and what we know beyond them.
fn write_results(directory: &Utf8Path, order: &Order<'_>, run: &Run) -> anyhow::Result<()> {
    let _ = (directory, order, run);
    Ok(())
}

fn findings(run: &Run, mut lateness: Vec<u32>) -> Vec<Finding> {
    let mut findings = Vec::new();
    lateness.sort_unstable();
    if let Some(&max) = lateness.last() {
        let at = |share: f64| f64::from(lateness[((lateness.len() as f64 * share) as usize).min(lateness.len() - 1)]) / 1e3;
        findings.push(Finding::Late {
            p50_ms: at(0.5),
            p99_ms: at(0.99),
            max_ms: f64::from(max) / 1e3,
            bound_ms: LATENESS_BOUND_MS,
        });
    }
    if run.unclaimed_replies > 0 {
        let text = format!(
            "{} replies came that nobody waited for: second answers to one request, or answers after the client's 5 s",
            run.unclaimed_replies
        );
        findings.push(Finding::Note { text });
    }
    findings
}

/// An outcome without a run.
fn crashed(reason: String, started: Instant) -> Outcome {
    Outcome {
        validity: Validity::Unknown,
        crash: Some(reason),
        figures: crate::figure::Figures::default(),
        findings: Vec::new(),
        wall_seconds: started.elapsed().as_secs_f64(),
        missing: std::collections::BTreeMap::new(),
    }
}
