//! That the page can be read: every text and every mark stands out from what is behind it, in both schemes.

use std::collections::BTreeMap;

use super::STYLE;

/// The colours of a scheme by name: those of the light one are first in the style sheet, then the dark one's, then paper's.
fn schemes() -> Vec<BTreeMap<&'static str, [f64; 3]>> {
    let blocks = STYLE.split(":root {").skip(1).map(|rest| rest.split('}').next().unwrap());
    blocks.map(|block| block.split(';').filter_map(colour).collect()).collect()
}

fn colour(declaration: &'static str) -> Option<(&'static str, [f64; 3])> {
    let (name, value) = declaration.trim().strip_prefix("--")?.split_once(':')?;
    let digits = value.trim().strip_prefix('#')?;
    let channel = |place: usize| {
        let text =
            if digits.len() == 3 { digits[place..=place].repeat(2) } else { digits[2 * place..2 * place + 2].into() };
        f64::from(u8::from_str_radix(&text, 16).unwrap()) / 255.0
    };
    Some((name, [0, 1, 2].map(channel)))
}

/// As WCAG 2 has it, from 1 to 21.
fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let linear =
        |channel: f64| if channel <= 0.040_45 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) };
    let luminance =
        |[red, green, blue]: [f64; 3]| 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
    let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
    (one / other).max(other / one)
}

#[test]
fn text_and_marks_stand_out() {
    let schemes = schemes();
    assert_eq!(schemes.len(), 3, "light, dark, paper");
    for colours in schemes {
        let of = |name: &str| contrast(colours[name], colours["bg"]);
        for text in ["fg", "muted", "pass", "fail", "open", "limit"] {
            assert!(of(text) >= 4.5, "{text}: {:.2}", of(text));
        }
        for (text, behind) in
            [("pass", "pass-bg"), ("fail", "fail-bg"), ("open", "open-bg"), ("fg", "pass-bg"), ("fg", "panel")]
        {
            let found = contrast(colours[text], colours[behind]);
            assert!(found >= 4.5, "{text} on {behind}: {found:.2}");
        }
        for mark in ["s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "floor", "others"] {
            assert!(of(mark) >= 3.0, "{mark}: {:.2}", of(mark));
        }
    }
}
