//! Comparisons of made-up sides.

use super::*;
use crate::figure::Figure;
use crate::outcome::Record;
use crate::sample;

const MEDIAN: Figure = Figure::StableLatencyMedian;
const BROADCAST: Figure = Figure::MsgsPerBroadcast;

/// A side of the sample plan's cells; each median of star without relay is one of these.
fn side(label: &str, medians: &[f64]) -> Side {
    let plan = sample::plan(1);
    let mut records: Vec<Record> = Vec::new();
    for cell in &plan.cells {
        for (repetition, median) in (0..).zip(medians) {
            let mut record = sample::record(cell, repetition);
            if cell.name == STAR {
                record.outcome.figures.set(MEDIAN, *median);
            }
            records.push(record);
        }
    }
    Side::of(label, label, &records)
}

fn question(figures: &[Figure]) -> Question {
    Question { reference: 0, figures: figures.to_vec(), alpha: Question::ALPHA }
}

fn standings(comparison: &Comparison) -> Vec<(&str, Figure, Standing)> {
    let rows = comparison.cells.iter().flat_map(|cell| cell.rows.iter().map(|row| (cell.cell.as_str(), row)));
    rows.filter_map(|(cell, row)| Some((cell, row.figure, row.entries[1].as_ref()?.change?.standing))).collect()
}

const STAR: &str = "topology=star,relay-to-master=off";

#[test]
fn only_what_changed_differs() {
    let before: Vec<f64> = (0..10).map(|k| 386.0 + f64::from(k % 5)).collect();
    let after: Vec<f64> = before.iter().map(|median| median + 20.0).collect();
    let sides = [side("before", &before), side("after", &after)];
    let comparison = Comparison::of(&sides, &question(&[MEDIAN, BROADCAST])).unwrap();
    assert_eq!(comparison.tests, 1, "what does not vary is not tested");
    for (cell, figure, standing) in standings(&comparison) {
        let expected = if (cell, figure) == (STAR, MEDIAN) { Standing::Differs } else { Standing::Same };
        assert_eq!(standing, expected, "{cell} {figure}");
    }
    let star = &comparison.cells[2].rows[0];
    assert_eq!(star.best, [0]);
    let change = star.entries[1].as_ref().unwrap().change.unwrap();
    assert_eq!((change.absolute, change.share.map(|share| (share * 1e4).round())), (20.0, Some(515.0)));
    let Proof::Tested { p, corrected, n, .. } = change.proof else { panic!("{change:?}") };
    assert!(n == (10, 10) && corrected.total_cmp(&p).is_eq(), "one test has no price");
}

#[test]
fn every_test_raises_the_bar_for_all() {
    let spread = |by: f64| (0..10).map(|k| 386.0 + by + f64::from(k % 5)).collect::<Vec<_>>();
    let vary = |mut side: Side, by: f64| {
        for cell in &mut side.cells {
            cell.samples.insert(Figure::StableLatencyMax, spread(by));
        }
        side
    };
    let sides = [vary(side("a", &spread(0.0)), 0.0), vary(side("b", &spread(20.0)), 1.0)];
    let comparison = Comparison::of(&sides, &question(&[MEDIAN, Figure::StableLatencyMax])).unwrap();
    assert_eq!(comparison.tests, 7);
    assert_eq!(comparison.count(|standing| standing == Standing::Differs), 1);
    assert_eq!(comparison.count(|standing| standing == Standing::NotProven), 6);
    let star = comparison.cells[2].rows[0].entries[1].as_ref().unwrap().change.unwrap();
    let Proof::Tested { p, corrected, .. } = star.proof else { panic!("{star:?}") };
    assert!((corrected / p - 7.0).abs() < 1e-9, "the least of seven");
}

#[test]
fn without_repetitions_noise_cannot_be_told_from_change() {
    let sides = [side("before", &[386.0]), side("after", &[406.0])];
    let comparison = Comparison::of(&sides, &question(&[MEDIAN, BROADCAST])).unwrap();
    assert_eq!(comparison.count(|standing| standing == Standing::Untested), 1);
    assert_eq!(comparison.count(|standing| standing == Standing::Same), 11);
    assert_eq!(comparison.repetitions_needed(), None);
}

#[test]
fn too_few_repetitions_are_told_with_how_many_it_takes() {
    let sides = [side("before", &[386.0, 387.0, 388.0]), side("after", &[406.0, 407.0, 408.0])];
    let comparison = Comparison::of(&sides, &question(&[MEDIAN])).unwrap();
    assert_eq!(comparison.count(|standing| standing == Standing::TooFew), 1);
    // One test: of three against three p is 0.1 at least, of four against four 2 / 70.
    assert_eq!((comparison.tests, comparison.repetitions_needed()), (1, Some(4)));
}

/// Sets messages per broadcast on every repetition of a side's cells.
fn with_messages(mut side: Side, values: &[f64]) -> Side {
    for cell in &mut side.cells {
        cell.samples.insert(BROADCAST, values.to_vec());
    }
    side
}

#[test]
fn messages_per_broadcast_are_counted() {
    let standing = |before: &[f64], after: &[f64]| {
        let sides = [with_messages(side("a", &[1.0]), before), with_messages(side("b", &[1.0]), after)];
        let comparison = Comparison::of(&sides, &question(&[BROADCAST])).unwrap();
        standings(&comparison)[0].2
    };
    assert_eq!(standing(&[48.0], &[48.0]), Standing::Same);
    assert_eq!(standing(&[48.0], &[49.0]), Standing::Differs);
    assert_eq!(standing(&[48.0, 48.0], &[48.01, 48.01]), Standing::Differs);
    // Which nodes the clients choose can make as much.
    assert_eq!(standing(&[49.922], &[49.916]), Standing::NotProven);
    assert_eq!(standing(&[49.922, 49.916], &[49.923, 49.914]), Standing::TooFew);
}

#[test]
fn the_same_traces_are_the_same_runs() {
    let with = |mut side: Side, digest: &str| {
        side.cells.iter_mut().for_each(|cell| cell.digest = Some(digest.to_owned()));
        side
    };
    let sides = [with(side("a", &[1.0]), "aa"), with(side("b", &[1.0]), "aa"), with(side("c", &[1.0]), "bb")];
    let comparison = Comparison::of(&sides[..2], &question(&[MEDIAN])).unwrap();
    assert!(comparison.cells.iter().all(|cell| cell.is_identical));
    assert_eq!(comparison.changes().next().unwrap().proof, Proof::Identical);
    let comparison = Comparison::of(&sides, &question(&[MEDIAN])).unwrap();
    assert!(comparison.cells.iter().all(|cell| !cell.is_identical));
}

#[test]
fn cells_meet_by_the_axes_that_all_sides_have() {
    let mut other = side("b", &[386.0]);
    other.cells.truncate(3);
    for cell in &mut other.cells {
        cell.axes.push(("rate".into(), "50".into()));
        cell.facts.insert("rate".into(), "50".into());
    }
    let comparison = Comparison::of(&[side("a", &[386.0]), other], &question(&[MEDIAN])).unwrap();
    let cells: Vec<&str> = comparison.cells.iter().map(|cell| cell.cell.as_str()).collect();
    assert_eq!(cells, ["topology=grid,relay-to-master=off", "topology=grid,relay-to-master=on", STAR]);
    assert_eq!(comparison.lonely.len(), 3);
    assert_eq!(comparison.lonely[0], Lonely { cell: "topology=star,relay-to-master=on".into(), on: vec![0] });
    assert_eq!(comparison.differing, [Differing { name: "rate".into(), values: vec!["100".into(), "50".into()] }]);
}

#[test]
fn single_cells_meet_whatever_they_are_called() {
    let one = |label, place: usize| {
        let mut side = side(label, &[386.0]);
        side.cells = vec![side.cells.remove(place)];
        side
    };
    let comparison = Comparison::of(&[one("a", 0), one("b", 2)], &question(&[MEDIAN])).unwrap();
    assert_eq!((comparison.cells.len(), comparison.axes.len()), (1, 0));
    assert_eq!(comparison.cells[0].rows[0].best, [1]);
}

#[test]
fn nothing_in_common_is_said_with_what_there_is() {
    let mut other = side("b", &[386.0]);
    for cell in &mut other.cells {
        cell.axes[0].1 += "-2";
    }
    let error = Comparison::of(&[side("a", &[386.0]), other], &question(&[MEDIAN])).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("no cell of `a` is on another side") && text.contains("topology=star-2"), "{text}");
    let sides = [side("a", &[386.0]), side("b", &[386.0])];
    let error = Comparison::of(&sides, &question(&[Figure::OkFraction])).unwrap_err();
    assert_eq!(error, NothingInCommon::NoFigure("`ok-fraction`".into()));
    assert!(matches!(Comparison::of(&sides[..1], &question(&[MEDIAN])), Err(NothingInCommon::OneSide(_))));
}

#[test]
fn conditions_are_read_as_they_are_written() {
    for (text, shown) in [
        ("p95 > +5%", "stable-latency.p95 > +5%"),
        ("client-latency.p50>=+20ms", "client-latency.median >= +20ms"),
        ("msgs-per-op < -0.5", "msgs-per-op < -0.5"),
        ("max > 0.1s", "stable-latency.max > +100ms"),
    ] {
        assert_eq!(Condition::parse(text).unwrap().to_string(), shown);
    }
    assert_eq!(Condition::allowing("msgs-per-broadcast +0%").unwrap().to_string(), "msgs-per-broadcast > +0%");
    assert_eq!(Condition::allowing("ok-fraction -0.01").unwrap().to_string(), "ok-fraction < -0.01");
    for (text, told) in [
        ("p95", "`p95 > +5%`"),
        ("p96 > +5%", "no figure is called `p96`"),
        ("mgs-per-op > +5%", "did you mean `msgs-per-op`?"),
        ("p95 > +5", "the unit is missing"),
        ("msgs-per-op > +5ms", "`ms` is no unit"),
        ("p95 > five", "found `five`"),
    ] {
        let error = Condition::parse(text).unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
    }
    assert!(Condition::allowing("p95 5%").unwrap_err().to_string().contains("`+5%` lets the figure grow"));
    assert!(Condition::allowing("p95").is_err());
}

#[test]
fn a_condition_holds_where_the_difference_is_proven_or_nothing_could_be() {
    let held = |before: &[f64], after: &[f64], condition: &str| {
        let comparison = Comparison::of(&[side("a", before), side("b", after)], &question(&[MEDIAN])).unwrap();
        let condition = Condition::parse(condition).unwrap();
        condition.held_by(&comparison).map(|held| (held.cell, held.before, held.after)).collect::<Vec<_>>()
    };
    let star = |before, after| vec![(STAR.to_owned(), before, after)];
    let before: Vec<f64> = (0..8).map(|k| 386.0 + f64::from(k)).collect();
    let slower: Vec<f64> = before.iter().map(|median| median + 40.0).collect();
    let median = 390.0;
    assert_eq!(held(&before, &slower, "median > +10%"), star(median, median + 40.0));
    assert_eq!(held(&before, &slower, "median > +11%"), []);
    assert_eq!(held(&before, &slower, "median > +39ms"), star(median, median + 40.0));
    assert_eq!(held(&slower, &before, "median < -5%"), star(median + 40.0, median));
    // Far apart in the median and yet not proven: the samples are mixed.
    let mixed = [300.0, 300.0, 300.0, 500.0, 500.0, 500.0, 500.0, 300.0];
    let other = [500.0, 500.0, 500.0, 300.0, 300.0, 300.0, 300.0, 500.0, 300.0];
    assert_eq!(held(&other, &mixed, "median > +1%"), []);
    // One run each: the figures alone decide.
    assert_eq!(held(&[386.0], &[430.0], "median > +10%"), star(386.0, 430.0));
}
