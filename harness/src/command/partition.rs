//! Which part of an experiment this machine makes, by what its job system tells every job of an array.
//!
//! Absent: what belongs to a part ([`crate::about::Part`]).

use anyhow::{Context as _, bail, ensure};

use crate::about::Part;
use crate::cli::Partition;

/// A system that starts the same job several times, each with a number in its environment.
struct Array {
    name: &'static str,
    number: &'static str,
    /// The first number: that in a variable, or this one.
    first: (Option<&'static str>, u32),
    /// How far numbers are apart, if that is told.
    step: Option<&'static str>,
    /// How many jobs there are, if that is told.
    count: Option<&'static str>,
}

/// Those that are recognised, in this order.
const ARRAYS: [Array; 6] = [
    Array {
        name: "Slurm",
        number: "SLURM_ARRAY_TASK_ID",
        first: (Some("SLURM_ARRAY_TASK_MIN"), 0),
        step: Some("SLURM_ARRAY_TASK_STEP"),
        count: Some("SLURM_ARRAY_TASK_COUNT"),
    },
    Array { name: "GitLab", number: "CI_NODE_INDEX", first: (None, 1), step: None, count: Some("CI_NODE_TOTAL") },
    Array {
        name: "CircleCI",
        number: "CIRCLE_NODE_INDEX",
        first: (None, 0),
        step: None,
        count: Some("CIRCLE_NODE_TOTAL"),
    },
    Array {
        name: "Buildkite",
        number: "BUILDKITE_PARALLEL_JOB",
        first: (None, 0),
        step: None,
        count: Some("BUILDKITE_PARALLEL_JOB_COUNT"),
    },
    Array { name: "Kubernetes", number: "JOB_COMPLETION_INDEX", first: (None, 0), step: None, count: None },
    Array { name: "GNU parallel", number: "PARALLEL_SEQ", first: (None, 1), step: None, count: None },
];

/// The part that is asked for. `variable` looks into the environment.
pub(super) fn part(
    asked: Option<Partition>,
    variable: impl Fn(&str) -> Option<String>,
) -> anyhow::Result<Option<Part>> {
    match asked {
        None => Ok(None),
        Some(Partition::Given(part)) => Ok(Some(part)),
        Some(Partition::Auto(of)) => {
            let array = ARRAYS.iter().find(|array| variable(array.number).is_some());
            let Some(array) = array else {
                let known: Vec<String> =
                    ARRAYS.iter().map(|array| format!("{} ({})", array.number, array.name)).collect();
                bail!("`--partition auto` found no job number in the environment; it looks for {}", known.join(", "))
            };
            array.part(of, variable).map(Some)
        }
    }
}

/// What to say of a job number that nobody asked to be used.
pub(super) fn hint(asked: Option<Partition>, variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    // Only where there are several jobs for certain: a number alone may be about anything.
    let is_array = |array: &&Array| {
        let count = array.count.and_then(&variable).and_then(|count| count.parse::<u32>().ok());
        variable(array.number).is_some() && count.is_some_and(|count| count > 1)
    };
    let array = ARRAYS.iter().find(is_array).filter(|_| asked.is_none())?;
    Some(format!("this is one of several jobs of {}; `--partition auto` makes each run its share only", array.name))
}

impl Array {
    fn part(&self, of: Option<u32>, variable: impl Fn(&str) -> Option<String>) -> anyhow::Result<Part> {
        let number = |name: &str| -> anyhow::Result<Option<u32>> {
            let text = variable(name);
            let read = text.as_deref().map(str::parse).transpose();
            read.with_context(|| {
                format!("{name}, which {} sets, is `{}`: expected a number", self.name, text.unwrap_or_default())
            })
        };
        let told = |name: Option<&str>| name.map_or(Ok(None), number);
        let Some(of) = of.map_or_else(|| told(self.count), |of| Ok(Some(of)))? else {
            bail!("{} does not tell how many jobs there are: say `--partition auto/4` for four", self.name)
        };
        let first = told(self.first.0)?.unwrap_or(self.first.1);
        let step = told(self.step)?.unwrap_or(1).max(1);
        let index = number(self.number)?.unwrap_or(first);
        let place = index.checked_sub(first).filter(|place| place % step == 0).map(|place| place / step);
        let place = place
            .with_context(|| format!("{} is {index}, before the first job's {first} or between two", self.number))?;
        ensure!(
            place < of,
            "{} is {index}, and of {of} jobs the last has {}; number the jobs without gaps, or say `--partition N/{of}`",
            self.number,
            first + (of - 1) * step
        );
        Ok(Part { number: place + 1, of })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is asked for, what stands in the environment, and what is expected.
    type Case = (Option<u32>, &'static [(&'static str, &'static str)], &'static str);

    fn auto(of: Option<u32>, variables: &[(&str, &str)]) -> Result<String, String> {
        let variable =
            |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let part = part(Some(Partition::Auto(of)), variable).map_err(|error| error.to_string())?;
        Ok(part.expect("one is asked for").to_string())
    }

    #[test]
    fn every_system_counts_its_own_way() {
        let cases: [Case; 8] = [
            (
                None,
                &[("SLURM_ARRAY_TASK_ID", "3"), ("SLURM_ARRAY_TASK_COUNT", "4"), ("SLURM_ARRAY_TASK_MIN", "1")],
                "3/4",
            ),
            (None, &[("SLURM_ARRAY_TASK_ID", "3"), ("SLURM_ARRAY_TASK_COUNT", "4")], "4/4"),
            (
                None,
                &[
                    ("SLURM_ARRAY_TASK_ID", "18"),
                    ("SLURM_ARRAY_TASK_COUNT", "4"),
                    ("SLURM_ARRAY_TASK_MIN", "10"),
                    ("SLURM_ARRAY_TASK_STEP", "4"),
                ],
                "3/4",
            ),
            (None, &[("CI_NODE_INDEX", "1"), ("CI_NODE_TOTAL", "5")], "1/5"),
            (None, &[("CIRCLE_NODE_INDEX", "0"), ("CIRCLE_NODE_TOTAL", "2")], "1/2"),
            (None, &[("BUILDKITE_PARALLEL_JOB", "1"), ("BUILDKITE_PARALLEL_JOB_COUNT", "2")], "2/2"),
            (Some(3), &[("JOB_COMPLETION_INDEX", "0")], "1/3"),
            (Some(3), &[("PARALLEL_SEQ", "3")], "3/3"),
        ];
        for (of, variables, expected) in cases {
            assert_eq!(auto(of, variables).as_deref(), Ok(expected), "{variables:?}");
        }
    }

    #[test]
    fn what_tells_no_part_is_told_with_the_way_out() {
        let cases: [Case; 6] = [
            (None, &[], "looks for SLURM_ARRAY_TASK_ID (Slurm), CI_NODE_INDEX (GitLab)"),
            (None, &[("PARALLEL_SEQ", "3")], "say `--partition auto/4` for four"),
            (Some(3), &[("PARALLEL_SEQ", "4")], "of 3 jobs the last has 3"),
            (Some(3), &[("PARALLEL_SEQ", "0")], "before the first job's 1"),
            (None, &[("CI_NODE_INDEX", "x"), ("CI_NODE_TOTAL", "5")], "which GitLab sets, is `x`: expected a number"),
            (
                None,
                &[("SLURM_ARRAY_TASK_ID", "9"), ("SLURM_ARRAY_TASK_COUNT", "3"), ("SLURM_ARRAY_TASK_MIN", "1")],
                "gaps",
            ),
        ];
        for (of, variables, told) in cases {
            let error = auto(of, variables).unwrap_err();
            assert!(error.contains(told), "{variables:?}: {error}");
        }
    }

    #[test]
    fn a_job_of_an_array_that_runs_everything_is_told() {
        let gitlab = |name: &str| match name {
            "CI_NODE_INDEX" => Some("1".to_owned()),
            "CI_NODE_TOTAL" => Some("4".to_owned()),
            _ => None,
        };
        assert!(hint(None, gitlab).unwrap().contains("GitLab"));
        assert_eq!(hint(Some(Partition::Auto(None)), gitlab), None);
        assert_eq!(hint(None, |name| (name == "CI_NODE_INDEX").then(|| "1".to_owned())), None);
    }
}
