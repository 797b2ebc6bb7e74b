//! What a benchmark is measured by: time on the processor, which other programs lengthen less than the clock on the wall, and
//! memory.

use std::hint::black_box;
use std::time::{Duration, Instant};

use nix::time::{ClockId, clock_gettime};

/// How long to repeat each measurement, and how often at least.
const PATIENCE: Duration = Duration::from_secs(2);
const RUNS_MIN: u32 = 3;

/// What this process has used of a processor so far.
pub(crate) fn processor_time() -> Duration {
    clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID).expect("every unix has this clock").into()
}

/// What it has used since it had used so much.
pub(crate) fn used_since(begun: Duration) -> Duration {
    processor_time().saturating_sub(begun)
}

/// Repeats something that tells its own times, and keeps the least of each: noise only ever adds.
pub(crate) fn least<const N: usize>(mut once: impl FnMut() -> [Duration; N]) -> [Duration; N] {
    let begun = Instant::now();
    let mut least = [Duration::MAX; N];
    let mut runs = 0;
    while runs < RUNS_MIN || begun.elapsed() < PATIENCE {
        let times = black_box(once());
        least = std::array::from_fn(|place| least[place].min(times[place]));
        runs += 1;
    }
    least
}

/// The most memory that this process has had so far, in kilobytes; nothing where the system does not tell.
pub(crate) fn peak_kilobytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok()
}

/// A number, or a dash.
pub(crate) fn shown<T: ToString>(number: Option<T>) -> String {
    number.map_or_else(|| "–".to_owned(), |number| number.to_string())
}

pub(crate) fn millis(span: Duration) -> f64 {
    span.as_secs_f64() * 1e3
}
