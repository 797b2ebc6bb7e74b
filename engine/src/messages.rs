//! The messages under way. Each is put down once, when it is sent, and read where it lies when it is delivered; whatever
//! moves in between is its place. Moving the messages themselves from queue to queue would cost more than all the rest of
//! the network does.
//!
//! Absent: where a message is on its way ([`crate::network`]), and replies to clients, which take no time.

use std::num::NonZeroU32;

use protocol::{Address, Time};

use crate::payload::Content;

/// Messages by place.
#[derive(Debug)]
pub(crate) struct Messages<P> {
    letters: Vec<Letter<P>>,
    vacant: Vec<Place>,
}

/// Where a message lies. Never zero, so that a place that may be missing takes no more room than one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place(NonZeroU32);

/// One message. As long as a line of the processor's memory, if what it says is not too long, and so never on two.
#[derive(Debug)]
#[repr(align(64))]
pub(crate) struct Letter<P> {
    /// What it says.
    pub(crate) body: P,
    /// When it is due.
    pub(crate) deadline: Time,
    /// The network's number of the message. It counts up.
    pub(crate) id: u64,
    /// Who sent it.
    pub(crate) src: Address,
    /// The message behind it in its chain, if it is in one and not the last.
    next: Option<Place>,
}

impl<P: Content> Messages<P> {
    pub(crate) fn new() -> Self {
        // The first place is never given away, so that places are never zero.
        Self { letters: vec![Letter::default()], vacant: Vec::new() }
    }

    /// Puts down a message, and returns its place. What it says is taken out of `body`; what is left
    /// there lies in one piece.
    #[inline]
    pub(crate) fn put(&mut self, body: &mut P, src: Address, id: u64, deadline: Time) -> Place {
        let place = self.vacant.pop().unwrap_or_else(|| self.append());
        let letter = &mut self.letters[place.index()];
        letter.deadline = deadline;
        letter.id = id;
        letter.src = src;
        std::mem::swap(&mut letter.body, body);
        place
    }

    #[cold]
    fn append(&mut self) -> Place {
        let number = u32::try_from(self.letters.len()).ok().and_then(NonZeroU32::new);
        self.letters.push(Letter::default());
        Place(number.expect("more than none and fewer than 2^32 messages at a time"))
    }

    /// Nobody needs this message any more.
    #[inline]
    pub(crate) fn vacate(&mut self, place: Place) {
        if !self.letters[place.index()].body.is_flat() {
            self.empty(place);
        }
        self.vacant.push(place);
    }

    #[inline(never)]
    fn empty(&mut self, place: Place) {
        drop(std::mem::take(&mut self.letters[place.index()].body));
    }
}

impl<P> Messages<P> {
    /// The message at a place.
    #[inline]
    pub(crate) fn at(&self, place: Place) -> &Letter<P> {
        &self.letters[place.index()]
    }

    /// The same, to be written on.
    #[inline]
    pub(crate) fn at_mut(&mut self, place: Place) -> &mut Letter<P> {
        &mut self.letters[place.index()]
    }
}

impl<P: Default> Default for Letter<P> {
    fn default() -> Self {
        Self { body: P::default(), deadline: Time::ZERO, id: 0, src: Address::node(0), next: None }
    }
}

/// Messages one behind the other.
#[derive(Debug)]
pub(crate) struct Chain {
    /// The first and the last, if there are any.
    ends: Option<(Place, Place)>,
}

impl Chain {
    pub(crate) const fn new() -> Self {
        Self { ends: None }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.ends.is_none()
    }

    /// The first message.
    pub(crate) fn first(&self) -> Option<Place> {
        self.ends.map(|(first, _)| first)
    }

    /// The last message.
    pub(crate) fn last(&self) -> Option<Place> {
        self.ends.map(|(_, last)| last)
    }

    /// Adds a message behind the last.
    #[inline]
    pub(crate) fn push<P>(&mut self, place: Place, messages: &mut Messages<P>) {
        let first = self.ends.map_or(place, |(first, last)| {
            messages.at_mut(last).next = Some(place);
            first
        });
        self.ends = Some((first, place));
    }

    /// Takes the first message off.
    #[inline]
    pub(crate) fn pop<P>(&mut self, messages: &Messages<P>) -> Option<Place> {
        let (first, last) = self.ends?;
        self.ends = if first == last { None } else { messages.at(first).next.zip(Some(last)) };
        if let Some((next, _)) = self.ends {
            // It will be looked at soon: meanwhile the processor can fetch it.
            std::hint::black_box(messages.at(next).id);
        }
        Some(first)
    }
}

impl Place {
    const fn index(self) -> usize {
        self.0.get() as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_down_lies_there_and_chains_keep_their_order() {
        let mut messages = Messages::new();
        let mut put = |mut body, id| messages.put(&mut body, Address::node(0), id, Time::ZERO);
        let [first, second, third] = [("a", 0), ("b", 1), ("c", 2)].map(|(body, id)| put(body, id));
        assert_eq!([first, second, third].map(|place| messages.at(place).body), ["a", "b", "c"]);
        messages.vacate(second);
        let mut put = |mut body, id| messages.put(&mut body, Address::node(0), id, Time::ZERO);
        let [again, fourth] = [("d", 3), ("e", 4)].map(|(body, id)| put(body, id));
        assert_eq!((again, messages.at(second).body, messages.at(second).id), (second, "d", 3));
        let mut chain = Chain::new();
        assert_eq!((chain.pop(&messages), chain.is_empty()), (None, true));
        for place in [third, first, fourth] {
            chain.push(place, &mut messages);
        }
        assert_eq!((chain.first(), chain.last()), (Some(third), Some(fourth)));
        assert_eq!([(); 4].map(|()| chain.pop(&messages)), [Some(third), Some(first), Some(fourth), None]);
    }
}
