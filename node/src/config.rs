//! What this node is built to do, and the names of it: the only file that asks which cargo features are on.
//!
//! A feature names a configuration and nothing more: every variant compiles in every build, so one binary per feature set
//! (what an experiment asks for) and one library that plays them all (what an engine in the same process needs) are the
//! same code. Both ways lead through one table.
//!
//! Absent: the feature `shell`, which brings the binary and changes nothing about the node.

use std::fmt;

use protocol::Duration;

use crate::nearest::distance;
use crate::receipts::collector;
use crate::topology::{Arity, Topology};
use crate::{Acks, Sender, Windows};

/// What a node does: with which neighbours it talks, and whether it hands clients' values to the master.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// The edges that values travel along.
    pub topology: Topology,
    /// On: a client's value goes to the master too, and down from there. Off: it floods over the edges.
    pub relay_to_master: bool,
    /// How messages between nodes are acknowledged.
    pub acks: Acks,
    /// Whether a value floods back to where it came from. [`Sender::Spared`] in everything that features name.
    pub sender: Sender,
    /// What happens when the master falls silent.
    pub master: Master,
    /// On: the hub of a star keeps a beat, and its leaves send just before it.
    pub aligned: bool,
    /// How long values wait for others. No feature says so, but an [argument](Config::with_arguments).
    pub windows: Windows,
}

/// What happens when the master falls silent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Master {
    /// Another node leads until it is heard again.
    Dynamic,
    /// Whatever goes through the master waits for it, as in the tutorial.
    #[default]
    Fixed,
}

impl Master {
    /// The name of the feature that chooses it.
    pub const fn feature(self) -> &'static str {
        match self {
            Self::Dynamic => "master-dynamic",
            Self::Fixed => "master-fixed",
        }
    }
}

/// A list of features that names no configuration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// Nothing for another master to do.
    #[error("features `master-dynamic` and `{0}` contradict each other: {1}")]
    NoMaster(&'static str, &'static str),
    /// Something to be aligned to is missing.
    #[error("features `aligned` and `{0}` contradict each other: {1}")]
    Unaligned(&'static str, &'static str),
    /// A topology in which nobody passes anything on, and a master who would have to.
    #[error("features `{}` and `relay-to-master` contradict each other: a value that goes to all at once needs no master; leave one of them out", .0.feature())]
    RelayWithoutNeed(Topology),
    /// An offered topology says nothing of a master.
    #[error(
        "features `topology-offered` and `relay-to-master` contradict each other: the edges that a test offers lead to no master; leave one of them out"
    )]
    RelayWithoutRoot,
    /// Two features each choose how to acknowledge.
    #[error("features `{0}` and `{1}` contradict each other: expected one way to acknowledge, leave one of them out")]
    TwoAcks(&'static str, &'static str),
    /// Two features each say what becomes of a silent master.
    #[error("features `{0}` and `{1}` contradict each other: expected one kind of master, leave one of them out")]
    TwoMasters(&'static str, &'static str),
    /// Two features each choose a topology.
    #[error("features `{0}` and `{1}` contradict each other: expected one topology, leave one of them out")]
    TwoTopologies(&'static str, &'static str),
    /// No such feature.
    #[error("node has no feature `{name}`: expected one of {}; did you mean `{nearest}`?", Names)]
    UnknownFeature {
        /// The name asked for.
        name: String,
        /// The feature whose name is nearest to it.
        nearest: &'static str,
    },
}

/// One row of the table.
struct Feature {
    name: &'static str,
    compiled_in: bool,
    sets: Setting,
}

enum Setting {
    Acks(Acks),
    Aligned,
    Master(Master),
    RelayToMaster,
    Topology(Topology),
}

const FEATURES: [Feature; 19] = [
    Feature::edges(Topology::Direct, cfg!(feature = "topology-direct")),
    Feature::edges(Topology::Grid, cfg!(feature = "topology-grid")),
    Feature::edges(Topology::Star, cfg!(feature = "topology-star")),
    Feature::edges(Topology::N12Tree, cfg!(feature = "topology-n12-tree")),
    Feature::edges(Topology::Rows, cfg!(feature = "topology-rows")),
    Feature::edges(Topology::Tree(Arity::Two), cfg!(feature = "topology-tree-2")),
    Feature::edges(Topology::Tree(Arity::Three), cfg!(feature = "topology-tree-3")),
    Feature::edges(Topology::Tree(Arity::Four), cfg!(feature = "topology-tree-4")),
    Feature::edges(Topology::Tree(Arity::Five), cfg!(feature = "topology-tree-5")),
    Feature::edges(Topology::TwoHubs, cfg!(feature = "topology-two-hubs")),
    Feature::edges(Topology::Offered, cfg!(feature = "topology-offered")),
    Feature::acks(Acks::Each, cfg!(feature = "acks-each")),
    Feature::acks(Acks::Cumulative, cfg!(feature = "acks-cumulative")),
    Feature::acks(Acks::Piggyback, cfg!(feature = "acks-piggyback")),
    Feature::acks(Acks::None, cfg!(feature = "acks-none")),
    Feature { name: "aligned", compiled_in: cfg!(feature = "aligned"), sets: Setting::Aligned },
    Feature::master(Master::Fixed, cfg!(feature = "master-fixed")),
    Feature::master(Master::Dynamic, cfg!(feature = "master-dynamic")),
    Feature { name: "relay-to-master", compiled_in: cfg!(feature = "relay-to-master"), sets: Setting::RelayToMaster },
];

impl Feature {
    const fn edges(topology: Topology, compiled_in: bool) -> Self {
        Self { name: topology.feature(), compiled_in, sets: Setting::Topology(topology) }
    }

    const fn master(master: Master, compiled_in: bool) -> Self {
        Self { name: master.feature(), compiled_in, sets: Setting::Master(master) }
    }

    const fn acks(acks: Acks, compiled_in: bool) -> Self {
        Self { name: acks.feature(), compiled_in, sets: Setting::Acks(acks) }
    }
}

impl Config {
    /// The configuration that this build's features name.
    pub fn from_features() -> Result<Self, ConfigError> {
        Self::of(FEATURES.iter().filter(|feature| feature.compiled_in))
    }

    /// The configuration that these features name, whatever this build's are. Where none chooses a topology, it is
    /// [`Topology::N12Tree`]; where none says how to acknowledge, it is [`Acks::Each`].
    ///
    /// ```
    /// use node::{Acks, Config, topology::Topology};
    ///
    /// let config = Config::named(&["topology-star", "relay-to-master"])?;
    /// assert_eq!((config.topology, config.relay_to_master), (Topology::Star, true));
    /// assert_eq!(config.acks, Acks::Each);
    /// # Ok::<(), node::ConfigError>(())
    /// ```
    pub fn named(features: &[&str]) -> Result<Self, ConfigError> {
        let known: Result<Vec<&Feature>, ConfigError> = features.iter().map(|name| find(name)).collect();
        Self::of(known?)
    }

    /// Every feature that [`Config::named`] knows, in the table's order.
    pub fn feature_names() -> impl Iterator<Item = &'static str> {
        FEATURES.iter().map(|feature| feature.name)
    }

    /// The features that name this configuration. What is so where nothing is said of it is not named, but for the topology.
    pub fn features(self) -> Vec<&'static str> {
        let on = |feature: &&Feature| match feature.sets {
            Setting::Acks(acks) => self.acks == acks && acks != Acks::default(),
            Setting::Aligned => self.aligned,
            Setting::Master(master) => self.master == master && master != Master::default(),
            Setting::RelayToMaster => self.relay_to_master,
            Setting::Topology(topology) => self.topology == topology,
        };
        FEATURES.iter().filter(on).map(|feature| feature.name).collect()
    }

    /// Whether values go many in a message, where there are many.
    pub fn is_batched(self) -> bool {
        self.acks.are_cumulative() || self.windows != Windows::NONE || self.master == Master::Dynamic
    }

    /// Whether acknowledgements that would go alone go by way of one node: where everybody is everybody's neighbour, and they may
    /// wait.
    pub fn has_collector(self) -> bool {
        self.acks == Acks::Piggyback && !self.topology.passes_on()
    }

    /// How long the acknowledgement of a message that has arrived may stay away.
    pub fn held_back(self) -> Duration {
        let on_its_way = if self.has_collector() { collector::HOLD } else { Duration::ZERO };
        self.acks.delay(self.windows) + on_its_way
    }

    fn of<'a>(features: impl IntoIterator<Item = &'a Feature>) -> Result<Self, ConfigError> {
        let (mut relay_to_master, mut aligned) = (false, false);
        let mut topology: Option<Topology> = None;
        let (mut acks, mut master): (Option<Acks>, Option<Master>) = (None, None);
        for feature in features {
            match feature.sets {
                Setting::Acks(one) => {
                    if let Some(other) = acks.replace(one).filter(|&other| other != one) {
                        return Err(ConfigError::TwoAcks(other.feature(), one.feature()));
                    }
                }
                Setting::Aligned => aligned = true,
                Setting::Master(one) => {
                    if let Some(other) = master.replace(one).filter(|&other| other != one) {
                        return Err(ConfigError::TwoMasters(other.feature(), one.feature()));
                    }
                }
                Setting::RelayToMaster => relay_to_master = true,
                Setting::Topology(one) => {
                    if let Some(other) = topology.replace(one).filter(|&other| other != one) {
                        return Err(ConfigError::TwoTopologies(other.feature(), one.feature()));
                    }
                }
            }
        }
        let (topology, acks) = (topology.unwrap_or(Topology::N12Tree), acks.unwrap_or_default());
        let (sender, master, windows) = (Sender::Spared, master.unwrap_or_default(), Windows::NONE);
        let config = Self { topology, relay_to_master, acks, sender, master, aligned, windows };
        config.contradiction().map_or(Ok(config), Err)
    }

    /// What does not go together.
    fn contradiction(self) -> Option<ConfigError> {
        let Self { topology, relay_to_master, acks, master, aligned, .. } = self;
        if master == Master::Dynamic {
            if !acks.is_safe() {
                let why = "where nothing is acknowledged, what is lost with a master is lost; leave one of them out";
                return Some(ConfigError::NoMaster(acks.feature(), why));
            }
            if !relay_to_master && !topology.is_rooted() {
                let why = "nothing goes through a master there; leave one of them out, or add `relay-to-master`";
                return Some(ConfigError::NoMaster(topology.feature(), why));
            }
        }
        if aligned && topology != Topology::Star {
            let why = "only a star has one hub, whose beat all others can keep; leave one of them out";
            return Some(ConfigError::Unaligned(topology.feature(), why));
        }
        if aligned && !acks.is_safe() {
            let why = "a leaf that is never acknowledged does not learn how far its hub is; leave one of them out";
            return Some(ConfigError::Unaligned(acks.feature(), why));
        }
        match topology {
            Topology::Offered if relay_to_master => Some(ConfigError::RelayWithoutRoot),
            _ if relay_to_master && !topology.passes_on() => Some(ConfigError::RelayWithoutNeed(topology)),
            _ => None,
        }
    }
}

impl fmt::Display for Config {
    /// As the features and the arguments that name it: `topology-star, relay-to-master, --batch-window 200ms`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.features().join(", "))?;
        self.arguments().iter().try_for_each(|argument| write!(f, ", {argument}"))
    }
}

/// Prints the names of all features.
struct Names;

impl fmt::Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (k, name) in Config::feature_names().enumerate() {
            write!(f, "{}`{name}`", if k == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

fn find(name: &str) -> Result<&'static Feature, ConfigError> {
    FEATURES.iter().find(|feature| feature.name == name).ok_or_else(|| {
        let nearest = Config::feature_names().min_by_key(|known| distance(name, known)).expect("the table has rows");
        ConfigError::UnknownFeature { name: name.to_owned(), nearest }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sets of features that an experiment can ask for.
    const MATRIX: [&[&str]; 14] = [
        &["topology-direct"],
        &["topology-grid"],
        &["topology-grid", "relay-to-master"],
        &["topology-star"],
        &["topology-star", "relay-to-master"],
        &["topology-n12-tree"],
        &["topology-n12-tree", "relay-to-master"],
        &["topology-rows"],
        &["topology-tree-4"],
        &["topology-tree-5", "relay-to-master"],
        &["topology-two-hubs"],
        &["topology-offered"],
        &["topology-offered", "acks-none"],
        &["topology-direct", "acks-none"],
    ];

    #[test]
    fn this_build_is_what_its_features_name() {
        let compiled_in: Vec<&str> =
            FEATURES.iter().filter(|feature| feature.compiled_in).map(|feature| feature.name).collect();
        assert_eq!(Config::from_features(), Config::named(&compiled_in));
    }

    #[test]
    fn each_set_of_features_names_its_own_configuration() {
        for (k, features) in MATRIX.iter().enumerate() {
            let config = Config::named(features).unwrap();
            assert_eq!(config.features(), *features);
            assert_eq!(config.to_string(), features.join(", "));
            for other in &MATRIX[..k] {
                assert_ne!(Config::named(other), Ok(config));
            }
        }
    }

    #[test]
    fn the_tree_is_the_default_and_naming_twice_is_naming_once() {
        assert_eq!(Config::named(&[]), Config::named(&["topology-n12-tree"]));
        assert_eq!(Config::named(&["relay-to-master"]).unwrap().topology, Topology::N12Tree);
        assert_eq!(Config::named(&["topology-grid", "topology-grid"]), Config::named(&["topology-grid"]));
    }

    #[test]
    fn two_topologies_contradict() {
        assert_eq!(
            Config::named(&["topology-star", "relay-to-master", "topology-grid"]),
            Err(ConfigError::TwoTopologies("topology-star", "topology-grid"))
        );
    }

    #[test]
    fn one_way_to_acknowledge() {
        assert_eq!(Config::named(&["acks-each"]), Config::named(&[]));
        assert_eq!(Config::named(&["acks-none", "acks-each"]), Err(ConfigError::TwoAcks("acks-none", "acks-each")));
    }

    #[test]
    fn only_a_star_whose_leaves_are_acknowledged_is_aligned() {
        let star = Config::named(&["topology-star", "aligned"]).unwrap();
        assert!(star.with_arguments(&[""; 0]).is_err(), "there is no beat without a window");
        assert!(star.with_arguments(&["--batch-window", "1s"]).unwrap().aligned);
        for features in [&["topology-star", "acks-none", "aligned"][..], &["aligned"], &["topology-direct", "aligned"]]
        {
            let error = Config::named(features).unwrap_err();
            assert!(matches!(error, ConfigError::Unaligned(..)), "{features:?}: {error}");
        }
    }

    #[test]
    fn nobody_relays_where_everybody_is_a_neighbour() {
        let error = Config::named(&["relay-to-master", "topology-direct"]).unwrap_err();
        assert_eq!(error, ConfigError::RelayWithoutNeed(Topology::Direct));
        assert!(
            error.to_string().starts_with("features `topology-direct` and `relay-to-master` contradict"),
            "{error}"
        );
        assert_eq!(Config::named(&["relay-to-master", "topology-offered"]), Err(ConfigError::RelayWithoutRoot));
    }

    #[test]
    fn an_unknown_name_meets_the_nearest_known() {
        let nearest = |name: &str| match Config::named(&[name]) {
            Err(ConfigError::UnknownFeature { nearest, .. }) => nearest,
            other => panic!("`{name}` gave {other:?}"),
        };
        assert_eq!(nearest("topology-gird"), "topology-grid");
        assert_eq!(nearest("n12tree"), "topology-n12-tree");
        assert_eq!(nearest("stra"), "topology-star");
        assert_eq!(nearest("tree4"), "topology-tree-4");
        assert_eq!(nearest("hubs"), "topology-two-hubs");
        assert_eq!(nearest("relay"), "relay-to-master");
        let message = Config::named(&["topology-gird"]).unwrap_err().to_string();
        assert_eq!(
            message,
            "node has no feature `topology-gird`: expected one of `topology-direct`, `topology-grid`, `topology-star`, \
             `topology-n12-tree`, `topology-rows`, `topology-tree-2`, `topology-tree-3`, `topology-tree-4`, \
             `topology-tree-5`, `topology-two-hubs`, `topology-offered`, `acks-each`, `acks-cumulative`, \
             `acks-piggyback`, `acks-none`, `aligned`, `master-fixed`, \
             `master-dynamic`, `relay-to-master`; did \
             you mean `topology-grid`?"
        );
    }
}
