//! The messages under way. Each is put down once, when it is sent, and read where it lies when it is delivered; whatever
//! moves in between is its place. Moving the messages themselves from queue to queue would cost more than all the rest of
//! the network does.
//!
//! Absent: where a message is on its way ([`crate::network`], [`crate::client`]).

use protocol::{Address, Time};

/// Messages by place.
#[derive(Debug)]
pub(crate) struct Messages<P> {
    letters: Vec<Letter<P>>,
    vacant: Vec<u32>,
}

/// One message.
#[derive(Debug)]
pub(crate) struct Letter<P> {
    /// What it says.
    pub(crate) body: P,
    /// When it is due.
    pub(crate) deadline: Time,
    /// The network's number of the message. It counts up.
    pub(crate) id: u64,
    /// Who sent it.
    pub(crate) src: Address,
    /// The place of the message behind it in its queue, if it is in a queue and not the last.
    pub(crate) next: u32,
}

impl<P> Messages<P> {
    pub(crate) const fn new() -> Self {
        Self { letters: Vec::new(), vacant: Vec::new() }
    }

    /// Puts down what a message says, and returns its place.
    #[inline]
    pub(crate) fn put(&mut self, body: P) -> u32 {
        let Some(place) = self.vacant.pop() else { return self.append(body) };
        let before = std::mem::replace(&mut self.letters[place as usize].body, body);
        drop(before);
        place
    }

    #[cold]
    fn append(&mut self, body: P) -> u32 {
        self.letters.push(Letter { body, deadline: Time::ZERO, id: 0, src: Address::node(0), next: 0 });
        u32::try_from(self.letters.len() - 1).expect("fewer than 2^32 messages at a time")
    }

    /// The message at a place.
    #[inline]
    pub(crate) fn at(&self, place: u32) -> &Letter<P> {
        &self.letters[place as usize]
    }

    /// The same, to be written on.
    #[inline]
    pub(crate) fn at_mut(&mut self, place: u32) -> &mut Letter<P> {
        &mut self.letters[place as usize]
    }

    /// Nobody needs these messages any more. Each lies there until its place is used again.
    pub(crate) fn vacate(&mut self, places: impl IntoIterator<Item = u32>) {
        self.vacant.extend(places);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_down_lies_there_and_places_are_used_again() {
        let mut messages = Messages::new();
        assert_eq!(["a", "b", "c"].map(|body| messages.put(body)), [0, 1, 2]);
        assert_eq!(messages.at(1).body, "b");
        messages.vacate([1]);
        assert_eq!((messages.put("d"), messages.put("e")), (1, 3));
        assert_eq!([0, 1, 2, 3].map(|place| messages.at(place).body), ["a", "d", "c", "e"]);
    }
}
