//! The one trait that every driver of a node drives: a shell on stdin and stdout, a test, an engine under a virtual clock.
//!
//! A machine is told what happened and when; what it wants done it writes into an [`Outbox`]. It has no clock, no input or
//! output and no randomness of its own, so the same calls always have the same effects.

use crate::{Address, Body, Message, MessageId, Reply, Time, Value};

/// A node, as its driver sees it.
///
/// The driver's duties:
/// 1. call [`on_message`](Self::on_message) for each message, in the order of arrival;
/// 2. after every call, send what the outbox holds, and ask [`next_wake`](Self::next_wake) anew;
/// 3. call [`on_wake`](Self::on_wake) at that time or later. A late wake delays work and never breaks it; a wake too many
///    does nothing.
///
/// ```
/// use protocol::{Address, Body, ErrorCode, Machine, Outbox, Reply, Request, Time};
///
/// /// Answers `echo`; has nothing to say to its peers.
/// struct Echo;
///
/// impl Machine for Echo {
///     type Peer = ();
///
///     fn on_message(&mut self, _now: Time, source: Address, body: &Body<()>, out: &mut Outbox<()>) {
///         let Body::Request { id, request } = body else { return };
///         out.reply(source, *id, match request {
///             Request::Echo { echo } => Reply::EchoOk { echo: echo.clone() },
///             Request::Init { .. } => Reply::InitOk,
///             _ => Reply::error(ErrorCode::NOT_SUPPORTED, "this node only echoes"),
///         });
///     }
///
///     fn on_wake(&mut self, _now: Time, _out: &mut Outbox<()>) {}
///
///     fn next_wake(&self) -> Option<Time> {
///         None
///     }
/// }
///
/// let mut out = Outbox::new();
/// let ping = Request::Echo { echo: Box::new("ping".into()) };
/// Echo.on_message(Time::ZERO, Address::client(1), &Body::Request { id: 7, request: ping }, &mut out);
/// let (dest, body) = out.drain().next().unwrap();
/// assert_eq!(dest, Address::client(1));
/// assert!(matches!(body, Body::Reply { to: 7, reply: Reply::EchoOk { .. } }));
/// ```
pub trait Machine {
    /// What nodes of this program say to each other.
    type Peer: Carry;

    /// A message has arrived at `now`. It is only lent: most are small numbers that are looked at once.
    fn on_message(&mut self, now: Time, source: Address, body: &Body<Self::Peer>, out: &mut Outbox<Self::Peer>);

    /// It is `now`, and a time that this machine named has come.
    fn on_wake(&mut self, now: Time, out: &mut Outbox<Self::Peer>);

    /// When this machine next has something to do of its own accord. It may name a time too early, never one too late.
    fn next_wake(&self) -> Option<Time>;

    /// A message will come soon. Looks at what it will need, so that the processor fetches it meanwhile; changes nothing. For
    /// drivers of so many machines that what one needs is never at hand.
    fn look_ahead(&self) {}
}

/// What an engine has to know of the words that nodes exchange, to see how values spread.
pub trait Carry: Clone + Default {
    /// Names each broadcast value that whoever receives this holds from then on.
    fn carried_values(&self, each: impl FnMut(Value));

    /// Whether it lies in one piece, so that whoever throws it away has nothing to give back.
    #[inline]
    fn is_flat(&self) -> bool {
        false
    }
}

impl Carry for () {
    fn carried_values(&self, _each: impl FnMut(Value)) {}
}

/// What machines want sent, in order. The driver sends it; nothing is sent by writing it here.
#[derive(Debug)]
pub struct Outbox<P> {
    speaker: Address,
    messages: Vec<Message<P>>,
}

impl<P> Outbox<P> {
    /// An empty outbox. A driver keeps one and drains it after every call.
    pub const fn new() -> Self {
        Self { speaker: Address::node(0), messages: Vec::new() }
    }

    /// Whoever writes from now on is that one. For a driver that calls several machines before it drains their outbox.
    #[inline]
    pub const fn speaks(&mut self, speaker: Address) {
        self.speaker = speaker;
    }

    /// Sends a body to anybody.
    pub fn send(&mut self, dest: Address, body: Body<P>) {
        self.messages.push(Message { src: self.speaker, dest, body });
    }

    /// Says something to another node.
    pub fn tell(&mut self, dest: Address, peer: P) {
        self.send(dest, Body::Peer(peer));
    }

    /// The same, made where it will lie and not moved there: for what is said by the million. A processor that reads in one
    /// what was just written in two waits for both to reach its memory.
    #[inline]
    pub fn tell_made(&mut self, dest: Address, make: impl FnOnce() -> P) {
        let src = self.speaker;
        // With a push it would be made before there is room for it, and moved.
        self.messages.extend(std::iter::once_with(move || Message { src, dest, body: Body::Peer(make()) }));
    }

    /// Answers the request of that number.
    pub fn reply(&mut self, dest: Address, to: MessageId, reply: Reply) {
        self.send(dest, Body::Reply { to, reply });
    }

    /// Takes everything out, in the order it was put in: to whom, and what.
    pub fn drain(&mut self) -> impl Iterator<Item = (Address, Body<P>)> + '_ {
        self.drain_messages().map(|Message { dest, body, .. }| (dest, body))
    }

    /// The same with [who said it](Self::speaks).
    #[inline]
    pub fn drain_messages(&mut self) -> impl Iterator<Item = Message<P>> + '_ {
        self.messages.drain(..)
    }

    /// What is in it.
    pub fn messages(&self) -> &[Message<P>] {
        &self.messages
    }

    /// The same for a driver that [takes](std::mem::take) each body where it lies.
    #[inline]
    pub fn drain_in_place(&mut self, mut take: impl FnMut(Address, Address, &mut Body<P>))
    where
        P: Carry,
    {
        for Message { src, dest, body } in &mut self.messages {
            take(*src, *dest, body);
            if !body.is_flat() {
                drop(std::mem::take(body));
            }
        }
        // Nothing is left that would have to be given back, and to have each message find that out for itself takes time.
        std::mem::forget(self.messages.drain(..));
    }

    /// Whether there is nothing to send.
    pub const fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }
}

impl<P> Default for Outbox<P> {
    fn default() -> Self {
        Self::new()
    }
}
