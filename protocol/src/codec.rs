//! Messages as lines of JSON, the way Maelstrom sends and expects them: `{"src":…,"dest":…,"body":{"type":…,…}}`.
//!
//! Reading is tolerant where Maelstrom is: an envelope may carry an `id`, which every message that Maelstrom delivers does.
//! What cannot be understood comes back as a [`DecodeError`] that knows how to answer, where there is somebody to answer to.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use crate::{Address, Body, Directory, ErrorCode, MessageId, Reply, Request, Values};

/// A message with its envelope.
#[derive(Clone, Debug, PartialEq)]
pub struct Message<P> {
    /// Who sent it.
    pub src: Address,
    /// Who is to receive it.
    pub dest: Address,
    /// What it says.
    pub body: Body<P>,
}

/// Translates between lines and messages, and learns the cluster's names from the `init` that passes through.
#[derive(Debug, Default)]
pub struct Codec {
    directory: Directory,
}

/// The envelope on the wire. Unknown keys are ignored; `id` is one of them.
#[derive(Deserialize)]
struct Envelope {
    src: String,
    dest: String,
    body: Map<String, Json>,
}

/// A line that is no message of this protocol.
#[derive(Debug, thiserror::Error)]
#[error("{kind}: `{line}`")]
pub struct DecodeError {
    kind: DecodeErrorKind,
    line: String,
    answer: Option<(Address, Address, MessageId)>,
}

/// What is wrong with a line.
#[derive(Debug, thiserror::Error)]
pub enum DecodeErrorKind {
    /// The line is not an object with `src`, `dest` and `body`.
    #[error("not a message ({0})")]
    Envelope(serde_json::Error),
    /// The body lacks something, or something in it has the wrong type.
    #[error("malformed `{kind}` ({problem})")]
    Malformed {
        /// The body's type.
        kind: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A type that neither Maelstrom's workloads nor this node's peers know.
    #[error("unknown message type `{0}`")]
    Unsupported(String),
}

impl DecodeError {
    /// What is wrong.
    pub const fn kind(&self) -> &DecodeErrorKind {
        &self.kind
    }

    /// The error to send back, if the line said who asked and under which number: code 10 for an unknown type, 12 for a
    /// malformed body.
    pub fn answer<P>(&self) -> Option<Message<P>> {
        let (requester, node, to) = self.answer?;
        let code = match &self.kind {
            DecodeErrorKind::Unsupported(_) => ErrorCode::NOT_SUPPORTED,
            DecodeErrorKind::Envelope(_) | DecodeErrorKind::Malformed { .. } => ErrorCode::MALFORMED_REQUEST,
        };
        let reply = Reply::error(code, self.kind.to_string());
        Some(Message { src: node, dest: requester, body: Body::Reply { to, reply } })
    }
}

impl Codec {
    /// A codec that knows no names yet: a node's, before its `init`.
    pub fn new() -> Self {
        Self::default()
    }

    /// A codec that knows the cluster.
    pub const fn with_directory(directory: Directory) -> Self {
        Self { directory }
    }

    /// The names met so far.
    pub const fn directory(&self) -> &Directory {
        &self.directory
    }

    /// Reads one line. An `init` teaches this codec the cluster's names.
    pub fn decode<P: DeserializeOwned>(&mut self, line: &str) -> Result<Message<P>, DecodeError> {
        let fail = |kind, answer| DecodeError { kind, line: excerpt(line), answer };
        let envelope: Envelope =
            serde_json::from_str(line).map_err(|error| fail(DecodeErrorKind::Envelope(error), None))?;
        let (src, dest) = (self.directory.intern(&envelope.src), self.directory.intern(&envelope.dest));
        let asked = envelope.body.get("msg_id").and_then(Json::as_u64);
        match self.decode_body(envelope.body) {
            Ok(body) => Ok(Message { src, dest, body }),
            Err(kind) => Err(fail(kind, asked.map(|id| (src, dest, id)))),
        }
    }

    /// Writes one line, without its end.
    pub fn encode<P: Serialize>(&self, message: &Message<P>) -> String {
        let body = match &message.body {
            Body::Peer(peer) => serde_json::to_value(peer).expect("a peer body is a JSON object"),
            Body::Reply { to, reply } => encode_reply(*to, reply),
            Body::Request { id, request } => self.encode_request(*id, request),
        };
        let (src, dest) = (self.directory.name(message.src), self.directory.name(message.dest));
        json!({ "src": src, "dest": dest, "body": body }).to_string()
    }

    fn decode_body<P: DeserializeOwned>(&mut self, mut body: Map<String, Json>) -> Result<Body<P>, DecodeErrorKind> {
        let kind = match body.get("type") {
            Some(Json::String(kind)) => kind.clone(),
            _ => return Err(malformed("?", "no `type`")),
        };
        let id = body.get("msg_id").and_then(Json::as_u64);
        let to = body.get("in_reply_to").and_then(Json::as_u64);
        let request = |request| match id {
            Some(id) => Ok(Body::Request { id, request }),
            None => Err(malformed(&kind, "no integer `msg_id`")),
        };
        let reply = |reply| match to {
            Some(to) => Ok(Body::Reply { to, reply }),
            None => Err(malformed(&kind, "no integer `in_reply_to`")),
        };
        match kind.as_str() {
            "init" => request(self.decode_init(&body)?),
            "topology" => request(Request::Topology(Arc::new(self.decode_topology(&body)?))),
            "broadcast" => match body.get("message").and_then(Json::as_i64) {
                Some(message) => request(Request::Broadcast { message }),
                None => Err(malformed(&kind, "no integer `message`")),
            },
            "read" => request(Request::Read),
            "echo" => request(Request::Echo { echo: Box::new(body.remove("echo").unwrap_or(Json::Null)) }),
            "init_ok" => reply(Reply::InitOk),
            "topology_ok" => reply(Reply::TopologyOk),
            "broadcast_ok" => reply(Reply::BroadcastOk),
            "read_ok" => match body.remove("messages") {
                Some(Json::Array(list)) => reply(Reply::ReadOk { messages: Values::List(list) }),
                _ => Err(malformed(&kind, "no list `messages`")),
            },
            "echo_ok" => reply(Reply::EchoOk { echo: Box::new(body.remove("echo").unwrap_or(Json::Null)) }),
            "error" => match body.get("code").and_then(Json::as_u64) {
                Some(code) => {
                    let text = body.get("text").and_then(Json::as_str).map(Box::from);
                    reply(Reply::Error { code: ErrorCode(code), text })
                }
                None => Err(malformed(&kind, "no integer `code`")),
            },
            _ => serde_json::from_value(Json::Object(body)).map(Body::Peer).map_err(|error| {
                if error.to_string().starts_with("unknown variant") {
                    DecodeErrorKind::Unsupported(kind.clone())
                } else {
                    malformed(&kind, error)
                }
            }),
        }
    }

    fn decode_init(&mut self, body: &Map<String, Json>) -> Result<Request, DecodeErrorKind> {
        let malformed = |problem: &str| malformed("init", problem);
        let name = body.get("node_id").and_then(Json::as_str).ok_or_else(|| malformed("no string `node_id`"))?;
        let list = body.get("node_ids").and_then(Json::as_array).ok_or_else(|| malformed("no list `node_ids`"))?;
        let names: Option<Vec<String>> = list.iter().map(|name| name.as_str().map(str::to_owned)).collect();
        let names = names.ok_or_else(|| malformed("a name in `node_ids` is no string"))?;
        let place =
            names.iter().position(|other| other == name).ok_or_else(|| malformed("`node_id` is not in `node_ids`"))?;
        let count = |len| u32::try_from(len).map_err(|_| malformed("too many nodes"));
        let (node, nodes) = (count(place)?, count(names.len())?);
        self.directory.set_nodes(names);
        Ok(Request::Init { node, nodes })
    }

    fn decode_topology(&self, body: &Map<String, Json>) -> Result<Vec<Vec<u32>>, DecodeErrorKind> {
        let malformed = |problem: String| malformed("topology", problem);
        let place = |name: &str| self.directory.find(name).and_then(Address::as_node);
        let map =
            body.get("topology").and_then(Json::as_object).ok_or_else(|| malformed("no object `topology`".into()))?;
        let mut adjacency = vec![Vec::new(); self.directory.nodes().len()];
        for (name, neighbours) in map {
            let node = place(name).ok_or_else(|| malformed(format!("no node `{name}`")))?;
            for neighbour in neighbours.as_array().ok_or_else(|| malformed(format!("`{name}` has no list")))? {
                let found = neighbour.as_str().and_then(place);
                adjacency[node as usize].push(found.ok_or_else(|| malformed(format!("no node `{neighbour}`")))?);
            }
        }
        Ok(adjacency)
    }

    fn encode_request(&self, id: MessageId, request: &Request) -> Json {
        let nodes = self.directory.nodes();
        match request {
            Request::Broadcast { message } => json!({ "type": "broadcast", "message": message, "msg_id": id }),
            Request::Echo { echo } => json!({ "type": "echo", "echo": echo, "msg_id": id }),
            Request::Init { node, .. } => {
                let name = self.directory.name(Address::node(*node));
                json!({ "type": "init", "node_id": name, "node_ids": nodes, "msg_id": id })
            }
            Request::Read => json!({ "type": "read", "msg_id": id }),
            Request::Topology(adjacency) => {
                let named =
                    |list: &Vec<u32>| list.iter().map(|&k| nodes[k as usize].as_str().into()).collect::<Vec<Json>>();
                let map: Map<String, Json> =
                    nodes.iter().zip(adjacency.iter()).map(|(name, list)| (name.clone(), named(list).into())).collect();
                json!({ "type": "topology", "topology": map, "msg_id": id })
            }
        }
    }
}

fn encode_reply(to: MessageId, reply: &Reply) -> Json {
    match reply {
        Reply::BroadcastOk => json!({ "type": "broadcast_ok", "in_reply_to": to }),
        Reply::EchoOk { echo } => json!({ "type": "echo_ok", "echo": echo, "in_reply_to": to }),
        Reply::Error { code, text: None } => json!({ "type": "error", "code": code, "in_reply_to": to }),
        Reply::Error { code, text: Some(text) } => {
            json!({ "type": "error", "code": code, "text": text, "in_reply_to": to })
        }
        Reply::InitOk => json!({ "type": "init_ok", "in_reply_to": to }),
        Reply::ReadOk { messages } => json!({ "type": "read_ok", "messages": messages, "in_reply_to": to }),
        Reply::TopologyOk => json!({ "type": "topology_ok", "in_reply_to": to }),
    }
}

fn malformed(kind: &str, problem: impl std::fmt::Display) -> DecodeErrorKind {
    DecodeErrorKind::Malformed { kind: kind.to_owned(), problem: problem.to_string() }
}

/// The line, or its beginning where it is long: enough to recognise it by.
fn excerpt(line: &str) -> String {
    const SHOWN: usize = 200;
    match line.char_indices().nth(SHOWN) {
        None => line.to_owned(),
        Some((end, _)) => format!("{}…", &line[..end]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[serde(tag = "type", rename_all = "snake_case")]
    enum Peer {
        Gossip { values: Vec<i64> },
    }

    const INIT: &str =
        r#"{"id":2,"src":"c2","dest":"n1","body":{"type":"init","node_id":"n1","node_ids":["n0","n1"],"msg_id":1}}"#;

    fn initialised() -> Codec {
        let mut codec = Codec::new();
        codec.decode::<Peer>(INIT).unwrap();
        codec
    }

    #[test]
    fn init_as_maelstrom_writes_it() {
        let mut codec = Codec::new();
        let message = codec.decode::<Peer>(INIT).unwrap();
        assert_eq!(message.src, Address::client(2));
        assert_eq!(message.body, Body::Request { id: 1, request: Request::Init { node: 1, nodes: 2 } });
        assert_eq!(codec.directory().nodes(), ["n0", "n1"]);
    }

    #[test]
    fn every_body_comes_back() {
        let mut codec = initialised();
        let requests = [
            Request::Broadcast { message: -3 },
            Request::Echo { echo: Box::new(json!({ "a": [1] })) },
            Request::Init { node: 0, nodes: 2 },
            Request::Read,
            Request::Topology(Arc::new(vec![vec![1], vec![0]])),
        ];
        let replies = [
            Reply::BroadcastOk,
            Reply::EchoOk { echo: Box::new(Json::Null) },
            Reply::Error { code: ErrorCode(1000), text: None },
            Reply::error(ErrorCode::ABORT, "no"),
            Reply::InitOk,
            Reply::ReadOk { messages: Values::List(vec![1.into()]) },
            Reply::TopologyOk,
        ];
        let bodies = requests
            .map(|request| Body::Request { id: 9, request })
            .into_iter()
            .chain(replies.map(|reply| Body::Reply { to: 4, reply }))
            .chain([Body::Peer(Peer::Gossip { values: vec![1, 2] })]);
        for body in bodies {
            let message = Message { src: Address::client(0), dest: Address::node(1), body };
            assert_eq!(codec.decode::<Peer>(&codec.encode(&message)).unwrap(), message);
        }
    }

    #[test]
    fn what_cannot_be_read_is_answered_where_somebody_asked() {
        let mut codec = initialised();
        let mut answer = |line: &str| {
            let error = codec.decode::<Peer>(line).unwrap_err();
            error.answer::<Peer>().map(|answer| match answer.body {
                Body::Reply { to, reply: Reply::Error { code, .. } } => (to, code),
                other => panic!("not an error: {other:?}"),
            })
        };
        assert_eq!(answer("not json"), None);
        assert_eq!(answer(""), None);
        assert_eq!(answer("{}"), None);
        assert_eq!(
            answer(r#"{"src":"c1","dest":"n1","body":{"type":"cas","msg_id":5}}"#),
            Some((5, ErrorCode::NOT_SUPPORTED))
        );
        let floating = r#"{"src":"c1","dest":"n1","body":{"type":"broadcast","message":1.5,"msg_id":6}}"#;
        assert_eq!(answer(floating), Some((6, ErrorCode::MALFORMED_REQUEST)));
        assert_eq!(answer(r#"{"src":"c1","dest":"n1","body":{"msg_id":7}}"#), Some((7, ErrorCode::MALFORMED_REQUEST)));
        assert_eq!(answer(r#"{"src":"n0","dest":"n1","body":{"type":"gossip","values":"x"}}"#), None);
    }
}
