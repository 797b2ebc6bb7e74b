//! The space-time diagram: a line for each node, time to the right, an arrow for each message, and what was broken.

use maud::{Markup, html};
use protocol::{Address, Duration, Time};

use super::fault::Fault;
use super::life::{End, Life, Message, Sight, margin};
use super::svg::{AGAIN, ANSWER, FIRST, LOST, Part, Px, WIDTH, cross, nothing};

/// Where things lie.
struct Frame<'a> {
    life: &'a Life,
    begin: Time,
    end: Time,
    /// The height of a node's line.
    row: f64,
    /// Where the first node's line is: above it are the faults, and the clients' line.
    top: f64,
}

const LEFT: f64 = 64.0;
const RIGHT: f64 = 24.0;
/// The height of a fault's bar.
const LANE: f64 = 16.0;
const ROW_MAX: f64 = 22.0;
const ROW_MIN: f64 = 3.0;
/// So high may all lines together be, if they need not be thinner than the thinnest.
const ROWS: f64 = 1_400.0;
/// The room that a name or a number needs.
const TEXT: f64 = 12.0;

/// The diagram.
pub(super) fn diagram(life: &Life) -> Part {
    let span = margin(life.end().since(life.invoked));
    let frame = Frame {
        life,
        // Some room before the beginning, where faults may be that were there before.
        begin: Time::from_nanos(life.invoked.as_nanos().saturating_sub(span.as_nanos() / 2)),
        end: life.end() + span,
        row: (ROWS / life.names.len() as f64).clamp(ROW_MIN, ROW_MAX),
        top: LANE * life.faults.len() as f64 + 2.0 * ROW_MAX,
    };
    let drawing = html! {
        @for (lane, fault) in life.faults.iter().enumerate() { (frame.fault(lane, fault)) }
        (frame.axis())
        (frame.lines())
        // What matters most is drawn last.
        @for is_wanted in [is_answer, is_again, is_lost, Message::is_first, is_under_way] {
            @for message in life.messages.iter().filter(|message| is_wanted(message)) { (frame.arrow(message)) }
        }
    };
    Part { drawing, height: frame.bottom() + 24.0 }
}

const fn is_answer(message: &Message) -> bool {
    matches!(message.sight(), Some(Sight::Answer))
}

const fn is_again(message: &Message) -> bool {
    matches!(message.sight(), Some(Sight::Again))
}

const fn is_lost(message: &Message) -> bool {
    matches!(message.end, End::Lost { .. })
}

const fn is_under_way(message: &Message) -> bool {
    matches!(message.end, End::UnderWay)
}

impl Frame<'_> {
    fn x(&self, time: Time) -> f64 {
        let whole = self.end.since(self.begin).as_secs_f64();
        let share = time.min(self.end).since(self.begin).as_secs_f64() / whole;
        LEFT + share * (WIDTH - LEFT - RIGHT)
    }

    fn y(&self, address: Address) -> f64 {
        // Clients are all on one line above the nodes.
        address.as_node().map_or(self.top - ROW_MAX, |node| self.top + f64::from(node) * self.row)
    }

    fn bottom(&self) -> f64 {
        self.top + (self.life.names.len() as f64 - 0.5) * self.row
    }

    /// The time axis: a line every so often, and the milliseconds since the client asked.
    fn axis(&self) -> Markup {
        let step = step(self.end.since(self.life.invoked));
        let ticks = (0..).map(|k| self.life.invoked + step * k).take_while(|&tick| tick < self.end);
        let (above, below) = (Px(self.top - ROW_MAX - 6.0), Px(self.bottom()));
        html! {
            @for tick in ticks {
                line x1=(Px(self.x(tick))) x2=(Px(self.x(tick))) y1=(above) y2=(below) stroke="#eceff2" {}
                text x=(Px(self.x(tick))) y=(Px(self.bottom() + TEXT)) text-anchor="middle" fill="#777" font-size="10" {
                    (self.life.millis(tick)) " ms"
                }
            }
        }
    }

    /// The lines of clients and nodes, thick where a node holds the value.
    fn lines(&self) -> Markup {
        let clients = self.y(Address::client(0));
        html! {
            text x=(Px(LEFT - 8.0)) y=(Px(clients + 4.0)) text-anchor="end" fill="#777" { "client" }
            line x1=(LEFT) x2=(Px(WIDTH - RIGHT)) y1=(Px(clients)) y2=(Px(clients)) stroke="#d5dae0" stroke-dasharray="2 3" {}
            @for (node, name) in (0..).zip(&self.life.names) {
                @let y = Px(self.y(Address::node(node)));
                @if self.is_named(node) {
                    text x=(Px(LEFT - 8.0)) y=(Px(y.0 + 4.0)) text-anchor="end" { (name) }
                }
                line x1=(LEFT) x2=(Px(WIDTH - RIGHT)) y1=(y) y2=(y) stroke="#d5dae0" {}
                @for (from, to) in self.held(node) {
                    line x1=(Px(self.x(from))) x2=(Px(self.x(to))) y1=(y) y2=(y) stroke=(FIRST) stroke-opacity="0.4" stroke-width=(Px((self.row / 5.0).clamp(1.0, 3.0))) {}
                }
            }
        }
    }

    /// Whether there is room for a node's name, the one above it having had its turn.
    fn is_named(&self, node: u32) -> bool {
        let line = |node: u32| (f64::from(node) * self.row / TEXT).floor();
        node.checked_sub(1).is_none_or(|above| line(node) > line(above))
    }

    /// When a node held the value: from each first sight to its death or the end.
    fn held(&self, node: u32) -> Vec<(Time, Time)> {
        let life = self.life;
        let is_hit = |fault: &&Fault| fault.what.starts_with("crash") && fault.victims.contains(&node);
        let death = |since: Time| life.faults.iter().filter(is_hit).map(|fault| fault.begun).find(|&at| at >= since);
        let sights = life.messages.iter().filter(|message| message.is_first() && message.dest == Address::node(node));
        sights.filter_map(Message::over).map(|at| (at, death(at).unwrap_or(self.end))).collect()
    }

    /// A bar that names what was broken, and a shade over where it was.
    fn fault(&self, lane: usize, fault: &Fault) -> Markup {
        let colour = colour(&fault.what);
        let (from, to) = (self.x(fault.begun.max(self.begin)), self.x(fault.ended.unwrap_or(self.end)));
        let (x, width) = (Px(from), Px((to - from).max(1.0)));
        let y = LANE * lane as f64;
        let label = if fault.ended.is_some() { fault.what.clone() } else { format!("{}, not ended", fault.what) };
        html! {
            rect x=(x) y=(Px(y)) width=(width) height=(Px(LANE - 3.0)) rx="2" fill=(colour) fill-opacity="0.35" {}
            text x=(Px((from + 4.0).min(WIDTH - 160.0))) y=(Px(y + 10.0)) font-size="10" fill="#333" { (label) }
            @if fault.victims.is_empty() {
                rect x=(x) y=(Px(self.top - self.row / 2.0)) width=(width) height=(Px(self.bottom() - self.top + self.row / 2.0)) fill=(colour) fill-opacity="0.07" {}
            }
            @for node in &fault.victims {
                rect x=(x) y=(Px(self.y(Address::node(*node)) - self.row / 2.0)) width=(width) height=(Px(self.row)) fill=(colour) fill-opacity="0.2" {}
            }
        }
    }

    fn arrow(&self, message: &Message) -> Markup {
        let (x1, y1) = (self.x(message.sent), self.y(message.src));
        let (at, y2) = (message.over().unwrap_or(self.end), self.y(message.dest));
        let line = |x2: f64, y2: f64, colour: &str, width: &str, head: Option<&str>, dash: Option<&str>| {
            let marker = head.map(|head| format!("url(#{head})"));
            html! {
                line x1=(Px(x1)) y1=(Px(y1)) x2=(Px(x2)) y2=(Px(y2)) stroke=(colour) stroke-width=(width) marker-end=[marker] stroke-dasharray=[dash] {}
            }
        };
        match message.end {
            End::Arrived { sight: Sight::First | Sight::Regained, .. } => html! {
                (line(self.x(at), y2, FIRST, "1.5", Some("first"), None))
                circle cx=(Px(self.x(at))) cy=(Px(y2)) r=(Px((self.row / 8.0).clamp(0.8, 2.4))) fill=(FIRST) {}
            },
            End::Arrived { sight: Sight::Again, .. } => line(self.x(at), y2, AGAIN, "1", Some("again"), None),
            End::Arrived { sight: Sight::Answer, .. } => {
                line(self.x(at), y2, ANSWER, "0.8", Some("answer"), Some("3 2"))
            }
            End::Lost { .. } if !message.is_carrier() && message.src.is_client() => nothing(),
            End::Lost { .. } => {
                // Lost by chance it never leaves: some slope shows whose it was.
                let x2 = self.x(at).max(x1 + 6.0);
                let (x2, y2) = (x1 + (x2 - x1) * 0.85, y1 + (y2 - y1) * 0.85);
                let colour = if message.is_carrier() { LOST } else { "#dba39d" };
                html! { (line(x2, y2, colour, "1", None, Some("4 2"))) (cross(x2, y2)) }
            }
            End::UnderWay => line(self.x(self.end), y1 + (y2 - y1) * 0.6, AGAIN, "1", None, Some("1 3")),
        }
    }
}

fn colour(what: &str) -> &'static str {
    match what.split(['=', ' ']).next().unwrap_or_default() {
        "crash" => "#444b54",
        "pause" => "#d9a441",
        "one-way" | "partition" => "#c0392b",
        _ => "#7d5fb2",
    }
}

/// A round span of which about eight make the whole.
fn step(whole: Duration) -> Duration {
    let eighth = (whole.as_nanos() / 8).max(1);
    let power = 10_u64.pow(eighth.ilog10());
    let round = [1, 2, 5, 10].into_iter().map(|digit| digit * power).find(|&round| round >= eighth);
    Duration::from_nanos(round.unwrap_or(power * 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round() {
        let steps = [8, 500, 601, 4_000, 9_000].map(|millis| step(Duration::from_millis(millis)).as_millis());
        assert_eq!(steps, [1, 100, 100, 500, 2_000]);
    }

    #[test]
    fn every_fault_has_a_colour_of_its_kind() {
        assert_eq!(colour("partition (majority)"), colour("one-way (deaf)"));
        assert_ne!(colour("crash=1"), colour("pause=1"));
        assert_eq!(colour("loss=5%"), colour("slow=5"));
    }
}
