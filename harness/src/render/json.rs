//! The same answer as data: everything the table shows, and every record it was made of.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Row, Summary};
use crate::figure::{Figure, Figures};
use crate::gate::Judgement;
use crate::limit::{JudgedBy, Limit};
use crate::outcome::{EngineId, Record};
use crate::statistics::Spread;

/// The version of this form. It grows when a reader of the old form would misunderstand the new one.
const FORMAT: u32 = 1;

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Whole<'a> {
    format: u32,
    experiment: &'a str,
    description: &'a str,
    engine: &'a EngineId,
    exit_code: u8,
    answer: &'a str,
    wall_seconds: Option<f64>,
    store: &'a str,
    repeat: u32,
    /// Which share of the runs these are, as `1/4`; absent if it is all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<String>,
    /// Which value over the repetitions counts.
    judged_by: JudgedBy,
    axes: &'a [String],
    limits: &'a [Limit],
    /// What to know of the experiment as a whole.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    remarks: &'a [String],
    cells: Vec<One<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct One<'a> {
    #[serde(rename = "cell")]
    name: &'a str,
    axes: BTreeMap<&'a str, &'a str>,
    /// Whether it is required, its verdict, and whether a run was unreliable.
    judgement: &'a Judgement,
    /// The value of each figure that counts over the repetitions, as the table shows it.
    figures: &'a Figures,
    /// Each figure over the repetitions.
    spread: &'a BTreeMap<Figure, Spread>,
    /// The stored results, one per repetition that was made.
    runs: &'a [&'a Record],
}

/// The whole answer as JSON.
pub(crate) fn json(summary: &Summary<'_>) -> String {
    let whole = Whole {
        format: FORMAT,
        experiment: &summary.about.experiment,
        description: &summary.about.description,
        engine: &summary.about.engine,
        exit_code: summary.status.code(),
        answer: &summary.answer,
        wall_seconds: summary.wall_seconds,
        store: summary.directory.as_str(),
        repeat: summary.about.repeat,
        part: summary.about.part.map(|part| part.to_string()),
        judged_by: summary.about.judged_by,
        axes: &summary.about.axes,
        limits: &summary.about.limits,
        remarks: &summary.remarks,
        cells: summary.rows.iter().map(cell).collect(),
    };
    let text = serde_json::to_string_pretty(&whole).expect("strings, numbers, and maps with names for keys");
    text + "\n"
}

fn cell<'a>(row: &'a Row<'_>) -> One<'a> {
    One {
        name: &row.cell.cell,
        axes: row.cell.axes.iter().map(|(axis, value)| (axis.as_str(), value.as_str())).collect(),
        judgement: &row.judgement,
        figures: &row.counted,
        spread: &row.spread,
        runs: &row.records,
    }
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;
    use serde_json::Value;

    use super::*;
    use crate::sample;

    #[test]
    fn the_answer_as_data_says_what_the_table_says() {
        let plan = sample::plan(2);
        let runs = |cell| (0..2).map(move |repetition| sample::record(cell, repetition));
        let records: Vec<Record> = plan.cells.iter().flat_map(runs).collect();
        let about = sample::about_of(&plan);
        let summary = Summary::of(&about, &records, Utf8Path::new("store/x"), Some(62.5));
        let value: Value = serde_json::from_str(&json(&summary)).unwrap();

        assert_eq!(value["format"], 1);
        assert_eq!(value["exit-code"], 0);
        assert_eq!(value["answer"], summary.answer);
        assert_eq!(value["limits"][0], serde_json::json!({"figure": "msgs-per-op", "comparison": "<", "bound": 30.0}));
        let grid = &value["cells"][0];
        assert_eq!(grid["axes"], serde_json::json!({"topology": "grid", "relay-to-master": "off"}));
        assert_eq!(grid["judgement"]["required"], false);
        assert_eq!(grid["judgement"]["verdict"]["verdict"], "fail");
        let median = &grid["judgement"]["verdict"]["breaches"][1];
        assert_eq!((&median["kind"], &median["measured"]), (&serde_json::json!("exceeded"), &serde_json::json!(457.0)));
        assert_eq!(grid["figures"]["stable-latency.median"], 457.0);
        let spread = &grid["spread"]["msgs-per-op"];
        assert_eq!(
            (&spread["least"], &spread["mean"], &spread["deviation"]),
            (&30.56.into(), &30.56.into(), &0.0.into())
        );
        assert_eq!((&spread["count"], &spread["confidence"]["low"]), (&2.into(), &30.56.into()));
        assert_eq!(value["judged-by"], "worst");
        assert_eq!(grid["runs"][1]["repetition"], 1);
        assert_eq!(grid["runs"][1]["provenance"]["engine"]["name"], "embedded");
        assert_eq!(value["cells"][5]["judgement"]["verdict"], serde_json::json!({"verdict": "pass"}));
    }
}
