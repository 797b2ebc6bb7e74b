//! What a test breaks, as an option: Maelstrom's partitions, and faults that it does not have. Written as words,
//! `partition+loss=10%`, wherever a person or a file names them.
//!
//! Absent: when something breaks, and what that does ([`crate::nemesis`], [`crate::network`]).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// One kind of thing that breaks, again and again, with how badly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Nemesis {
    /// Cuts the network between groups of nodes, both ways (semantics, section 9).
    Partition,
    /// Cuts it in one direction: some nodes no longer hear the others, or are no longer heard by them. Not Maelstrom's.
    OneWay,
    /// Cuts the node of that place off from all others, half an interval after the load begins, for one interval; and again an
    /// interval later. Nothing about it is random. Not Maelstrom's.
    Isolate(u16),
    /// So many of a thousand messages between nodes are lost. Not Maelstrom's.
    Loss(u16),
    /// So many of a thousand messages between nodes arrive twice. Not Maelstrom's.
    Duplication(u16),
    /// A fifth of all links, drawn anew each time, takes so many times the latency. Not Maelstrom's.
    Slow(u16),
    /// So many nodes stop, as by `SIGSTOP`, and go on later with what has come meanwhile. Not Maelstrom's.
    Pause(u16),
    /// So many nodes die, and are started again later with nothing. Not Maelstrom's `broadcast` test.
    Crash(u16),
}

/// Everything that a test breaks: at most one of each kind, in [`Nemesis`]'s order.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Nemeses(Vec<Nemesis>);

/// Words that name nothing that can break.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NemesisError {
    /// A number that is missing, or there where none was expected, or no such number.
    #[error("`{word}` cannot be: expected {expected}, such as `{example}`")]
    BadAmount {
        /// What was written.
        word: String,
        /// What may be.
        expected: &'static str,
        /// The same kind with what may be.
        example: Nemesis,
    },
    /// The same kind twice.
    #[error("`{0}` stands there twice: expected each fault once, such as `partition+loss`")]
    Twice(&'static str),
    /// No such kind.
    #[error("nothing breaks by the name `{0}`: expected `none`, or some of {names} joined by `+`", names = Names)]
    Unknown(String),
}

/// A kind's name, what a history calls its beginning and its end, and the amount it has unless one is given.
struct Kind {
    name: &'static str,
    deeds: (&'static str, &'static str),
    usual: Nemesis,
}

const KINDS: [Kind; 8] = [
    Kind { name: "partition", deeds: ("start-partition", "stop-partition"), usual: Nemesis::Partition },
    Kind { name: "one-way", deeds: ("start-one-way", "stop-one-way"), usual: Nemesis::OneWay },
    Kind { name: "isolate", deeds: ("start-isolate", "stop-isolate"), usual: Nemesis::Isolate(0) },
    Kind { name: "loss", deeds: ("start-loss", "stop-loss"), usual: Nemesis::Loss(50) },
    Kind { name: "duplication", deeds: ("start-duplication", "stop-duplication"), usual: Nemesis::Duplication(50) },
    Kind { name: "slow", deeds: ("start-slow", "stop-slow"), usual: Nemesis::Slow(5) },
    Kind { name: "pause", deeds: ("start-pause", "stop-pause"), usual: Nemesis::Pause(1) },
    Kind { name: "crash", deeds: ("start-crash", "stop-crash"), usual: Nemesis::Crash(1) },
];

impl Nemesis {
    /// What it is called, without how badly.
    pub fn name(self) -> &'static str {
        self.kind().name
    }

    /// What a history calls its beginning and its end.
    pub fn deeds(self) -> (&'static str, &'static str) {
        self.kind().deeds
    }

    /// Every name.
    pub fn names() -> impl Iterator<Item = &'static str> {
        KINDS.iter().map(|kind| kind.name)
    }

    /// Whether Maelstrom's `broadcast` test can break this too.
    pub const fn is_maelstroms(self) -> bool {
        matches!(self, Self::Partition)
    }

    /// Whether it takes more nodes than the so many that there are.
    pub const fn is_beyond(self, nodes: u32) -> bool {
        match self {
            Self::Isolate(place) => place as u32 >= nodes,
            _ => self.victims() as u32 > nodes,
        }
    }

    /// How many nodes it stops or kills at a time.
    pub const fn victims(self) -> u16 {
        match self {
            Self::Crash(nodes) | Self::Pause(nodes) => nodes,
            _ => 0,
        }
    }

    fn kind(self) -> &'static Kind {
        let same = |kind: &&Kind| std::mem::discriminant(&kind.usual) == std::mem::discriminant(&self);
        KINDS.iter().find(same).expect("every kind is listed")
    }

    /// The same kind with the amount that is written so.
    fn with(self, amount: &str) -> Result<Self, &'static str> {
        let whole = |expected: &'static str, least: u16, most: u16| {
            let number = amount.strip_suffix('x').unwrap_or(amount).parse::<u16>().ok();
            number.filter(|number| (least..=most).contains(number)).ok_or(expected)
        };
        let nodes = || whole("a number of nodes from 1 to 1000", 1, 1000);
        Ok(match self {
            Self::Partition | Self::OneWay => return Err("it without an amount"),
            Self::Isolate(_) => Self::Isolate(whole("a node's place from 0", 0, u16::MAX)?),
            Self::Loss(_) => Self::Loss(per_mille(amount)?),
            Self::Duplication(_) => Self::Duplication(per_mille(amount)?),
            Self::Slow(_) => Self::Slow(whole("how many times slower, from 2 to 1000", 2, 1000)?),
            Self::Pause(_) => Self::Pause(nodes()?),
            Self::Crash(_) => Self::Crash(nodes()?),
        })
    }
}

/// `10%` or `2.5%` as parts of a thousand.
fn per_mille(amount: &str) -> Result<u16, &'static str> {
    let expected = "a share of messages from 0.1 % to 100 %";
    let percent: f64 = amount.strip_suffix('%').and_then(|number| number.trim().parse().ok()).ok_or(expected)?;
    let parts = (percent * 10.0).round();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 1 to 1000")]
    if (1.0..=1000.0).contains(&parts) { Ok(parts as u16) } else { Err(expected) }
}

impl fmt::Display for Nemesis {
    /// `partition`, `loss=5%`, `crash=1`: reads back as itself.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self {
            Self::OneWay | Self::Partition => Ok(()),
            Self::Loss(parts) | Self::Duplication(parts) => write!(f, "={}%", f64::from(*parts) / 10.0),
            Self::Crash(number) | Self::Isolate(number) | Self::Pause(number) | Self::Slow(number) => {
                write!(f, "={number}")
            }
        }
    }
}

impl FromStr for Nemesis {
    type Err = NemesisError;

    fn from_str(word: &str) -> Result<Self, NemesisError> {
        let (name, amount) = word.split_once('=').map_or((word, None), |(name, amount)| (name, Some(amount)));
        let kind = KINDS.iter().find(|kind| kind.name == name.trim());
        let Kind { usual, .. } = kind.ok_or_else(|| NemesisError::Unknown(name.trim().to_owned()))?;
        match amount {
            None => Ok(*usual),
            Some(amount) => {
                let bad = |expected| NemesisError::BadAmount { word: word.to_owned(), expected, example: *usual };
                usual.with(amount.trim()).map_err(bad)
            }
        }
    }
}

impl Nemeses {
    /// Nothing breaks.
    pub const NONE: Self = Self(Vec::new());

    /// These, each kind at most once.
    pub fn of(all: impl IntoIterator<Item = Nemesis>) -> Result<Self, NemesisError> {
        let mut all: Vec<Nemesis> = all.into_iter().collect();
        all.sort_unstable();
        match all.windows(2).find(|pair| pair[0].name() == pair[1].name()) {
            Some(pair) => Err(NemesisError::Twice(pair[0].name())),
            None => Ok(Self(all)),
        }
    }

    /// Each, in order.
    pub fn iter(&self) -> impl Iterator<Item = Nemesis> + '_ {
        self.0.iter().copied()
    }

    /// Whether nothing breaks.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those that Maelstrom's `broadcast` test does not have.
    pub fn beyond_maelstrom(&self) -> Self {
        Self(self.iter().filter(|nemesis| !nemesis.is_maelstroms()).collect())
    }
}

impl From<Nemesis> for Nemeses {
    fn from(one: Nemesis) -> Self {
        Self(vec![one])
    }
}

impl fmt::Display for Nemeses {
    /// `none`, or all joined by `+`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("none");
        }
        for (place, nemesis) in self.iter().enumerate() {
            write!(f, "{}{nemesis}", if place == 0 { "" } else { "+" })?;
        }
        Ok(())
    }
}

impl FromStr for Nemeses {
    type Err = NemesisError;

    /// Joined by `+`, or by `,` as on Maelstrom's command line.
    fn from_str(words: &str) -> Result<Self, NemesisError> {
        match words.trim() {
            "" | "none" => Ok(Self::NONE),
            words => Self::of(words.split(['+', ',']).map(|word| word.trim().parse()).collect::<Result<Vec<_>, _>>()?),
        }
    }
}

impl Serialize for Nemeses {
    /// Nothing, or its words.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.is_empty() { serializer.serialize_none() } else { serializer.collect_str(self) }
    }
}

impl<'de> Deserialize<'de> for Nemeses {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let words = Option::<String>::deserialize(deserializer)?;
        words.as_deref().unwrap_or_default().parse().map_err(de::Error::custom)
    }
}

/// Prints the names of all kinds.
struct Names;

impl fmt::Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, name) in Nemesis::names().enumerate() {
            write!(f, "{}`{name}`", if place == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back_as_themselves() {
        for (written, shown) in [
            ("none", "none"),
            ("", "none"),
            ("partition", "partition"),
            ("loss", "loss=5%"),
            ("crash+partition", "partition+crash=1"),
            ("isolate=12", "isolate=12"),
            ("slow=20x, loss=2.5 %,one-way", "one-way+loss=2.5%+slow=20"),
        ] {
            let nemeses: Nemeses = written.parse().unwrap();
            assert_eq!(nemeses.to_string(), shown);
            assert_eq!(shown.parse(), Ok(nemeses.clone()));
            let json = serde_json::to_string(&nemeses).unwrap();
            assert_eq!(serde_json::from_str::<Nemeses>(&json).unwrap(), nemeses);
        }
        assert_eq!(serde_json::to_string(&Nemeses::NONE).unwrap(), "null");
        assert_eq!(serde_json::from_str::<Nemeses>("\"partition\"").unwrap(), Nemesis::Partition.into());
    }

    #[test]
    fn what_cannot_be_says_what_can() {
        for (written, said) in [
            ("meteor", "nothing breaks by the name `meteor`: expected `none`, or some of `partition`, `one-way`"),
            ("loss+loss=1%", "`loss` stands there twice"),
            ("loss=5", "`loss=5` cannot be: expected a share of messages from 0.1 % to 100 %, such as `loss=5%`"),
            ("loss=0%", "`loss=0%` cannot be"),
            ("crash=0", "`crash=0` cannot be: expected a number of nodes from 1 to 1000, such as `crash=1`"),
            ("partition=3", "`partition=3` cannot be: expected it without an amount, such as `partition`"),
            ("partition+", "nothing breaks by the name ``"),
        ] {
            let error = written.parse::<Nemeses>().unwrap_err().to_string();
            assert!(error.starts_with(said), "{written}: {error}");
        }
    }

    #[test]
    fn what_takes_more_nodes_than_there_are_is_beyond_them() {
        for (written, is_beyond) in
            [("isolate=4", false), ("isolate=5", true), ("pause=5", false), ("crash=6", true), ("slow=9", false)]
        {
            assert_eq!(written.parse::<Nemesis>().unwrap().is_beyond(5), is_beyond, "{written}");
        }
    }

    #[test]
    fn only_partitions_are_maelstroms() {
        let nemeses: Nemeses = "partition+loss+pause".parse().unwrap();
        assert_eq!(nemeses.beyond_maelstrom().to_string(), "loss=5%+pause=1");
    }
}
