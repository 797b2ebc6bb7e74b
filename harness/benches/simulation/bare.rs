//! The same nodes under next to nothing: one queue for all messages, since every latency is the same, and none of Maelstrom's
//! rules. What the engine costs beyond this is what its rules cost.
//!
//! Absent: receivers that hold messages, clients that wait, a journal, a history, random numbers, names.

use std::collections::{BTreeSet, VecDeque};

use engine::Options;
use node::{Broadcaster, Config};
use protocol::{Address, Body, Duration, Machine, Message, Outbox, Request, Time};

type Peer = <Broadcaster as Machine>::Peer;

/// Gives every broadcast of a test to the nodes in turn, at even intervals, and delivers until nothing is left. How many
/// messages were delivered, clients' included.
pub(crate) fn run(options: &Options, features: &[&str]) -> u64 {
    let config = Config::named(features).expect("features of the node");
    let nodes = options.node_count();
    let mut machines: Vec<Broadcaster> = (0..nodes).map(|_| Broadcaster::new(config)).collect();
    let mut out = Outbox::new();
    for (node, machine) in (0..nodes).zip(&mut machines) {
        let init = Body::Request { id: 0, request: Request::Init { node, nodes } };
        machine.on_message(Time::ZERO, Address::client(node), &init, &mut out);
    }
    out.drain().for_each(drop);
    let latency = Duration::from_millis(options.latency.mean_ms);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number of operations")]
    let broadcasts = (options.time_limit.as_secs_f64() * options.rate / 2.0) as u32;
    let interval = options.time_limit / u64::from(broadcasts);
    let mut under_way: VecDeque<(Time, Message<Peer>)> = VecDeque::new();
    let mut wakes: BTreeSet<(Time, u32)> = BTreeSet::new();
    let mut alarms = vec![Time::MAX; nodes as usize];
    let (mut delivered, mut asked) = (0, 0);
    loop {
        let ask = if asked < broadcasts { Time::ZERO + interval * u64::from(asked) } else { Time::MAX };
        let due = under_way.front().map_or(Time::MAX, |(due, _)| *due);
        let wake = wakes.first().map_or(Time::MAX, |(wake, _)| *wake);
        let now = ask.min(due).min(wake);
        if now == Time::MAX {
            return delivered;
        }
        let node = if now == due {
            let (_, Message { src, dest, body }) = under_way.pop_front().expect("it is due");
            let Some(node) = dest.as_node() else { continue };
            out.speaks(dest);
            machines[node as usize].on_message(now, src, &body, &mut out);
            delivered += 1;
            node
        } else if now == ask {
            let node = asked % nodes;
            let request = Request::Broadcast { message: asked.into() };
            out.speaks(Address::node(node));
            machines[node as usize].on_message(now, Address::client(0), &Body::Request { id: 1, request }, &mut out);
            asked += 1;
            delivered += 2;
            node
        } else {
            let (_, node) = wakes.pop_first().expect("it is due");
            if alarms[node as usize] == now {
                alarms[node as usize] = Time::MAX;
                out.speaks(Address::node(node));
                machines[node as usize].on_wake(now, &mut out);
            }
            node
        };
        let to_nodes = out.drain_messages().filter(|message| message.dest.as_node().is_some());
        under_way.extend(to_nodes.map(|message| (now + latency, message)));
        let alarm = &mut alarms[node as usize];
        if let Some(wake) = machines[node as usize].next_wake().filter(|wake| wake < alarm) {
            *alarm = wake;
            wakes.insert((wake, node));
        }
    }
}
