//! How far designs are from what is possible: a drawing of messages against latency for each setting of the experiment, since
//! the floor depends on the number of nodes, the time of a hop and the rate.

use engine::{Distribution, Options, Workload};
use maud::{Markup, html};

use super::plot::number;
use super::scatter::{Point, Scene};
use super::series::{Cast, Swatch, label, varying};
use super::{Shown, published};
use crate::about::About;
use crate::figure::Figure;
use crate::frontier::Setting;
use crate::gate::{Breach, Verdict};
use crate::limit::Comparison;
use crate::render::{Row, Summary};
use crate::words::counted;

/// Cells of one setting.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) setting: Setting,
    /// Whether a hop always takes the same time.
    pub(super) is_constant: bool,
    pub(super) distribution: Distribution,
    /// Places among the experiment's cells.
    pub(super) cells: Vec<usize>,
}

pub(super) fn section(run: &Shown<'_>, cast: &Cast) -> Markup {
    let summary = &run.summary;
    let groups: Vec<Group> = groups(summary).into_iter().filter(|group| is_drawn(summary, group)).collect();
    if groups.is_empty() {
        return html! {};
    }
    let is_challenge = groups.iter().any(|group| group.is_constant && group.setting == Setting::CHALLENGE);
    html! {
        section {
            h2 { "How far from what is possible" }
            (cast.legend(Swatch::Mark))
            @for (place, group) in groups.iter().enumerate() {
                @if groups.len() <= UNFOLDED {
                    h3 { (group.heading()) }
                    (panels(summary, cast, group))
                } @else {
                    details open[place == 0] { summary { (group.heading()) ", " (counted(group.cells.len(), "cell")) } (panels(summary, cast, group)) }
                }
            }
            (caption(is_challenge))
            @if is_challenge { (published::list()) }
        }
    }
}

/// So many settings are shown at once.
const UNFOLDED: usize = 2;

/// What the drawings mean.
pub(super) fn caption(is_challenge: bool) -> Markup {
    html! {
        p.muted {
            "Farther down and to the left is better; both axes have equal steps for equal factors, and what is 0 stands at the edge. The line through marks is the front: the designs \
             of this run that no other one beats. A limit on all messages is drawn less those of clients, which no design can save. "
            "The floor: with n nodes, d a hop, and b broadcasts a second from other nodes, every node needs a message each L − d + 1/b, so no \
             design has all values everywhere within L with fewer than n / (L − d + 1/b) messages a second. It holds for the true time from \
             invocation to everywhere. Stable latencies are sampled by reads and begin at the acknowledgement, so they lie below that."
            @if is_challenge { " Grey diamonds: what others have published, listed below; the dotted line is their front." }
        }
    }
}

fn panels(summary: &Summary<'_>, cast: &Cast, group: &Group) -> Markup {
    let rows: Vec<&Row<'_>> = group.cells.iter().map(|place| &summary.rows[*place]).collect();
    // What the whole group has in common stands above it.
    let varying = varying(&rows.iter().map(|row| row.cell).collect::<Vec<_>>());
    let looks = group.cells.iter().map(|place| cast.looks[*place]);
    let points: Vec<Point> =
        rows.iter().zip(looks).filter_map(|(row, look)| point(row, look, &label(row.cell, &varying))).collect();
    let scene = Scene {
        points: &points,
        setting: group.setting,
        has_floor: group.is_constant,
        bounds: bounds(summary.about, &rows),
        names_front: cast.names.len() < cast.labels.len(),
    };
    html! {
        (scene.key())
        (scene.panels())
        @if !group.is_constant {
            p.muted { "A hop takes " (group.setting.hop_ms) " ms on average only, so there is no floor to draw." }
        }
    }
}

fn is_drawn(summary: &Summary<'_>, group: &Group) -> bool {
    group.cells.iter().any(|place| point(&summary.rows[*place], 0, "").is_some_and(|point| point.max.is_some()))
}

/// A cell as a point; nothing where its messages are not known.
pub(super) fn point(row: &Row<'_>, look: usize, label: &str) -> Option<Point> {
    let msgs = row.counted.value(Figure::ServerMsgsPerOp)?;
    let is_invalid = match &row.judgement.verdict {
        Verdict::Fail { breaches } => breaches.iter().any(|breach| matches!(breach, Breach::Invalid { .. })),
        Verdict::Unknown { .. } => row.is_crashed(),
        Verdict::Pass => false,
    };
    Some(Point {
        msgs,
        median: row.counted.value(Figure::StableLatencyMedian),
        max: row.counted.value(Figure::StableLatencyMax),
        look,
        label: label.to_owned(),
        is_valid: !is_invalid,
    })
}

/// The upper limits on messages between servers, the median and the largest latency. Where all messages are limited, what
/// these cells' clients sent themselves is taken off.
pub(super) fn bounds(about: &About, rows: &[&Row<'_>]) -> [Option<f64>; 3] {
    let upper = |figure| {
        let mut limits = about.limits.iter().filter(|limit| limit.figure == figure);
        limits
            .find(|limit| matches!(limit.comparison, Comparison::Less | Comparison::LessOrEqual))
            .map(|limit| limit.bound)
    };
    let clients = rows
        .iter()
        .filter_map(|row| Some(row.counted.value(Figure::MsgsPerOp)? - row.counted.value(Figure::ServerMsgsPerOp)?));
    let clients: Vec<f64> = clients.collect();
    let share = clients.iter().sum::<f64>() / (clients.len().max(1) as f64);
    let servers = upper(Figure::ServerMsgsPerOp).or_else(|| upper(Figure::MsgsPerOp).map(|bound| bound - share));
    [servers.filter(|bound| *bound > 0.0), upper(Figure::StableLatencyMedian), upper(Figure::StableLatencyMax)]
}

/// How many times the messages of the floor a cell sends, for the time in which its values are everywhere: as measured in the
/// messages where it is, else as reads tell it.
pub(super) fn times_the_floor(row: &Row<'_>) -> Option<f64> {
    let options = &row.cell.options;
    if !is_constant(options) || options.workload != Workload::Broadcast || row.is_crashed() {
        return None;
    }
    let longest = row.counted.value(Figure::PropagationMax).or_else(|| row.counted.value(Figure::StableLatencyMax))?;
    Some(row.counted.value(Figure::ServerMsgsPerOp)? / setting(options).floor(longest)?)
}

/// Messages have no time of their own beyond the hop's, so the floor's formula holds.
fn is_constant(options: &Options) -> bool {
    options.latency.distribution == Distribution::Constant
}

fn setting(options: &Options) -> Setting {
    Setting { nodes: options.node_count(), hop_ms: options.latency.mean_ms as f64, rate: options.rate }
}

/// The experiment's broadcast cells by setting, in its order.
pub(super) fn groups(summary: &Summary<'_>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (place, row) in summary.rows.iter().enumerate() {
        let options = &row.cell.options;
        if options.workload != Workload::Broadcast {
            continue;
        }
        let (setting, distribution) = (setting(options), options.latency.distribution);
        match groups.iter_mut().find(|group| group.setting == setting && group.distribution == distribution) {
            Some(group) => group.cells.push(place),
            None => groups.push(Group { setting, is_constant: is_constant(options), distribution, cells: vec![place] }),
        }
    }
    groups
}

impl Group {
    pub(super) fn heading(&self) -> String {
        let Setting { nodes, hop_ms, rate } = self.setting;
        let spread = match self.distribution {
            Distribution::Constant => "",
            Distribution::Exponential => " (exponential)",
            Distribution::Uniform => " (uniform)",
        };
        format!("{nodes} nodes, {} ms a hop{spread}, {} operations a second", number(hop_ms), number(rate))
    }
}
