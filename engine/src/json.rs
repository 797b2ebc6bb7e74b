//! Bodies as JSON text, and the lines that carry them to and from node processes (semantics, sections 2.2, 2.3, 5.1).
//!
//! Where Maelstrom mutes a node for good after one bad line, a bad line here is a [`LineError`], with which a driver ends
//! the run at once.

use std::fmt::Write as _;

use protocol::{Address, Codec, Directory, ErrorCode, Message, MessageId, Reply, Request, Value, Values};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json};

use crate::payload::{Content, Payload, ReplyKind};

/// A body as the JSON text that a node wrote or will read.
#[derive(Clone, Debug, Default)]
pub struct JsonBody(Box<str>);

/// One message from a node's standard output.
#[derive(Clone, Debug)]
pub struct Line {
    /// Who it says it is from. It need not be the node that wrote it.
    pub src: Address,
    /// Who it is for.
    pub dest: Address,
    /// What it says.
    pub body: JsonBody,
}

/// Why a line on a node's standard output is no message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// It is not an object of the right form.
    #[error(
        "it is not a message ({0}); a node prints nothing but messages on its standard output, and everything else on its standard error"
    )]
    Malformed(String),
    /// It comes from or goes to a name that the network does not know.
    #[error("its `{key}` is `{name}`, and no node or client has that name")]
    Stranger {
        /// `src` or `dest`.
        key: &'static str,
        /// The name.
        name: String,
    },
}

/// The envelope as a node writes it. No other key is allowed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope<'a> {
    #[serde(rename = "id", default)]
    _id: Option<i64>,
    src: String,
    dest: String,
    #[serde(borrow, default)]
    body: Option<&'a RawValue>,
}

impl Line {
    /// Reads one line. Only its first JSON value counts.
    pub fn read(line: &str, directory: &Directory) -> Result<Self, LineError> {
        let mut reader = serde_json::Deserializer::from_str(line);
        let envelope = Envelope::deserialize(&mut reader).map_err(|error| LineError::Malformed(error.to_string()))?;
        let body = match envelope.body.map_or("null", RawValue::get) {
            object if object.starts_with('{') => object,
            // Maelstrom takes these for an empty body.
            "null" | "[]" | "\"\"" => "{}",
            other => return Err(LineError::Malformed(format!("its body is `{}`, not an object", excerpt(other)))),
        };
        let known = |key, name: String| directory.find(&name).ok_or(LineError::Stranger { key, name });
        Ok(Self { src: known("src", envelope.src)?, dest: known("dest", envelope.dest)?, body: JsonBody(body.into()) })
    }

    /// Writes what a node reads: the message with the network's number, and the end of the line.
    pub fn write(out: &mut String, id: u64, src: Address, dest: Address, body: &JsonBody, directory: &Directory) {
        let name = |address| Json::String(directory.name(address).into_owned());
        writeln!(out, r#"{{"id":{id},"src":{},"dest":{},"body":{}}}"#, name(src), name(dest), body.0)
            .expect("writing to a string cannot fail");
    }
}

impl JsonBody {
    /// A body of that text.
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl Content for JsonBody {
    fn is_flat(&self) -> bool {
        self.0.is_empty()
    }
}

impl Payload for JsonBody {
    fn request(id: MessageId, request: Request, directory: &Directory) -> Self {
        /// The envelope that the codec writes around the body.
        #[derive(Deserialize)]
        struct Wrapped<'a> {
            #[serde(borrow)]
            body: &'a RawValue,
        }
        let codec = Codec::with_directory(directory.clone());
        let body = protocol::Body::<()>::Request { id, request };
        let line = codec.encode(&Message { src: Address::client(0), dest: Address::node(0), body });
        let wrapped: Wrapped<'_> = serde_json::from_str(&line).expect("the codec writes JSON");
        Self(wrapped.body.get().into())
    }

    fn in_reply_to(&self) -> Option<MessageId> {
        #[derive(Deserialize)]
        struct Reference {
            in_reply_to: Option<Json>,
        }
        let reference: Reference = serde_json::from_str(&self.0).ok()?;
        reference.in_reply_to?.as_u64()
    }

    fn take_reply(&mut self, expected: ReplyKind) -> Result<Reply, String> {
        let mut body: Map<String, Json> = serde_json::from_str(&self.0).map_err(|error| error.to_string())?;
        if body.get("type").and_then(Json::as_str) == Some("error") {
            let code = body.get("code").and_then(Json::as_u64).ok_or("an `error` without an integer `code`")?;
            let text = body.get("text").and_then(Json::as_str).map(Box::from);
            return Ok(Reply::Error { code: ErrorCode(code), text });
        }
        let whole = body.clone();
        check_closed(&mut body, expected)?;
        match (expected, body.remove("messages"), body.remove("echo")) {
            (ReplyKind::Broadcast, None, None) => Ok(Reply::BroadcastOk),
            (ReplyKind::Topology, None, None) => Ok(Reply::TopologyOk),
            (ReplyKind::Init, _, _) => Ok(Reply::InitOk),
            (ReplyKind::Echo, None, Some(_)) => Ok(Reply::EchoOk { echo: Box::new(Json::Object(whole)) }),
            (ReplyKind::Read, Some(Json::Array(list)), None) => Ok(Reply::ReadOk { messages: Values::List(list) }),
            (ReplyKind::Read, Some(Json::Null), None) => Ok(Reply::ReadOk { messages: Values::List(Vec::new()) }),
            (ReplyKind::Read, Some(_), None) => Err("`messages` is not a list".into()),
            (ReplyKind::Read, None, _) => Err("`read_ok` without `messages`".into()),
            (ReplyKind::Echo, _, None) => Err("`echo_ok` without `echo`".into()),
            (_, _, _) => Err("a key that does not belong to it".into()),
        }
    }

    fn service_request(&self) -> Option<Map<String, Json>> {
        serde_json::from_str(&self.0).ok()
    }

    fn service_reply(reply: &Json) -> Option<Self> {
        Some(Self(reply.to_string().into()))
    }

    /// The integers at a key `message`, `value` or `element`, and those in lists of integers. This covers what nodes are
    /// known to write; where a read contradicts it, the world drops the value from its figures.
    fn carried_values(&self, mut each: impl FnMut(Value)) {
        if let Ok(Json::Object(body)) = serde_json::from_str(&self.0) {
            for (key, value) in &body {
                named_values(key, value, &mut each);
            }
        }
    }
}

/// Besides `type`, `in_reply_to`, an integer `msg_id` and the reply's own key, nothing may stand in a reply. `init_ok` alone
/// is not looked at so closely (semantics, section 2.1).
fn check_closed(body: &mut Map<String, Json>, expected: ReplyKind) -> Result<(), String> {
    let kind = body.remove("type");
    if kind.as_ref().and_then(Json::as_str) != Some(expected.name()) {
        let kind = kind.unwrap_or(Json::Null);
        return Err(format!("expected the type `{}`, and it is {kind}", expected.name()));
    }
    body.remove("in_reply_to");
    if body.remove("msg_id").is_some_and(|id| !id.is_i64() && !id.is_u64()) {
        return Err("`msg_id` is not an integer".into());
    }
    let own = match expected {
        ReplyKind::Read => Some("messages"),
        ReplyKind::Echo => Some("echo"),
        ReplyKind::Broadcast | ReplyKind::Init | ReplyKind::Topology => None,
    };
    match body.keys().find(|key| expected != ReplyKind::Init && Some(key.as_str()) != own) {
        Some(key) => Err(format!("`{}` has a key `{key}`, which does not belong to it", expected.name())),
        None => Ok(()),
    }
}

fn named_values(key: &str, value: &Json, each: &mut dyn FnMut(Value)) {
    match value {
        Json::Number(number) if matches!(key, "message" | "value" | "element") => {
            if let Some(value) = number.as_i64() {
                each(value);
            }
        }
        Json::Array(list) => list.iter().for_each(|item| match item.as_i64() {
            Some(value) => each(value),
            None => named_values(key, item, each),
        }),
        Json::Object(map) => map.iter().for_each(|(key, value)| named_values(key, value, each)),
        _ => {}
    }
}

/// The text, or its beginning where it is long.
pub(crate) fn excerpt(text: &str) -> String {
    const SHOWN: usize = 160;
    match text.char_indices().nth(SHOWN) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory() -> Directory {
        Directory::of_nodes(["n0".to_owned(), "n1".to_owned()])
    }

    fn read(line: &str) -> Result<Line, LineError> {
        Line::read(line, &directory())
    }

    /// Semantics, section 2.3, row by row.
    #[test]
    fn lines_are_validated_as_maelstrom_does() {
        for good in [
            r#"{"src":"n0","dest":"n1","body":{"type":"x"}}"#,
            r#"{"src":"n1","dest":"c7","body":{}}"#,
            r#"{"id":5,"src":"n0","dest":"n1","body":{}}"#,
            r#"{"src":"n0","dest":"n1"}"#,
            r#"{"src":"n0","dest":"n1","body":null}"#,
            r#"{"src":"n0","dest":"n1","body":[]}"#,
            r#"{"src":"n0","dest":"n1","body":""}"#,
            r#"{"src":"n0","dest":"n1","body":{}} and the rest is ignored"#,
        ] {
            assert!(read(good).is_ok(), "{good}: {:?}", read(good));
        }
        for bad in [
            "",
            "debug: here I am",
            "7",
            "[]",
            r#"{"src":"n0","body":{}}"#,
            r#"{"dest":"n1","body":{}}"#,
            r#"{"src":"n0","dest":"n1","body":"x"}"#,
            r#"{"src":"n0","dest":"n1","body":[1]}"#,
            r#"{"id":5.0,"src":"n0","dest":"n1","body":{}}"#,
            r#"{"src":"n0","dest":"n1","body":{},"extra":1}"#,
        ] {
            assert!(matches!(read(bad), Err(LineError::Malformed(_))), "{bad}: {:?}", read(bad));
        }
        let stranger = read(r#"{"src":"n0","dest":"n99","body":{}}"#).unwrap_err();
        assert_eq!(stranger, LineError::Stranger { key: "dest", name: "n99".into() });
        assert!(matches!(read(r#"{"src":"x","dest":"n1","body":{}}"#), Err(LineError::Stranger { key: "src", .. })));
    }

    #[test]
    fn a_delivered_line_has_an_id_and_ends() {
        let mut out = String::new();
        Line::write(
            &mut out,
            3,
            Address::client(2),
            Address::node(1),
            &JsonBody::new(r#"{"type":"read"}"#),
            &directory(),
        );
        assert_eq!(out, "{\"id\":3,\"src\":\"c2\",\"dest\":\"n1\",\"body\":{\"type\":\"read\"}}\n");
    }

    fn reply(expected: ReplyKind, text: &str) -> Result<Reply, String> {
        JsonBody::new(text).take_reply(expected)
    }

    #[test]
    fn replies_are_closed() {
        use ReplyKind::{Broadcast, Echo, Init, Read};
        assert_eq!(reply(Broadcast, r#"{"type":"broadcast_ok","in_reply_to":1,"msg_id":4}"#), Ok(Reply::BroadcastOk));
        let read = reply(Read, r#"{"type":"read_ok","in_reply_to":1,"messages":null}"#);
        assert_eq!(read, Ok(Reply::ReadOk { messages: Values::List(Vec::new()) }));
        assert_eq!(reply(Init, r#"{"type":"init_ok","in_reply_to":1,"more":true}"#), Ok(Reply::InitOk));
        let error = reply(Read, r#"{"type":"error","in_reply_to":1,"code":14,"text":"t","more":1}"#);
        assert_eq!(error, Ok(Reply::error(ErrorCode::ABORT, "t")));
        for (expected, bad) in [
            (Broadcast, r#"{"type":"read_ok","in_reply_to":1}"#),
            (Broadcast, r#"{"type":"broadcast_ok","in_reply_to":1,"extra":1}"#),
            (Broadcast, r#"{"type":"broadcast_ok","in_reply_to":1,"msg_id":"1"}"#),
            (Broadcast, r#"{"in_reply_to":1}"#),
            (Read, r#"{"type":"read_ok","in_reply_to":1}"#),
            (Read, r#"{"type":"read_ok","in_reply_to":1,"messages":7}"#),
            (Echo, r#"{"type":"echo_ok","in_reply_to":1}"#),
            (Init, r#"{"type":"hello","in_reply_to":1}"#),
            (Read, r#"{"type":"error","in_reply_to":1}"#),
        ] {
            assert!(reply(expected, bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn values_are_found_where_nodes_put_them() {
        let carried = |text: &str| {
            let mut values = Vec::new();
            JsonBody::new(text).carried_values(|value| values.push(value));
            values
        };
        assert_eq!(carried(r#"{"type":"broadcast_internal","message":7,"msg_id":3}"#), [7]);
        assert_eq!(carried(r#"{"type":"gossip","messages":[1,2],"msg_id":3}"#), [1, 2]);
        assert_eq!(carried(r#"{"type":"sync","data":{"values":[[4],[5]],"at":9}}"#), [4, 5]);
        assert_eq!(carried(r#"{"type":"ack","in_reply_to":3}"#), Vec::<Value>::new());
    }
}
