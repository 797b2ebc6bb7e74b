//! Whether nodes said back what they were told (semantics, section 10.1). An operation without an answer is an error too.

use serde_json::Value;

use crate::history::{F, History};
use crate::results::Validity;

/// What came back wrong.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Echo {
    /// The operations whose reply did not echo what was sent, in order of invocation.
    pub errors: Vec<EchoError>,
}

/// One that came back wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct EchoError {
    /// What was sent.
    pub sent: Value,
    /// The completion's value: the whole reply body, or what was sent again if there was none.
    pub received: Value,
}

/// Judges a history.
pub fn check(history: &History) -> Echo {
    let ops = history.ops();
    let mut pairs = history.pairs();
    pairs.sort_unstable();
    let error = |(invocation, completion): (usize, usize)| match (&ops[invocation].f, &ops[completion].f) {
        (F::Echo(sent), F::Echo(received)) if received.get("echo") != Some(&**sent) => {
            Some(EchoError { sent: (**sent).clone(), received: (**received).clone() })
        }
        _ => None,
    };
    Echo { errors: pairs.into_iter().filter_map(error).collect() }
}

impl Echo {
    /// Valid if nothing came back wrong.
    pub const fn valid(&self) -> Validity {
        if self.errors.is_empty() { Validity::Valid } else { Validity::Invalid }
    }
}
