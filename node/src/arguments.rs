//! What a node is told when it is started, beside the features it is built with: how long its batches gather.
//!
//! ```text
//! --batch-window 200ms          on every link
//! --batch-window-up 0ms         towards the root alone
//! --batch-window-down 400ms     everywhere else
//! ```
//!
//! A window is given at run time, so that an experiment over many of them builds the node once. The same words reach the
//! binary and the node that an engine runs in its own process.
//!
//! Absent: the features themselves ([`Config::named`]).

use protocol::Duration;

use crate::{Config, Windows};

/// Words that a node cannot be started with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArgumentError {
    /// A hub without a window keeps no beat.
    #[error(
        "feature `aligned` needs a window that leaves can be aligned to: expected `{DOWN}` or `{ALL}`, such as `{DOWN} 400ms`"
    )]
    AlignedToNothing,
    /// What should be a span of time is none.
    #[error("`{flag} {word}` cannot be: expected a span of time up to 60s with its unit, such as `200ms` or `1.5s`")]
    BadSpan {
        /// The argument.
        flag: &'static str,
        /// What was written for it.
        word: String,
    },
    /// An argument without its value.
    #[error("`{0}` is the last word: expected a span of time behind it, such as `{0} 200ms`")]
    Missing(&'static str),
    /// The same twice.
    #[error("`{0}` stands there twice: leave one of them out")]
    Twice(&'static str),
    /// No such argument.
    #[error("node has no argument `{0}`: expected {ALL}, {UP} or {DOWN}, each with a span of time")]
    Unknown(String),
}

const ALL: &str = "--batch-window";
const UP: &str = "--batch-window-up";
const DOWN: &str = "--batch-window-down";

/// No window is longer: a value that waits for a minute misses every test.
const LONGEST: Duration = Duration::from_secs(60);

impl Config {
    /// Every argument that [`with_arguments`](Self::with_arguments) knows; each takes a span of time.
    pub const ARGUMENTS: [&'static str; 3] = [ALL, UP, DOWN];

    /// The same with what these words say. A window for one direction goes before one for all.
    ///
    /// ```
    /// use node::{Config, Windows};
    /// use protocol::Duration;
    ///
    /// let config = Config::named(&["topology-star"])?.with_arguments(&["--batch-window-down", "400ms"])?;
    /// assert_eq!(config.windows, Windows { up: Duration::ZERO, down: Duration::from_millis(400) });
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn with_arguments<S: AsRef<str>>(self, words: &[S]) -> Result<Self, ArgumentError> {
        let mut found: [Option<Duration>; 3] = [None; 3];
        let mut words = words.iter().map(AsRef::as_ref);
        while let Some(word) = words.next() {
            let (name, value) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
            let place = Self::ARGUMENTS.iter().position(|&flag| flag == name);
            let place = place.ok_or_else(|| ArgumentError::Unknown(name.to_owned()))?;
            let flag = Self::ARGUMENTS[place];
            let value = value.or_else(|| words.next()).ok_or(ArgumentError::Missing(flag))?;
            let bad = || ArgumentError::BadSpan { flag, word: value.to_owned() };
            if found[place].replace(span(value).ok_or_else(bad)?).is_some() {
                return Err(ArgumentError::Twice(flag));
            }
        }
        let [all, up, down] = found;
        let windows =
            Windows { up: up.or(all).unwrap_or(self.windows.up), down: down.or(all).unwrap_or(self.windows.down) };
        if self.aligned && windows.down == Duration::ZERO {
            return Err(ArgumentError::AlignedToNothing);
        }
        Ok(Self { windows, ..self })
    }

    /// The arguments that name this configuration, each a word and its value.
    pub fn arguments(self) -> Vec<String> {
        let Windows { up, down } = self.windows;
        let said = |flag, span: Duration| (span != Duration::ZERO).then(|| format!("{flag} {}", written(span)));
        if up == down {
            return said(ALL, up).into_iter().collect();
        }
        [said(UP, up), said(DOWN, down)].into_iter().flatten().collect()
    }
}

/// `200ms`, `1.5s`, `250us`, or `0`.
fn span(word: &str) -> Option<Duration> {
    let word = word.trim();
    if word == "0" {
        return Some(Duration::ZERO);
    }
    let units = [("us", 1_000.0), ("ms", 1_000_000.0), ("s", 1_000_000_000.0)];
    let (number, nanos) = units.iter().find_map(|&(unit, nanos)| Some((word.strip_suffix(unit)?, nanos)))?;
    let number: f64 = number.trim().parse().ok()?;
    let nanos = (number * nanos).round();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from nothing to a minute")]
    let span = Duration::from_nanos((0.0..=60_000_000_000.0).contains(&nanos).then_some(nanos as u64)?);
    (span <= LONGEST).then_some(span)
}

fn written(span: Duration) -> String {
    let nanos = span.as_nanos();
    if nanos.is_multiple_of(1_000_000) { format!("{}ms", nanos / 1_000_000) } else { format!("{}us", nanos / 1_000) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(words: &[&str]) -> Result<Config, ArgumentError> {
        Config::named(&["topology-star"]).unwrap().with_arguments(words)
    }

    fn windows(words: &[&str]) -> (u64, u64) {
        let Windows { up, down } = config(words).unwrap().windows;
        (up.as_millis(), down.as_millis())
    }

    #[test]
    fn one_direction_goes_before_all() {
        assert_eq!(windows(&[]), (0, 0));
        assert_eq!(windows(&["--batch-window", "200ms"]), (200, 200));
        assert_eq!(windows(&["--batch-window=1.5s"]), (1_500, 1_500));
        assert_eq!(windows(&["--batch-window-up", "0", "--batch-window", "400ms"]), (0, 400));
        assert_eq!(windows(&["--batch-window-down", "50 ms"]), (0, 50));
    }

    #[test]
    fn a_configuration_names_the_arguments_that_make_it() {
        for words in [&[][..], &["--batch-window 200ms"], &["--batch-window-up 50ms", "--batch-window-down 1500us"]] {
            let split: Vec<&str> = words.iter().flat_map(|word| word.split(' ')).collect();
            assert_eq!(config(&split).unwrap().arguments(), words);
        }
        let text = config(&["--batch-window-down", "400ms"]).unwrap().to_string();
        assert_eq!(text, "topology-star, --batch-window-down 400ms");
    }

    #[test]
    fn what_cannot_be_says_what_can() {
        for (words, said) in [
            (&["-v"][..], "node has no argument `-v`: expected --batch-window,"),
            (&["--batch-window"], "`--batch-window` is the last word: expected a span of time"),
            (&["--batch-window", "200"], "`--batch-window 200` cannot be: expected a span of time"),
            (&["--batch-window", "-1ms"], "`--batch-window -1ms` cannot be"),
            (&["--batch-window-up=2m"], "`--batch-window-up 2m` cannot be"),
            (&["--batch-window-up=NaNs"], "`--batch-window-up NaNs` cannot be"),
            (&["--batch-window", "61s"], "`--batch-window 61s` cannot be"),
            (&["--batch-window", "1ms", "--batch-window", "2ms"], "`--batch-window` stands there twice"),
        ] {
            let error = config(words).unwrap_err().to_string();
            assert!(error.starts_with(said), "{words:?}: {error}");
        }
    }
}
