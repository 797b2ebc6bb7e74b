//! The binary as Maelstrom meets it: a process with three streams.
#![expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "a process is what is tested")]

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

/// Longer than any answer takes on any machine; what is waited for here comes in milliseconds, or 3 s for the one timeout.
const PATIENCE: Duration = Duration::from_mins(1);

struct Node {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl Node {
    fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_node"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stdin = child.stdin.take();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { child, stdin, lines }
    }

    fn write(&mut self, bytes: &[u8]) {
        let stdin = self.stdin.as_mut().unwrap();
        stdin.write_all(bytes).unwrap();
        stdin.write_all(b"\n").unwrap();
    }

    fn ask(&mut self, body: &Value) -> Value {
        self.write(json!({ "id": 5, "src": "c1", "dest": "n1", "body": body }).to_string().as_bytes());
        let reply = self.hear();
        assert_eq!((&reply["src"], &reply["dest"]), (&json!("n1"), &json!("c1")));
        reply["body"].clone()
    }

    fn hear(&self) -> Value {
        let line = self.lines.recv_timeout(PATIENCE).expect("the node says something");
        serde_json::from_str(&line).unwrap()
    }

    fn init(&mut self) {
        let body = json!({ "type": "init", "node_id": "n1", "node_ids": ["n0", "n1"], "msg_id": 1 });
        assert_eq!(self.ask(&body), json!({ "type": "init_ok", "in_reply_to": 1 }));
        let body = json!({ "type": "topology", "topology": {}, "msg_id": 1 });
        assert_eq!(self.ask(&body), json!({ "type": "topology_ok", "in_reply_to": 1 }));
    }

    /// Ends the input, and waits for the process; its whole log.
    fn finish(mut self) -> String {
        drop(self.stdin.take());
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}: {log}");
        assert_eq!(self.lines.recv_timeout(PATIENCE).ok(), None, "nothing is said that nobody waited for");
        log
    }
}

#[test]
fn a_conversation() {
    let mut node = Node::start();
    assert_eq!(node.ask(&json!({ "type": "read", "msg_id": 9 }))["code"], 11, "before `init`");
    node.init();
    let topology = json!({ "type": "topology", "topology": { "n0": ["n1"], "n1": ["n0"] }, "msg_id": 2 });
    assert_eq!(node.ask(&topology), json!({ "type": "topology_ok", "in_reply_to": 2 }));
    let echo = json!({ "type": "echo", "echo": ["said", 1.5], "msg_id": 3 });
    assert_eq!(node.ask(&echo), json!({ "type": "echo_ok", "echo": ["said", 1.5], "in_reply_to": 3 }));
    let broadcast = json!({ "type": "broadcast", "message": 7, "msg_id": 4 });
    assert_eq!(node.ask(&broadcast), json!({ "type": "broadcast_ok", "in_reply_to": 4 }));
    let told = node.hear();
    assert_eq!((&told["src"], &told["dest"], &told["body"]["message"]), (&json!("n1"), &json!("n0"), &json!(7)));
    let acknowledgement = json!({ "type": "ack", "in_reply_to": told["body"]["msg_id"] });
    node.write(json!({ "src": "n0", "dest": "n1", "body": acknowledgement }).to_string().as_bytes());
    assert_eq!(
        node.ask(&json!({ "type": "read", "msg_id": 5 })),
        json!({ "type": "read_ok", "messages": [7], "in_reply_to": 5 })
    );
    let log = node.finish();
    let config = node::Config::from_features().unwrap();
    assert!(log.contains(&format!("built with {config}")), "{log}");
    assert!(log.contains(&format!("n1 is a follower ({config})")), "{log}");
}

#[test]
fn what_is_no_message_is_logged_and_answered_where_somebody_asked() {
    let mut node = Node::start();
    node.init();
    node.write(b"garbage");
    node.write(b"");
    node.write(b"\xff\xfe");
    node.write(br#"{"src":"c1"}"#);
    assert_eq!(node.ask(&json!({ "type": "compare_and_swap", "msg_id": 6 }))["code"], 10);
    assert_eq!(node.ask(&json!({ "type": "broadcast", "message": "seven", "msg_id": 7 }))["code"], 12);
    assert_eq!(node.ask(&json!({ "type": "read", "msg_id": 8 }))["messages"], json!([]));
    let log = node.finish();
    for line in ["`garbage`", "``", "compare_and_swap", "broadcast"] {
        assert!(log.contains(line), "no `{line}` in: {log}");
    }
}

#[test]
fn many_lines_at_once_are_all_answered_in_order() {
    let mut node = Node::start();
    node.init();
    let lines: Vec<String> = (0..5_000)
        .map(|id| {
            json!({ "src": "c1", "dest": "n1", "body": { "type": "echo", "echo": id, "msg_id": id } }).to_string()
        })
        .collect();
    let mut stdin = node.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all((lines.join("\n") + "\n").as_bytes()).unwrap());
    for id in 0..5_000 {
        assert_eq!(node.hear()["body"], json!({ "type": "echo_ok", "echo": id, "in_reply_to": id }));
    }
    writer.join().unwrap();
    node.finish();
}

#[test]
fn what_is_not_acknowledged_is_repeated_by_the_clock() {
    let mut node = Node::start();
    node.init();
    node.ask(&json!({ "type": "broadcast", "message": 7, "msg_id": 2 }));
    let told = node.hear();
    assert_eq!(node.hear(), told);
    node.finish();
}

#[test]
fn a_reader_that_has_gone_is_no_error() {
    let mut child =
        Command::new(env!("CARGO_BIN_EXE_node")).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().unwrap();
    let line = br#"{"src":"c1","dest":"n1","body":{"type":"read","msg_id":1}}"#;
    stdin.write_all(line).unwrap();
    stdin.write_all(b"\n").unwrap();
    // The input stays open: the node ends of its own accord.
    assert!(child.wait().unwrap().success());
    drop(stdin);
}

#[test]
fn a_log_that_nobody_keeps_is_no_error() {
    let mut node = Node::start();
    drop(node.child.stderr.take());
    node.init();
    node.write(b"garbage");
    assert_eq!(node.ask(&json!({ "type": "read", "msg_id": 2 }))["type"], "read_ok");
    drop(node.stdin.take());
    assert!(node.child.wait().unwrap().success());
}
