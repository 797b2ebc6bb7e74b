//! A search put together by hand.

use super::*;
use crate::limit::Comparison;
use crate::sample;
use crate::search::{Design, Measurement};

fn limit(figure: Figure, bound: f64) -> Limit {
    Limit { figure, comparison: Comparison::Less, bound }
}

fn asked() -> Asked {
    Asked {
        experiment: "front".into(),
        axes: vec!["topology".into()],
        cost: Figure::ServerMsgsPerOp,
        against: Figure::StableLatencyMax,
        seeds: 2,
        safe_under: "partition".into(),
        questions: vec![
            ("3d".into(), vec![limit(Figure::StableLatencyMedian, 400.0), limit(Figure::StableLatencyMax, 600.0)]),
            ("impossible".into(), vec![limit(Figure::StableLatencyMax, 10.0)]),
        ],
        judged_by: JudgedBy::Worst,
        skipped: BTreeMap::from([("features `a` and `b` contradict each other".into(), 3)]),
    }
}

/// By name, what it costs in all messages, its median and maximum, whether it is safe.
const DESIGNS: [(&str, f64, f64, f64, Option<&str>); 5] = [
    ("slow", 3.0, 500.0, 900.0, None),
    ("good", 4.0, 300.0, 550.0, None),
    ("quick", 14.0, 80.0, 100.0, None),
    ("beaten", 15.0, 90.0, 120.0, None),
    ("losing", 2.8, 290.0, 500.0, Some("3 values lost under partition, with seed 1")),
];

fn done() -> Done {
    let outcomes = DESIGNS.map(|(_, msgs, median, max, _)| {
        [sample::outcome(msgs, median, max), sample::outcome(msgs + 0.1, median + 4.0, max + 8.0)]
    });
    let axes = DESIGNS.map(|(name, ..)| vec![("topology".to_owned(), name.to_owned())]);
    let tried: Vec<Tried<'_>> = (0..5)
        .map(|place| Tried {
            cell: DESIGNS[place].0,
            axes: &axes[place],
            calm: &outcomes[place],
            broken: &outcomes[place][..1],
        })
        .collect();
    let design = |place: usize| Design {
        measurement: Measurement {
            values: Vec::new(),
            standing: DESIGNS[place].4.map_or(Standing::Sound, |why| Standing::Unsafe(why.into())),
        },
        fate: Fate::Finalist,
    };
    let rounds = vec![
        Round { seeds: 1, measured: 9, restored: 0, dominated: 4, cut: 0 },
        Round { seeds: 2, measured: 5, restored: 1, dominated: 0, cut: 1 },
    ];
    Done::of(asked(), &Found { designs: (0..5).map(design).collect(), rounds }, &tried, 12.3)
}

#[test]
fn the_whole_answer_in_words() {
    insta::assert_snapshot!(table(&done()));
}

#[test]
fn the_front_has_whom_no_safe_design_beats() {
    let done = done();
    let front: Vec<&str> = done.front.iter().map(|row| row.cell.as_str()).collect();
    assert_eq!(
        front,
        ["losing", "slow", "good", "quick"],
        "the unsafe one beats the slow one, which stays all the same"
    );
    assert_eq!(done.status(), ExitStatus::No, "nothing is below 10 ms");
}

#[test]
fn what_all_but_is_beaten_is_not_shown() {
    let row = |cell: &str, cost: f64, latency: f64, is_unsafe: bool| {
        let spread = |value| Spread::of([value]).unwrap();
        let calm = BTreeMap::from([(Figure::MsgsPerOp, spread(cost)), (Figure::StableLatencyMax, spread(latency))]);
        let is_unsafe = is_unsafe.then(|| "it loses".to_owned());
        Row { cell: cell.into(), axes: Vec::new(), calm, broken: BTreeMap::new(), is_unsafe }
    };
    let rows = [
        row("a hair cheaper and far slower", 0.999, 900.0, false),
        row("good", 1.0, 500.0, false),
        row("a hair better but unsafe", 0.998, 499.0, true),
        row("far better but unsafe", 0.5, 499.0, true),
        row("quick", 2.0, 200.0, false),
    ];
    let rows: Vec<(usize, Row)> = rows.into_iter().enumerate().collect();
    let point = |row: &Row| Some((row.calm[&Figure::MsgsPerOp].mean, row.calm[&Figure::StableLatencyMax].mean));
    let shown: Vec<String> = front(&rows, &point).into_iter().map(|row| row.cell).collect();
    assert_eq!(shown, ["far better but unsafe", "good", "quick"]);
}

#[test]
fn the_data_has_every_answer() {
    let data = json(&done());
    assert_eq!(data["answers"][0]["answer"]["cell"], "good");
    assert_eq!(data["answers"][0]["cheaper-but-unsafe"]["cell"], "losing");
    assert_eq!(data["answers"][1]["answer"], Value::Null);
    assert_eq!(data["front"][0]["safe"], false);
    assert_eq!(data["front"][2]["figures"]["stable-latency.max"]["greatest"], 558.0);
    assert_eq!(data["rounds"][1]["cut-by-the-budget"], 1);
}
