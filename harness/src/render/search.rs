//! What a search found: the front, the answers to its questions, and how it was searched.
//!
//! Absent: the picture, which the report draws.

mod table;

use std::collections::BTreeMap;

use serde_json::{Value, json};

pub(crate) use self::table::table;
use crate::exit::ExitStatus;
use crate::figure::Figure;
use crate::frontier::pareto;
use crate::gate::{self, Rules, Verdict};
use crate::limit::{JudgedBy, Limit};
use crate::outcome::Outcome;
use crate::search::{Fate, Found, Round, Standing, TOLERANCE};
use crate::statistics::Spread;

/// What was looked for and where, in the words of the experiment.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) experiment: String,
    pub(crate) axes: Vec<String>,
    pub(crate) cost: Figure,
    pub(crate) against: Figure,
    pub(crate) seeds: u32,
    /// Empty if nothing is asked of a design but that it works.
    pub(crate) safe_under: String,
    /// Each with the limits that it names.
    pub(crate) questions: Vec<(String, Vec<Limit>)>,
    pub(crate) judged_by: JudgedBy,
    /// Cells that no node can be built for, by the reason.
    pub(crate) skipped: BTreeMap<String, usize>,
}

/// A design by name, and everything measured of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tried<'a> {
    pub(crate) cell: &'a str,
    /// The values of its axes.
    pub(crate) axes: &'a [(String, String)],
    pub(crate) calm: &'a [Outcome],
    /// Under what it must survive.
    pub(crate) broken: &'a [Outcome],
}

/// A search that came to its end.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) asked: Asked,
    /// The designs that no safe one beats, the fewest of the cost first; the unsafe ones among them say why.
    pub(crate) front: Vec<Row>,
    /// One for each question.
    pub(crate) answers: Vec<Answer>,
    pub(crate) rounds: Vec<Round>,
    pub(crate) counts: Counts,
    /// Designs that do not even work when nothing breaks, with the reason.
    pub(crate) failed: Vec<(String, String)>,
    pub(crate) wall_seconds: f64,
}

/// A design with its figures.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) cell: String,
    pub(crate) axes: Vec<(String, String)>,
    pub(crate) calm: BTreeMap<Figure, Spread>,
    pub(crate) broken: BTreeMap<Figure, Spread>,
    /// Why it is unsafe, if it is.
    pub(crate) is_unsafe: Option<String>,
}

/// The design that keeps a question's limits at the least cost.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) question: String,
    pub(crate) limits: Vec<Limit>,
    pub(crate) best: Option<Row>,
    /// An unsafe one that would be cheaper.
    pub(crate) cheaper: Option<Row>,
}

/// What became of the designs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) designs: usize,
    pub(crate) finalists: usize,
    pub(crate) dominated: usize,
    pub(crate) cut: usize,
    pub(crate) is_unsafe: usize,
}

impl Done {
    /// Puts together what was found; `tried` are the designs in the search's order.
    pub(crate) fn of(asked: Asked, found: &Found, tried: &[Tried<'_>], wall_seconds: f64) -> Self {
        let row = |place: usize| Row::of(&tried[place], &found.designs[place].measurement.standing);
        let finalists: Vec<(usize, Row)> = found.finalists().map(|place| (place, row(place))).collect();
        let point = |row: &Row| Some((row.calm.get(&asked.cost)?.mean, row.calm.get(&asked.against)?.mean));
        let front = front(&finalists, &point);
        let answers =
            asked.questions.iter().map(|(name, limits)| answer(&asked, name, limits, &finalists, tried)).collect();
        let failed = found.designs.iter().zip(tried).filter_map(|(design, tried)| match &design.measurement.standing {
            Standing::Failed(why) => Some((tried.cell.to_owned(), why.clone())),
            _ => None,
        });
        let count = |is: fn(&Fate) -> bool| found.designs.iter().filter(|design| is(&design.fate)).count();
        let counts = Counts {
            designs: found.designs.len(),
            finalists: finalists.len(),
            dominated: count(|fate| matches!(fate, Fate::Dominated { .. })),
            cut: count(|fate| matches!(fate, Fate::Cut { .. })),
            is_unsafe: found
                .designs
                .iter()
                .filter(|design| matches!(design.measurement.standing, Standing::Unsafe(_)))
                .count(),
        };
        let failed = failed.collect();
        Self { front, answers, rounds: found.rounds.clone(), counts, failed, wall_seconds, asked }
    }

    /// No if a question has no answer.
    pub(crate) fn status(&self) -> ExitStatus {
        if self.answers.iter().all(|answer| answer.best.is_some()) { ExitStatus::Yes } else { ExitStatus::No }
    }
}

/// The rows that no safe row beats: the safe front, and whatever unsafe lies beyond it.
fn front(finalists: &[(usize, Row)], point: &dyn Fn(&Row) -> Option<(f64, f64)>) -> Vec<Row> {
    let placed: Vec<(&Row, (f64, f64))> = finalists.iter().filter_map(|(_, row)| Some((row, point(row)?))).collect();
    let of = |rows: &[(&Row, (f64, f64))]| -> Vec<Row> {
        let points: Vec<(f64, f64)> = rows.iter().map(|(_, point)| *point).collect();
        pareto(&points).into_iter().map(|place| rows[place].0.clone()).collect()
    };
    let (safe, all): (Vec<_>, Vec<_>) =
        (placed.iter().copied().filter(|(row, _)| row.is_unsafe.is_none()).collect(), placed);
    let safe = apart(of(&safe), point);
    let beyond = of(&all).into_iter().filter(|row| row.is_unsafe.is_some());
    let beyond: Vec<Row> = beyond.filter(|row| !safe.iter().any(|other| is_near(other, row, point))).collect();
    let mut rows: Vec<Row> = safe.into_iter().chain(apart(beyond, point)).collect();
    rows.sort_by(|one, other| {
        let cost = |row: &Row| point(row).map_or(f64::INFINITY, |(cost, _)| cost);
        cost(one).total_cmp(&cost(other))
    });
    rows
}

/// A front without the rows that another one of it all but beats: one that is worse in nothing by more than the tolerance, and
/// better in something by more than that.
fn apart(mut rows: Vec<Row>, point: &dyn Fn(&Row) -> Option<(f64, f64)>) -> Vec<Row> {
    let mut place = 0;
    while place < rows.len() {
        // Of two that are as good as each other the first stays.
        let beats = |(at, other): (usize, &Row)| {
            let is_as_good = is_near(other, &rows[place], point);
            at != place && is_as_good && (at < place || !is_near(&rows[place], other, point))
        };
        if rows.iter().enumerate().any(beats) {
            rows.remove(place);
        } else {
            place += 1;
        }
    }
    rows
}

/// Whether one row is worse than another in nothing by more than the tolerance.
fn is_near(one: &Row, other: &Row, point: &dyn Fn(&Row) -> Option<(f64, f64)>) -> bool {
    let allowed = 1.0 + TOLERANCE;
    point(one).zip(point(other)).is_some_and(|(one, other)| one.0 <= other.0 * allowed && one.1 <= other.1 * allowed)
}

/// The cheapest that keeps the limits; of equal cost the one with less of what it is set against.
fn answer(asked: &Asked, name: &str, limits: &[Limit], finalists: &[(usize, Row)], tried: &[Tried<'_>]) -> Answer {
    let rules = Rules { limits, judged_by: asked.judged_by, repeat: asked.seeds };
    let keeps = |place: usize| {
        let outcomes: Vec<&Outcome> = tried[place].calm.iter().collect();
        matches!(gate::judge(true, rules, &outcomes).verdict, Verdict::Pass)
    };
    let mean = |row: &Row, figure| row.calm.get(&figure).map_or(f64::INFINITY, |spread: &Spread| spread.mean);
    let key = |row: &Row| (mean(row, asked.cost), mean(row, asked.against));
    let cheapest = |is_safe: bool| {
        let kept = finalists.iter().filter(|(place, row)| row.is_unsafe.is_none() == is_safe && keeps(*place));
        kept.map(|(_, row)| row).min_by(|one, other| {
            let (one, other) = (key(one), key(other));
            one.0.total_cmp(&other.0).then(one.1.total_cmp(&other.1))
        })
    };
    let best = cheapest(true);
    let cheaper = cheapest(false).filter(|row| best.is_none_or(|best| key(row).0 < key(best).0));
    Answer { question: name.to_owned(), limits: limits.to_vec(), best: best.cloned(), cheaper: cheaper.cloned() }
}

impl Row {
    fn of(tried: &Tried<'_>, standing: &Standing) -> Self {
        let spreads = |outcomes: &[Outcome]| -> BTreeMap<Figure, Spread> {
            let spread =
                |figure: Figure| Spread::of(outcomes.iter().filter_map(|outcome| outcome.figures.value(figure)));
            Figure::ALL.into_iter().filter_map(|figure| Some((figure, spread(figure)?))).collect()
        };
        Self {
            cell: tried.cell.to_owned(),
            axes: tried.axes.to_vec(),
            calm: spreads(tried.calm),
            broken: spreads(tried.broken),
            is_unsafe: match standing {
                Standing::Unsafe(why) | Standing::Failed(why) => Some(why.clone()),
                Standing::Sound => None,
            },
        }
    }
}

/// Everything as data.
pub(crate) fn json(done: &Done) -> Value {
    let asked = &done.asked;
    let row = |row: &Row| {
        json!({
            "cell": row.cell,
            "axes": row.axes,
            "safe": row.is_unsafe.is_none(),
            "unsafe-because": row.is_unsafe,
            "figures": row.calm,
            "figures-when-broken": row.broken,
        })
    };
    let answer = |answer: &Answer| {
        json!({
            "question": answer.question,
            "limits": answer.limits,
            "answer": answer.best.as_ref().map(row),
            "cheaper-but-unsafe": answer.cheaper.as_ref().map(row),
        })
    };
    let round = |round: &Round| {
        json!({
            "seeds": round.seeds,
            "designs": round.measured,
            "restored": round.restored,
            "dominated": round.dominated,
            "cut-by-the-budget": round.cut,
        })
    };
    json!({
        "format": 1,
        "experiment": asked.experiment,
        "engine": "simulated",
        "cost": asked.cost,
        "against": asked.against,
        "seeds": asked.seeds,
        "safe-under": asked.safe_under,
        "judged-by": asked.judged_by.to_string(),
        "designs": done.counts.designs,
        "skipped": asked.skipped,
        "unsafe": done.counts.is_unsafe,
        "finalists": done.counts.finalists,
        "rounds": done.rounds.iter().map(round).collect::<Vec<_>>(),
        "failed": done.failed,
        "front": done.front.iter().map(row).collect::<Vec<_>>(),
        "answers": done.answers.iter().map(answer).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests;
