//! history.edn → [`History`] (semantics, section 7.6).
//!
//! Nearly every line is one op in one of four shapes, and a history has thousands, with reads of thousands of values: those
//! are scanned by hand. Whatever looks different in any way goes through the EDN reader. Absent: judgement, and workloads
//! that the engine does not know, whose operations are an error.

use std::collections::BTreeMap;

use engine::history::{F, Healed, History, Op, OpError, OpKind, PartitionValue, Process, Senders};
use protocol::{ErrorCode, Time, Values};
use serde_json::{Map, Value as Json};

use super::edn::{self, EdnError, Value};

/// Reads a history. Its indices must be dense from 0, as Jepsen's are.
pub fn read(text: &str) -> Result<History, EdnError> {
    let mut history = History::new();
    let mut at = 0;
    loop {
        let rest = &text[at..];
        let line = rest.split('\n').next().unwrap_or(rest);
        let (index, op, end) = if let Some((index, op)) = plain(line) {
            (index, op, at + line.len())
        } else {
            let Some(form) = edn::first(rest).map_err(|error| error.after(&text[..at]))? else {
                return Ok(history);
            };
            let start = at + form.start;
            let (index, op) = unusual(&rest[form.clone()]).map_err(|error| error.after(&text[..start]))?;
            (index, op, at + form.end)
        };
        let expected = history.push(op) as u64;
        if index != expected {
            let problem = format!("this op has the index {index}; expected {expected}: ops are missing");
            return Err(unplaced(problem).after(&text[..at]));
        }
        // The text goes on behind the line break.
        at = end;
        at += usize::from(text[at..].starts_with('\n'));
    }
}

/// A line in one of the usual shapes: a client's broadcast or read that has nothing special about it.
fn plain(line: &str) -> Option<(u64, Op)> {
    let mut cursor = Cursor(line.as_bytes());
    cursor.expect(b"{:index ")?;
    let index = cursor.number()?;
    cursor.expect(b", :time ")?;
    let time = Time::from_nanos(cursor.number()?);
    cursor.expect(b", :type :")?;
    let kind = kind(cursor.word())?;
    cursor.expect(b", :process ")?;
    let process = Process::Client(cursor.number()?);
    cursor.expect(b", :f :")?;
    let f = match cursor.word() {
        b"broadcast" => {
            cursor.expect(b", :value ")?;
            F::Broadcast(cursor.integer()?)
        }
        b"read" => {
            cursor.expect(b", :value ")?;
            if kind == OpKind::Ok {
                F::Read(Some(Values::List(cursor.integers()?)))
            } else {
                cursor.expect(b"nil")?;
                F::Read(None)
            }
        }
        _ => return None,
    };
    let is_final = cursor.expect(b", :final? true").is_some();
    cursor.expect(b"}")?;
    cursor.0.is_empty().then_some((index, Op { time, kind, process, f, error: None, is_final }))
}

/// What is left of a line.
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn expect(&mut self, text: &[u8]) -> Option<()> {
        self.0 = self.0.strip_prefix(text)?;
        Some(())
    }

    fn take(&mut self, belongs: impl Fn(u8) -> bool) -> &'a [u8] {
        let end = self.0.iter().position(|&byte| !belongs(byte)).unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at(end);
        self.0 = rest;
        taken
    }

    fn word(&mut self) -> &'a [u8] {
        self.take(|byte| byte.is_ascii_alphabetic() || byte == b'-')
    }

    fn number(&mut self) -> Option<u64> {
        let digits = self.take(|byte| byte.is_ascii_digit());
        std::str::from_utf8(digits).ok()?.parse().ok()
    }

    fn integer(&mut self) -> Option<i64> {
        let digits = self.take(|byte| byte.is_ascii_digit() || byte == b'-');
        std::str::from_utf8(digits).ok()?.parse().ok()
    }

    fn integers(&mut self) -> Option<Vec<Json>> {
        self.expect(b"[")?;
        let mut integers = Vec::new();
        while self.expect(b"]").is_none() {
            if !integers.is_empty() {
                self.expect(b" ")?;
            }
            integers.push(self.integer()?.into());
        }
        Some(integers)
    }
}

fn kind(word: &[u8]) -> Option<OpKind> {
    Some(match word {
        b"fail" => OpKind::Fail,
        b"info" => OpKind::Info,
        b"invoke" => OpKind::Invoke,
        b"ok" => OpKind::Ok,
        _ => return None,
    })
}

/// An op in any shape: the nemesis's, an echo, one with an error.
fn unusual(form: &str) -> Result<(u64, Op), EdnError> {
    // What is not looked at may be anything, such as an exception with forms that are not EDN.
    let mut parts: BTreeMap<&str, Result<edn::Form<'_>, EdnError>> =
        edn::parts(form)?.into_iter().map(|part| (part.key, part.form)).collect();
    let mut part = |key: &str| parts.remove(key).transpose();
    let (index, time, kind_form, process, f) =
        (part("index")?, part("time")?, part("type")?, part("process")?, part("f")?);
    let (value, error, is_final) = (part("value")?, part("error")?, part("final?")?);
    let number = |form: Option<edn::Form<'_>>, key: &str| {
        let number = form.as_ref().and_then(|form| u64::try_from(form.value().integer()?).ok());
        number.ok_or_else(|| lacks(key, "a number"))
    };
    let word = kind_form.as_ref().and_then(|form| kind(form.value().keyword()?.as_bytes()));
    let kind = word.ok_or_else(|| lacks("type", "`:invoke`, `:ok`, `:fail` or `:info`"))?;
    let process = if process.as_ref().and_then(|form| form.value().keyword()) == Some("nemesis") {
        Process::Nemesis
    } else {
        Process::Client(number(process, "process")?)
    };
    let f = operation(
        f.as_ref().and_then(|form| form.value().keyword()).ok_or_else(|| lacks("f", "a keyword"))?,
        kind,
        value.as_ref().map(edn::Form::value).filter(|value| !value.is_nil()),
    )?;
    let error =
        error.as_ref().map(edn::Form::value).filter(|value| !value.is_nil()).map(|error| Box::new(op_error(error)));
    let is_final = is_final.is_some_and(|form| form.value().boolean() == Some(true));
    Ok((
        number(index, "index")?,
        Op { time: Time::from_nanos(number(time, "time")?), kind, process, f, error, is_final },
    ))
}

/// `:f` and `:value`, which is nothing where it is nil.
fn operation(name: &str, kind: OpKind, value: Option<Value<'_>>) -> Result<F, EdnError> {
    Ok(match name {
        "broadcast" => {
            F::Broadcast(value.and_then(Value::integer).ok_or_else(|| lacks("value", "the integer that is broadcast"))?)
        }
        "echo" => F::Echo(Box::new(value.map_or(Json::Null, json))),
        // A node may answer a read with `null`: it read nothing.
        "read" if kind == OpKind::Ok => {
            let items = value.map_or(Some(Vec::new()), Value::items);
            let items = items.ok_or_else(|| lacks("value", "the list that was read"))?;
            F::Read(Some(Values::List(items.into_iter().map(json).collect())))
        }
        "read" => F::Read(None),
        "start-partition" => F::StartPartition(partition(value)?),
        "stop-partition" => F::StopPartition(value.map(|_| Healed)),
        _ => {
            let strange = || unplaced(format!("the operation `:{name}` belongs to a workload that is not known here"));
            return fault(name, value).ok_or_else(strange);
        }
    })
}

/// What Maelstrom's nemesis does not do, as this program writes it: `:start-loss`, and nothing or the words for what was hit.
fn fault(name: &str, value: Option<Value<'_>>) -> Option<F> {
    let words = value.map_or(Some(Vec::new()), |value| {
        value.items()?.into_iter().map(|word| Some(word.string()?.to_owned())).collect()
    })?;
    let (is_start, nemesis) = match name.strip_prefix("start-") {
        Some(nemesis) => (true, nemesis),
        None => (false, name.strip_prefix("stop-")?),
    };
    let (nemesis, words) = (nemesis.parse().ok()?, Box::new(words));
    Some(if is_start { F::StartFault(nemesis, words) } else { F::StopFault(nemesis, words) })
}

/// `:majority`, or `[:isolated {"n1" #{"n2"}}]`.
fn partition(value: Option<Value<'_>>) -> Result<PartitionValue, EdnError> {
    let known = |name: &str| KINDS.into_iter().find(|kind| *kind == name).map(PartitionValue::Kind);
    let isolated = |value: Value<'_>| {
        let items = value.items()?;
        let [tag, grudge] = items.as_slice() else { return None };
        if tag.keyword() != Some("isolated") {
            return None;
        }
        let names = |senders: Value<'_>| {
            senders.items()?.into_iter().map(|name| Some(name.string()?.into())).collect::<Option<Senders>>()
        };
        let entry =
            |(receiver, senders): (Value<'_>, Value<'_>)| Some((receiver.string()?.to_owned(), names(senders)?));
        grudge.entries().map(entry).collect::<Option<_>>().map(|grudge| PartitionValue::Isolated(Box::new(grudge)))
    };
    value
        .and_then(|value| value.keyword().and_then(known).or_else(|| isolated(value)))
        .ok_or_else(|| lacks("value", "a kind of partition, or `[:isolated {…}]`"))
}

/// `:net-timeout`, `[:abort "why"]`, or a text about a reply that nobody understands.
fn op_error(value: Value<'_>) -> OpError {
    if value.keyword() == Some("net-timeout") {
        return OpError::NetTimeout;
    }
    let rpc = || {
        let items = value.items()?;
        let name = items.first()?.keyword()?;
        let code = (0..=30).map(ErrorCode).find(|code| code.name() == name && name != "unknown");
        // Histories name a code nobody defined `:unknown`; 1000 is the first that nodes may define.
        let code = code.or_else(|| (name == "unknown").then_some(ErrorCode(1000)))?;
        Some(OpError::Rpc(code, items.get(1).and_then(|text| text.string()).map(str::to_owned)))
    };
    rpc().unwrap_or_else(|| OpError::Malformed(value.string().map_or_else(|| value.to_string(), str::to_owned)))
}

/// A value as the JSON that Maelstrom read it from: objects came in with keywords for keys.
fn json(value: Value<'_>) -> Json {
    let text = |value: Value<'_>| {
        let name = value.keyword().or_else(|| value.string());
        name.map_or_else(|| value.to_string(), str::to_owned)
    };
    if let Some(integer) = value.integer() {
        integer.into()
    } else if let Some(number) = value.number() {
        number.into()
    } else if let Some(boolean) = value.boolean() {
        boolean.into()
    } else if value.is_nil() {
        Json::Null
    } else if let Some(items) = value.items() {
        items.into_iter().map(json).collect()
    } else if value.is_map() {
        Json::Object(value.entries().map(|(key, value)| (text(key), json(value))).collect::<Map<_, _>>())
    } else {
        text(value).into()
    }
}

fn lacks(key: &str, expected: &str) -> EdnError {
    unplaced(format!("this op has no usable `:{key}`; expected {expected}"))
}

/// An error at the beginning of whatever is being read.
fn unplaced(problem: String) -> EdnError {
    EdnError { line: 1, column: 1, problem }
}

const KINDS: [&str; 5] = ["majorities-ring", "majority", "minority-third", "one", "replayed"];

#[cfg(test)]
mod tests {
    use super::*;

    const INVOKE: &str = "{:index 0, :time 5, :type :invoke, :process 0, :f :read, :value nil}\n";

    fn op(line: &str) -> Op {
        read(line).unwrap().ops()[0].clone()
    }

    #[test]
    fn a_plain_line_means_what_the_reader_says() {
        for line in [
            "{:index 0, :time 45508465, :type :invoke, :process 0, :f :broadcast, :value 0}",
            "{:index 0, :time 1, :type :ok, :process 3, :f :read, :value [0 -1 7]}",
            "{:index 0, :time 1, :type :ok, :process 3, :f :read, :value []}",
            "{:index 0, :time 1, :type :fail, :process 28, :f :read, :value nil}",
            "{:index 0, :time 1, :type :invoke, :process 3, :f :read, :value nil, :final? true}",
        ] {
            let (index, op) = plain(line).expect(line);
            assert_eq!((index, op), unusual(line).unwrap());
        }
    }

    #[test]
    fn whatever_is_unusual_is_read_by_the_reader() {
        let timeout = op("{:index 0, :time 1, :type :info, :process 5, :f :broadcast, :value 4, :error :net-timeout}");
        assert_eq!((timeout.error.as_deref(), timeout.process), (Some(&OpError::NetTimeout), Process::Client(5)));
        let abort =
            op(r#"{:index 0, :time 1, :type :fail, :process 2, :f :broadcast, :value 5, :error [:abort "t14"]}"#);
        assert_eq!(abort.error.as_deref(), Some(&OpError::Rpc(ErrorCode::ABORT, Some("t14".into()))));
        let own = op("{:index 0, :time 1, :type :info, :process 2, :f :broadcast, :value 5, :error [:unknown nil]}");
        assert_eq!(own.error.as_deref(), Some(&OpError::Rpc(ErrorCode(1000), None)));
        let odd = op(r#"{:index 0, :time 1, :type :info, :process 2, :f :read, :value nil,
            :exception {:data {:a b c}}, :error "indeterminate: odd"}"#);
        assert_eq!(odd.error.as_deref(), Some(&OpError::Malformed("indeterminate: odd".into())));
        let typed = op(r#"{:index 0, :time 1, :type :ok, :process 2, :f :read, :value [7.0 "7" nil 8]}"#);
        let F::Read(Some(values)) = typed.f else { panic!("{typed:?}") };
        assert_eq!(values.integers().collect::<Vec<_>>(), [8]);
        let null = op("{:index 0, :time 1, :type :ok, :process 2, :f :read, :value nil}");
        assert_eq!(null.f, F::Read(Some(Values::List(vec![]))));
    }

    #[test]
    fn the_nemesis_and_echoes_are_read() {
        let kind = op("{:index 0, :time 1, :type :info, :process :nemesis, :f :start-partition, :value :one}");
        assert_eq!((kind.f, kind.process), (F::StartPartition(PartitionValue::Kind("one")), Process::Nemesis));
        let cut = op(r#"{:index 0, :time 1, :type :info, :process :nemesis, :f :start-partition,
            :value [:isolated {"n2" #{"n1"}}]}"#);
        let expected = BTreeMap::from([("n2".to_owned(), Senders::from(["n1".into()]))]);
        assert_eq!(cut.f, F::StartPartition(PartitionValue::Isolated(Box::new(expected))));
        for (value, healed) in [("nil", None), (":network-healed", Some(Healed))] {
            let line =
                format!("{{:index 0, :time 1, :type :info, :process :nemesis, :f :stop-partition, :value {value}}}");
            assert_eq!(op(&line).f, F::StopPartition(healed));
        }
        let echo =
            op(r#"{:index 0, :time 1, :type :ok, :process 0, :f :echo, :value {:echo "Please echo 1", :msg_id 90}}"#);
        assert_eq!(echo.f, F::Echo(Box::new(serde_json::json!({"echo": "Please echo 1", "msg_id": 90}))));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let with = |line: &str| read(&format!("{INVOKE}{line}")).unwrap_err().to_string();
        assert!(
            with("{:index 2, :time 1, :type :ok, :process 0, :f :read, :value []}")
                .starts_with("line 2, column 1: this op has the index 2; expected 1")
        );
        assert!(
            with("{:index 1, :time 1, :type :ok, :process 0, :f :cas, :value []}")
                .contains("`:cas` belongs to a workload")
        );
        assert!(with("{:index 1, :time 1, :type :odd, :process 0, :f :read, :value []}").contains("`:type`"));
        assert!(with("{:index 1, :time 1, :type :ok, :process 0, :f :re").contains("cut short"));
        assert!(read("").unwrap().ops().is_empty());
    }
}
