//! `--partition`: which share of an experiment's runs a machine of several makes.
//!
//! Absent: where a machine's number comes from if it is not given ([`crate::command`]).

use std::str::FromStr;

use crate::about::Part;

/// `--partition`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Partition {
    /// This one.
    Given(Part),
    /// The one that the environment tells, of so many, if the environment does not tell that.
    Auto(Option<u32>),
}

impl FromStr for Partition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected =
            || format!("expected a part such as 1/4 or 4/4, or `auto`, or `auto/4`, with at most {PARTS_MAX} parts");
        let (number, of) = match text.split_once('/') {
            Some((number, of)) => (number, Some(of)),
            None => (text, None),
        };
        let of: Option<u32> = of.map(str::parse).transpose().map_err(|_| expected())?;
        if of.is_some_and(|of| !(1..=PARTS_MAX).contains(&of)) {
            return Err(expected());
        }
        match (number, of) {
            ("auto", of) => Ok(Self::Auto(of)),
            (number, Some(of)) => match number.parse() {
                Ok(0) => Err(format!("parts are counted from 1: the first of {of} is 1/{of}")),
                Ok(number) if number <= of => Ok(Self::Given(Part { number, of })),
                Ok(number) => Err(format!("there is no part {number} of {of}")),
                Err(_) => Err(expected()),
            },
            _ => Err(expected()),
        }
    }
}

/// More machines than anybody has, and fewer than a mistyped number.
const PARTS_MAX: u32 = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_read_or_says_what_is_expected() {
        assert_eq!("2/4".parse(), Ok(Partition::Given(Part { number: 2, of: 4 })));
        assert_eq!("auto".parse(), Ok(Partition::Auto(None)));
        assert_eq!("auto/4".parse(), Ok(Partition::Auto(Some(4))));
        for (text, told) in [
            ("0/4", "the first of 4 is 1/4"),
            ("5/4", "no part 5 of 4"),
            ("1/0", "at most"),
            ("4", "such as 1/4"),
            ("1/x", "such as 1/4"),
            ("-1/4", "such as 1/4"),
            ("auto/0", "such as 1/4"),
            ("1/99999", "at most 10000"),
            ("", "such as 1/4"),
        ] {
            let error = text.parse::<Partition>().unwrap_err();
            assert!(error.contains(told), "{text}: {error}");
        }
    }
}
