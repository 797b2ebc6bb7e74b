//! Spans of time as a file writes them: a number and a unit, `100ms`, `1.5s`.

use protocol::Duration;
use thiserror::Error;

/// Why a text is no span of time.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum DurationError {
    #[error("the unit is missing")]
    NoUnit,
    #[error("a span of time is a number and a unit, such as `100ms` or `20s`")]
    NotANumber,
    #[error("`{0}` is no unit of time; `us`, `ms`, `s` and `m` are")]
    UnknownUnit(String),
}

/// A number and what follows it: `("100", "ms")`. The number is decimal digits with at most one point and a sign.
pub(super) fn split_unit(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !(c.is_ascii_digit() || "+-.".contains(c))).unwrap_or(text.len());
    (&text[..end], text[end..].trim())
}

/// Reads a span of time. A negative one is no number of a span; longer ones than [`Duration`] holds stay at its end.
pub(super) fn duration(text: &str) -> Result<Duration, DurationError> {
    let (number, unit) = split_unit(text.trim());
    let number: f64 = number.parse().map_err(|_| DurationError::NotANumber)?;
    let nanos_each = match unit {
        "us" | "µs" => 1e3,
        "ms" => 1e6,
        "s" => 1e9,
        "m" | "min" => 60e9,
        "" => return Err(DurationError::NoUnit),
        other => return Err(DurationError::UnknownUnit(other.to_owned())),
    };
    if number < 0.0 {
        return Err(DurationError::NotANumber);
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative; the cast saturates")]
    let nanos = (number * nanos_each).round() as u64;
    Ok(Duration::from_nanos(nanos))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_and_a_unit_make_a_span() {
        for (text, span) in [
            ("100ms", Duration::from_millis(100)),
            (" 20 s ", Duration::from_secs(20)),
            ("0.1s", Duration::from_millis(100)),
            ("1.5s", Duration::from_millis(1_500)),
            ("250us", Duration::from_micros(250)),
            ("2m", Duration::from_secs(120)),
            ("0ms", Duration::ZERO),
        ] {
            assert_eq!(duration(text), Ok(span), "{text}");
        }
    }

    #[test]
    fn anything_else_does_not() {
        for (text, error) in [
            ("100", DurationError::NoUnit),
            ("ms", DurationError::NotANumber),
            ("", DurationError::NotANumber),
            ("-1s", DurationError::NotANumber),
            ("1.2.3s", DurationError::NotANumber),
            ("1 fortnight", DurationError::UnknownUnit("fortnight".to_owned())),
            ("1e3ms", DurationError::UnknownUnit("e3ms".to_owned())),
            ("inf s", DurationError::NotANumber),
        ] {
            assert_eq!(duration(text), Err(error), "{text}");
        }
    }
}
