//! What was broken while a value spread, and whom it hit: read off the nemesis's operations in the history.

use std::collections::BTreeMap;

use engine::Nemesis;
use engine::history::{F, History, Op, OpKind, PartitionValue, Process, Senders};
use protocol::Time;

use super::life::{Life, since};

/// One thing that was broken for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// What, such as `partition (majority)` or `loss=5%`.
    pub(crate) what: String,
    pub(crate) begun: Time,
    /// When it ended, if the test saw that.
    pub(crate) ended: Option<Time>,
    /// The nodes it hit, by number; none where it concerned all alike.
    pub(crate) victims: Vec<u32>,
}

/// Every fault that overlaps a value's life, in the order of their beginnings.
pub(super) fn during(life: &Life, history: &History) -> Vec<Fault> {
    let place = |name: &String| life.names.iter().position(|other| other == name).and_then(|k| u32::try_from(k).ok());
    let places = |names: &[String]| {
        let mut places: Vec<u32> = names.iter().filter_map(place).collect();
        places.sort_unstable();
        places
    };
    let mut open: BTreeMap<&'static str, Fault> = BTreeMap::new();
    let mut faults = Vec::new();
    let mut kind = "";
    for op in history.ops().iter().filter(|op| op.process == Process::Nemesis && op.kind == OpKind::Info) {
        let Op { time, f, .. } = op;
        let now = since(life.origin, *time);
        let fault = |what: String, victims| Fault { what, begun: now, ended: None, victims };
        match f {
            F::StartPartition(PartitionValue::Kind(name)) => kind = name,
            F::StartPartition(PartitionValue::Isolated(unheard)) => {
                let apart = apart(unheard, life.names.len());
                open.insert(Nemesis::Partition.name(), fault(format!("partition ({kind})"), places(&apart)));
            }
            // Words come with the completion.
            F::StartFault(_, words) | F::StopFault(_, words) if words.is_empty() => {}
            F::StartFault(nemesis, words) => {
                let what = match nemesis {
                    Nemesis::OneWay => format!("one-way ({})", words[0]),
                    other => other.to_string(),
                };
                open.insert(nemesis.name(), fault(what, places(words)));
            }
            F::StopFault(nemesis, _) => end(&mut faults, open.remove(nemesis.name()), now),
            F::StopPartition(Some(_)) => end(&mut faults, open.remove(Nemesis::Partition.name()), now),
            _ => {}
        }
    }
    faults.extend(open.into_values());
    let (begun, ended) = (life.invoked, life.end());
    faults.retain(|fault| fault.begun <= ended && fault.ended.is_none_or(|end| end >= begun));
    faults.sort_by_key(|fault| fault.begun);
    faults
}

fn end(faults: &mut Vec<Fault>, fault: Option<Fault>, now: Time) {
    faults.extend(fault.map(|fault| Fault { ended: Some(now), ..fault }));
}

/// The smaller side of a cut: those who no longer hear more than half. In a ring there is none.
fn apart(unheard: &BTreeMap<String, Senders>, nodes: usize) -> Vec<String> {
    unheard.iter().filter(|(_, senders)| senders.len() * 2 > nodes).map(|(name, _)| name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smaller_side_of_a_cut_is_set_apart() {
        let names = |list: &str| list.split(' ').map(Into::into).collect::<Senders>();
        let one = BTreeMap::from([
            ("a".to_owned(), names("b c")),
            ("b".to_owned(), names("a")),
            ("c".to_owned(), names("a")),
        ]);
        assert_eq!(apart(&one, 3), ["a"]);
        let ring = BTreeMap::from(["a", "b", "c", "d"].map(|name| (name.to_owned(), names("x"))));
        assert_eq!(apart(&ring, 4), [""; 0]);
    }
}
