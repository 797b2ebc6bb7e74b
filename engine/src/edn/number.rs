//! Numbers as Java prints them: the fewest digits that read back as the same float, always with a decimal point, and an
//! exponent below a thousandth and from ten million on.

use std::fmt;

/// Writes a float; `wide` is the same number in 64 bits.
pub(super) fn float<F: fmt::Display + fmt::LowerExp>(f: &mut fmt::Formatter<'_>, value: F, wide: f64) -> fmt::Result {
    if wide.is_nan() {
        return f.write_str("##NaN");
    }
    if wide.is_infinite() {
        return f.write_str(if wide > 0.0 { "##Inf" } else { "##-Inf" });
    }
    if wide == 0.0 || (1e-3..1e7).contains(&wide.abs()) {
        let digits = format!("{value}");
        return write!(f, "{digits}{}", if digits.contains('.') { "" } else { ".0" });
    }
    let digits = format!("{value:e}");
    let (mantissa, exponent) = digits.split_once('e').expect("this format has an exponent");
    write!(f, "{mantissa}{}E{exponent}", if mantissa.contains('.') { "" } else { ".0" })
}

/// Writes an integer, marked as Clojure marks what does not fit into 64 bits with a sign.
pub(super) fn unsigned(f: &mut fmt::Formatter<'_>, value: u64) -> fmt::Result {
    write!(f, "{value}{}", if i64::try_from(value).is_ok() { "" } else { "N" })
}

#[cfg(test)]
mod tests {
    use super::super::Edn;

    #[test]
    fn floats_look_like_javas() {
        let cases: [(f32, &str); 14] = [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (540.0 / 107.0, "5.046729"),
            (16.0 / 61.0, "0.26229507"),
            (8.100_446E-5, "8.100446E-5"),
            (0.001, "0.001"),
            (9.999_9E-4, "9.9999E-4"),
            (1e-5, "1.0E-5"),
            (9_999_999.0, "9999999.0"),
            (1e7, "1.0E7"),
            (12_345_678.0, "1.2345678E7"),
            (-2.5e-10, "-2.5E-10"),
            (3.777_777_7, "3.7777777"),
        ];
        for (value, expected) in cases {
            assert_eq!(Edn::Float(value).to_string(), expected);
        }
        assert_eq!(Edn::Float64(0.95).to_string(), "0.95");
        assert_eq!(Edn::Float64(1e300).to_string(), "1.0E300");
        assert_eq!(Edn::Float64(f64::NAN).to_string(), "##NaN");
        assert_eq!(Edn::Float64(f64::NEG_INFINITY).to_string(), "##-Inf");
    }
}
