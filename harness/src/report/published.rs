//! What others have published, as a list: who, how, and the figures.

use maud::{Markup, html};

use super::plot::number;
use crate::frontier::{FiguresOf, PUBLISHED};

pub(super) fn list() -> Markup {
    html! {
        details {
            summary { "The " (PUBLISHED.len()) " published results and their sources" }
            div.wide { table {
                thead { tr { th.number { "#" } th.number { "msgs/op" } th.number { "median" } th.number { "max" } th { "how" } th { "who" } } }
                tbody { @for (place, one) in PUBLISHED.iter().enumerate() {
                    tr {
                        td.number { (place + 1) }
                        td.number { (number(one.msgs_per_op)) }
                        td.number { (number(one.latency_ms.0)) }
                        td.number { (number(one.latency_ms.1)) }
                        td { (one.method) }
                        td { (one.source) @if one.figures == FiguresOf::Measured { " (their program, measured by this project)" } }
                    }
                } }
            } }
            p.muted {
                "Challenges 3d and 3e: 25 nodes, 100 ms a hop, 100 operations a second, real Maelstrom. Their authors' figures; not \
                 all say whether the messages of clients are counted in, which makes two an operation."
            }
        }
    }
}
