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
    /// The place of the message behind it in its chain, if it is in one and not the last.
    next: u32,
}

impl<P> Messages<P> {
    pub(crate) const fn new() -> Self {
        Self { letters: Vec::new(), vacant: Vec::new() }
    }

    /// Puts down what a message says, and returns its place.
    #[inline]
    pub(crate) fn put(&mut self, mut body: P) -> u32 {
        let Some(place) = self.vacant.pop() else { return self.append(body) };
        std::mem::swap(&mut self.letters[place as usize].body, &mut body);
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

/// Messages one behind the other.
#[derive(Debug)]
pub(crate) struct Chain {
    /// The first and the last, if there are any.
    ends: Option<(u32, u32)>,
}

impl Chain {
    pub(crate) const fn new() -> Self {
        Self { ends: None }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.ends.is_none()
    }

    /// The first message.
    pub(crate) fn first(&self) -> Option<u32> {
        self.ends.map(|(first, _)| first)
    }

    /// The last message.
    pub(crate) fn last(&self) -> Option<u32> {
        self.ends.map(|(_, last)| last)
    }

    /// Adds a message behind the last.
    #[inline]
    pub(crate) fn push<P>(&mut self, place: u32, messages: &mut Messages<P>) {
        let first = self.ends.map_or(place, |(first, last)| {
            messages.at_mut(last).next = place;
            first
        });
        self.ends = Some((first, place));
    }

    /// Takes the first message off.
    #[inline]
    pub(crate) fn pop<P>(&mut self, messages: &Messages<P>) -> Option<u32> {
        let (first, last) = self.ends?;
        self.ends = (first != last).then(|| (messages.at(first).next, last));
        Some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_down_lies_there_and_chains_keep_their_order() {
        let mut messages = Messages::new();
        assert_eq!(["a", "b", "c"].map(|body| messages.put(body)), [0, 1, 2]);
        assert_eq!(messages.at(1).body, "b");
        messages.vacate([1]);
        assert_eq!((messages.put("d"), messages.put("e")), (1, 3));
        let mut chain = Chain::new();
        assert_eq!((chain.pop(&messages), chain.is_empty()), (None, true));
        for place in [2, 0, 3] {
            chain.push(place, &mut messages);
        }
        assert_eq!((chain.first(), chain.last()), (Some(2), Some(3)));
        assert_eq!([(); 4].map(|()| chain.pop(&messages)), [Some(2), Some(0), Some(3), None]);
        assert_eq!([0, 1, 2, 3].map(|place| messages.at(place).body), ["a", "d", "c", "e"]);
    }
}
