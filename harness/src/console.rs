//! What the user sees while it runs: progress and warnings on stderr, the answer on stdout.
//!
//! On a terminal there is a line per run under way, and when everything is expected to end. Elsewhere, as in a CI log,
//! there is one line per run that ended, and nothing moves.

use std::env;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::{Unit, Zoned};

use crate::render::table::Look;

/// The two streams.
#[derive(Debug)]
pub(crate) struct Console {
    bars: MultiProgress,
    /// Whether someone watches stderr.
    is_watched: bool,
}

/// The progress of a number of runs.
#[derive(Debug)]
pub(crate) struct Board<'a> {
    console: &'a Console,
    whole: ProgressBar,
    begun: Instant,
    /// How far each run is, from 0 to 1.
    shares: Mutex<Vec<f64>>,
}

/// The progress of one run. Gone when it is dropped.
#[derive(Debug)]
pub(crate) struct Line<'a> {
    board: &'a Board<'a>,
    place: usize,
    label: String,
    bar: ProgressBar,
    /// The phase and share shown, so that thousands of reports an instant cost nothing.
    shown: Mutex<(String, f64)>,
}

impl Console {
    /// The process's own streams.
    pub(crate) fn new() -> Self {
        let is_watched = io::stderr().is_terminal();
        // indicatif would find this out by itself; said here, both kinds of output hang on the same condition.
        let target = if is_watched { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Self { bars: MultiProgress::with_draw_target(target), is_watched }
    }

    /// Says something on stderr, above whatever moves there.
    pub(crate) fn say(&self, text: &str) {
        // Nobody to tell is no reason to fail.
        self.bars.suspend(|| drop(writeln!(io::stderr().lock(), "{text}")));
    }

    /// Whether what is said on stderr may be coloured.
    pub(crate) fn is_coloured(&self) -> bool {
        self.is_watched && allows_colour(|name| env::var(name).ok())
    }

    /// Shows what is being waited for, until the value returned is dropped. Elsewhere than on a terminal it is said once.
    pub(crate) fn wait_for(&self, what: &str) -> ProgressBar {
        if !self.is_watched {
            self.say(what);
        }
        let spinner =
            ProgressBar::new_spinner().with_message(what.to_owned()).with_finish(indicatif::ProgressFinish::AndClear);
        let spinner = self.bars.add(spinner);
        if self.is_watched {
            spinner.enable_steady_tick(Duration::from_millis(120));
        }
        spinner
    }

    /// Writes the answer to stdout. A reader that has gone away is no error.
    #[expect(clippy::unused_self, reason = "the console is both streams")]
    pub(crate) fn answer(&self, text: &str) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
            _ => Ok(()),
        }
    }

    /// How a table should look on stdout.
    #[expect(clippy::unused_self, reason = "the console is both streams")]
    pub(crate) fn look(&self) -> Look {
        look(io::stdout().is_terminal(), |name| env::var(name).ok(), || comfy_table::Table::new().width())
    }

    /// Starts to show the progress of that many runs.
    pub(crate) fn board(&self, runs: usize) -> Board<'_> {
        let style = ProgressStyle::with_template("{bar:24} {msg}").expect("a fixed template");
        let whole = self.bars.add(ProgressBar::new(STEPS).with_style(style));
        Board { console: self, whole, begun: Instant::now(), shares: Mutex::new(vec![0.0; runs]) }
    }
}

impl Board<'_> {
    /// A line for a run that starts now.
    pub(crate) fn line(&self, place: usize, label: &str) -> Line<'_> {
        let style = ProgressStyle::with_template("{spinner} {msg}").expect("a fixed template");
        let bar = ProgressBar::new_spinner().with_style(style).with_finish(indicatif::ProgressFinish::AndClear);
        let bar = self.console.bars.insert_before(&self.whole, bar);
        bar.set_message(label.to_owned());
        Line { board: self, place, label: label.to_owned(), bar, shown: Mutex::new((String::new(), 0.0)) }
    }

    fn set(&self, place: usize, share: f64) {
        let Ok(mut shares) = self.shares.lock() else { return };
        shares[place] = share;
        let done = shares.iter().sum::<f64>() / shares.len() as f64;
        let ended = shares.iter().filter(|share| **share >= 1.0).count();
        let total = shares.len();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 ≤ done ≤ 1")]
        self.whole.set_position((done * STEPS as f64) as u64);
        self.whole.set_message(format!("{ended} of {total} runs{}", ends_about(self.begun.elapsed(), done)));
    }
}

impl Line<'_> {
    /// The run is in this phase, and that far from 0 to 1.
    pub(crate) fn report(&self, phase: &str, share: f64) {
        let Ok(mut shown) = self.shown.lock() else { return };
        if shown.0 == phase && (share - shown.1).abs() < 1.0 / STEPS as f64 {
            return;
        }
        *shown = (phase.to_owned(), share);
        self.bar.set_message(format!("{}: {phase}, {:.0} %", self.label, share.clamp(0.0, 1.0) * 100.0));
        self.bar.tick();
        // A run counts as ended when it says so, not when it is about to.
        self.board.set(self.place, share.clamp(0.0, 0.999));
    }

    /// The run ended like this.
    pub(crate) fn end(self, how: &str) {
        self.bar.finish_and_clear();
        self.board.set(self.place, 1.0);
        let (place, total) = (self.place + 1, self.board.shares.lock().map_or(0, |shares| shares.len()));
        self.board.console.say(&format!("[{place}/{total}] {}: {how}", self.label));
    }
}

impl Drop for Board<'_> {
    fn drop(&mut self) {
        self.whole.finish_and_clear();
    }
}

/// Width and colour from what is known of the terminal. `COLUMNS` wins over what the terminal says, as a user may set it;
/// where there is neither, as in a file, the page is 120 wide.
fn look(is_terminal: bool, variable: impl Fn(&str) -> Option<String>, terminal: impl Fn() -> Option<u16>) -> Look {
    let columns = variable("COLUMNS").and_then(|columns| columns.parse().ok()).filter(|columns| *columns > 0);
    let width = columns.or_else(|| terminal().filter(|_| is_terminal)).unwrap_or(PAGE_WIDTH);
    Look { width, is_coloured: is_terminal && allows_colour(variable) }
}

/// Whether the environment has nothing against colour on a terminal.
fn allows_colour(variable: impl Fn(&str) -> Option<String>) -> bool {
    let refuses = variable("NO_COLOR").is_some_and(|value| !value.is_empty());
    let is_dumb = variable("TERM").is_some_and(|term| term == "dumb");
    !refuses && !is_dumb
}

/// `, ends about 14:32:05`, once enough is done to tell.
fn ends_about(elapsed: Duration, done: f64) -> String {
    if !(0.02..1.0).contains(&done) {
        return String::new();
    }
    let remaining = elapsed.mul_f64((1.0 - done) / done);
    let end = Zoned::now().checked_add(remaining).and_then(|end| end.round(Unit::Second));
    end.map_or_else(|_| String::new(), |end| format!(", ends about {}", end.strftime("%H:%M:%S")))
}

const STEPS: u64 = 1000;
const PAGE_WIDTH: u16 = 120;

#[cfg(test)]
mod tests {
    use super::*;

    fn looks(is_terminal: bool, variables: &[(&str, &str)], terminal: Option<u16>) -> (u16, bool) {
        let variable =
            |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let look = look(is_terminal, variable, || terminal);
        (look.width, look.is_coloured)
    }

    #[test]
    fn a_terminal_gives_its_width_and_colour() {
        assert_eq!(looks(true, &[], Some(97)), (97, true));
        assert_eq!(looks(true, &[("COLUMNS", "80")], Some(97)), (80, true));
        assert_eq!(looks(true, &[("COLUMNS", "wide")], Some(97)), (97, true));
    }

    #[test]
    fn a_file_is_plain_and_always_the_same() {
        assert_eq!(looks(false, &[], Some(97)), (PAGE_WIDTH, false));
        assert_eq!(looks(false, &[("COLUMNS", "80")], None), (80, false));
    }

    #[test]
    fn colour_can_be_refused() {
        assert!(!looks(true, &[("NO_COLOR", "1")], None).1);
        assert!(looks(true, &[("NO_COLOR", "")], None).1);
        assert!(!looks(true, &[("TERM", "dumb")], None).1);
    }

    #[test]
    fn the_end_is_told_once_it_can_be() {
        assert_eq!(ends_about(Duration::from_secs(10), 0.0), "");
        assert_eq!(ends_about(Duration::from_secs(10), 1.0), "");
        assert!(ends_about(Duration::from_secs(10), 0.5).starts_with(", ends about "));
    }

    #[test]
    fn progress_adds_up_over_runs() {
        let console =
            Console { bars: MultiProgress::with_draw_target(ProgressDrawTarget::hidden()), is_watched: false };
        let board = console.board(4);
        let first = board.line(0, "topology=star");
        first.report("load", 0.5);
        board.line(1, "topology=grid").report("load", 1.0);
        assert_eq!(*board.shares.lock().unwrap(), [0.5, 0.999, 0.0, 0.0]);
        first.report("load", 0.5001);
        assert_eq!(first.shown.lock().unwrap().1.to_string(), "0.5");
    }
}
