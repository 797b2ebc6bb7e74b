//! The messages under way. Each is put down once, when it is sent, and read where it lies when it is delivered; whatever
//! moves in between is its place. Moving the messages themselves from queue to queue would cost more than all the rest of
//! the network does.
//!
//! Absent: where a message is on its way ([`crate::network`]).

use protocol::Address;

/// Messages by place.
#[derive(Debug)]
pub(crate) struct Messages<P> {
    letters: Vec<Letter<P>>,
    vacant: Vec<u32>,
}

/// What the network knows of a message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Envelope {
    /// The network's number of the message. It counts up.
    pub(crate) id: u64,
    /// Who sent it.
    pub(crate) src: Address,
    /// Whether its sender or its receiver is a client.
    pub(crate) involves_client: bool,
}

#[derive(Debug)]
struct Letter<P> {
    envelope: Envelope,
    body: P,
}

impl<P> Messages<P> {
    pub(crate) const fn new() -> Self {
        Self { letters: Vec::new(), vacant: Vec::new() }
    }

    /// Puts a message down, and returns its place.
    #[inline]
    pub(crate) fn put(&mut self, envelope: Envelope, body: P) -> u32 {
        let Some(place) = self.vacant.pop() else { return self.append(Letter { envelope, body }) };
        let letter = &mut self.letters[place as usize];
        letter.body = body;
        let Envelope { id, src, involves_client } = envelope;
        // One by one: what is put together first, and then copied as one, makes a processor wait for itself.
        letter.envelope.id = id;
        letter.envelope.src = src;
        letter.envelope.involves_client = involves_client;
        place
    }

    #[cold]
    fn append(&mut self, letter: Letter<P>) -> u32 {
        self.letters.push(letter);
        u32::try_from(self.letters.len() - 1).expect("fewer than 2^32 messages at a time")
    }

    /// What the network knows of the message at a place.
    pub(crate) fn envelope(&self, place: u32) -> Envelope {
        self.letters[place as usize].envelope
    }

    /// What the message at a place says.
    pub(crate) fn body(&self, place: u32) -> &P {
        &self.letters[place as usize].body
    }

    /// Nobody needs the message at a place any more. It lies there until the place is used again.
    pub(crate) fn vacate(&mut self, place: u32) {
        self.vacant.push(place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_down_lies_there_and_places_are_used_again() {
        let mut messages = Messages::new();
        let envelope = |id| Envelope { id, src: Address::node(0), involves_client: false };
        assert_eq!(["a", "b", "c"].map(|body| messages.put(envelope(7), body)), [0, 1, 2]);
        assert_eq!((messages.body(1), messages.envelope(1).id), (&"b", 7));
        messages.vacate(1);
        assert_eq!((messages.put(envelope(8), "d"), messages.put(envelope(9), "e")), (1, 3));
        assert_eq!(messages.envelope(1).id, 8);
        assert_eq!([0, 1, 2, 3].map(|place| *messages.body(place)), ["a", "d", "c", "e"]);
    }
}
