//! Everything physical about a test: messages under way, clients with their deadlines, and the journal. One loop over one
//! closed list of what can happen.
//!
//! Absent: what the test is about (operations, phases, the nemesis's schedule); that is [`crate::test`].

use protocol::{Address, Directory, Duration, MessageId, Request, Time};

use crate::Options;
use crate::client::{Clients, Completion};
use crate::journal::Journal;
use crate::network::Network;
use crate::payload::Payload;
use crate::random::Random;

/// Nodes' queues, clients and the journal.
#[derive(Debug)]
pub(crate) struct World<P> {
    pub(crate) directory: Directory,
    pub(crate) network: Network<P>,
    pub(crate) clients: Clients<P>,
    pub(crate) journal: Journal,
    next_message: u64,
    /// Nodes whose name begins with `c`: for Maelstrom these are clients (semantics, section 3.1).
    named_like_clients: Vec<bool>,
}

/// A message for a node's standard input.
#[derive(Clone, Debug)]
pub struct Delivery<P> {
    /// The receiver.
    pub node: u32,
    /// The network's number of the message.
    pub id: u64,
    /// The sender.
    pub src: Address,
    /// What it says.
    pub body: P,
    /// When it was due. The driver's `now` is never earlier; how much later it is, is the driver's lateness.
    pub due: Time,
}

/// What can happen in the world.
#[derive(Debug)]
pub(crate) enum Event<P> {
    /// A client's request has ended.
    Completed(u32, Completion),
    /// A node's message is due.
    Delivered(Delivery<P>),
}

impl<P: Payload> World<P> {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            directory: Directory::of_nodes(options.nodes.iter().cloned()),
            network: Network::new(options.node_count(), options.latency, Random::stream(options.seed, "network")),
            clients: Clients::new(),
            journal: Journal::default(),
            next_message: 0,
            named_like_clients: options.nodes.iter().map(|name| name.starts_with('c')).collect(),
        }
    }

    /// A client asks a node. If the answer lies in its queue already, the request ends at once.
    pub(crate) fn ask(
        &mut self,
        now: Time,
        client: u32,
        node: u32,
        request: &Request,
        patience: Duration,
    ) -> (MessageId, Option<Completion>) {
        let id = self.clients.ask(now, client, request, patience);
        let body = P::request(id, request, &self.directory);
        self.send_to_node(now, Address::client(client), node, body);
        (id, self.look_into_queue(client))
    }

    /// A node sends to a client. The end of the client's request, if this is the reply it waits for.
    pub(crate) fn send_to_client(&mut self, client: u32, body: P) -> Option<Completion> {
        if !self.clients.queue(client, body) {
            return None;
        }
        self.next_message += 1;
        self.journal.sent(true);
        self.look_into_queue(client)
    }

    /// Anybody sends to a node.
    pub(crate) fn send_to_node(&mut self, now: Time, src: Address, node: u32, body: P) {
        let involves_client = self.involves_client(src, node);
        self.journal.sent(involves_client);
        self.network.send(now, self.next_message, src, node, involves_client, body);
        self.next_message += 1;
    }

    /// When something happens next of its own accord.
    pub(crate) fn next_event(&mut self) -> Option<Time> {
        [self.network.next_release(), self.clients.next_timeout()].into_iter().flatten().min()
    }

    /// The next thing that has happened by `now`. Deliveries come before timeouts.
    pub(crate) fn happen(&mut self, now: Time) -> Option<Event<P>> {
        if let Some(released) = self.network.release(now) {
            let (node, message) = (released.node, released.message);
            self.journal.received(self.involves_client(message.src, node));
            let delivery = Delivery { node, id: message.id, src: message.src, body: message.body, due: released.due };
            return Some(Event::Delivered(delivery));
        }
        self.clients.time_out(now).map(|client| Event::Completed(client, Completion::Timeout))
    }

    /// Lets a waiting client look through its queue for its reply.
    fn look_into_queue(&mut self, client: u32) -> Option<Completion> {
        while let Some(body) = self.clients.take_queued(client) {
            self.journal.received(true);
            if let Some(completion) = self.clients.receive(client, body) {
                return Some(completion);
            }
        }
        None
    }

    fn involves_client(&self, src: Address, node: u32) -> bool {
        let named_like_client = |k: u32| self.named_like_clients[k as usize];
        src.is_client() || named_like_client(node) || src.as_node().is_some_and(named_like_client)
    }
}
