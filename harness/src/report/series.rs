//! Who is who in the drawings: what a cell is called beside a mark, and which colour, dash and shape it has.
//!
//! Up to eight cells each have their own; of more cells, those with the same value on one axis share theirs. Nothing is told
//! by colour alone.

use std::fmt::Write as _;

use maud::{Markup, html};

use super::plot::px;
use crate::about::AboutCell;
use crate::render::Summary;

/// So many looks can be told apart.
pub(super) const LOOKS: usize = 8;

/// The cells' names and looks.
#[derive(Debug)]
pub(super) struct Cast {
    /// What each cell is called, without what all of them have in common. In the experiment's order.
    pub(super) labels: Vec<String>,
    /// Each cell's look, a place in `names`.
    pub(super) looks: Vec<usize>,
    /// What each look stands for.
    pub(super) names: Vec<String>,
    /// The axis that looks stand for the values of; nothing where every cell has its own.
    pub(super) axis: Option<String>,
}

impl Cast {
    pub(super) fn of(summary: &Summary<'_>) -> Self {
        let cells: Vec<&AboutCell> = summary.rows.iter().map(|row| row.cell).collect();
        let varying = varying(&cells);
        let labels: Vec<String> = cells.iter().map(|cell| label(cell, &varying)).collect();
        if cells.len() <= LOOKS {
            let looks = (0..cells.len()).collect();
            return Self { names: labels.clone(), labels, looks, axis: None };
        }
        let shared = varying.into_iter().find(|axis| values(&cells, *axis).len() <= LOOKS);
        let Some(axis) = shared else {
            return Self { looks: vec![0; labels.len()], labels, names: vec!["every cell".into()], axis: None };
        };
        let names = values(&cells, axis);
        let look = |cell: &&AboutCell| names.iter().position(|name| value(cell, axis) == *name).unwrap_or_default();
        let looks = cells.iter().map(look).collect();
        Self {
            labels,
            looks,
            names: names.iter().map(|&name| name.to_owned()).collect(),
            axis: Some(summary.about.axes[axis].clone()),
        }
    }

    /// What colours and shapes stand for.
    pub(super) fn legend(&self, kind: Swatch) -> Markup {
        html! {
            ul.legend {
                @if let Some(axis) = &self.axis { li.muted { (axis) ":" } }
                @for (look, name) in self.names.iter().enumerate() {
                    li { (swatch(look, kind)) " " (name) }
                }
            }
        }
    }
}

/// What a legend shows of a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Swatch {
    Line,
    Mark,
}

fn swatch(look: usize, kind: Swatch) -> Markup {
    html! {
        svg.swatch viewBox="0 0 28 12" aria-hidden="true" {
            @match kind {
                Swatch::Line => { path class={ "curve s" (look) } d="M1 6H27" {} },
                Swatch::Mark => { path class={ "cell s" (look) } d=(mark(look, 14.0, 6.0, 5.0)) {} },
            }
        }
    }
}

/// A mark's outline around a point: a shape for each look.
pub(super) fn mark(look: usize, x: f64, y: f64, r: f64) -> String {
    let corners: &[(f64, f64)] = match look % LOOKS {
        0 => {
            return format!(
                "M{} {}a{r} {r} 0 1 0 {} 0a{r} {r} 0 1 0 {} 0z",
                px(x - r),
                px(y),
                px(2.0 * r),
                px(-2.0 * r)
            );
        }
        1 => &[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
        2 => &[(0.0, -1.15), (1.1, 0.85), (-1.1, 0.85)],
        3 => &[(0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)],
        4 => &[(0.0, 1.15), (1.1, -0.85), (-1.1, -0.85)],
        5 => &[(-0.6, -1.1), (0.6, -1.1), (1.2, 0.0), (0.6, 1.1), (-0.6, 1.1), (-1.2, 0.0)],
        6 => &[(-1.2, -0.5), (1.2, -0.5), (1.2, 0.5), (-1.2, 0.5)],
        _ => &[(-0.5, -1.2), (0.5, -1.2), (0.5, 1.2), (-0.5, 1.2)],
    };
    let mut d = String::new();
    for (place, (dx, dy)) in corners.iter().enumerate() {
        let _ = write!(d, "{}{} {}", if place == 0 { 'M' } else { 'L' }, px(x + dx * r), px(y + dy * r));
    }
    d + "z"
}

/// The axes on which some of these cells differ, as places among the experiment's axes.
pub(super) fn varying(cells: &[&AboutCell]) -> Vec<usize> {
    let axes = cells.first().map_or(0, |cell| cell.axes.len());
    (0..axes).filter(|axis| values(cells, *axis).len() > 1).collect()
}

/// The values on an axis, each once, in the order in which cells have them.
fn values<'a>(cells: &[&'a AboutCell], axis: usize) -> Vec<&'a str> {
    let mut values: Vec<&str> = Vec::new();
    for cell in cells {
        let value = value(cell, axis);
        if !values.contains(&value) {
            values.push(value);
        }
    }
    values
}

fn value(cell: &AboutCell, axis: usize) -> &str {
    cell.axes.get(axis).map_or("", |(_, value)| value)
}

/// A cell's values on these axes. A switch is nothing without its name.
pub(super) fn label(cell: &AboutCell, axes: &[usize]) -> String {
    let words = axes.iter().filter_map(|axis| cell.axes.get(*axis)).map(|(axis, value)| match value.as_str() {
        "on" | "off" | "true" | "false" => format!("{axis} {value}"),
        text if text.parse::<f64>().is_ok() => format!("{axis} {value}"),
        _ => value.clone(),
    });
    let words = words.collect::<Vec<_>>().join(", ");
    if words.is_empty() { cell.cell.clone() } else { words }
}

/// A text with at most so many letters.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).collect::<String>() + "…"
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;

    use super::*;
    use crate::about::About;
    use crate::sample;

    fn cast(about: &About) -> Cast {
        Cast::of(&Summary::of(about, &[], Utf8Path::new("store"), None))
    }

    #[test]
    fn few_cells_have_a_look_each() {
        let cast = cast(&sample::about(1));
        assert_eq!(cast.labels[1], "grid, relay-to-master on");
        assert_eq!((cast.looks, cast.axis), ((0..6).collect(), None));
    }

    #[test]
    fn what_all_cells_have_in_common_is_not_said() {
        let mut about = sample::about(1);
        about.cells.retain(|cell| cell.cell.contains("on"));
        about.cells.retain(|cell| !cell.cell.contains("off"));
        assert_eq!(cast(&about).labels, ["grid", "star", "n12-tree"]);
        about.cells.truncate(1);
        assert_eq!(cast(&about).labels, ["topology=grid,relay-to-master=on"]);
    }

    #[test]
    fn many_cells_share_a_look_by_their_value_on_an_axis() {
        let mut about = sample::about(1);
        about.cells.extend(about.cells.clone());
        let cast = cast(&about);
        assert_eq!(
            (cast.axis.as_deref(), cast.names),
            (Some("topology"), ["grid", "star", "n12-tree"].map(Into::into).into())
        );
        assert_eq!(cast.looks, [0, 0, 1, 1, 2, 2].repeat(2));
    }

    #[test]
    fn a_long_text_is_cut_at_a_letter() {
        assert_eq!((cut("ähnlich", 7), cut("ähnlich", 4)), ("ähnlich".into(), "ähn…".into()));
    }

    #[test]
    fn every_look_has_its_own_shape() {
        let shapes: std::collections::BTreeSet<String> = (0..LOOKS).map(|look| mark(look, 0.0, 0.0, 4.0)).collect();
        assert_eq!(shapes.len(), LOOKS);
    }
}
