//! What stands below the table: what the figures were judged by, where they come from, what is wrong, and what else to know.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};

use engine::{Options, ProcessDelay, Topology};

use super::{Row, Summary, finding};
use crate::about::About;
use crate::figure::Figure;
use crate::gate::{Breach, Verdict};
use crate::outcome::{Finding, Validity};
use crate::words::counted;

/// Everything that stands below a table without an edge.
pub(super) fn below(summary: &Summary<'_>) -> String {
    around(summary, &[], summary.about.repeat > 1)
}

/// Everything that stands below a table, which left something out and shows deviations or not.
pub(super) fn around(summary: &Summary<'_>, left_out: &[&str], shows_spread: bool) -> String {
    let mut text = String::new();
    facts(&mut text, summary, left_out, shows_spread)
        .and_then(|()| troubles(&mut text, summary))
        .and_then(|()| close_calls(&mut text, summary))
        .and_then(|()| findings(&mut text, summary))
        .expect("a string takes everything");
    text
}

/// What the figures were judged by and where they come from.
fn facts(text: &mut String, summary: &Summary<'_>, left_out: &[&str], shows_spread: bool) -> fmt::Result {
    let about = summary.about;
    writeln!(text, "latencies in ms; * required cell")?;
    if let Some(part) = about.part {
        let (ours, all) = (about.expected().len(), about.cells.len() * about.repeat as usize);
        writeln!(text, "part {part} of the experiment: {ours} of {}", counted(all, "run"))?;
    } else if about.repeat > 1 {
        let seeds = about
            .cells
            .first()
            .map(|cell| (cell.options.seed, cell.options.seed.wrapping_add(u64::from(about.repeat - 1))));
        let seeds = seeds.map(|(first, last)| format!(" (seeds {first} to {last})")).unwrap_or_default();
        let spread = if shows_spread { ", ± its standard deviation" } else { "" };
        writeln!(text, "each figure is the {} of {} repetitions{seeds}{spread}", about.judged_by, about.repeat)?;
    }
    if !left_out.is_empty() {
        writeln!(text, "left out for want of width: {}", left_out.join(", "))?;
    }
    writeln!(text)?;
    let limits: Vec<String> = about.limits.iter().map(ToString::to_string).collect();
    writeln!(text, "limits  {}", if limits.is_empty() { "none".into() } else { limits.join(", ") })?;
    let is_simulated = about.engine.name == "simulated";
    let clock = if is_simulated { ", virtual time" } else { "" };
    writeln!(text, "engine  {} {}{clock}", about.engine.name, about.engine.version)?;
    // What real Maelstrom takes for a message nobody sets.
    if is_simulated || about.engine.name == "embedded" {
        let delays: BTreeSet<String> = about.cells.iter().map(|cell| process_delay(&cell.options)).collect();
        writeln!(text, "        {}", delays.into_iter().collect::<Vec<_>>().join(" or "))?;
    }
    beyond_maelstrom(text, about)?;
    let runs: usize = summary.rows.iter().map(|row| row.records.len()).sum();
    let reused = reused(text, summary)?;
    let runs_words = |runs| counted(runs, "run");
    match summary.wall_seconds {
        Some(seconds) => {
            let places = usize::from(seconds < 9.95);
            writeln!(text, "time    {seconds:.places$} s for {}", runs_words(runs - reused))?;
        }
        None => writeln!(text, "made    {}, {}", about.started, runs_words(runs))?,
    }
    if let Some(Finding::Late { p50_ms, p99_ms, max_ms, bound_ms }) = latest(summary) {
        writeln!(
            text,
            "late    {p50_ms:.1} ms (p50), {p99_ms:.1} ms (p99, at most {bound_ms:.0}), {max_ms:.1} ms (max)"
        )?;
    }
    if runs > 0 {
        writeln!(text, "store   {}", summary.directory)?;
    }
    Ok(())
}

/// What Maelstrom's own test could not have done.
fn beyond_maelstrom(text: &mut String, about: &About) -> fmt::Result {
    let options = || about.cells.iter().map(|cell| &cell.options);
    let faults = options().map(|options| options.nemesis.beyond_maelstrom()).filter(|nemeses| !nemeses.is_empty());
    let faults: BTreeSet<String> = faults.map(|nemeses| nemeses.to_string()).collect();
    if !faults.is_empty() {
        let faults: Vec<String> = faults.into_iter().collect();
        writeln!(text, "faults  {}: Maelstrom's test has no such faults", faults.join(" or "))?;
    }
    let mut drawn: Vec<&str> = Vec::new();
    for options in options() {
        if let Topology::Custom(custom) = &options.topology
            && !drawn.contains(&custom.name.as_str())
        {
            drawn.push(&custom.name);
        }
    }
    if !drawn.is_empty() {
        writeln!(text, "drawn   {}: Maelstrom's test offers no drawn topologies", drawn.join(", "))?;
    }
    Ok(())
}

/// How many results were measured by earlier runs, and when.
fn reused(text: &mut String, summary: &Summary<'_>) -> Result<usize, fmt::Error> {
    let all = summary.rows.iter().flat_map(|row| &row.records).map(|record| &record.provenance);
    let reused: Vec<_> = all.filter(|provenance| provenance.reused.is_some()).collect();
    let times = || reused.iter().map(|provenance| provenance.started.as_str());
    if let (Some(first), Some(last)) = (times().min(), times().max()) {
        let until = if first == last { String::new() } else { format!(" to {last}") };
        let results = counted(reused.len(), "result");
        writeln!(text, "reused  {results}, measured {first}{until} (`--fresh` measures anew)")?;
    }
    Ok(reused.len())
}

/// What handing over a message takes beside the network, in words.
fn process_delay(options: &Options) -> String {
    let ProcessDelay { mean_us, distribution } = options.process_delay;
    let written = |us: u64| if us.is_multiple_of(1000) { format!("{} ms", us / 1000) } else { format!("{us} us") };
    let mean = written(mean_us);
    let all =
        if mean_us == 0 { "processing is free".to_owned() } else { format!("process delay {mean} {distribution}") };
    let own = options.process_delay_of.iter().map(|(node, us)| format!("{node} {} {distribution}", written(*us)));
    std::iter::once(all).chain(own).collect::<Vec<_>>().join(", ")
}

/// The lateness of the run that was latest, if that is within its bound; else it is told among the findings.
fn latest<'a>(summary: &Summary<'a>) -> Option<&'a Finding> {
    let all = summary.rows.iter().flat_map(|row| &row.records).flat_map(|record| &record.outcome.findings);
    let p99 = |finding: &&Finding| match finding {
        Finding::Late { p99_ms, .. } => Some(*p99_ms),
        _ => None,
    };
    let late = all.filter(|finding| p99(finding).is_some());
    late.max_by(|a, b| p99(a).partial_cmp(&p99(b)).unwrap_or(Ordering::Equal))
        .filter(|finding| !finding::is_warning(finding))
}

/// Why cells fail, and why others could not be judged.
fn troubles(text: &mut String, summary: &Summary<'_>) -> fmt::Result {
    let is_trouble = |row: &&Row<'_>| row.judgement.verdict != Verdict::Pass;
    for (place, row) in summary.rows.iter().filter(is_trouble).enumerate() {
        if place == 0 {
            writeln!(text)?;
        }
        let (name, reasons) = (&row.cell.cell, reasons(summary, row));
        let sign = if matches!(row.judgement.verdict, Verdict::Fail { .. }) { '✗' } else { '?' };
        let separator = if reasons.len() == 1 { " " } else { "\n    " };
        // A crash brings the node's last words along: they are kept together.
        let reasons: Vec<String> = reasons.iter().map(|reason| reason.replace('\n', "\n    ")).collect();
        writeln!(text, "{sign} {name}:{separator}{}", reasons.join(separator))?;
    }
    let fails = |row: &Row<'_>| matches!(row.judgement.verdict, Verdict::Fail { .. });
    if summary.about.repeat > 1 && summary.about.engine.name == "simulated" && summary.rows.iter().any(fails) {
        writeln!(text, "{}", one_alone(summary))?;
    }
    Ok(())
}

/// How a reader sees one of the runs that made a cell fail.
fn one_alone(summary: &Summary<'_>) -> String {
    let failing = summary.rows.iter().find_map(|row| match &row.judgement.verdict {
        Verdict::Fail { breaches } => breaches.iter().find_map(|breach| match breach {
            Breach::Exceeded(exceeded) => Some((row, exceeded.repetition)),
            Breach::Invalid { repetition } => Some((row, *repetition)),
            Breach::Regressed(_) => None,
        }),
        Verdict::Pass | Verdict::Unknown { .. } => None,
    });
    let command = failing.and_then(|(row, repetition)| {
        let seed = row.records.get(repetition as usize)?.options.seed;
        summary.about.replay(&row.cell.cell, seed)
    });
    let command = command.unwrap_or_else(|| "--only CELL --seeds 1 --seed N".to_owned());
    format!("one run alone, with its raw files: `{command}`")
}

/// Why a cell fails or could not be judged, a sentence for every reason; none where it passes. Every form of the answer says
/// the same ones.
pub(crate) fn reasons(summary: &Summary<'_>, row: &Row<'_>) -> Vec<String> {
    let is_repeated = summary.about.repeat > 1;
    match &row.judgement.verdict {
        Verdict::Fail { breaches } => breaches.iter().map(|breach| broken(row, breach, is_repeated)).collect(),
        Verdict::Pass => Vec::new(),
        Verdict::Unknown { reason } => {
            let crashed = row.records.iter().find(|record| record.outcome.crash.as_ref() == Some(reason));
            let seed = crashed.filter(|_| is_repeated).map(|record| format!("with seed {}: ", record.options.seed));
            vec![format!("{}{}", seed.unwrap_or_default(), reason.trim_end())]
        }
    }
}

fn broken(row: &Row<'_>, breach: &Breach, is_repeated: bool) -> String {
    let seed = |repetition: u32| row.records.get(repetition as usize).map_or(0, |record| record.options.seed);
    match (breach, row.counted.value(Figure::Lost)) {
        (Breach::Exceeded(exceeded), _) if is_repeated => {
            let (some, all) = (exceeded.repetitions, counted(row.records.len(), "run"));
            format!("{exceeded}; beyond it in {some} of {all}, farthest with seed {}", seed(exceeded.repetition))
        }
        (Breach::Exceeded(exceeded), _) => exceeded.to_string(),
        (Breach::Regressed(regressed), _) => regressed.to_string(),
        (Breach::Invalid { repetition }, _) if is_repeated => {
            let invalid = row.records.iter().filter(|record| record.outcome.validity == Validity::Invalid).count();
            let all = counted(row.records.len(), "run");
            format!("invalid in {invalid} of {all}, first with seed {}", seed(*repetition))
        }
        (Breach::Invalid { .. }, Some(lost)) if lost > 0.0 => {
            format!("invalid: {lost:.0} acknowledged values are lost")
        }
        (Breach::Invalid { .. }, _) => "invalid; results.edn in the store says why".into(),
    }
}

/// Limits that chance may have decided about, in cells whose verdict counts.
fn close_calls(text: &mut String, summary: &Summary<'_>) -> fmt::Result {
    let required = summary.rows.iter().filter(|row| row.cell.required);
    let calls = required.flat_map(|row| row.judgement.close.iter().map(|close| (&row.cell.cell, close)));
    for (place, (cell, close)) in calls.enumerate() {
        if place == 0 {
            writeln!(text)?;
        }
        writeln!(text, "! {cell}: {close}")?;
    }
    Ok(())
}

/// What else to know, each thing once with the cells it concerns.
fn findings(text: &mut String, summary: &Summary<'_>) -> fmt::Result {
    let mut cells: BTreeMap<(String, Option<&str>), Vec<&str>> = BTreeMap::new();
    for row in &summary.rows {
        for words in finding::of_runs(&row.records) {
            cells.entry(words).or_default().push(&row.cell.cell);
        }
    }
    if !cells.is_empty() || !summary.remarks.is_empty() {
        writeln!(text)?;
    }
    for remark in &summary.remarks {
        writeln!(text, "! {remark}")?;
    }
    let hidden = cells.len().saturating_sub(FINDINGS_SHOWN);
    for ((words, hint), concerned) in cells.into_iter().take(FINDINGS_SHOWN) {
        let whom = match concerned.as_slice() {
            all if all.len() == summary.rows.len() && all.len() > 1 => "all cells".into(),
            [one] => (*one).to_owned(),
            some => counted(some.len(), "cell"),
        };
        let hint = hint.map(|hint| format!("; {hint}")).unwrap_or_default();
        writeln!(text, "! {whom}: {words}{hint}")?;
    }
    if hidden > 0 {
        writeln!(text, "! {} more, in the records in the store", counted(hidden, "finding"))?;
    }
    Ok(())
}

/// Hundreds of runs can each have something of their own to say.
const FINDINGS_SHOWN: usize = 12;
