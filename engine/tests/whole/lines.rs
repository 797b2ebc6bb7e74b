//! A test with nodes that read and write lines, stepped as a driver with processes does, under a clock that jumps.

use std::collections::BTreeSet;

use engine::json::{JsonBody, Line};
use engine::{Event, Options, Run, Test};
use protocol::Time;
use serde_json::{Value as Json, json};

/// What a node says to one message: pairs of destination and body.
pub(crate) type Node = Box<dyn FnMut(&str, &Json) -> Vec<(String, Json)>>;

/// Runs a test to its end. Nodes answer at once: processing is free.
pub(crate) fn run(options: &Options, mut nodes: Vec<Node>) -> (Run, Time) {
    let mut test = Test::<JsonBody>::new(options.clone());
    let directory = test.directory().clone();
    let (mut now, mut lines) = (Time::ZERO, Vec::new());
    test.begin(now);
    loop {
        let mut any = false;
        test.on_wake(now, |event| {
            any = true;
            let Event::Delivery(delivery) = event else { return };
            let src = directory.name(delivery.src);
            let me = &options.nodes[delivery.node as usize];
            let body: Json = serde_json::from_str(delivery.body.text()).unwrap();
            for (dest, body) in nodes[delivery.node as usize](&src, &body) {
                lines.push((delivery.node, json!({ "src": me, "dest": dest, "body": body }).to_string()));
            }
        });
        for (node, line) in lines.drain(..) {
            match Line::read(&line, &directory) {
                Ok(line) => test.on_message(now, node, line.src, line.dest, line.body),
                Err(error) => test.on_bad_line(node, &line, error),
            }
        }
        if !any {
            match test.next_wake() {
                Some(wake) => now = wake,
                None => return (test.finish(), now),
            }
        }
    }
}

/// Maelstrom's own example: floods over the offered topology, never back to the sender, without acknowledgements.
pub(crate) fn flood() -> Node {
    let (mut neighbours, mut me, mut seen) = (Vec::new(), String::new(), BTreeSet::new());
    Box::new(move |src, body| {
        let reply = |kind: &str| json!({ "type": kind, "in_reply_to": body["msg_id"] });
        let mut out = Vec::new();
        match body["type"].as_str().unwrap() {
            "init" => {
                body["node_id"].as_str().unwrap().clone_into(&mut me);
                out.push((src.to_owned(), reply("init_ok")));
            }
            "topology" => {
                let list = body["topology"][&me].as_array().unwrap();
                neighbours = list.iter().map(|name| name.as_str().unwrap().to_owned()).collect();
                out.push((src.to_owned(), reply("topology_ok")));
            }
            "broadcast" => {
                if body["msg_id"].is_u64() {
                    out.push((src.to_owned(), reply("broadcast_ok")));
                }
                if seen.insert(body["message"].as_i64().unwrap()) {
                    let gossip = json!({ "type": "broadcast", "message": body["message"] });
                    out.extend(
                        neighbours.iter().filter(|name| *name != src).map(|name| (name.clone(), gossip.clone())),
                    );
                }
            }
            "read" => {
                let mut reply = reply("read_ok");
                reply["messages"] = json!(seen);
                out.push((src.to_owned(), reply));
            }
            other => panic!("a `{other}`"),
        }
        out
    })
}

pub(crate) fn floods(count: u32) -> Vec<Node> {
    (0..count).map(|_| flood()).collect()
}
