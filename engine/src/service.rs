//! The services that nodes may use beside each other: three key-value stores and a timestamp oracle (semantics, section 3.6;
//! Maelstrom's `service`). Each takes one request at a time. Messages to and from them have the latency of any server's and
//! count among the servers'.

use std::collections::{BTreeMap, VecDeque};

use protocol::{Address, ErrorCode};
use serde_json::{Map, Value as Json, json};

use crate::random::Random;

/// The services' names, in the order of their addresses.
pub(crate) const NAMES: [&str; 4] = ["lin-kv", "seq-kv", "lww-kv", "lin-tso"];

/// All services of a test.
#[derive(Debug)]
pub(crate) struct Services {
    linearizable: Store,
    sequential: Sequential,
    last_write_wins: LastWriteWins,
    next_timestamp: u64,
    random: Random,
}

/// Keys and values are any JSON; keys are kept as their text, in which `serde_json` sorts the keys of objects.
type Store = BTreeMap<String, Json>;

/// The last states of one store, and how far each requester has seen: reads may be stale, but never go back.
#[derive(Debug)]
struct Sequential {
    /// States by age; the first has the number `oldest`.
    states: VecDeque<Store>,
    oldest: usize,
    seen: BTreeMap<Address, usize>,
}

/// Two replicas with Lamport clocks, merged now and then.
#[derive(Debug, Default)]
struct LastWriteWins {
    replicas: [Replica; 2],
}

#[derive(Clone, Debug, Default)]
struct Replica {
    clock: u64,
    values: BTreeMap<String, (u64, Json)>,
}

/// Why a request is refused.
type Refusal = (ErrorCode, String);

/// How many states the sequential store remembers.
const STATES: usize = 32;

impl Services {
    pub(crate) fn new(random: Random) -> Self {
        Self {
            linearizable: Store::new(),
            sequential: Sequential { states: VecDeque::from([Store::new()]), oldest: 0, seen: BTreeMap::new() },
            last_write_wins: LastWriteWins::default(),
            next_timestamp: 0,
            random,
        }
    }

    /// The answer to a request, without its `in_reply_to`; nothing if the service does not know the request.
    pub(crate) fn answer(&mut self, service: usize, requester: Address, body: &Map<String, Json>) -> Option<Json> {
        let kind = body.get("type")?.as_str()?;
        if NAMES[service] == "lin-tso" {
            self.next_timestamp += u64::from(kind == "ts");
            return (kind == "ts").then(|| json!({ "type": "ts_ok", "ts": self.next_timestamp - 1 }));
        }
        let request = Request::read(kind, body)?;
        let result = match NAMES[service] {
            "lin-kv" => request.run(&mut self.linearizable, true),
            "seq-kv" => self.sequential.run(requester, &request, &mut self.random),
            _ => self.last_write_wins.run(&request, &mut self.random),
        };
        Some(match result {
            Ok(Some(value)) => json!({ "type": "read_ok", "value": value }),
            Ok(None) => json!({ "type": format!("{kind}_ok") }),
            Err((code, text)) => json!({ "type": "error", "code": code, "text": text }),
        })
    }
}

/// A request to a key-value store.
struct Request<'a> {
    key: String,
    act: Act<'a>,
}

enum Act<'a> {
    CompareAndSet { from: &'a Json, to: &'a Json, creates: bool },
    Read,
    Write(&'a Json),
}

impl<'a> Request<'a> {
    fn read(kind: &str, body: &'a Map<String, Json>) -> Option<Self> {
        let value = |name| body.get(name).unwrap_or(&Json::Null);
        let creates = body.get("create_if_not_exists").is_some_and(|flag| flag == &Json::Bool(true));
        let act = match kind {
            "cas" => Act::CompareAndSet { from: value("from"), to: value("to"), creates },
            "read" => Act::Read,
            "write" => Act::Write(value("value")),
            _ => return None,
        };
        Some(Self { key: value("key").to_string(), act })
    }

    /// Runs the request on a store: the value it read, if it is a read.
    fn run(&self, store: &mut Store, may_create: bool) -> Result<Option<Json>, Refusal> {
        let current = store.get(&self.key);
        match (&self.act, current) {
            (Act::Read, Some(value)) => Ok(Some(value.clone())),
            (Act::Write(value), _) => {
                store.insert(self.key.clone(), (*value).clone());
                Ok(None)
            }
            (Act::CompareAndSet { to, creates: true, .. }, None) if may_create => {
                store.insert(self.key.clone(), (*to).clone());
                Ok(None)
            }
            (Act::Read | Act::CompareAndSet { .. }, None) => {
                Err((ErrorCode::KEY_DOES_NOT_EXIST, "key does not exist".to_owned()))
            }
            (Act::CompareAndSet { from, .. }, Some(value)) if *from != value => {
                Err((ErrorCode::PRECONDITION_FAILED, format!("current value {value} is not {from}")))
            }
            (Act::CompareAndSet { to, .. }, Some(_)) => {
                store.insert(self.key.clone(), (*to).clone());
                Ok(None)
            }
        }
    }
}

impl Sequential {
    /// Tries the request on a random state that the requester may still see. If it changes nothing there, that was it;
    /// otherwise it runs on the newest state.
    fn run(&mut self, requester: Address, request: &Request<'_>, random: &mut Random) -> Result<Option<Json>, Refusal> {
        let newest = self.oldest + self.states.len() - 1;
        let seen = self.seen.get(&requester).copied().unwrap_or(0).max(self.oldest);
        let chosen = seen + random.index(newest - seen + 1);
        let before = &self.states[chosen - self.oldest];
        let mut after = before.clone();
        let result = request.run(&mut after, true);
        if after == *before {
            self.seen.insert(requester, chosen);
            return result;
        }
        let mut state = self.states.back().expect("there is always a state").clone();
        let result = request.run(&mut state, true);
        self.states.push_back(state);
        self.seen.insert(requester, newest + 1);
        if self.states.len() > STATES {
            self.states.pop_front();
            self.oldest += 1;
        }
        result
    }
}

impl LastWriteWins {
    /// Merges a random replica into a random replica, then runs the request on a random one.
    fn run(&mut self, request: &Request<'_>, random: &mut Random) -> Result<Option<Json>, Refusal> {
        let source = self.replicas[random.index(2)].clone();
        self.replicas[random.index(2)].merge(source);
        let replica = &mut self.replicas[random.index(2)];
        let mut store: Store = replica
            .values
            .get(&request.key)
            .map(|(_, value)| (request.key.clone(), value.clone()))
            .into_iter()
            .collect();
        let result = request.run(&mut store, false);
        if result.is_ok() && !matches!(request.act, Act::Read) {
            let value = store.remove(&request.key).expect("a write leaves a value");
            replica.values.insert(request.key.clone(), (replica.clock, value));
            replica.clock += 1;
        }
        result
    }
}

impl Replica {
    /// The higher timestamp wins; on a tie the other's value is taken.
    fn merge(&mut self, other: Self) {
        self.clock = self.clock.max(other.clock);
        for (key, theirs) in other.values {
            if self.values.get(&key).is_none_or(|ours| ours.0 <= theirs.0) {
                self.values.insert(key, theirs);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn services() -> Services {
        Services::new(Random::stream(1, "services"))
    }

    fn ask(services: &mut Services, name: &str, body: &Json) -> Option<Json> {
        let service = NAMES.iter().position(|other| *other == name).unwrap();
        services.answer(service, Address::node(0), body.as_object().unwrap())
    }

    #[test]
    fn the_linearizable_store_does_as_it_is_told() {
        let mut services = services();
        let mut ask = |body: Json| ask(&mut services, "lin-kv", &body).unwrap();
        assert_eq!(ask(json!({ "type": "read", "key": 1 }))["code"], 20);
        assert_eq!(ask(json!({ "type": "write", "key": 1, "value": [2] })), json!({ "type": "write_ok" }));
        assert_eq!(ask(json!({ "type": "read", "key": 1 })), json!({ "type": "read_ok", "value": [2] }));
        assert_eq!(ask(json!({ "type": "read", "key": "1" }))["code"], 20, "the key `1` is another");
        let mismatch = ask(json!({ "type": "cas", "key": 1, "from": 0, "to": 5 }));
        assert_eq!(mismatch, json!({ "type": "error", "code": 22, "text": "current value [2] is not 0" }));
        assert_eq!(ask(json!({ "type": "cas", "key": 1, "from": [2], "to": 5 }))["type"], "cas_ok");
        assert_eq!(ask(json!({ "type": "cas", "key": 9, "from": 0, "to": 5 }))["code"], 20);
        assert_eq!(
            ask(json!({ "type": "cas", "key": 9, "from": 0, "to": 5, "create_if_not_exists": true }))["type"],
            "cas_ok"
        );
        assert_eq!(ask(json!({ "type": "read", "key": 9 }))["value"], 5);
    }

    #[test]
    fn unknown_requests_are_not_answered_and_timestamps_count() {
        let mut services = services();
        assert_eq!(ask(&mut services, "lin-kv", &json!({ "type": "delete", "key": 1 })), None);
        assert_eq!(ask(&mut services, "lin-tso", &json!({ "type": "read", "key": 1 })), None);
        for ts in 0..3 {
            assert_eq!(
                ask(&mut services, "lin-tso", &json!({ "type": "ts" })),
                Some(json!({ "type": "ts_ok", "ts": ts }))
            );
        }
    }

    #[test]
    fn the_sequential_store_is_stale_to_strangers_and_never_goes_back() {
        let mut services = services();
        for value in 0..20 {
            ask(&mut services, "seq-kv", &json!({ "type": "write", "key": "k", "value": value }));
        }
        assert_eq!(
            ask(&mut services, "seq-kv", &json!({ "type": "read", "key": "k" })).unwrap()["value"],
            19,
            "its own writes"
        );
        let read = json!({ "type": "read", "key": "k" });
        let stranger =
            |services: &mut Services| services.answer(1, Address::node(7), read.as_object().unwrap()).unwrap();
        let seen: Vec<i64> = (0..60).map(|_| stranger(&mut services)["value"].as_i64().unwrap_or(-1)).collect();
        assert!(seen[0] < 19, "a random old state, {seen:?}");
        assert!(seen.is_sorted(), "{seen:?}");
    }

    #[test]
    fn the_last_write_wins_in_the_end() {
        let mut services = services();
        for value in 0..10 {
            ask(&mut services, "lww-kv", &json!({ "type": "write", "key": "k", "value": value }));
        }
        let cas = json!({ "type": "cas", "key": "new", "from": 0, "to": 1, "create_if_not_exists": true });
        assert_eq!(ask(&mut services, "lww-kv", &cas).unwrap()["code"], 20, "this store does not create");
        let mut reads = (0..40).map(|_| ask(&mut services, "lww-kv", &json!({ "type": "read", "key": "k" })).unwrap());
        assert!(reads.all(|read| read["type"] == "read_ok" || read["code"] == 20));
    }
}
