//! What a workload asks, and how its operations end (semantics, sections 5.1, 5.4, 10.1; Maelstrom's `workload.*`).

use protocol::{Reply, Request, Value};

use crate::client::Completion;
use crate::history::{F, OpError, OpKind};

pub mod topology;

/// The operation that a request stands for, as its invocation enters the history.
#[inline]
pub(crate) fn invocation(request: &Request) -> F {
    match request {
        Request::Broadcast { message } => F::Broadcast(*message),
        Request::Echo { echo } => F::Echo(echo.clone()),
        Request::Read => F::Read(None),
        Request::Init { .. } | Request::Topology(_) => unreachable!("setup is not an operation"),
    }
}

/// How an operation ended: its type, what its completion carries, and the error.
///
/// A definite error fails the operation; after an indefinite one, or none at all in time, nobody knows whether it happened.
/// A read that may have happened has failed all the same, since it changed nothing. A reply that cannot be understood tells
/// nothing, whatever was asked.
#[inline]
pub(crate) fn completion(invoked: &F, completion: Completion) -> (OpKind, F, Option<Box<OpError>>) {
    let unknown = if matches!(invoked, F::Read(_)) { OpKind::Fail } else { OpKind::Info };
    match completion {
        Completion::Malformed(problem) => (OpKind::Info, invoked.clone(), Some(Box::new(OpError::Malformed(problem)))),
        Completion::Timeout => (unknown, invoked.clone(), Some(Box::new(OpError::NetTimeout))),
        Completion::Reply(Reply::Error { code, text }) => {
            let kind = if code.is_definite() { OpKind::Fail } else { unknown };
            (kind, invoked.clone(), Some(Box::new(OpError::Rpc(code, text.map(String::from)))))
        }
        Completion::Reply(Reply::EchoOk { echo }) => (OpKind::Ok, F::Echo(echo), None),
        Completion::Reply(Reply::ReadOk { messages }) => (OpKind::Ok, F::Read(Some(messages)), None),
        Completion::Reply(_) => (OpKind::Ok, invoked.clone(), None),
    }
}

/// The value that an operation broadcasts, if it is a broadcast.
pub(crate) const fn broadcast_value(f: &F) -> Option<Value> {
    match f {
        F::Broadcast(value) => Some(*value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::ErrorCode;

    /// Semantics, section 5.4, the verified codes and the timeout, for a broadcast and for a read.
    #[test]
    fn operations_end_as_the_semantics_says() {
        let end = |invoked: &F, how| completion(invoked, how).0;
        let (broadcast, read) = (F::Broadcast(7), F::Read(None));
        for code in [11, 12, 14] {
            let error = || Completion::Reply(Reply::Error { code: ErrorCode(code), text: None });
            assert_eq!((end(&broadcast, error()), end(&read, error())), (OpKind::Fail, OpKind::Fail), "code {code}");
        }
        for code in [0, 13, 1000] {
            let error = || Completion::Reply(Reply::Error { code: ErrorCode(code), text: None });
            assert_eq!((end(&broadcast, error()), end(&read, error())), (OpKind::Info, OpKind::Fail), "code {code}");
        }
        assert_eq!(
            (end(&broadcast, Completion::Timeout), end(&read, Completion::Timeout)),
            (OpKind::Info, OpKind::Fail)
        );
        let malformed = || Completion::Malformed("x".into());
        assert_eq!((end(&broadcast, malformed()), end(&read, malformed())), (OpKind::Info, OpKind::Info));
        assert_eq!(completion(&broadcast, Completion::Reply(Reply::BroadcastOk)), (OpKind::Ok, broadcast, None));
    }
}
