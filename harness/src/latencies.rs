//! Every single latency of one run, where quantiles are not enough: read in the history that the run left, or, for a run of the
//! simulated engine that left none, taken from the same run made again from its seed.
//!
//! Nothing is taken on trust: a history must give the figures that its record has, and a run made again must have its
//! digest. Absent: drawing.

use camino::Utf8Path;
use engine::Options;
use engine::checker::quantiles::Quantiles;
use engine::checker::set_full;
use engine::history::{F, History, OpKind};

use crate::about::AboutCell;
use crate::backend::simulated;
use crate::figure::{Figure, Figures};
use crate::measured::Measured;
use crate::outcome::Record;
use crate::plan::NodeSource;
use crate::results;

/// The latencies of one run, each list in milliseconds and ascending.
#[derive(Clone, Debug, PartialEq)]
pub struct Latencies {
    /// Which repetition of its cell the run is.
    pub repetition: u32,
    /// Its seed.
    pub seed: u64,
    /// Where they come from.
    pub source: Source,
    /// Of every value that became stable: from its acknowledgement on.
    pub stable: Vec<f64>,
    /// Of every broadcast that was acknowledged: from its invocation until then.
    pub broadcasts: Vec<f64>,
    /// Of every read that succeeded, final reads left aside.
    pub reads: Vec<f64>,
}

/// Where latencies come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The run's history.edn.
    Recorded,
    /// The run made again from its seed, with the same digest.
    Replayed,
}

impl Latencies {
    /// The latencies of a run, if they can still be told and are those of its record.
    pub fn of(measured: &Measured, record: &Record) -> Option<Self> {
        if record.outcome.crash.is_some() {
            return None;
        }
        let cell = measured.directory.join(&record.cell);
        let places = [cell.join(record.repetition.to_string()), cell];
        let recorded = places.iter().find_map(|place| Self::recorded(place, record));
        let is_its = |about: &&AboutCell| about.cell == record.cell;
        recorded.or_else(|| Self::replayed(&measured.about.cells.iter().find(is_its)?.source, record))
    }

    fn recorded(directory: &Utf8Path, record: &Record) -> Option<Self> {
        if !directory.join("history.edn").is_file() {
            return None;
        }
        let found = Self::new(&results::read_history(directory).ok()?, record, Source::Recorded);
        (quantiles(&found.stable) == kept(&record.outcome.figures)).then_some(found)
    }

    fn replayed(source: &NodeSource, record: &Record) -> Option<Self> {
        let digest = record.outcome.trace_digest.as_ref()?;
        if record.outcome.wall_seconds > PATIENCE_SECONDS {
            return None;
        }
        let run = simulated::replayed(&record.options, source.config()?.ok()?, digest)?;
        Some(Self::new(&run.history, record, Source::Replayed))
    }

    fn new(history: &History, record: &Record, source: Source) -> Self {
        let Record { repetition, options: Options { seed, .. }, .. } = record;
        let stable = set_full::stable_latencies(history).into_iter().map(|latency| latency as f64).collect();
        let is_broadcast = |f: &F| matches!(f, F::Broadcast(_));
        let is_read = |f: &F| matches!(f, F::Read(_));
        Self {
            repetition: *repetition,
            seed: *seed,
            source,
            stable,
            broadcasts: waited(history, is_broadcast),
            reads: waited(history, is_read),
        }
    }
}

/// From invocation to `ok`, over the operations of one kind, final reads left aside: they come when the network is quiet.
fn waited(history: &History, is_wanted: impl Fn(&F) -> bool) -> Vec<f64> {
    let ops = history.ops();
    let ended = history.pairs().into_iter().map(|(invocation, completion)| (&ops[invocation], &ops[completion]));
    let chosen = ended.filter(|(begun, ended)| ended.kind == OpKind::Ok && !begun.is_final && is_wanted(&begun.f));
    let mut waited: Vec<f64> = chosen.map(|(begun, ended)| ended.time.since(begun.time).as_millis_f64()).collect();
    waited.sort_unstable_by(f64::total_cmp);
    waited
}

/// The quantiles of stable latencies, as a record keeps them.
fn quantiles(stable: &[f64]) -> [Option<f64>; 5] {
    match Quantiles::of_sorted(stable) {
        Some(Quantiles { min, median, p95, p99, max }) => [min, median, p95, p99, max].map(Some),
        None => [None; 5],
    }
}

fn kept(figures: &Figures) -> [Option<f64>; 5] {
    [
        Figure::StableLatencyMin,
        Figure::StableLatencyMedian,
        Figure::StableLatencyP95,
        Figure::StableLatencyP99,
        Figure::StableLatencyMax,
    ]
    .map(|figure| figures.value(figure))
}

/// A run that took longer is not made again for a drawing.
const PATIENCE_SECONDS: f64 = 1.0;

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use camino::Utf8PathBuf;
    use protocol::Duration;

    use super::*;
    use crate::backend::{Backend as _, Order, Tested, Watch};
    use crate::sample;

    /// A run of a star under the simulated engine, with its files or without.
    fn measured(keeps_files: bool) -> (tempfile::TempDir, Measured) {
        let star = NodeSource::Crate { features: ["topology-star".to_owned()].into(), args: Vec::new() };
        measured_of(star, keeps_files)
    }

    fn measured_of(source: NodeSource, keeps_files: bool) -> (tempfile::TempDir, Measured) {
        let guard = tempfile::tempdir().unwrap();
        let directory = Utf8PathBuf::from_path_buf(guard.path().to_owned()).unwrap();
        let (mut plan, mut about) = (sample::plan(1), sample::about(1));
        plan.cells[2].options.time_limit = Duration::from_secs(5);
        about.cells[2].options = plan.cells[2].options.clone();
        about.cells[2].source = source;
        let mut record = sample::record(&plan.cells[2], 0);
        let place = directory.join(&record.cell);
        std::fs::create_dir(&place).unwrap();
        let node = Tested::Machine {
            config: about.cells[2].source.config().unwrap().unwrap(),
            directory: keeps_files.then_some(place),
        };
        let watch = Watch { progress: &|_, _| (), interrupted: &AtomicBool::new(false) };
        record.outcome = simulated::Simulated.execute(&Order { options: &record.options, node }, &watch).unwrap();
        let label = "efficient".to_owned();
        (guard, Measured { label, directory, about, records: vec![record], skipped: Vec::new() })
    }

    fn told(measured: &Measured) -> Option<Latencies> {
        Latencies::of(measured, &measured.records[0])
    }

    #[test]
    fn a_history_and_the_same_run_made_again_tell_the_same() {
        let ((_one, with), (_other, without)) = (measured(true), measured(false));
        let (recorded, replayed) = (told(&with).unwrap(), told(&without).unwrap());
        assert_eq!((recorded.source, replayed.source), (Source::Recorded, Source::Replayed));
        assert_eq!(Latencies { source: Source::Recorded, ..replayed }, recorded);
        assert!(recorded.stable.len() > 100 && recorded.stable.is_sorted());
        assert_eq!(quantiles(&recorded.stable), kept(&with.records[0].outcome.figures));
        let operations = recorded.broadcasts.len() + recorded.reads.len();
        let figures = &with.records[0].outcome.figures;
        assert_eq!(Some(operations as f64 + 25.0), figures.value(Figure::Operations), "but for 25 final reads");
    }

    #[test]
    fn a_run_is_made_again_with_its_nodes_arguments() {
        let features = ["topology-star", "acks-piggyback", "aligned"].map(str::to_owned).into();
        let args = ["--batch-window-down", "450ms"].map(str::to_owned).into();
        let (_guard, without) = measured_of(NodeSource::Crate { features, args }, false);
        assert_eq!(told(&without).map(|latencies| latencies.source), Some(Source::Replayed));
    }

    #[test]
    fn what_is_not_that_run_is_not_taken_for_it() {
        let (_guard, mut with) = measured(true);
        with.records[0].outcome.figures.set(Figure::StableLatencyMedian, 1.0);
        assert_eq!(told(&with).map(|latencies| latencies.source), Some(Source::Replayed), "the history is another's");
        with.records[0].outcome.trace_digest = Some("00".into());
        assert_eq!(told(&with), None, "and so is the run");
    }

    #[test]
    fn a_crash_and_another_program_tell_nothing() {
        let (_guard, mut without) = measured(false);
        without.records[0].outcome.crash = Some("node `n3` exited".into());
        assert_eq!(told(&without), None);
        without.records[0].outcome.crash = None;
        without.about.cells[2].source = NodeSource::Bin { path: "./node".into(), args: Vec::new() };
        assert_eq!(told(&without), None);
    }
}
