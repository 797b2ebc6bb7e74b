//! The front as a file of its own: the same two panels, messages against median and largest latency, with what is published.
//!
//! Absent: anything but SVG.

use maud::{PreEscaped, html};

use super::STYLE;
pub(crate) use super::scatter::Point;
use super::scatter::Scene;
use crate::frontier::Setting;

/// Both panels. `bounds` are limits on messages between servers, on the median and on the largest latency.
pub(crate) fn picture(points: &[Point], setting: Setting, bounds: [Option<f64>; 3]) -> String {
    let scene = Scene { points, setting, has_floor: true, bounds, names_front: points.len() <= NAMED };
    let [median, max] = scene.both();
    let published = if setting == Setting::CHALLENGE {
        "Hollow marks and the dotted line: published results, by their place in the list of `harness report`."
    } else {
        ""
    };
    let picture = html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 970 412" width="970" height="412" {
            title { "Messages against latency: what no design beats" }
            style { (PreEscaped(STYLE)) }
            rect width="100%" height="100%" style="fill: var(--bg)" {}
            svg x="0" y="0" width="480" height="380" { (median) }
            svg x="490" y="0" width="480" height="380" { (max) }
            text.note x="46" y="400" { (published) }
        }
    };
    picture.into_string() + "\n"
}

/// Of more points than that the names would stand on each other.
const NAMED: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frontier::PUBLISHED;

    #[test]
    fn it_is_whole_and_has_what_is_published() {
        let point =
            Point { msgs: 1.1, median: Some(260.0), max: Some(500.0), look: 0, label: "star".into(), is_valid: true };
        let text = picture(&[point], Setting::CHALLENGE, [None, Some(400.0), Some(600.0)]);
        assert!(text.starts_with("<svg xmlns=") && text.ends_with("</svg>\n"));
        assert_eq!(text.matches("class=\"published\"").count(), 2 * PUBLISHED.len());
        assert_eq!(text.matches("<svg").count(), text.matches("</svg>").count());
        assert!(!text.contains("</style></style>") && !STYLE.contains('<'), "a style sheet in SVG is text");
    }
}
