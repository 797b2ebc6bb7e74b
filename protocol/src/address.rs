//! Who a message comes from and goes to: a small number inside, a name on the wire.
//!
//! A machine compares and stores addresses by the million, so an [`Address`] is four bytes; a [`Directory`] knows the
//! names. Only the wire ([`crate::Codec`]) needs one.

use std::collections::BTreeMap;

/// A node, a client or a service, as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(u32);

/// What an [`Address`] stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    /// The client `c<k>`.
    Client(u32),
    /// The k-th node of `init`'s list.
    Node(u32),
    /// Any other name, such as a service's, in the order they were met.
    Other(u32),
}

impl Address {
    const KIND: u32 = 0b11 << 30;
    const CLIENT: u32 = 0b10 << 30;
    const OTHER: u32 = 0b01 << 30;

    /// The k-th node of the cluster's list, counted from 0.
    #[inline]
    pub const fn node(k: u32) -> Self {
        assert!(k & Self::KIND == 0, "at most 2^30 nodes");
        Self(k)
    }

    /// The client `c<k>`.
    pub const fn client(k: u32) -> Self {
        assert!(k & Self::KIND == 0, "at most 2^30 clients");
        Self(k | Self::CLIENT)
    }

    /// The k-th name that is neither.
    pub const fn other(k: u32) -> Self {
        assert!(k & Self::KIND == 0, "at most 2^30 other names");
        Self(k | Self::OTHER)
    }

    /// What this address stands for.
    #[inline]
    pub const fn party(self) -> Party {
        match self.0 & Self::KIND {
            Self::CLIENT => Party::Client(self.0 & !Self::KIND),
            Self::OTHER => Party::Other(self.0 & !Self::KIND),
            _ => Party::Node(self.0),
        }
    }

    /// The node's place in the cluster's list, if this is a node.
    #[inline]
    pub const fn as_node(self) -> Option<u32> {
        // Nodes come first.
        if self.0 < Self::OTHER { Some(self.0) } else { None }
    }

    /// Whether this is a client `c<k>`.
    pub const fn is_client(self) -> bool {
        self.0 & Self::KIND == Self::CLIENT
    }
}

/// The names behind addresses. Empty until `init` tells the cluster's node list.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    nodes: Vec<String>,
    others: Vec<String>,
    known: BTreeMap<String, Address>,
}

impl Directory {
    /// A directory of these nodes, in the cluster's order.
    pub fn of_nodes(nodes: impl IntoIterator<Item = String>) -> Self {
        let mut directory = Self::default();
        directory.set_nodes(nodes);
        directory
    }

    /// Takes the cluster's node list. Names met earlier as [`Party::Other`] keep that address for their old messages.
    pub fn set_nodes(&mut self, nodes: impl IntoIterator<Item = String>) {
        self.nodes = nodes.into_iter().collect();
        for (k, name) in (0..).zip(&self.nodes) {
            self.known.insert(name.clone(), Address::node(k));
        }
    }

    /// The cluster's nodes, in order.
    pub fn nodes(&self) -> &[String] {
        &self.nodes
    }

    /// The address of a name, if it is a node, a client `c<k>` or was met before.
    pub fn find(&self, name: &str) -> Option<Address> {
        self.known.get(name).copied().or_else(|| client_number(name).map(Address::client))
    }

    /// The address of a name, which is remembered if it is new.
    pub fn intern(&mut self, name: &str) -> Address {
        if let Some(address) = self.find(name) {
            return address;
        }
        let address = Address::other(u32::try_from(self.others.len()).expect("fewer than 2^30 names"));
        self.others.push(name.to_owned());
        self.known.insert(name.to_owned(), address);
        address
    }

    /// The name on the wire; `?` for an address this directory never gave out.
    pub fn name(&self, address: Address) -> std::borrow::Cow<'_, str> {
        match address.party() {
            Party::Client(k) => format!("c{k}").into(),
            Party::Node(k) => self.nodes.get(k as usize).map_or("?", String::as_str).into(),
            Party::Other(k) => self.others.get(k as usize).map_or("?", String::as_str).into(),
        }
    }
}

/// 12 for `c12`; nothing for `c012`, `client` or `c`, whose names could not be written back from a number.
fn client_number(name: &str) -> Option<u32> {
    let digits = name.strip_prefix('c')?;
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
    let number: u32 = plain.then(|| digits.parse().ok())??;
    (number & Address::KIND == 0).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back() {
        let mut directory = Directory::of_nodes(["a".to_owned(), "n1".to_owned()]);
        for name in ["a", "n1", "c0", "c17", "c017", "lin-kv", "c", "clever", "c99999999999"] {
            let address = directory.intern(name);
            assert_eq!(directory.name(address), name);
            assert_eq!(directory.find(name), Some(address));
        }
        assert_eq!(directory.find("n1").and_then(Address::as_node), Some(1));
        assert!(directory.find("c17").is_some_and(Address::is_client));
        assert!(!directory.find("clever").is_some_and(Address::is_client));
        assert_eq!(directory.find("n2"), None);
    }
}
