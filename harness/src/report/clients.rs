//! What clients waited, beside what it is to be compared with: an acknowledgement that is held back makes stable latencies look
//! short.

use maud::{Markup, html};

use super::Shown;
use super::held::{Waiting, judge};
use super::plot::{Scale, number, px};
use super::series::{Cast, cut, mark};
use crate::figure::Figure;
use crate::latencies::Latencies;
use crate::render::Row;
use crate::words::counted;

const LABELS: f64 = 210.0;
const WIDTH: f64 = 980.0;
const ROW: f64 = 20.0;
const HEAD: f64 = 8.0;
/// So many rows are shown without asking for them.
const UNFOLDED: usize = 120;

pub(super) fn section(run: &Shown<'_>, cast: &Cast) -> Markup {
    let rows = &run.summary.rows;
    let told: Vec<(usize, &Row<'_>)> =
        rows.iter().enumerate().filter(|(_, row)| row.counted.value(Figure::ClientLatencyMedian).is_some()).collect();
    if told.is_empty() {
        return html! {};
    }
    let flags = flags(run);
    html! {
        section {
            h2 { "What clients waited" }
            @for (cell, why) in &flags { p.flag { b { "! " (cell) } ": " (why) } }
            @if flags.is_empty() {
                p { "✓ Nothing that waiting behind messages does not explain: no acknowledgement is held back." }
            }
            details open[told.len() <= UNFOLDED] {
                summary { (counted(told.len(), "cell")) }
                (drawing(run, cast, &told))
            }
            (caption())
        }
    }
}

/// The cells whose clients wait longer than a queue explains, and what that says.
pub(super) fn flags<'a>(run: &'a Shown<'_>) -> Vec<(&'a str, String)> {
    let judged = run.summary.rows.iter().map(|row| (row, judge(&row.cell.options, &row.counted, latencies(run, row))));
    let flagged = judged.filter(|(_, waiting)| !matches!(waiting, Waiting::Explained | Waiting::Unknown));
    flagged.map(|(row, waiting)| (row.cell.cell.as_str(), words(waiting))).collect()
}

fn caption() -> Markup {
    html! {
        p.muted {
            "Filled: broadcasts, from the request to its acknowledgement; hollow: reads. The mark is the median, the line reaches to the 95th \
             percentile. Where the two cannot be told apart any more, one line stands for all operations. The dashed line is one hop: a \
             request waits at most so long behind a message that its node has taken up already and that is not due yet (head-of-line \
             blocking). Stable latency begins at the acknowledgement: a node that acknowledges late moves this \
             mark to the right and its stable latency to the left. Propagation (×, to its largest) begins at the request and is fooled by neither."
        }
    }
}

fn words(waiting: Waiting) -> String {
    match waiting {
        Waiting::HeldBack { by_ms } => format!(
            "broadcasts are acknowledged {by_ms:.0} ms later than reads are answered, at the median. Acknowledgements are held back, so \
             stable latencies are that much shorter than the time from the request on"
        ),
        Waiting::BeyondHop { median_ms, hop_ms } => format!(
            "clients wait {median_ms:.0} ms at the median, and waiting behind a message takes {hop_ms:.0} ms at most. Whatever answers \
             so late also acknowledges late, and stable latencies begin only then"
        ),
        Waiting::Explained | Waiting::Unknown => String::new(),
    }
}

fn latencies<'a>(run: &'a Shown<'_>, row: &Row<'_>) -> Option<&'a Latencies> {
    run.latencies.get(row.cell.cell.as_str())
}

/// A median and the end of its line.
type Reach = (f64, f64);

/// What a row shows: broadcasts and reads, or all operations; and propagation.
struct Waited {
    broadcasts: Option<Reach>,
    reads: Option<Reach>,
    all: Option<Reach>,
    propagation: Option<Reach>,
}

impl Waited {
    fn of(run: &Shown<'_>, row: &Row<'_>) -> Self {
        let both = |median, end| Some((row.counted.value(median)?, row.counted.value(end)?));
        let of = |values: &[f64]| {
            let at =
                |share: usize| values.get((values.len() * share / 100).min(values.len().saturating_sub(1))).copied();
            Some((at(50)?, at(95)?))
        };
        let latencies = latencies(run, row);
        let broadcasts = latencies.and_then(|latencies| of(&latencies.broadcasts));
        let reads = latencies.and_then(|latencies| of(&latencies.reads));
        let all = both(Figure::ClientLatencyMedian, Figure::ClientLatencyP95);
        Self {
            all: all.filter(|_| broadcasts.is_none() && reads.is_none()),
            broadcasts,
            reads,
            propagation: both(Figure::PropagationMedian, Figure::PropagationMax),
        }
    }

    fn ends(&self) -> impl Iterator<Item = f64> {
        [self.broadcasts, self.reads, self.all, self.propagation].into_iter().flatten().map(|(_, end)| end)
    }
}

fn drawing(run: &Shown<'_>, cast: &Cast, told: &[(usize, &Row<'_>)]) -> Markup {
    let waited: Vec<Waited> = told.iter().map(|(_, row)| Waited::of(run, row)).collect();
    let hops = told.iter().map(|(_, row)| row.cell.options.latency.mean_ms as f64);
    let x = Scale::from_zero(waited.iter().flat_map(Waited::ends).chain(hops), (LABELS, WIDTH - 16.0));
    let bottom = HEAD + ROW * told.len() as f64;
    html! {
        svg.plot viewBox={ "0 0 " (px(WIDTH)) " " (px(bottom + 36.0)) } role="img" aria-label="what clients waited" {
            @for tick in x.ticks(10) {
                line.grid x1=(px(x.at(tick))) x2=(px(x.at(tick))) y1=(px(HEAD)) y2=(px(bottom)) {}
                text.tick.middle x=(px(x.at(tick))) y=(px(bottom + 14.0)) { (number(tick)) }
            }
            text.what.middle x=(px(f64::midpoint(LABELS, WIDTH))) y=(px(bottom + 30.0)) { "ms" }
            @for (line, ((place, row), waited)) in told.iter().zip(&waited).enumerate() {
                @let y = HEAD + ROW * (line as f64 + 0.5);
                text.tick x="0" y=(px(y + 3.5)) { (cut(&cast.labels[*place], 34)) title { (row.cell.cell) } }
                @let hop = x.at(row.cell.options.latency.mean_ms as f64);
                path.bound d={ "M" (px(hop)) " " (px(y - ROW / 2.0)) "v" (px(ROW)) } { title { "one hop" } }
                (waits(waited, cast.looks[*place], &x, y))
            }
        }
    }
}

fn waits(waited: &Waited, look: usize, x: &Scale, y: f64) -> Markup {
    let reach = |reach: Option<Reach>, class: &str, what: &str, y: f64| {
        html! { @if let Some((median, end)) = reach {
            path class={ "range s" (look) } d={ "M" (px(x.at(median))) " " (px(y)) "H" (px(x.at(end))) } {}
            path class={ (class) " s" (look) } d=(mark(0, x.at(median), y, 3.6)) {
                title { (what) ": median " (number(median)) " ms, to " (number(end)) " ms" }
            }
        } }
    };
    html! {
        @if let Some((median, end)) = waited.propagation {
            path class={ "range faint s" (look) } d={ "M" (px(x.at(median))) " " (px(y)) "H" (px(x.at(end))) } {}
            path class={ "cross s" (look) } d={ "M" (px(x.at(median) - 3.0)) " " (px(y - 3.0)) "l6 6m0-6l-6 6" } {
                title { "propagation: median " (number(median)) " ms, to " (number(end)) " ms" }
            }
        }
        (reach(waited.reads, "hollow", "reads", y + 3.5))
        (reach(waited.broadcasts, "run", "broadcasts", y - 3.5))
        (reach(waited.all, "run", "all operations", y))
    }
}
