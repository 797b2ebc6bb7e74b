//! Whether the master still answers, and who leads while it does not.
//!
//! All nodes know the same *line* of candidates: the centre first, then leaves, then the rest. A node's master is the first in line that it
//! does not believe silent; a node that comes first itself leads. There is no vote: each node decides by what it hears, and all that
//! hear the same decide the same. Two masters at once send more than one would, and lose nothing, since whoever changes its master hands all it
//! holds to the new one.
//!
//! - **Silence.** A node that has not heard its master for [`QUIET`] (or for a window), although values came in, asks it: [`Peer::Ping`]. It
//!   asks three times within a timeout, and when nothing at all has come from the master by the end of it, the master is silent.
//!   Where the master talks all the time nobody asks, and where nothing happens neither: one question for each lull. (Two if the first
//!   comes so soon after a value that the master may have answered it and be gone before it has passed the value on.)
//!   And everybody asks once at the beginning, to know how long an answer takes.
//! - **Return.** Whoever is believed silent is asked again every two seconds. Anything that is heard from it makes it a candidate again.
//! - **Oversleeping.** A node that comes to judge its master much too late was itself stopped, and asks anew.
//!
//! Absent: what a change of master does ([`crate::Node`]), and links.

use protocol::{Address, Body, Duration, MessageId, Outbox, Time};

use crate::link::{Ends, Link};
use crate::topology::Cluster;
use crate::{Config, Peer, RoundTrip, jitter};

/// How long a node hears nothing from its master before it asks, unless a window is as long.
const QUIET: Duration = Duration::from_millis(500);

/// How often a node asks before it judges.
const QUESTIONS: usize = 3;

/// Who judges so much later than it wanted was asleep.
const OVERSLEPT: Duration = Duration::from_millis(500);

/// A node's opinion of its masters.
#[derive(Clone, Debug)]
pub(crate) struct Watch {
    me: u32,
    /// The candidates. Those before `place` are believed silent.
    line: Vec<u32>,
    place: usize,
    /// When each of the silent is asked again.
    again: Vec<Time>,
    quiet: Duration,
    /// When the master was heard last.
    heard: Time,
    /// Something is expected of the master, until it answers a question that was asked then or later.
    expects: Option<Time>,
    /// What the master was asked since it was heard last: by number, and when.
    questions: Vec<(MessageId, Time)>,
    /// The last question, though the master was heard since: its answer measures.
    last_question: Option<(MessageId, Time)>,
    next_id: MessageId,
    round_trip: RoundTrip,
}

impl Watch {
    pub(crate) fn new(config: Config, nodes: u32, me: u32, now: Time) -> Self {
        Self {
            me,
            line: line(config, nodes),
            place: 0,
            again: Vec::new(),
            quiet: QUIET.max(config.windows.down + QUIET / 5),
            heard: now,
            expects: None,
            questions: Vec::new(),
            last_question: None,
            next_id: 0,
            round_trip: RoundTrip::ASSUMED,
        }
    }

    /// The master, as far as this node knows.
    pub(crate) fn master(&self) -> u32 {
        self.line[self.place]
    }

    /// All nodes are there: how long the master takes to answer has to be known before the first time it does not.
    pub(crate) const fn begin(&mut self, now: Time) {
        self.expects = Some(now);
    }

    /// Values have come in. A master that answers at once may be gone before it has passed them on.
    pub(crate) fn stir(&mut self, now: Time) {
        self.expects = Some(now + self.quiet);
    }

    /// Another node has said something.
    pub(crate) fn hear(&mut self, now: Time, source: Address, body: &Body<Peer>) {
        let Some(number) = source.as_node() else { return };
        let returned = self.line[..self.place].iter().position(|&silent| silent == number);
        if let Body::Peer(Peer::Pong { in_reply_to }) = body {
            self.expects.take_if(|expected| micros(*expected) <= *in_reply_to);
            match self.last_question.take_if(|(id, _)| id == in_reply_to) {
                Some((_, asked)) if returned.is_none() => self.round_trip.measured(now.since(asked)),
                _ if returned.is_some() => self.round_trip.doubt(),
                _ => {}
            }
        }
        if let Some(place) = returned {
            self.place = place;
            self.again.truncate(place);
        } else if number != self.master() {
            return;
        }
        self.heard = now;
        self.questions.clear();
    }

    /// Asks whoever has to be asked, and judges.
    pub(crate) fn on_wake(&mut self, now: Time, out: &mut Outbox<Peer>) {
        for place in 0..self.place {
            if self.again[place] <= now {
                self.again[place] = now + self.later(self.line[place]);
                self.ask(now, self.line[place], out);
            }
        }
        if self.due_of_master() > now {
            return;
        }
        if let Some(judged) = self.judged_at().filter(|&judged| judged <= now) {
            self.questions.clear();
            if now.since(judged) <= OVERSLEPT {
                self.again.push(now + self.later(self.master()));
                self.place += 1;
                self.heard = now;
                return;
            }
        }
        if self.questions.len() < QUESTIONS && self.me != self.master() {
            let id = self.ask(now, self.master(), out);
            self.questions.push((id, now));
            self.last_question = Some((id, now));
        }
    }

    /// When it wants to be woken.
    pub(crate) fn due(&self) -> Time {
        self.again.iter().copied().fold(self.due_of_master(), Time::min)
    }

    fn due_of_master(&self) -> Time {
        if self.me == self.master() {
            return Time::MAX;
        }
        match (self.questions.last(), self.judged_at()) {
            (Some(&(_, asked)), Some(judged)) if self.questions.len() < QUESTIONS => {
                judged.min(asked + self.timeout() / 3)
            }
            (_, Some(judged)) => judged,
            // How long answers take has to be known before one does not come.
            _ if self.expects.is_some() && !self.round_trip.is_measured() && self.last_question.is_none() => self.heard,
            _ if self.expects.is_some() => self.heard + self.quiet,
            _ => Time::MAX,
        }
    }

    /// When the master has not answered for too long.
    fn judged_at(&self) -> Option<Time> {
        self.questions.first().map(|&(_, asked)| asked + self.timeout())
    }

    fn timeout(&self) -> Duration {
        self.round_trip.doubted_timeout()
    }

    /// A question's number is the time at which it is asked.
    fn ask(&mut self, now: Time, node: u32, out: &mut Outbox<Peer>) -> MessageId {
        let msg_id = self.next_id.max(micros(now));
        self.next_id = msg_id + 1;
        out.tell(Address::node(node), Peer::Ping { msg_id });
        msg_id
    }

    /// The wait until a silent node is asked again, a little different for everybody.
    fn later(&self, node: u32) -> Duration {
        let ends = Ends { source: Address::node(self.me), target: Address::node(node) };
        Link::FARTHEST_PROBE
            + jitter::of(Link::FARTHEST_PROBE, ends, u8::try_from(self.next_id % 16).unwrap_or_default())
    }
}

const fn micros(time: Time) -> MessageId {
    time.as_nanos() / 1_000
}

/// The centre, then those with the fewest children, by number: whoever leads changes places with the centre, and a place
/// where nobody depends on a node is a good one for a node that is silent.
fn line(config: Config, nodes: u32) -> Vec<u32> {
    let cluster = Cluster::new(nodes);
    let children = |node| config.topology.children(cluster, node).len();
    let mut line: Vec<(bool, usize, u32)> =
        (0..nodes).map(|node| (node != cluster.root(), children(node), node)).collect();
    line.sort_unstable();
    line.into_iter().map(|(_, _, node)| node).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Time {
        Time::ZERO + Duration::from_millis(millis)
    }

    fn watch(me: u32) -> Watch {
        Watch::new(Config::named(&["topology-star", "master-dynamic"]).unwrap(), 5, me, at(0))
    }

    /// Wakes it whenever it is due; when it asked whom.
    fn asked_until(watch: &mut Watch, millis: u64) -> Vec<(u64, Address)> {
        let mut out = Outbox::new();
        let mut asked = Vec::new();
        while watch.due() <= at(millis) {
            let now = watch.due();
            watch.on_wake(now, &mut out);
            asked.extend(out.drain().map(|(dest, _)| (now.since(Time::ZERO).as_millis(), dest)));
        }
        asked
    }

    /// The answer to what was asked at a time.
    fn answer(watch: &mut Watch, millis: u64, source: u32, asked: u64) {
        let in_reply_to = micros(at(asked));
        watch.hear(at(millis), Address::node(source), &Body::Peer(Peer::Pong { in_reply_to }));
    }

    const HUB: Address = Address::node(1);

    #[test]
    fn the_centre_comes_first_and_then_leaves() {
        assert_eq!(watch(0).line, [1, 0, 2, 3, 4]);
        let tree = Config::named(&["topology-n12-tree", "master-dynamic"]).unwrap();
        assert_eq!(line(tree, 25)[..4], [12, 0, 4, 5]);
    }

    #[test]
    fn nobody_asks_where_nothing_happens_or_the_master_talks() {
        let mut watch = watch(3);
        assert_eq!(asked_until(&mut watch, 50_000), []);
        watch.begin(at(0));
        assert_eq!(asked_until(&mut watch, 100), [(0, HUB)], "to know how long it takes");
        answer(&mut watch, 200, 1, 0);
        assert_eq!(asked_until(&mut watch, 60_000), []);
        watch.heard = at(60_000);
        for k in 0..100 {
            watch.hear(at(60_000 + k * 400), HUB, &Body::Peer(Peer::Ack { in_reply_to: 0 }));
            watch.stir(at(60_000 + k * 400));
            assert_eq!(asked_until(&mut watch, 60_000 + k * 400 + 399), []);
        }
        assert_eq!(asked_until(&mut watch, 100_200), [(100_100, HUB)]);
        answer(&mut watch, 100_300, 1, 100_100);
        assert_eq!(asked_until(&mut watch, 160_000), [], "one question for each lull");
    }

    #[test]
    fn a_master_that_does_not_answer_is_silent_until_it_is_heard_again() {
        let mut watch = watch(3);
        watch.begin(at(0));
        assert_eq!(asked_until(&mut watch, 100), [(0, HUB)]);
        answer(&mut watch, 200, 1, 0);
        watch.stir(at(200));
        let asked = asked_until(&mut watch, 1_699);
        assert_eq!(asked, [(700, HUB), (1_033, HUB), (1_366, HUB)]);
        assert_eq!(watch.master(), 1);
        assert_eq!(asked_until(&mut watch, 1_700), []);
        assert_eq!(watch.master(), 0, "the first leaf");
        watch.hear(at(1_800), Address::node(0), &Body::Peer(Peer::Ack { in_reply_to: 0 }));
        let asked = asked_until(&mut watch, 6_900);
        assert!(asked.iter().filter(|(_, node)| *node == HUB).count() == 2, "{asked:?}");
        watch.hear(at(7_000), HUB, &Body::Peer(Peer::Ack { in_reply_to: 9 }));
        assert_eq!(watch.master(), 1);
        assert_eq!(watch.again, []);
    }

    #[test]
    fn who_comes_first_of_those_that_are_left_leads_and_goes_on_asking() {
        let mut watch = watch(0);
        watch.stir(at(0));
        asked_until(&mut watch, 4_000);
        assert_eq!(watch.master(), 0);
        let asked = asked_until(&mut watch, 20_000);
        assert!((6..=9).contains(&asked.len()) && asked.iter().all(|(_, node)| *node == HUB), "{asked:?}");
    }

    #[test]
    fn an_answer_to_a_question_that_came_with_a_value_says_nothing_of_the_value() {
        let mut watch = watch(3);
        watch.begin(at(0));
        asked_until(&mut watch, 100);
        answer(&mut watch, 4_500, 1, 0);
        watch.stir(at(5_000));
        assert_eq!(asked_until(&mut watch, 5_100), [(5_000, HUB)], "it was not heard for long");
        answer(&mut watch, 5_200, 1, 5_000);
        assert_eq!(asked_until(&mut watch, 5_750), [(5_700, HUB)], "whether it is still there");
        answer(&mut watch, 5_900, 1, 5_700);
        assert_eq!(asked_until(&mut watch, 60_000), []);
    }

    #[test]
    fn who_was_asleep_does_not_judge() {
        let mut watch = watch(3);
        watch.stir(at(0));
        let mut out = Outbox::new();
        watch.on_wake(at(0), &mut out);
        watch.on_wake(at(9_000), &mut out);
        assert_eq!(watch.master(), 1);
        assert_eq!(watch.questions, [(9_000_000, at(9_000))], "it asks anew");
    }

    #[test]
    fn an_answer_that_comes_too_late_makes_the_next_wait_longer() {
        let mut watch = watch(3);
        watch.stir(at(0));
        asked_until(&mut watch, 3_600);
        assert_eq!(watch.master(), 0, "after 3 s without a measurement");
        answer(&mut watch, 3_700, 1, 0);
        assert_eq!((watch.master(), watch.timeout()), (1, Duration::from_secs(4)));
    }
}
