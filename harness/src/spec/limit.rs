//! Limits as a file writes them: `msgs-per-op: "< 30"`, `stable-latency.max: ["> 0ms", "< 0.6s"]`.

use super::diagnostic::{Code, Diagnostic, Problems, listed, shown};
use super::nearest::nearest;
use super::units::split_unit;
use super::value::{mapping, one_or_more, word};
use super::yaml::{Node, Span};
use crate::figure::{Figure, Unit};
use crate::limit::{Comparison, Limit};

/// Every limit of the section `limits`.
pub(super) fn limits(node: &Node, problems: &mut Problems) -> Vec<Limit> {
    let mut limits: Vec<Limit> = Vec::new();
    for (key, value) in mapping(node, "`limits`", problems).unwrap_or_default() {
        let Some(figure) = figure(&key.name, &key.span, problems) else { continue };
        let bounds = one_or_more(value);
        if bounds.is_empty() {
            let title = format!("`{figure}` has no limit");
            problems.push(Diagnostic::new(Code::BadLimit, &value.span, title, format!("expected {}", example(figure))));
        }
        for bound in bounds {
            match limit(figure, bound, problems) {
                Some(limit) if limits.contains(&limit) => {
                    let title = format!("the limit `{limit}` stands twice");
                    problems.push(Diagnostic::new(Code::DuplicateValue, &bound.span, title, "remove one of them"));
                }
                Some(limit) => limits.push(limit),
                None => {}
            }
        }
    }
    limits
}

/// The figure of that name.
pub(super) fn figure(name: &str, span: &Span, problems: &mut Problems) -> Option<Figure> {
    let found = Figure::named(name);
    if found.is_none() {
        let names = || Figure::ALL.into_iter().map(Figure::name);
        // `stable-latency` alone, or with a quantile that is not kept, is meant as one of its family.
        let prefix = name.split('.').next().unwrap_or_default();
        let family: Vec<_> = names().filter(|name| name.split('.').next() == Some(prefix)).collect();
        let near = nearest(name, names()).filter(|_| family.is_empty());
        let label = match (near, family.as_slice()) {
            (Some(_), _) => "no figure has this name".to_owned(),
            (None, []) => format!("not one of {}", listed(names())),
            (None, family) => format!("not one of {}", listed(family.iter().copied())),
        };
        let help = near.map(|near| format!("a figure with a similar name exists: `{near}`"));
        let title = format!("no figure is called `{}`", shown(name));
        problems.push(Diagnostic::new(Code::UnknownFigure, span, title, label).help(help));
    }
    found
}

fn limit(figure: Figure, node: &Node, problems: &mut Problems) -> Option<Limit> {
    let text = word(node, &format!("a limit on `{figure}`"), problems)?;
    match parse(figure, text) {
        Ok(limit) => Some(limit),
        Err((expected, help)) => {
            let title = format!("`{}` is no limit on `{figure}`", shown(text));
            problems.push(Diagnostic::new(Code::BadLimit, &node.span, title, expected).help(help));
            None
        }
    }
}

/// A limit, or what was expected and the way out.
fn parse(figure: Figure, text: &str) -> Result<Limit, (String, Option<String>)> {
    let Some((comparison, rest)) = comparison(text) else {
        let help = text.starts_with(|c: char| c.is_ascii_digit()).then(|| format!("write \"< {text}\""));
        return Err((format!("expected a comparison and a bound, such as {}", example(figure)), help));
    };
    let (number, unit) = split_unit(rest);
    let Some(number) = number.parse::<f64>().ok().filter(|number| number.is_finite()) else {
        // Unquoted, YAML takes `> 1` for the beginning of a text over several lines.
        return Err((format!("expected a number behind `{comparison}`"), Some(format!("write {}", example(figure)))));
    };
    let bound = match (figure.unit(), unit) {
        (Unit::Milliseconds, "ms") | (Unit::Count | Unit::Ratio, "") => number,
        (Unit::Milliseconds, "s") => number * 1e3,
        (Unit::Milliseconds, "") => {
            let help = format!("write \"{comparison} {number}ms\"");
            return Err(("the unit is missing: `ms` or `s`".to_owned(), Some(help)));
        }
        (Unit::Milliseconds, other) => {
            return Err((format!("`{}` is no unit of a latency; `ms` and `s` are", shown(other)), None));
        }
        (Unit::Count | Unit::Ratio, "%") if figure == Figure::OkFraction => {
            let help = format!("write \"{comparison} {}\"", number / 100.0);
            return Err(("a share from 0 to 1, not a percentage".to_owned(), Some(help)));
        }
        (Unit::Count | Unit::Ratio, other) => {
            let help = format!("write \"{comparison} {number}\"");
            return Err((format!("`{figure}` has no unit such as `{}`", shown(other)), Some(help)));
        }
    };
    if bound < 0.0 {
        return Err(("no figure is negative".to_owned(), None));
    }
    if figure == Figure::OkFraction && bound > 1.0 {
        return Err(("a share from 0 to 1".to_owned(), None));
    }
    Ok(Limit { figure, comparison, bound })
}

fn comparison(text: &str) -> Option<(Comparison, &str)> {
    // Longer signs first: `<=` begins with `<`.
    let signs = [
        ("<=", Comparison::LessOrEqual),
        (">=", Comparison::GreaterOrEqual),
        ("==", Comparison::Equal),
        ("<", Comparison::Less),
        (">", Comparison::Greater),
        ("=", Comparison::Equal),
    ];
    let found = signs.into_iter().find_map(|(sign, comparison)| Some((comparison, text.strip_prefix(sign)?)));
    found.map(|(comparison, rest)| (comparison, rest.trim_start()))
}

/// A limit on the figure as a file writes it, quotes included.
pub(super) fn example(figure: Figure) -> &'static str {
    match figure.unit() {
        Unit::Count => "\"= 0\"",
        Unit::Milliseconds => "\"< 400ms\"",
        Unit::Ratio if figure == Figure::OkFraction => "\">= 0.99\"",
        Unit::Ratio => "\"< 30\"",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_can_carry_a_limit() {
        for figure in Figure::ALL {
            let text = example(figure).trim_matches('"');
            let limit = parse(figure, text).expect("an example is a limit");
            assert_eq!(limit.to_string(), format!("{figure} {text}"));
        }
    }

    #[test]
    fn comparisons_and_units_are_read() {
        let latency = |text| parse(Figure::StableLatencyMax, text).map(|limit| (limit.comparison, limit.bound));
        assert_eq!(latency("<0.6s"), Ok((Comparison::Less, 600.0)));
        assert_eq!(latency(">= 1 ms"), Ok((Comparison::GreaterOrEqual, 1.0)));
        assert_eq!(latency("== 0ms"), Ok((Comparison::Equal, 0.0)));
        for wrong in ["< 600", "600ms", "< ms", "< 600us", "< -1ms", "<> 1ms", "", "< infms", "< NaNms"] {
            assert!(latency(wrong).is_err(), "{wrong}");
        }
        for wrong in ["< 30ms", "30", "< thirty", "< -0.1", "~ 3"] {
            assert!(parse(Figure::MsgsPerOp, wrong).is_err(), "{wrong}");
        }
        assert!(parse(Figure::OkFraction, ">= 99").is_err());
        assert!(parse(Figure::OkFraction, ">= 99%").is_err());
    }
}
